from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from ingest.base.errors import EmbedderError
from ingest.embedding.embeddings import PassageEmbeddings, load_embedder
from ingest.embedding.encoders import SentenceTransformerEncoder, default_model_folder
from ingest.embedding.int8 import WEIGHTS, Int8Encoder, StaticEncoder, default_encoder, has_vnni
from tests.stories import PARAGRAPHS

TEXTS = [*PARAGRAPHS, " ".join(PARAGRAPHS), "", "Short.", "[SEP] [CLS] ferry", "船 ferry ⛴", "word " * 3_000]


static = pytest.mark.skipif(find_spec("openvino") is None, reason="OpenVINO comes on Linux with x86_64 only")
BOTH = [Int8Encoder, pytest.param(StaticEncoder, marks=static)]


@pytest.mark.parametrize("kind", BOTH)
def test_int8_gives_what_float32_gives_but_for_little(kind: type[Int8Encoder]) -> None:
    whole = SentenceTransformerEncoder(str(default_model_folder())).encode_documents(PARAGRAPHS)
    small = kind().encode_documents(PARAGRAPHS)
    assert small.shape == whole.shape == (len(PARAGRAPHS), 384)
    assert (small * whole).sum(axis=1).min() > 0.98


@pytest.mark.parametrize("kind", BOTH)
def test_a_vector_does_not_depend_on_what_stands_beside_its_text(kind: type[Int8Encoder]) -> None:
    embedder = PassageEmbeddings("either", kind())
    together = embedder.encode_documents(TEXTS)
    alone = np.concatenate([embedder.encode_documents([text]) for text in TEXTS])
    assert np.array_equal(together, alone)
    assert np.array_equal(embedder.encode_documents(TEXTS[::-1]), together[::-1])
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert embedder.encode_documents([]).shape == (0, 384)


def test_openvino_is_taken_where_the_cpu_has_vnni(tmp_path: Path) -> None:
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu avx512f avx512_vnni\n")
    assert has_vnni(cpuinfo)
    cpuinfo.write_text("processor\t: 0\nflags\t\t: fpu avx2\nbugs\t\t: avx_vnni\n")
    assert not has_vnni(cpuinfo)
    assert not has_vnni(tmp_path / "missing")
    wanted = StaticEncoder if has_vnni() and find_spec("openvino") else Int8Encoder
    assert type(default_encoder()) is wanted


def run(code: str, **environment: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
        env=os.environ | environment,
    )
    return done.stdout.strip()


@static
def test_openvino_is_loaded_without_its_telemetry(tmp_path: Path) -> None:
    code = "import sys; from ingest.embedding.int8 import StaticEncoder; StaticEncoder().encode_queries(['a'])"
    code += "; print([name for name in sys.modules if name.startswith('openvino_telemetry.')])"
    assert run(code, HOME=str(tmp_path), CI="") == "[]"
    assert list(tmp_path.iterdir()) == []  # it keeps a number for each user there


@static
def test_two_threads_that_embed_first_at_once_do_not_wait_for_each_other() -> None:
    code = """
import builtins, threading, time
from ingest.embedding.int8 import StaticEncoder
encoder, ready, plain = StaticEncoder(), threading.Barrier(2), builtins.__import__
def slow(name, *arguments, **named):
    if name.startswith("numpy"):  # OpenVINO's bindings import it late; whoever comes meanwhile must find it there
        time.sleep(0.2)
    return plain(name, *arguments, **named)
def embed():
    ready.wait()
    encoder.encode_documents(["It rained."] * 8)
builtins.__import__ = slow
threads = [threading.Thread(target=embed) for _ in range(2)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print("done")
"""
    assert run(code) == "done"


def test_where_openvino_does_not_load_onnxruntime_takes_its_place() -> None:
    code = "import sys; sys.modules['openvino'] = None; from ingest.embedding.int8 import default_encoder"
    assert run(f"{code}; print(type(default_encoder()).__name__)") == "Int8Encoder"


@static
@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_process_can_encode_too() -> None:
    code = """
import os, numpy as np
from ingest.embedding.embeddings import PassageEmbeddings
from ingest.embedding.int8 import StaticEncoder
embedder = PassageEmbeddings("static", StaticEncoder())
own = embedder.encode_documents(["A ferry.", "A quay."])
child = os.fork()
if child == 0:
    other = embedder.encode_documents(["A ferry.", "A quay."])
    os._exit(0 if (own * other).sum(axis=1).min() > 0.98 else 9)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    assert run(code) == "0"


def test_langchains_interface_gives_the_same() -> None:
    embedder = load_embedder()
    assert embedder.embed_documents(["Ferry."]) == embedder.encode_documents(["Ferry."]).tolist()
    assert embedder.embed_query("Ferry?") == embedder.encode_queries(["Ferry?"])[0].tolist()


def test_the_default_needs_no_torch() -> None:
    code = "import sys; from ingest.embedding.embeddings import load_embedder; load_embedder().encode_queries(['a'])"
    code += "; print('torch' in sys.modules)"
    assert run(code) == "False"


@pytest.mark.parametrize(("kind", "name"), [(Int8Encoder, "encoder.onnx"), (StaticEncoder, "encoder.bin")])
def test_altered_weights_are_refused(kind: type[Int8Encoder], name: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(WEIGHTS, tmp_path / "weights"))
    with (folder / name).open("r+b") as file:
        file.seek(5_000)
        file.write(b"x")
    with pytest.raises(EmbedderError, match=r"was altered.*Install Dateline again"):
        kind(folder)


@static
@pytest.mark.slow
def test_the_weights_that_ship_can_be_made_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from ingest.embedding.runtime import load_openvino, open_session
    from training.encoder import main

    assert main(["--to", str(tmp_path)]) == 0
    assert "_SHA256" in capsys.readouterr().out
    ids = np.array([[101, 7512, 102]], dtype=np.int64)
    feeds = {"ids": ids, "mask": np.ones_like(ids)}
    made, shipped = (open_session(folder / "encoder.onnx", 1).run(None, feeds)[0][0] for folder in (tmp_path, WEIGHTS))
    assert float(made @ shipped) > 0.99
    made, shipped = (
        load_openvino().Core().compile_model(str(folder / "encoder.xml"), "CPU")(feeds)[0][0]
        for folder in (tmp_path, WEIGHTS)
    )
    assert float(made @ shipped) > 0.99


class Slow:
    """An encoder that takes its time until a question came, and notes who came when."""

    dimension, batch, at_once, languages = 1, 1, 2, frozenset[str]()

    def __init__(self) -> None:
        self.began: list[str] = []

    def encode_documents(self, texts: Sequence[str]) -> np.ndarray:
        self.began += texts
        if "question" not in self.began:
            time.sleep(0.02)
        return np.ones((len(texts), 1), dtype=np.float32)

    encode_queries = encode_documents


def test_a_question_goes_before_the_passages_that_wait() -> None:
    slow = Slow()
    embedder = PassageEmbeddings("slow", slow)
    passages = threading.Thread(target=embedder.encode_documents, args=([f"passage {i}" for i in range(1_000)],))
    passages.start()
    while not slow.began:
        time.sleep(0.02)
    embedder.encode_queries(["question"])
    place = slow.began.index("question")
    passages.join()
    assert place < 500
    assert len(slow.began) == 1_001
