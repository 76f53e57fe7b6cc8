"""Questions on a given paragraph: files of SQuAD's form (1.1, 2.0, XQuAD) and OneStopQA."""

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
        id: as the data names it.
        title: of the text that the paragraph is from.
        context: the paragraph.
        question: its words.
        answers: right answers, each enough; empty where the paragraph has none.
    """

    id: str
    title: str
    context: str
    question: str
    answers: tuple[str, ...]


def load_squad(path: Path, names: tuple[str, ...]) -> list[Item]:
    """Questions of a file of SQuAD's form.

    Args:
        path: the file, or a folder that holds one of `names`.
        names: without `.gz`.

    Raises:
        DataMissing: there is none, or it is of another form.
    """
    file = path if path.is_file() else find(path, *names)
    try:
        return list(_squad(read_json(file)["data"]))
    except (KeyError, TypeError) as error:
        raise DataMissing(f"{file} is not of SQuAD's form: {error!r} is missing") from None


def _squad(texts: list[dict[str, Any]]) -> Iterator[Item]:
    for text in texts:
        title = str(text.get("title", "")).replace("_", " ")
        for paragraph in text["paragraphs"]:
            for asked in paragraph["qas"]:
                given = [] if asked.get("is_impossible") else asked["answers"]
                answers = tuple(dict.fromkeys(answer["text"] for answer in given))
                yield Item(asked["id"], title, paragraph["context"], asked["question"], answers)


def load_onestopqa(path: Path) -> list[Item]:
    """OneStopQA (Berzak et al., ACL 2020): Guardian articles at three levels; every question with each level's text.

    It is multiple choice; as right answers count the words of the right choice, and the span of the text that it rests
    on.

    Raises:
        DataMissing: it is not there, or of another form.
    """
    file = path if path.is_file() else find(path, "onestop_qa.json")
    try:
        return list(_onestop(read_json(file)["data"]))
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise DataMissing(f"{file} is not of OneStopQA's form: {error!r}") from None


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
