"""At which step of the line an answer was lost; pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qa.reader.reader import SpanReader

#: Passages that the reader reads, of those that retrieval hands on.
READ = SpanReader.passages

STEPS = (
    "the answer stands in no article of that day",
    "retrieval: it stands in none of the passages that were handed on",
    f"it was handed on, but not among the first {READ}, which are read",
    "reading: it was read, and other sentences were cited",
    "the few words: the right sentence was cited, the short answer has nothing of it",
    "the short answer has a part of it, or too much",
    "right, word for word",
)


def losses(answers: Sequence[dict[str, Any]]) -> dict[str, int]:
    """How many questions end at each of STEPS, refusing switched off.

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
