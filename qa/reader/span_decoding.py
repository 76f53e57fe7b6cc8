"""Decode the scores of word pieces into marked spans."""

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
_BEGINNINGS = 12  # the best beginnings that are considered
_ENDS = 3  # the best ends for each beginning


@dataclass(frozen=True)
class Mark:
    """A span that may answer.

    Attributes:
        page: index of its page.
        span: its offsets in the page's text.
        score: logits of start and end relative to "no answer"; above 0 where the model prefers this answer.
    """

    page: int
    span: Span
    score: float


def mark(
    starts: NDArray[np.float32], ends: NDArray[np.float32], offsets: Sequence[Span], page: int, count: int
) -> list[Mark]:
    """The best spans of one input, best first and without overlaps.

    Args:
        starts: the score of each word piece of the passage as the first one, relative to no answer.
        ends: the score of each word piece as the last one, relative to no answer.
        offsets: offsets of the word pieces in the page's text.
        page: index of the page.
        count: the greatest number of spans.
    """
    import numpy as np

    size = len(offsets)
    if not size:
        return []
    marks = []
    for begin in np.argsort(-starts, kind="stable")[:_BEGINNINGS]:
        stop = min(size, int(begin) + _LONGEST)
        for last in begin + np.argsort(-ends[begin:stop], kind="stable")[:_ENDS]:
            score = float(starts[begin] + ends[last])
            if math.isfinite(score):
                marks.append(Mark(page, (offsets[begin][0], offsets[last][1]), score))
    return without_overlaps(marks, count)


def without_overlaps(marks: Sequence[Mark], count: int) -> list[Mark]:
    """The best marks of one page, best first; a mark that overlaps a better one is left out.

    Args:
        marks: in any order.
        count: the greatest number of marks.
    """
    kept: list[Mark] = []
    for candidate in sorted(marks, key=lambda m: (-m.score, m.span)):
        if len(kept) == count:
            break
        if all(candidate.span[1] <= other.span[0] or candidate.span[0] >= other.span[1] for other in kept):
            kept.append(candidate)
    return kept
