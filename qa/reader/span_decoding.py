"""From scores of word pieces to spans: which runs of words a model marks, and how surely."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.base.article import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONGEST = 24  # word pieces of a span
_BEGINNINGS = 12  # places where a span may begin that are looked at
_ENDS = 3  # ends of each of them


@dataclass(frozen=True)
class Mark:
    """A run of words that may answer.

    Attributes:
        page: index of the page that it stands in.
        span: its offsets in the page's text.
        score: start and end over those of "no answer here", in logits; above 0 where the model would rather answer.
    """

    page: int
    span: Span
    score: float


def mark(
    starts: NDArray[np.float32], ends: NDArray[np.float32], offsets: Sequence[Span], page: int, count: int
) -> list[Mark]:
    """The best spans of one input, the best first; no two of them overlap.

    Args:
        starts: a score for each of the passage's word pieces, over that of no answer.
        ends: the same for the last word piece.
        offsets: theirs, in the page's text.
        page: what to call it.
        count: how many at the most.
    """
    import numpy as np

    size = len(offsets)
    if not size:
        return []
    found = []
    for begin in np.argsort(-starts, kind="stable")[:_BEGINNINGS]:
        stop = min(size, int(begin) + _LONGEST)
        for last in begin + np.argsort(-ends[begin:stop], kind="stable")[:_ENDS]:
            score = float(starts[begin] + ends[last])
            if math.isfinite(score):
                found.append(Mark(page, (offsets[begin][0], offsets[last][1]), score))
    return apart(found, count)


def apart(marks: Sequence[Mark], count: int) -> list[Mark]:
    """The best of some marks of one page, the best first, each that overlaps a better one left out."""
    kept: list[Mark] = []
    for each in sorted(marks, key=lambda m: (-m.score, m.span)):
        if len(kept) == count:
            break
        if all(each.span[1] <= other.span[0] or each.span[0] >= other.span[1] for other in kept):
            kept.append(each)
    return kept
