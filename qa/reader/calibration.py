"""Convert the scores of the reader to confidence.

The curves were fitted by `python -m training.calibrate` on held-out articles of SQuAD 1.1 train; the thresholds were
chosen on the tuning half of tests/data/sample_questions.jsonl.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from qa.question.question import Caution

#: The least confidence of an answer.
THRESHOLDS: dict[Caution, float] = {"low": 0.25, "normal": 0.35, "high": 0.65}


@dataclass(frozen=True)
class Curve:
    """Confidence as a function of the reader's score, in logits: 1 / (1 + exp(-(slope * score + constant)))."""

    slope: float
    constant: float

    def __call__(self, score: float) -> float:
        """The probability that an answer with this score is right."""
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, self.slope * score + self.constant))))


#: For questions that a few words answer.
WORDS = Curve(0.444, -0.108)
#: For questions that need whole sentences: why, how, what somebody said.
SENTENCES = Curve(0.270, -0.521)
#: For a course of events, from the cosine similarity of a sentence to the question. Set by hand.
EVENTS = Curve(12.0, -5.4)
