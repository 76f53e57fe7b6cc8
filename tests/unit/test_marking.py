from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ingest.base.article import Span
from qa.reader.span_decoding import Mark, mark


def scores(*values: float) -> NDArray[np.float32]:
    return np.array(values, dtype=np.float32)


def places(count: int) -> list[Span]:
    """Words of four letters with a blank behind each."""
    return [(5 * n, 5 * n + 4) for n in range(count)]


def test_the_best_span_comes_first_and_has_the_offsets_of_its_words() -> None:
    starts, ends = scores(-5, 4, -5, -5, 1), scores(-5, -5, 3, -5, 1)
    assert mark(starts, ends, places(5), 7, 2) == [Mark(7, (5, 14), 7.0), Mark(7, (20, 24), 2.0)]


def test_no_two_spans_share_a_word() -> None:
    starts, ends = scores(3, 5, -9, -9), scores(-9, 5, 4, -9)
    found = mark(starts, ends, places(4), 0, 3)
    assert found[0] == Mark(0, (5, 9), 10.0)
    assert all(each.span[1] <= 5 or each.span[0] >= 10 for each in found[1:])


def test_a_span_never_ends_before_it_begins() -> None:
    (found,) = mark(scores(-9, -9, 9), scores(8, -9, -9), places(3), 0, 1)
    assert found.span == (10, 14)
    assert found.score == 0.0


def test_a_span_is_a_few_words_long_at_the_most() -> None:
    starts, ends = scores(9, *[-9] * 39), scores(*[-9] * 23, 1, *[-9] * 15, 9)
    (found,) = mark(starts, ends, places(40), 0, 1)
    assert found == Mark(0, (0, 5 * 23 + 4), 10.0)  # not as far as the 9 behind the 24th word


def test_no_words_have_no_spans() -> None:
    assert mark(scores(), scores(), [], 0, 3) == []


def test_of_equal_spans_the_first_in_the_text_comes_first() -> None:
    found = mark(scores(2, 2, 2), scores(2, 2, 2), places(3), 0, 3)
    assert [each.span for each in found] == [(0, 4), (5, 9), (10, 14)]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_no_more_are_given_than_were_asked_for(count: int) -> None:
    assert len(mark(scores(1, 1, 1, 1), scores(1, 1, 1, 1), places(4), 0, count)) == count


@given(st.lists(st.tuples(st.floats(-40, 40, width=32), st.floats(-40, 40, width=32)), min_size=1, max_size=60))
def test_spans_are_apart_in_order_and_the_first_is_the_best_there_is(pairs: list[tuple[float, float]]) -> None:
    starts, ends = scores(*(start for start, _ in pairs)), scores(*(end for _, end in pairs))
    found = mark(starts, ends, places(len(pairs)), 0, 3)
    for each in found:
        assert 0 <= each.span[0] < each.span[1] <= 5 * len(pairs)
        first, last = each.span[0] // 5, each.span[1] // 5
        assert each.score == pytest.approx(starts[first] + ends[last], abs=1e-4)
        assert last - first < 24
    for one, other in combinations(found, 2):
        assert one.span[1] <= other.span[0] or other.span[1] <= one.span[0]
        assert one.score >= other.score
    if len(pairs) <= 12:
        best = max(starts[i] + ends[j] for i in range(len(pairs)) for j in range(i, len(pairs)))
        assert found[0].score == pytest.approx(best, abs=1e-4)
