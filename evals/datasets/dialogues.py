"""Dialogues that were written for this project, over the sample archive and over free articles of Wikinews.

Those over Wikinews, and the questions with dates, were written before the rules that interpret them, by someone who had
not read the code; those over the samples were written later, also by people who had not read it. Every second one is
for tuning; of the others only the sums are looked at.
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


@dataclass(frozen=True)
class Turn:
    """One question of a dialogue.

    Attributes:
        question: its text.
        type: opening, followup, shift, standalone or smalltalk.
        phenomenon: of a follow-up: pronoun, ellipsis, time-shift, ...; empty for others.
        articles: guid or file of the articles that answer it; empty if none does.
        published: first and last day of the coverage that it asks for; None if it sets no range.
    """

    question: str
    type: str
    phenomenon: str
    articles: tuple[str, ...]
    published: tuple[str | None, str | None] | None


@dataclass(frozen=True)
class Dialogue:
    """A sequence of turns.

    Attributes:
        id: its name.
        as_of: the day on which it takes place.
        turns: in order.
    """

    id: str
    as_of: str
    turns: tuple[Turn, ...]


@dataclass(frozen=True)
class Dated:
    """A question with or without date expressions.

    Attributes:
        id: its name.
        as_of: the day on which it is asked.
        question: its text.
        published: the ranges of coverage that are right; (None,) if it sets none.
        role: of its date expression: scope, subject, none, ambiguous, impossible.
    """

    id: str
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
    return [
        Dialogue(r["id"], r["as_of"], tuple(map(_turn, r["turns"])))
        for r in _records("dialogues.jsonl")
        if r["archive"] == archive and _half(r["id"]) == half
    ]


def load_dated(half: str) -> list[Dated]:
    """The questions with dates.

    Raises:
        DataMissing: the checkout lacks the file.
    """
    return [
        Dated(
            r["id"],
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
    """The free articles as a temporary file that `ingest` reads.

    Args:
        folder: contains `articles.jsonl.gz`.

    Raises:
        DataMissing: the file is missing.
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
        raise DataMissing(f"{path} is missing; it is part of the project")
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
