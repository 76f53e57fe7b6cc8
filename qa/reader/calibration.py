"""What a score is worth.

The curves were fitted by `python -m training.calibrate` on held-out articles of SQuAD 1.1 train; the thresholds were
chosen on the tuning half of tests/data/sample_questions.jsonl.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from qa.question.question import Caution

#: Confidence from which on a sentence counts as an answer.
THRESHOLDS: dict[Caution, float] = {"low": 0.25, "normal": 0.35, "high": 0.65}


@dataclass(frozen=True)
class Curve:
    """Confidence as a function of a score of the reader, in logits: 1 / (1 + exp(-(slope * score + constant)))."""

    slope: float
    constant: float

    def __call__(self, score: float) -> float:
        """Probability that an answer of this score is right."""
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.slope * score + self.constant))))


#: Where a few words answer.
WORDS = Curve(0.444, -0.108)
#: Where whole sentences do: why, how, what somebody said.
SENTENCES = Curve(0.270, -0.521)
#: Where a course of events is told: of the cosine similarity of a sentence to the question. Set by hand.
EVENTS = Curve(12.0, -5.4)
