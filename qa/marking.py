"""From scores of word pieces to spans: which runs of words a model marks, and how surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.article import Span

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONGEST = 24  # word pieces of a span
_BEGINNINGS = 12  # places where a span may begin that are looked at


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
        within = np.argsort(-ends[begin:stop], kind="stable")[:3]
        found += [(float(starts[begin] + ends[begin + last]), int(begin), int(begin + last)) for last in within]
    marks: list[Mark] = []
    taken: list[tuple[int, int]] = []
    for score, begin, last in sorted(found, key=lambda each: (-each[0], each[1], each[2])):
        if all(last < b or begin > e for b, e in taken):
            taken.append((begin, last))
            marks.append(Mark(page, (offsets[begin][0], offsets[last][1]), score))
            if len(marks) == count:
                break
    return marks
