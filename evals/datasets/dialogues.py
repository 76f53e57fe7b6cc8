"""Dialogues that were written for this project, over the sample archive and over free articles of Wikinews.

Those over Wikinews, and the questions with dates, were written before the rules that read them, by one who had not read
any of the code; those over the samples after them, by others who had not read it either. Every second one is for
tuning; of the others only the sums are looked at.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from evals.datasets.base import DataMissing, find, read_lines
from evals.datasets.written import FOLDER, HALVES

#: What a turn is to those before it.
TYPES = ("opening", "followup", "shift", "standalone", "smalltalk")


@dataclass(frozen=True)
class Turn:
    """One thing that is typed.

    Attributes:
        question: its words.
        type: one of TYPES.
        phenomenon: of a follow-up: pronoun, ellipsis, time-shift, ...; "" for others.
        articles: what the articles that answer it are called: guid, or file; empty where none does.
        published: first and last day of the coverage that it asks for; None where it sets no range.
    """

    question: str
    type: str
    phenomenon: str
    articles: tuple[str, ...]
    published: tuple[str | None, str | None] | None


@dataclass(frozen=True)
class Dialogue:
    """Turns, one after another.

    Attributes:
        id: its name.
        half: `tune` or `test`.
        as_of: the day on which it is held.
        turns: in order.
    """

    id: str
    half: str
    as_of: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Dated:
    """A question with or without words for time.

    Attributes:
        id: its name.
        half: `tune` or `test`.
        as_of: the day on which it is asked.
        question: its words.
        published: the ranges of coverage that are right; (None,) where it sets none.
        role: of its words for time: scope, subject, none, ambiguous, impossible.
    """

    id: str
    half: str
    as_of: str
    question: str
    published: tuple[tuple[str | None, str | None] | None, ...]
    role: str


def load_dialogues(archive: str, half: str) -> list[Dialogue]:
    """The dialogues over one archive.

    Args:
        archive: `samples` or `wikinews`.
        half: `tune` or `test`.

    Raises:
        DataMissing: the checkout lacks the file.
    """
    records = _records("dialogues.jsonl")
    return [
        Dialogue(r["id"], own, r["as_of"], tuple(map(_turn, r["turns"])))
        for r in records
        if r["archive"] == archive and (own := _half(r["id"])) == half
    ]


def load_dated(half: str) -> list[Dated]:
    """The questions with dates.

    Raises:
        DataMissing: the checkout lacks the file.
    """
    return [
        Dated(
            r["id"],
            half,
            r["as_of"],
            r["question"],
            (_range(r["published"]), *map(_range, r.get("also", []))),
            r["role"],
        )
        for r in _records("dated_questions.jsonl")
        if _half(r["id"]) == half
    ]


@contextmanager
def wikinews(folder: Path) -> Iterator[Path]:
    """The free articles as a file that `ingest` takes, gone afterwards.

    Args:
        folder: holds `articles.jsonl.gz`.

    Raises:
        DataMissing: it does not.
    """
    records = read_lines(find(folder, "articles.jsonl"))
    with TemporaryDirectory() as place:
        path = Path(place) / "wikinews.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for record in records:
                facts = {name: record[name] for name in ("title", "date", "text")}
                file.write(json.dumps(facts | {"guid": record["id"]}) + "\n")
        yield path


def _records(name: str) -> Iterator[dict[str, Any]]:
    path = FOLDER / name
    if not path.is_file():
        raise DataMissing(f"{path} is not there; it comes with the project")
    return read_lines(path)


def _half(name: str) -> str:
    return HALVES[int(name.rpartition("-")[2]) % 2 == 0]


def _range(value: Any) -> tuple[str | None, str | None] | None:
    return (value[0], value[1]) if value else None


def _turn(record: dict[str, Any]) -> Turn:
    return Turn(
        record["question"],
        record["type"],
        record.get("phenomenon") or "",
        tuple(record["articles"]),
        _range(record.get("published")),
    )
