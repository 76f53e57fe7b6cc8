"""Questions that were written for this project: on the sample archive, and on one real article that is not included.

They were written before anyone looked at their scores. Of those on the samples, the half `tune` is for choosing rules
and weights; of the half `test` only the sums are looked at.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from evals.datasets.base import DataMissing, read_lines

FOLDER = Path(__file__).parent.parent.parent / "tests" / "data"

HALVES = ("tune", "test")


@dataclass(frozen=True)
class Item:
    """A question of ours.

    Attributes:
        id: its name.
        kind: what it asks for: who, when, how many, said, yes/no, why, ...
        question: its text.
        answerable: whether the articles answer it; if not, they still mention its names.
        evidence: passages of text; the quotes of an answer should contain one of them.
        short: right short answers; one is enough; empty if there is no short one.
        half: `tune` or `test`, or None if there are no halves.
        options: other arguments of `qa.ask`.
    """

    id: str
    kind: str
    question: str
    answerable: bool
    evidence: tuple[str, ...]
    short: tuple[str, ...]
    half: str | None = None
    options: dict[str, Any] = field(default_factory=dict)


def load(name: str, half: str | None = None) -> list[Item]:
    """Read the questions of a file in tests/data.

    Args:
        name: `sample_questions` or `seed_questions`.
        half: `tune` or `test`; None for all.

    Raises:
        DataMissing: the file is missing.
    """
    path = FOLDER / f"{name}.jsonl"
    if not path.is_file():
        raise DataMissing(f"{path} is missing; it is part of the project")
    return [
        Item(r["id"], r["kind"], r["question"], r["answerable"], tuple(r["evidence"]), tuple(r["short"]), r.get("half"))
        for r in read_lines(path)
        if half in (None, r.get("half"))
    ]
