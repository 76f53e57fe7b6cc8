"""Questions that were written for this project: on the sample archive, and on one real article that is not shipped.

They were written before it was looked at how they score. Of those on the samples, the half `tune` is for choosing rules
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
        question: its words.
        answerable: whether the articles answer it; where not, they share its names.
        evidence: words of which an answer's quotes should hold one.
        short: right short answers, each enough; empty where there is no short one.
        half: `tune` or `test`, or None where there are no halves.
        given: what `qa.ask` takes beside the question.
    """

    id: str
    kind: str
    question: str
    answerable: bool
    evidence: tuple[str, ...]
    short: tuple[str, ...]
    half: str | None = None
    given: dict[str, Any] = field(default_factory=dict)


def load(name: str, half: str | None = None) -> list[Item]:
    """The questions of a file in tests/data.

    Args:
        name: `sample_questions` or `seed_questions`.
        half: `tune` or `test`; None for all.

    Raises:
        DataMissing: the checkout lacks the file.
    """
    path = FOLDER / f"{name}.jsonl"
    if not path.is_file():
        raise DataMissing(f"{path} is not there; it comes with the project")
    return [
        Item(r["id"], r["kind"], r["question"], r["answerable"], tuple(r["evidence"]), tuple(r["short"]), r.get("half"))
        for r in read_lines(path)
        if half in (None, r.get("half"))
    ]
