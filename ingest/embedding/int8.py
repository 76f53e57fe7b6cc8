"""The default encoder, all-MiniLM-L6-v2, with int8 weights, for CPUs with and without VNNI.

`python -m training.encoder` makes the two models in `weights/`; neither needs torch or transformers. Texts are encoded
one by one, on all cores, so that a vector does not depend on the other texts of its batch.
"""

from __future__ import annotations

import logging
import os
import queue
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.base.errors import EmbedderError
from ingest.embedding.checksums import find_altered
from ingest.embedding.runtime import cores, load_openvino, open_session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

WEIGHTS = Path(__file__).parent / "weights"
#: Maximum number of word pieces of a text, including the two special ones; the rest of the text is cut off.
LONGEST = 256

_SHA256 = {
    "encoder.onnx": "8346631c5df57017b28062c058a8b7ff8d4ab00fb13549d5a5f7b48721ebdb63",
    "encoder.xml": "a716e8017f7e179468c69c0a86da647978404c82ed3e4024f9b72d4908a2a483",
    "encoder.bin": "ece7d4710c15e70b890c7b8394a403aae078afa9bb3bf5c5e3b2aa0c6ff5b5ea",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_STEP = 16  # lengths are rounded up to a multiple, because OpenVINO compiles a kernel for each new shape
_CPUINFO = Path("/proc/cpuinfo")

_log = logging.getLogger(__name__)


def default_encoder() -> Int8Encoder:
    """Load the encoder that is faster on this machine.

    Raises:
        EmbedderError: its files are missing or altered.
    """
    if has_vnni():
        try:
            return StaticEncoder()
        except ImportError as error:
            _log.info("OpenVINO is not available, so the encoder runs in onnxruntime: %s", error)
    return Int8Encoder()


def has_vnni(cpuinfo: Path = _CPUINFO) -> bool:
    """Whether the CPU has instructions for int8 products; without them, int8 in OpenVINO is slower than float32.

    Args:
        cpuinfo: Linux's list of CPU features; False where the file does not exist.
    """
    try:
        flags = {flag for line in cpuinfo.read_text().splitlines() if line.startswith("flags") for flag in line.split()}
    except OSError:
        return False
    return bool(flags & {"avx512_vnni", "avx_vnni"})


class Int8Encoder:
    """Runs in onnxruntime on any CPU, with dynamic quantization: ranges of activations are computed for each text."""

    dimension = 384
    languages = frozenset({"en"})
    batch = 1
    _files: tuple[str, ...] = ("encoder.onnx",)

    def __init__(self, folder: Path = WEIGHTS) -> None:
        """Load the model.

        Args:
            folder: contains the weights and `tokenizer.json`.

        Raises:
            EmbedderError: its files are missing or altered.
        """
        from tokenizers import Tokenizer

        if wrong := find_altered(folder, {name: _SHA256[name] for name in (*self._files, "tokenizer.json")}):
            repair = "Install Dateline again: pip install --force-reinstall --no-deps dateline"
            raise EmbedderError(f"the default embedder: {wrong}. {repair}")
        self.at_once = cores()
        self._folder = folder
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.enable_truncation(LONGEST)
        self._tokenizer.no_padding()
        self._tokenizer.encode_special_tokens = True  # a "[SEP]" in an article is ordinary text
        self._open()

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode passages as an array of shape (n_texts, dimension)."""
        import numpy as np

        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        for row, text in enumerate(texts):
            vectors[row] = self._vector(self._tokenizer.encode(text).ids)
        return vectors

    encode_queries = encode_documents

    def _open(self) -> None:
        self._session = open_session(self._folder / "encoder.onnx", threads=1)

    def _vector(self, ids: Sequence[int]) -> Any:
        import numpy as np

        row = np.array([ids], dtype=np.int64)
        return self._session.run(None, {"ids": row, "mask": np.ones_like(row)})[0][0]


class StaticEncoder(Int8Encoder):
    """Runs in OpenVINO on CPUs with VNNI, with static quantization: ranges were measured on sample passages."""

    _files = ("encoder.xml", "encoder.bin")

    def _open(self) -> None:
        openvino = load_openvino()
        self._process = os.getpid()
        self._in_fork: Int8Encoder | None = None
        streams, self.at_once = self.at_once, 2 * self.at_once  # the next text waits while each stream works
        # On CPUs with bfloat16 the hint keeps other operations in float32, so that vectors are the same on all CPUs.
        options = {"NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": streams, "INFERENCE_PRECISION_HINT": "f32"}
        model = openvino.Core().compile_model(str(self._folder / "encoder.xml"), "CPU", options)
        # The bindings import numpy on first use; two threads that do so at once would deadlock.
        _ = openvino.Tensor(openvino.Type.i64, [1]).data
        self._requests: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for _ in range(self.at_once):
            self._requests.put(model.create_infer_request())

    def _vector(self, ids: Sequence[int]) -> Any:
        import numpy as np

        if os.getpid() != self._process:  # OpenVINO's threads do not survive a fork; onnxruntime runs in our own
            if self._in_fork is None:
                self._in_fork = Int8Encoder(self._folder)
            return self._in_fork._vector(ids)
        padded, mask = (np.zeros((1, -(-len(ids) // _STEP) * _STEP), dtype=np.int64) for _ in range(2))
        padded[0, : len(ids)], mask[0, : len(ids)] = ids, 1
        request = self._requests.get()
        try:
            request.infer({"ids": padded, "mask": mask})
            return request.get_output_tensor(0).data[0].copy()
        finally:
            self._requests.put(request)
