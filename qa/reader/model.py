"""A model that reads and checks: spans of answers, and support of statements, from one encoder with int8 weights.

`python -m training.export` writes it. The same weights serve two graphs: one for onnxruntime, which runs anywhere, and
one for OpenVINO, which is faster on CPUs with VNNI.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.embedding.checksums import find_altered
from ingest.embedding.int8 import has_vnni
from ingest.embedding.runtime import load_openvino, open_session
from qa.reader.onnx import ReaderError, load_tokenizer, most_threads
from qa.reader.span_decoding import Mark, mark, without_overlaps
from qa.reader.span_inputs import STATEMENT, Packed, Page, pack

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WEIGHTS = ("weights-1.safetensors", "weights-2.safetensors")
_STEP = 16  # lengths are rounded up to a multiple, because OpenVINO compiles a kernel for each new shape
_PAD = 1

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scores:
    """What the model says of one input.

    Attributes:
        starts: the score of each word piece of the passage as the first of the answer, relative to no answer.
        ends: the same for the last.
        labels: logits that the passage supports the statement, refutes it, or does neither, shape (3,).
    """

    starts: NDArray[np.float32]
    ends: NDArray[np.float32]
    labels: NDArray[np.float32]


@dataclass(frozen=True)
class Support:
    """What a passage says of a statement: three probabilities that add up to 1.

    Attributes:
        supported: it says so.
        refuted: it says the opposite or something else.
        neither: it does not say.
    """

    supported: float
    refuted: float
    neither: float


#: Runs one input: word pieces to starts and ends of all of them, and labels.
Run = Callable[["NDArray[np.int64]"], "tuple[Any, Any, Any]"]


class ReaderModel:
    """Reads inputs one by one, several at once; one instance serves all threads."""

    def __init__(self, folder: Path, sha256: Mapping[str, str], *, static: bool | None = None) -> None:
        """Load the model.

        Args:
            folder: folder of the graphs, the weights and `tokenizer.json`.
            sha256: checksums of the files.
            static: whether OpenVINO runs it; None where the CPU has VNNI and OpenVINO is installed.

        Raises:
            ReaderError: a file is missing or altered.
        """
        if wrong := find_altered(folder, sha256):
            repair = "Install Dateline again: pip install --force-reinstall --no-deps dateline"
            raise ReaderError(f"the reader: {wrong}. {repair}")
        self.tokenizer = load_tokenizer(folder)
        self._run = _load_run(folder, has_vnni() if static is None else static)

    def mark(self, question: str, pages: Sequence[Page], count: int = 3) -> list[list[Mark]]:
        """Mark the best spans of each page, best first.

        Args:
            question: its words.
            pages: the passages to read.
            count: the most spans of a page.
        """
        packed = pack(self.tokenizer, question, pages)
        all_marks: list[list[Mark]] = [[] for _ in pages]
        for item, scores in zip(packed, self.scores(packed), strict=True):
            all_marks[item.page] += mark(scores.starts, scores.ends, item.offsets, item.page, count)
        return [without_overlaps(marks, count) for marks in all_marks]

    def support(self, statement: str, pages: Sequence[Page]) -> list[Support]:
        """What each page says of a statement; a long page is read in windows, and the one that supports it most counts.

        Args:
            statement: one sentence.
            pages: the passages to read; one without words says nothing of it.
        """
        results = [Support(0.0, 0.0, 1.0) for _ in pages]
        packed = pack(self.tokenizer, statement, pages, STATEMENT)
        read = set()
        for item, scores in zip(packed, self.scores(packed), strict=True):
            support = _probabilities(scores.labels)
            if item.page not in read or support.supported > results[item.page].supported:
                results[item.page] = support
                read.add(item.page)
        return results

    def scores(self, packed: Sequence[Packed]) -> list[Scores]:
        """What the model says of each input.

        Args:
            packed: inputs that `span_inputs.pack` made with `tokenizer`.
        """
        import numpy as np

        def score(number: int) -> Scores:
            item = packed[number]
            starts, ends, labels = self._run(np.array([item.ids], dtype=np.int64))
            inside = slice(item.first, item.first + len(item.offsets))
            return Scores(starts[0, inside], ends[0, inside], labels[0])

        # The longest first, so that no thread is left with a long one at the end.
        order = sorted(range(len(packed)), key=lambda number: -len(packed[number].ids))
        with ThreadPoolExecutor(most_threads(), "reading") as threads:
            results = dict(zip(order, threads.map(score, order), strict=True))
        return [results[number] for number in range(len(packed))]


def _probabilities(labels: NDArray[np.float32]) -> Support:
    import numpy as np

    shares = np.exp(labels - labels.max())
    return Support(*(float(share) for share in shares / shares.sum()))


def _load_run(folder: Path, static: bool) -> Run:
    if static:
        try:
            return _OpenVino(folder).run
        except ImportError as error:
            _log.info("OpenVINO is not available, so the reader runs in onnxruntime: %s", error)
    return _onnxruntime(folder)


def _onnxruntime(folder: Path) -> Run:
    """Dynamic quantization: ranges of activations are computed for each input."""
    import numpy as np

    session = open_session(folder / "dynamic.onnx", threads=1)

    def run(ids: NDArray[np.int64]) -> tuple[Any, Any, Any]:
        starts, ends, labels = session.run(None, {"ids": ids, "mask": np.ones_like(ids)})
        return starts, ends, labels

    return run


def _constants(folder: Path) -> NDArray[np.uint8]:
    """The constants of the static graph: pieces of its own file, and the matrices of the weights."""
    import numpy as np

    files = {name: np.fromfile(folder / name, dtype=np.uint8) for name in ("static.bin", *_WEIGHTS)}
    pieces, used = [], 0
    for size, *kept in json.loads((folder / "static.json").read_text(encoding="utf-8")):
        if not kept:
            pieces.append(files["static.bin"][used : used + size])
            used += size
            continue
        name, start, *shape = kept
        piece = files[name][start : start + size]
        pieces.append(piece.reshape(shape[0]).T.ravel() if shape else piece)
    return np.concatenate(pieces)


class _OpenVino:
    """Static quantization: ranges of activations were measured on texts of the training data."""

    def __init__(self, folder: Path) -> None:
        openvino = load_openvino()
        self._folder = folder
        self._process = os.getpid()
        self._in_fork: Run | None = None
        streams = most_threads()
        options = {"NUM_STREAMS": streams, "INFERENCE_NUM_THREADS": streams, "INFERENCE_PRECISION_HINT": "f32"}
        core = openvino.Core()
        graph = (folder / "static.xml").read_text(encoding="utf-8")
        model = core.read_model(graph, openvino.Tensor(_constants(folder)))
        self._model = core.compile_model(model, "CPU", options)
        # The bindings import numpy on first use; two threads that do so at once would deadlock.
        _ = openvino.Tensor(openvino.Type.i64, [1]).data

    def run(self, ids: NDArray[np.int64]) -> tuple[Any, Any, Any]:
        import numpy as np

        if os.getpid() != self._process:  # OpenVINO's threads do not survive a fork; onnxruntime runs in our own
            if self._in_fork is None:
                self._in_fork = _onnxruntime(self._folder)
            return self._in_fork(ids)
        length = ids.shape[1]
        padded = np.full((1, -(-length // _STEP) * _STEP), _PAD, dtype=np.int64)
        mask = np.zeros_like(padded)
        padded[:, :length], mask[:, :length] = ids, 1
        request = self._model.create_infer_request()
        request.infer({"ids": padded, "mask": mask})
        starts, ends, labels = (request.get_output_tensor(i).data.copy() for i in range(3))
        return starts, ends, labels
