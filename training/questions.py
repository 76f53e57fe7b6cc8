"""The questions that the reader learns from: SQuAD 1.1 train, and which of them are held out."""

from __future__ import annotations

import hashlib
import re
import string
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.datasets.base import DataMissing, find, read_json
from ingest.base.article import Span

_FILES = ("train-v1.1.json", "train-v1.1.from-html.json")
_HELD_OUT = 0.05  # of the titles


@dataclass(frozen=True)
class Asked:
    """A question with the one span that answers it.

    Attributes:
        id: as the data names it.
        text: its words.
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
        text: its words.
        questions: those that it answers.
    """

    title: str
    text: str
    questions: tuple[Asked, ...]


def load_paragraphs(folder: Path) -> list[Paragraph]:
    """The paragraphs of SQuAD 1.1 train (Rajpurkar et al., EMNLP 2016), in the file's order.

    Args:
        folder: holds `train-v1.1.json`, packed or not.

    Raises:
        DataMissing: it is not there, or of another form.
    """
    file = find(folder, *_FILES)
    try:
        texts = read_json(file)["data"]
        return [
            Paragraph(str(text["title"]).replace("_", " "), each["context"], tuple(_asked(each)))
            for text in texts
            for each in text["paragraphs"]
        ]
    except (KeyError, TypeError, IndexError) as error:
        raise DataMissing(f"{file} is not of SQuAD's form: {error!r} is missing") from None


def _asked(paragraph: dict[str, object]) -> list[Asked]:
    asked = []
    for each in paragraph["qas"]:  # type: ignore[attr-defined]
        answer = each["answers"][0]
        start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
        if str(paragraph["context"])[start:end] == answer["text"]:
            asked.append(Asked(each["id"], " ".join(each["question"].split()), (start, end)))
    return asked


def is_held_out(title: str) -> bool:
    """Whether an article is kept for choosing and calibrating; the same articles always."""
    return int(hashlib.sha256(title.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF < _HELD_OUT


def split(paragraphs: Sequence[Paragraph]) -> tuple[list[Paragraph], list[Paragraph]]:
    """Paragraphs to learn from, and those held out; no article is in both."""
    learned = [paragraph for paragraph in paragraphs if not is_held_out(paragraph.title)]
    return learned, [paragraph for paragraph in paragraphs if is_held_out(paragraph.title)]


def normalise(text: str) -> str:
    """SQuAD's normal form: lower case, no punctuation, no articles, single spaces."""
    kept = "".join(char for char in text.lower() if char not in string.punctuation)
    return " ".join(re.sub(r"\b(?:a|an|the)\b", " ", kept).split())


def holds(text: str, answer: str) -> bool:
    """Whether an answer's words stand in a text, both in normal form."""
    return f" {normalise(answer)} " in f" {normalise(text)} "
