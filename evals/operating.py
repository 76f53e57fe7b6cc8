"""Figures at an operating point: what an answer is worth where half of the questions are answered, and the like; pure.

Each takes arrays of one value a question, so that a bootstrap can draw them again.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Values = NDArray[np.float64]

_BINS = 10


def accuracy_at(sure: Values, right: Values, coverage: float) -> float | None:
    """Share of right answers among the surest.

    Args:
        sure: confidence, refusing switched off.
        right: 1 where the answer is right.
        coverage: share of the questions that is answered, 0..1.
    """
    if not len(sure):
        return None
    count = max(1, round(coverage * len(sure)))
    return float(np.mean(_levelled(sure, right)[np.argsort(-sure, kind="stable")[:count]]))


def refused_at(sure: Values, withdrawn: Values, coverage: float) -> float | None:
    """Share of questions that are refused without their articles, at the threshold that answers some with them.

    Args:
        sure: confidence on questions that have an answer.
        withdrawn: confidence once the articles that hold it are left out.
        coverage: share of the former that is answered, 0..1.
    """
    if not len(sure) or not len(withdrawn):
        return None
    threshold = np.sort(sure)[::-1][max(1, round(coverage * len(sure))) - 1]
    return float(np.mean(withdrawn < threshold))


def calibration_error(sure: Values, right: Values) -> float | None:
    """Expected calibration error: mean gap of confidence and accuracy over ten bins of equally many answers.

    Source: Guo et al., "On Calibration of Modern Neural Networks" (ICML 2017); bins of equal count as in Nguyen and
    O'Connor (EMNLP 2015).
    """
    if not len(sure):
        return None
    right = _levelled(sure, right)
    bins = np.array_split(np.argsort(sure, kind="stable"), min(_BINS, len(sure)))
    gaps = [abs(float(sure[each].mean() - right[each].mean())) * len(each) for each in bins]
    return sum(gaps) / len(sure)


def _levelled(sure: Values, right: Values) -> Values:
    """For answers that are equally sure the mean of them, so that their order decides nothing."""
    _, group = np.unique(sure, return_inverse=True)
    return (np.bincount(group, weights=right) / np.bincount(group))[group]


def refusal_curve(sure: Values, f1: Values, em: Values, answerable: Values) -> list[dict[str, float]]:
    """What each threshold gives where some questions have no answer, as in SQuAD 2.0.

    Args:
        sure: confidence, refusing switched off.
        f1: of that answer; 0 where the question has none.
        em: the same, word for word.
        answerable: 1 where the question has an answer.

    Returns:
        For each of 101 thresholds, and one that refuses all, `threshold`, `f1` and `em` over all, a refusal being right
        where there is no answer, `f1_answerable`, and `refused` of the questions without an answer.
    """
    has = answerable == 1
    rows = []
    for threshold in [*np.linspace(0, 1, 101), np.inf]:
        given = sure >= threshold
        refused_rightly = (~given & ~has).astype(float)
        rows.append(
            {
                "threshold": float(min(threshold, 1.01)),
                "f1": float(np.mean(np.where(has & given, f1, refused_rightly))),
                "em": float(np.mean(np.where(has & given, em, refused_rightly))),
                "f1_answerable": float(np.mean((f1 * given)[has])) if has.any() else 0.0,
                "refused": float(np.mean(~given[~has])) if (~has).any() else 0.0,
            }
        )
    return rows


def best_of(curve: list[dict[str, float]], figure: str) -> float:
    """The highest of a figure on a refusal curve; SQuAD 2.0's script tries more thresholds."""
    return max(row[figure] for row in curve)
