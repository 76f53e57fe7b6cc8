"""The questions of the benchmarks: those of RealTime QA's quizzes, ordered by their hashes."""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

from evals.datasets.base import day_of, find, read_lines


def draw_questions(folder: Path, number: int) -> list[tuple[str, date]]:
    """The first questions, each with the day on which it was asked.

    Args:
        folder: contains `questions.jsonl[.gz]`.
        number: how many questions.

    Raises:
        DataMissing: the file is missing.
    """
    days = {str(row["question"]): day_of(row["asked"]) for row in read_lines(find(folder, "questions.jsonl"))}
    questions = sorted((question for question, day in days.items() if question.strip() and day), key=_hash)
    return [(question, date.fromisoformat(days[question])) for question in questions[:number]]


def _hash(question: str) -> str:
    return hashlib.sha256(question.encode()).hexdigest()
