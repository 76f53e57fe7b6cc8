"""The questions that the reader learns from: SQuAD 1.1 train, and which of them are held out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.datasets.base import DataMissing, find, read_json
from evals.text import normalise
from ingest.base.article import Span

_FILES = ("train-v1.1.json", "train-v1.1.from-html.json")
_HELD_OUT = 0.05  # of the titles


@dataclass(frozen=True)
class Asked:
    """A question with the one span that answers it.

    Attributes:
        id: as in the data.
        text: its text.
        answer: offsets in the paragraph.
    """

    id: str
    text: str
    answer: Span


@dataclass(frozen=True)
class Paragraph:
    """A paragraph with its questions.

    Attributes:
        title: of its article.
        text: its text.
        questions: those that it answers.
    """

    title: str
    text: str
    questions: tuple[Asked, ...]


def load_paragraphs(folder: Path) -> list[Paragraph]:
    """Read the paragraphs of SQuAD 1.1 train (Rajpurkar et al., EMNLP 2016), in the file's order.

    Args:
        folder: contains `train-v1.1.json`, compressed or not.

    Raises:
        DataMissing: the file is missing or has another format.
    """
    file = find(folder, *_FILES)
    try:
        texts = read_json(file)["data"]
        return [
            Paragraph(str(text["title"]).replace("_", " "), paragraph["context"], tuple(_asked(paragraph)))
            for text in texts
            for paragraph in text["paragraphs"]
        ]
    except (KeyError, TypeError, IndexError) as error:
        raise DataMissing(f"{file} does not have the format of SQuAD: {error!r} is missing") from None


def _asked(paragraph: dict[str, object]) -> list[Asked]:
    asked = []
    for record in paragraph["qas"]:  # type: ignore[attr-defined]
        answer = record["answers"][0]
        start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
        if str(paragraph["context"])[start:end] == answer["text"]:
            asked.append(Asked(record["id"], " ".join(record["question"].split()), (start, end)))
    return asked


def is_held_out(title: str) -> bool:
    """Whether an article is reserved for model selection and calibration; always the same articles."""
    return int(hashlib.sha256(title.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF < _HELD_OUT


def split(paragraphs: Sequence[Paragraph]) -> tuple[list[Paragraph], list[Paragraph]]:
    """Split into paragraphs to learn from and held-out ones; no article is in both."""
    learned = [paragraph for paragraph in paragraphs if not is_held_out(paragraph.title)]
    return learned, [paragraph for paragraph in paragraphs if is_held_out(paragraph.title)]


def holds(text: str, answer: str) -> bool:
    """Whether a text contains the words of an answer, both in SQuAD's normal form.

    Args:
        text: any text.
        answer: words to look for.
    """
    return f" {normalise(answer)} " in f" {normalise(text)} "
