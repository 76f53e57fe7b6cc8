"""Find the step of the pipeline at which an answer was lost; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qa.reader.reader import SpanReader

#: How many of the retrieved passages the reader reads.
READ = SpanReader.passages

STEPS = (
    "no article of that day contains the answer",
    "retrieval: none of the retrieved passages contains it",
    f"it was retrieved, but is not among the first {READ} passages, which are read",
    "reading: it was read, but other sentences were cited",
    "short answer: the right sentence was cited, but the short answer has none of it",
    "the short answer has part of it, or too much",
    "right, word for word",
)


def losses(answers: Sequence[dict[str, Any]]) -> dict[str, int]:
    """Count the questions that end at each of STEPS, with refusing switched off.

    Args:
        answers: of one system, as in a run of realtimeqa.
    """
    counts = dict.fromkeys(STEPS, 0)
    for row in answers:
        counts[STEPS[_step(row)]] += 1
    return counts


def _step(row: dict[str, Any]) -> int:
    metrics, rank = row["metrics"], row["hit_rank"]
    if metrics["short_em_forced"] == 1.0:
        return 6
    if metrics["citation_hit_forced"] == 1.0:
        return 5 if metrics["short_f1_forced"] > 0 else 4
    if not row["stands"]:
        return 0
    if rank is None:
        return 1
    return 2 if rank > READ else 3
