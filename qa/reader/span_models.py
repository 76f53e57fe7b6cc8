"""Models that mark spans: the one that is shipped with Dateline, and any other in Hugging Face format.

The shipped model is MiniLM with int8 weights, run by onnxruntime; `training/` shows how it was trained, and the model
card next to its weights names its training data.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from qa.reader.onnx import ReaderError as ReaderError
from qa.reader.onnx import load_session, load_tokenizer, most_threads, pad
from qa.reader.span_decoding import Mark, mark, without_overlaps
from qa.reader.span_inputs import Page, pack

_FOLDER = Path(__file__).parent / "weights"
_SHA256 = {
    "reader.onnx": "aedf869c27e463fabb4f939d44096288018a05be2bb382130db6cda85b4b6bb3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_BATCH = 4  # inputs of similar length; larger batches are not faster on few cores
_LONGEST = 384  # the most word pieces that another model reads at once
_STRIDE = 96

_loading = threading.Lock()


class SpanModel(Protocol):
    """Marks the words of a passage that answer a question."""

    @property
    def name(self) -> str:
        """Its name in the settings; empty for the shipped model."""

    def mark(self, question: str, pages: Sequence[Page], count: int = 3) -> list[list[Mark]]:
        """Mark the best spans of each page, best first.

        Args:
            question: its words.
            pages: the passages to read.
            count: the most spans of a page.
        """


class OnnxSpanModel:
    """The shipped model; one session serves all threads."""

    name = ""

    def __init__(self, folder: Path = _FOLDER, sha256: dict[str, str] | None = None) -> None:
        """Load the model.

        Args:
            folder: folder of `reader.onnx` and `tokenizer.json`.
            sha256: checksums of the files; None for those of the shipped files.

        Raises:
            ReaderError: a file is missing or altered.
        """
        checked = _SHA256 if sha256 is None else sha256
        self._session = load_session(folder, "reader.onnx", checked, threads=1)
        self._tokenizer = load_tokenizer(folder)

    def mark(self, question: str, pages: Sequence[Page], count: int = 3) -> list[list[Mark]]:
        """Mark the best spans of each page, best first.

        Args:
            question: its words.
            pages: the passages to read.
            count: the most spans of a page.
        """
        packed = pack(self._tokenizer, question, pages)
        all_marks: list[list[Mark]] = [[] for _ in pages]
        order = sorted(packed, key=lambda item: len(item.ids))
        batches = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)][::-1]
        # Several runs in parallel, the longest first, are faster than one run on several cores.
        with ThreadPoolExecutor(most_threads(), "reading") as threads:
            scores = list(threads.map(lambda batch: self._session.run(None, pad(batch)), batches))
        for batch, (starts, ends) in zip(batches, scores, strict=True):
            for item, start, end in zip(batch, starts, ends, strict=True):
                inside = slice(item.first, item.first + len(item.offsets))
                all_marks[item.page] += mark(start[inside], end[inside], item.offsets, item.page, count)
        return [without_overlaps(marks, count) for marks in all_marks]


class TransformersSpanModel:
    """Any extractive question-answering model that transformers loads, from a folder, the hub's cache, or the hub."""

    def __init__(self, name: str) -> None:
        """Load the model.

        Raises:
            ReaderError: it does not load, or cannot mark spans.
        """
        self.name = name
        try:
            self._tokenizer, self._model, missing = _here_or_from_hub(name)
        except Exception as error:  # safetensors, tokenizers and transformers each raise their own types
            raise ReaderError(
                f"the reader {name!r} does not load: {error}. DATELINE_READER takes a folder or a hub's name of an "
                "extractive question-answering model in Hugging Face format; leave it out for the shipped reader"
            ) from error
        wrong = _unfit(self._tokenizer, missing)
        if wrong:
            raise ReaderError(
                f"the reader {name!r} {wrong}; DATELINE_READER takes a model for extractive question answering"
            )
        self._model.eval()
        places = getattr(self._model.config, "max_position_embeddings", None) or _LONGEST
        self._longest = min(_LONGEST, int(self._tokenizer.model_max_length), int(places))
        self._running = threading.Lock()

    def mark(self, question: str, pages: Sequence[Page], count: int = 3) -> list[list[Mark]]:
        """Mark the best spans of each page, best first.

        Args:
            question: its words.
            pages: the passages to read.
            count: the most spans of a page.
        """
        with self._running:  # its tokenizer is not thread-safe
            asked = self._shortened(question)
            all_marks = [self._read(asked, page, index, count) for index, page in enumerate(pages)]
        return [without_overlaps(marks, count) for marks in all_marks]

    def _read(self, question: str, page: Page, index: int, count: int) -> list[Mark]:
        import torch

        front = f"{page.heading}\n" if page.heading else ""
        encoded = self._tokenizer(
            question,
            front + page.text,
            truncation="only_second",
            max_length=self._longest,
            stride=min(_STRIDE, self._longest // 4),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            padding=True,
            split_special_tokens=True,
            return_tensors="pt",
        )
        inputs = {key: encoded[key] for key in self._tokenizer.model_input_names if key in encoded}
        with torch.inference_mode():
            scores = self._model(**inputs)
        starts, ends = scores.start_logits.float().numpy(), scores.end_logits.float().numpy()
        marks = []
        for row, offsets in enumerate(encoded["offset_mapping"].tolist()):
            sides = encoded.sequence_ids(row)
            inside = [i for i, (s, e) in enumerate(offsets) if sides[i] == 1 and s >= len(front) and e > s]
            spans = [(offsets[i][0] - len(front), offsets[i][1] - len(front)) for i in inside]
            marks += mark(starts[row, inside] - starts[row, 0], ends[row, inside] - ends[row, 0], spans, index, count)
        return marks

    def _shortened(self, question: str) -> str:
        """The question, truncated where it would leave no room for the passage."""
        most = self._longest // 4
        offsets = self._tokenizer(
            question, add_special_tokens=False, truncation=True, max_length=most, return_offsets_mapping=True
        )["offset_mapping"]
        return question[: offsets[-1][1]] if len(offsets) == most else question


def load_span_model(name: str = "") -> SpanModel:
    """Load a model that marks spans, once in a process.

    Args:
        name: a folder or a hub's name; empty for the shipped model.

    Raises:
        ReaderError: it is missing, altered, or cannot mark spans.
    """
    with _loading:
        return _load(name)


@functools.cache
def _load(name: str) -> SpanModel:
    return TransformersSpanModel(name) if name else OnnxSpanModel()


def _here_or_from_hub(name: str) -> tuple[Any, Any, list[str]]:
    """Tokenizer, model and missing weights; the hub is contacted only where the model is not on this machine."""
    try:
        return _loaded(name, local=True)
    except Exception:
        if Path(name).is_dir():
            raise
        return _loaded(name, local=False)


def _loaded(name: str, *, local: bool) -> tuple[Any, Any, list[str]]:
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(name, local_files_only=local)
    model, info = AutoModelForQuestionAnswering.from_pretrained(name, local_files_only=local, output_loading_info=True)
    return tokenizer, model, sorted(info["missing_keys"])


def _unfit(tokenizer: Any, missing: Sequence[str]) -> str:
    """The reason why a loaded model cannot mark spans; empty where it can."""
    if missing:
        return f"has no layer that marks spans: its weights lack {', '.join(sorted(missing)[:3])}"
    if not tokenizer.is_fast:
        return "has no fast tokenizer, which is needed for offsets"
    pieces = set(tokenizer("the news", add_special_tokens=False)["input_ids"])
    if not pieces or pieces == {tokenizer.unk_token_id}:
        return "has no tokenizer for English next to its weights"
    return ""
