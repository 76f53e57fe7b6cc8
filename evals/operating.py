"""Figures at an operating point, such as the accuracy if half of the questions are answered; pure functions.

Each takes arrays with one value per question, so that a bootstrap can resample them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_BINS = 10


def accuracy_at(sure: Values, right: Values, coverage: float) -> float | None:
    """Share of right answers among the most confident.

    Args:
        sure: confidence, with refusing switched off.
        right: 1 if the answer is right.
        coverage: share of the questions that are answered, 0..1.
    """
    if not len(sure):
        return None
    count = max(1, round(coverage * len(sure)))
    return float(np.mean(_levelled(sure, right)[np.argsort(-sure, kind="stable")[:count]]))


def refused_at(sure: Values, withdrawn: Values, coverage: float) -> float | None:
    """Share of questions that are refused without their articles, at the threshold that gives a coverage with them.

    Args:
        sure: confidence on questions that have an answer.
        withdrawn: confidence when the articles with the answer are left out.
        coverage: share of the questions that are answered with their articles, 0..1.
    """
    if not len(sure) or not len(withdrawn):
        return None
    threshold = np.sort(sure)[::-1][max(1, round(coverage * len(sure))) - 1]
    return float(np.mean(withdrawn < threshold))


def calibration_error(sure: Values, right: Values) -> float | None:
    """Expected calibration error: mean gap of confidence and accuracy over ten bins of equally many answers.

    Source: Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017); bins of equal count as in Nguyen and
    O'Connor (EMNLP 2015).

    Args:
        sure: confidence of each answer.
        right: 1 if the answer is right.
    """
    if not len(sure):
        return None
    right = _levelled(sure, right)
    bins = np.array_split(np.argsort(sure, kind="stable"), min(_BINS, len(sure)))
    gaps = [abs(float(sure[bin_].mean() - right[bin_].mean())) * len(bin_) for bin_ in bins]
    return sum(gaps) / len(sure)


def _levelled(sure: Values, right: Values) -> Values:
    """Give equally confident answers their mean, so that their order does not matter."""
    _, group = np.unique(sure, return_inverse=True)
    return (np.bincount(group, weights=right) / np.bincount(group))[group]


def refusal_curve(sure: Values, f1: Values, em: Values, answerable: Values) -> list[dict[str, float]]:
    """Figures at each refusal threshold, for questions some of which have no answer, as in SQuAD 2.0.

    Args:
        sure: confidence, with refusing switched off.
        f1: F1 of that answer; 0 if the question has none.
        em: exact match of that answer; 0 if the question has none.
        answerable: 1 if the question has an answer.

    Returns:
        For each of 101 thresholds, and one that refuses all: `threshold`; `f1` and `em` over all questions, where a
        refusal is right if there is no answer; `f1_answerable`; and `refused`, the share of questions without an answer
        that are refused.
    """
    has = answerable == 1
    rows = []
    for threshold in [*np.linspace(0, 1, 101), np.inf]:
        is_answered = sure >= threshold
        refused_rightly = (~is_answered & ~has).astype(float)
        rows.append(
            {
                "threshold": float(min(threshold, 1.01)),
                "f1": float(np.mean(np.where(has & is_answered, f1, refused_rightly))),
                "em": float(np.mean(np.where(has & is_answered, em, refused_rightly))),
                "f1_answerable": float(np.mean((f1 * is_answered)[has])) if has.any() else 0.0,
                "refused": float(np.mean(~is_answered[~has])) if (~has).any() else 0.0,
            }
        )
    return rows


def best_of(curve: list[dict[str, float]], figure: str) -> float:
    """The highest value of a figure on a refusal curve; SQuAD 2.0's script tries more thresholds.

    Args:
        curve: as `refusal_curve` returns it.
        figure: its name.
    """
    return max(row[figure] for row in curve)
