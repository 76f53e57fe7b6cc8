from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.operating import Values, accuracy_at, best_of, calibration_error, refusal_curve, refused_at

pytestmark = pytest.mark.part("evals")


def values(*numbers: float) -> Values:
    return np.array(numbers, dtype=np.float64)


NONE = values()
SHARES = st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1, max_size=60)


@pytest.mark.parametrize(
    ("coverage", "expected"), [(0.25, 1.0), (0.5, 0.5), (0.75, 2 / 3), (1.0, 0.5), (0.0, 1.0), (0.1, 1.0)]
)
def test_accuracy_is_that_of_the_surest(coverage: float, expected: float) -> None:
    assert accuracy_at(values(0.9, 0.1, 0.8, 0.3), values(1, 0, 0, 1), coverage) == pytest.approx(expected)


def test_no_answers_have_no_accuracy() -> None:
    assert accuracy_at(NONE, NONE, 0.5) is None


@given(SHARES)
def test_accuracy_over_all_is_the_mean(pairs: list[tuple[float, float]]) -> None:
    sure, right = values(*(s for s, _ in pairs)), values(*(r for _, r in pairs))
    assert accuracy_at(sure, right, 1.0) == pytest.approx(float(right.mean()))


@pytest.mark.parametrize(
    ("coverage", "expected"),
    [
        (0.2, 1.0),  # the threshold is 0.9
        (0.4, 1.0),  # 0.8
        (0.6, 0.5),  # 0.6, and an answer of 0.6 is given
        (0.8, 0.25),  # 0.4
        (1.0, 0.0),  # 0.2, below which 0.25 and the others are not
    ],
)
def test_refused_is_what_falls_below_the_threshold_that_answers_a_share(coverage: float, expected: float) -> None:
    sure, withdrawn = values(0.9, 0.2, 0.6, 0.4, 0.8), values(0.7, 0.6, 0.5, 0.25)
    assert refused_at(sure, withdrawn, coverage) == pytest.approx(expected)


def test_without_questions_nothing_is_refused() -> None:
    assert refused_at(NONE, values(0.5), 0.6) is None
    assert refused_at(values(0.5), NONE, 0.6) is None


def test_the_calibration_error_is_the_mean_gap_over_ten_bins() -> None:
    sure = values(*[0.1] * 10, *[0.9] * 10)
    right = values(1, 1, *[0] * 8, *[1] * 10)
    # Equally sure answers count as their mean: 0.2 against 0.1, and 1 against 0.9.
    assert calibration_error(sure, right) == pytest.approx(0.1)
    assert calibration_error(sure, right[::-1][np.r_[10:20, 0:10]]) == pytest.approx(0.1)


def test_bins_count_by_how_many_answers_they_hold() -> None:
    sure = np.linspace(0, 1, 11)
    right = values(1, 0, *[1] * 9)  # the first bin has two answers, the others one
    expected = 2 * abs(0.05 - 0.5) + sum(1 - each for each in sure[2:])
    assert calibration_error(sure, right) == pytest.approx(expected / 11)


@pytest.mark.parametrize(
    ("sure", "right", "expected"), [([0.2, 0.8], [0, 1], 0.2), ([0, 1, 1], [0, 1, 1], 0.0), ([1.0], [0], 1.0)]
)
def test_fewer_answers_than_bins_are_a_bin_each(sure: list[float], right: list[float], expected: float) -> None:
    assert calibration_error(values(*sure), values(*right)) == pytest.approx(expected)


def test_no_answers_have_no_calibration_error() -> None:
    assert calibration_error(NONE, NONE) is None


@given(SHARES)
def test_the_calibration_error_is_a_share_and_not_less_than_the_gap_of_the_means(
    pairs: list[tuple[float, float]],
) -> None:
    sure, right = values(*(s for s, _ in pairs)), values(*(r for _, r in pairs))
    found = calibration_error(sure, right)
    assert found is not None
    assert abs(float(sure.mean() - right.mean())) - 1e-9 <= found <= 1


# Four questions: two with an answer, two without.
CURVE = refusal_curve(values(0.95, 0.45, 0.65, 0.25), values(1, 0.5, 0, 0), values(1, 0, 0, 0), values(1, 1, 0, 0))


@pytest.mark.parametrize(
    ("threshold", "f1", "em", "f1_answerable", "refused"),
    [
        (0.0, 1.5 / 4, 1 / 4, 0.75, 0.0),  # all are answered
        (0.3, 2.5 / 4, 2 / 4, 0.75, 0.5),  # the last is refused, rightly
        (0.5, 2 / 4, 2 / 4, 0.5, 0.5),  # the second too, wrongly
        (0.7, 3 / 4, 3 / 4, 0.5, 1.0),
        (1.0, 2 / 4, 2 / 4, 0.0, 1.0),  # all are refused
    ],
)
def test_each_threshold_counts_a_refusal_as_right_where_there_is_no_answer(
    threshold: float, f1: float, em: float, f1_answerable: float, refused: float
) -> None:
    row = min(CURVE, key=lambda each: abs(each["threshold"] - threshold))
    assert row == pytest.approx(
        {"threshold": threshold, "f1": f1, "em": em, "f1_answerable": f1_answerable, "refused": refused}
    )


def test_the_best_of_a_curve_is_its_highest() -> None:
    assert len(CURVE) == 102
    assert (best_of(CURVE, "f1"), best_of(CURVE, "em"), best_of(CURVE, "refused")) == (0.75, 0.75, 1.0)


def test_a_curve_of_one_kind_of_question_has_nothing_of_the_other() -> None:
    answered = refusal_curve(values(0.5), values(0.8), values(0), values(1))
    assert {row["refused"] for row in answered} == {0.0}
    assert best_of(answered, "f1") == 0.8
    refused = refusal_curve(values(0.5), values(0), values(0), values(0))
    assert {row["f1_answerable"] for row in refused} == {0.0}
    assert best_of(refused, "f1") == 1.0


@given(SHARES)
def test_along_the_curve_refusals_only_grow(pairs: list[tuple[float, float]]) -> None:
    sure, has = values(*(s for s, _ in pairs)), values(*(h for _, h in pairs))
    curve = refusal_curve(sure, has * 0.5, has * 0.0, has)
    assert [row["refused"] for row in curve] == sorted(row["refused"] for row in curve)
    falling = [row["f1_answerable"] for row in curve]
    assert falling == sorted(falling, reverse=True)


def test_refusing_everything_is_on_the_curve_even_where_an_answer_is_quite_sure() -> None:
    curve = refusal_curve(values(1.0, 1.0), values(0, 0), values(0, 0), values(0, 0))
    assert best_of(curve, "f1") == 1.0
