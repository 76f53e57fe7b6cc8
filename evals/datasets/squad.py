"""Questions on a given paragraph: files in the format of SQuAD (1.1, 2.0, XQuAD), and OneStopQA."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.datasets.base import DataMissing, find, read_json

_LEVELS = {"Adv": "advanced", "Int": "intermediate", "Ele": "elementary"}


@dataclass(frozen=True)
class Item:
    """A question and the paragraph that it is asked of.

    Attributes:
        id: as in the data.
        title: of the text that contains the paragraph.
        context: the paragraph.
        question: its text.
        answers: right answers; one is enough; empty if the paragraph has none.
    """

    id: str
    title: str
    context: str
    question: str
    answers: tuple[str, ...]


def load_squad(path: Path, names: tuple[str, ...]) -> list[Item]:
    """Read the questions of a file in SQuAD's format.

    Args:
        path: the file, or a folder that contains one of `names`.
        names: of files, without `.gz`.

    Raises:
        DataMissing: there is no such file, or it has another format.
    """
    file = path if path.is_file() else find(path, *names)
    try:
        return list(_squad(read_json(file)["data"]))
    except (KeyError, TypeError) as error:
        raise DataMissing(f"{file} does not have the format of SQuAD: {error!r} is missing") from None


def _squad(texts: list[dict[str, Any]]) -> Iterator[Item]:
    for text in texts:
        title = str(text.get("title", "")).replace("_", " ")
        for paragraph in text["paragraphs"]:
            for asked in paragraph["qas"]:
                right_answers = [] if asked.get("is_impossible") else asked["answers"]
                answers = tuple(dict.fromkeys(answer["text"] for answer in right_answers))
                yield Item(asked["id"], title, paragraph["context"], asked["question"], answers)


def load_onestopqa(path: Path) -> list[Item]:
    """Read OneStopQA (Berzak et al., ACL 2020): Guardian articles at three levels, each question with each level.

    The data is multiple choice. The text of the right choice and the span of the paragraph that supports it count as
    right answers.

    Raises:
        DataMissing: the data is missing or has another format.
    """
    file = path if path.is_file() else find(path, "onestop_qa.json")
    try:
        return list(_onestop(read_json(file)["data"]))
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise DataMissing(f"{file} does not have the format of OneStopQA: {error!r}") from None


def _onestop(texts: list[dict[str, Any]]) -> Iterator[Item]:
    for text in texts:
        for number, paragraph in enumerate(text["paragraphs"]):
            for level, name in _LEVELS.items():
                context = paragraph[level]["context"]
                words = context.split(" ")
                spans = paragraph[level]["a_spans"]
                for index, asked in enumerate(paragraph["qas"]):
                    # First and last word of a span, or of several.
                    pairs = zip(spans[index][::2], spans[index][1::2], strict=True)
                    span = " ".join(" ".join(words[first : last + 1]) for first, last in pairs)
                    answers = (asked["answers"][0], span)
                    yield Item(
                        f"{text['title']}/{number}/{index}/{name}", text["title"], context, asked["question"], answers
                    )
