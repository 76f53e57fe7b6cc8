"""Score entailment, whether a passage supports a statement, with a small model that was trained for it.

The model is MiniLM with int8 weights, run by onnxruntime; `training/` shows how it was trained.
"""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from qa.reader.onnx import load_session, load_tokenizer, pad
from qa.reader.span_inputs import STATEMENT, Page, pack

_FOLDER = Path(__file__).parent.parent / "reader" / "weights"
_SHA256 = {
    "verifier.onnx": "3a670f666cdf4c2ec39849fed380e1fad6c28749011c0b92f105771e96e7b6c8",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_BATCH = 8

_loading = threading.Lock()


class SupportModel(Protocol):
    """Scores the support of passages for a statement."""

    def support(self, statement: str, pages: Sequence[Page]) -> list[float]:
        """The probability, 0..1, that each page supports the statement.

        Args:
            statement: one sentence.
            pages: the passages that may support it, with headings.
        """


class OnnxSupportModel:
    """The shipped model; one session serves all threads."""

    def __init__(self, folder: Path = _FOLDER, sha256: dict[str, str] | None = None) -> None:
        """Load the model.

        Args:
            folder: folder of `verifier.onnx` and `tokenizer.json`.
            sha256: checksums of the files; None for those of the shipped files.

        Raises:
            ReaderError: a file is missing or altered.
        """
        self._session = load_session(folder, "verifier.onnx", _SHA256 if sha256 is None else sha256)
        self._tokenizer = load_tokenizer(folder)

    def support(self, statement: str, pages: Sequence[Page]) -> list[float]:
        """The probability, 0..1, that each page supports the statement; for a long page, that of its best window.

        Args:
            statement: one sentence.
            pages: the passages that may support it, with headings.
        """
        best = [0.0] * len(pages)
        packed = pack(self._tokenizer, statement, pages, STATEMENT)
        for at in range(0, len(packed), _BATCH):
            batch = packed[at : at + _BATCH]
            for item, score in zip(batch, self._session.run(None, pad(batch))[0], strict=True):
                best[item.page] = max(best[item.page], 1 / (1 + math.exp(-max(-30.0, min(30.0, float(score))))))
        return best


def load_support_model() -> SupportModel:
    """Load the shipped model, once in a process.

    Raises:
        ReaderError: it is missing or altered.
    """
    with _loading:
        return _load()


@functools.cache
def _load() -> SupportModel:
    return OnnxSupportModel()
