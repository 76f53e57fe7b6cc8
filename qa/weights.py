"""The weights of the similarity reader.

Written by `python -m training.similarity`; see there for how, and on what.
"""

from __future__ import annotations

import numpy as np

#: One for each of `qa.features.NAMES`, and the constant last.
WEIGHTS = (3.0, 2.5, 1.5, 0.5, 1.0, 0.5, 1.0, 0.8, -1.5, 0.8, 0.0, 0.3, -6.0)


def confidence(values: np.ndarray) -> float:
    """Probability in 0..1 that a sentence with these features answers, by logistic regression."""
    return float(1 / (1 + np.exp(-(np.dot(values, WEIGHTS[:-1]) + WEIGHTS[-1]))))
