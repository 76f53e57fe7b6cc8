"""Models that mark spans: the one that is installed with Dateline, and any other in Hugging Face format.

The shipped one is MiniLM with int8 weights, run by onnxruntime; `training/` says how it was made, and the card beside
its weights what it was made of.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

from qa.reader.onnx import ReaderError as ReaderError
from qa.reader.onnx import load_session, load_tokenizer, most_threads, side_by_side
from qa.reader.span_decoding import Mark, apart, mark
from qa.reader.span_inputs import Page, pack

_FOLDER = Path(__file__).parent / "weights"
_SHA256 = {
    "reader.onnx": "aedf869c27e463fabb4f939d44096288018a05be2bb382130db6cda85b4b6bb3",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_BATCH = 4  # inputs of about the same length; more at a time are no faster on few cores
_LONGEST = 384  # word pieces that another model is given at the most
_STRIDE = 96

_loading = threading.Lock()


class SpanModel(Protocol):
    """Marks the words of a passage that answer a question."""

    @property
    def name(self) -> str:
        """As in the settings; empty for the shipped one."""

    def mark(self, question: str, pages: Sequence[Page], count: int = 3) -> list[list[Mark]]:
        """Of each page the best spans, the best first.

        Args:
            question: its words.
            pages: what is read.
            count: how many spans of a page at the most.
        """


class OnnxSpanModel:
    """The shipped model; one session serves all threads."""

    name = ""

    def __init__(self, folder: Path = _FOLDER, sha256: dict[str, str] | None = None) -> None:
        """Load it.

        Args:
            folder: holds `reader.onnx` and `tokenizer.json`.
            sha256: of the files; those of the shipped ones without it.

        Raises:
            ReaderError: a file is missing or altered.
        """
        checked = _SHA256 if sha256 is None else sha256
        self._session = load_session(folder, "reader.onnx", checked, threads=1)
        self._tokenizer = load_tokenizer(folder)

    def mark(self, question: str, pages: Sequence[Page], count: int = 3) -> list[list[Mark]]:
        """Of each page the best spans, the best first."""
        packed = pack(self._tokenizer, question, pages)
        found: list[list[Mark]] = [[] for _ in pages]
        order = sorted(packed, key=lambda each: len(each.ids))
        batches = [order[at : at + _BATCH] for at in range(0, len(order), _BATCH)][::-1]
        # Several runs side by side, the longest first, are quicker than one run on several cores.
        with ThreadPoolExecutor(most_threads(), "reading") as threads:
            scores = list(threads.map(lambda batch: self._session.run(None, side_by_side(batch)), batches))
        for batch, (starts, ends) in zip(batches, scores, strict=True):
            for each, start, end in zip(batch, starts, ends, strict=True):
                inside = slice(each.first, each.first + len(each.offsets))
                found[each.page] += mark(start[inside], end[inside], each.offsets, each.page, count)
        return [apart(marks, count) for marks in found]


class TransformersSpanModel:
    """Any extractive question-answering model that transformers loads: from a folder, a hub's cache, else the hub."""

    def __init__(self, name: str) -> None:
        """Load it.

        Raises:
            ReaderError: it does not load, or marks no spans.
        """
        self.name = name
        try:
            self._tokenizer, self._model, missing = _here_or_from_hub(name)
        except Exception as error:  # safetensors, tokenizers and transformers each raise their own
            raise ReaderError(
                f"the reader {name!r} does not load: {error}. DATELINE_READER takes a folder or a hub's name of an "
                "extractive question-answering model in Hugging Face format; leave it out for the one that is installed"
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
        """Of each page the best spans, the best first."""
        with self._running:  # its tokenizer is not safe for threads
            asked = self._shortened(question)
            found = [self._read(asked, page, index, count) for index, page in enumerate(pages)]
        return [apart(marks, count) for marks in found]

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
        found = []
        for row, offsets in enumerate(encoded["offset_mapping"].tolist()):
            sides = encoded.sequence_ids(row)
            inside = [i for i, (s, e) in enumerate(offsets) if sides[i] == 1 and s >= len(front) and e > s]
            spans = [(offsets[i][0] - len(front), offsets[i][1] - len(front)) for i in inside]
            found += mark(starts[row, inside] - starts[row, 0], ends[row, inside] - ends[row, 0], spans, index, count)
        return found

    def _shortened(self, question: str) -> str:
        """The question, cut where it would leave no room for the passage."""
        most = self._longest // 4
        offsets = self._tokenizer(
            question, add_special_tokens=False, truncation=True, max_length=most, return_offsets_mapping=True
        )["offset_mapping"]
        return question[: offsets[-1][1]] if len(offsets) == most else question


def load_span_model(name: str = "") -> SpanModel:
    """The model of a name, loaded once a process.

    Args:
        name: a folder or a hub's name; empty for the one that is installed.

    Raises:
        ReaderError: it is missing, altered, or none that marks spans.
    """
    with _loading:
        return _load(name)


@functools.cache
def _load(name: str) -> SpanModel:
    return TransformersSpanModel(name) if name else OnnxSpanModel()


def _here_or_from_hub(name: str) -> tuple[Any, Any, list[str]]:
    """Tokenizer, model, and the weights that it lacks; the hub is asked only for a name that is not on this machine."""
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
    model, told = AutoModelForQuestionAnswering.from_pretrained(name, local_files_only=local, output_loading_info=True)
    return tokenizer, model, sorted(told["missing_keys"])


def _unfit(tokenizer: Any, missing: Sequence[str]) -> str:
    """Why a model that was loaded cannot mark spans; empty where it can."""
    if missing:
        return f"has no layer that marks spans: its weights lack {', '.join(sorted(missing)[:3])}"
    if not tokenizer.is_fast:
        return "has no fast tokenizer, which tells offsets"
    pieces = set(tokenizer("the news", add_special_tokens=False)["input_ids"])
    if not pieces or pieces == {tokenizer.unk_token_id}:
        return "has no tokenizer beside its weights that knows English"
    return ""
