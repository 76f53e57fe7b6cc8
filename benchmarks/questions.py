"""Questions that the benchmarks ask: those of RealTime QA's quizzes, in an order drawn by their hashes."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from evals.datasets.base import day_of, find, read_lines


def drawn(folder: Path, number: int) -> list[tuple[str, date]]:
    """The first so many questions, each with the day it was asked.

    Args:
        folder: holds `questions.jsonl[.gz]`.
        number: how many.

    Raises:
        DataMissing: it does not.
    """
    days = {str(row["question"]): day_of(row["asked"]) for row in read_lines(find(folder, "questions.jsonl"))}
    words = sorted((words for words, day in days.items() if words.strip() and day), key=_draw)
    return [(each, date.fromisoformat(days[each])) for each in words[:number]]


def _draw(words: str) -> str:
    return hashlib.sha256(words.encode()).hexdigest()
