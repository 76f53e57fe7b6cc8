"""The stages that the shipped weights come from."""

from __future__ import annotations

from dataclasses import dataclass

from training.groups import Mix
from training.loop import Plan


@dataclass(frozen=True)
class Stage:
    """One pass of the training, which begins with the weights of the one before.

    Attributes:
        questions: how many are learned from, drawn by the plan's seed; None for all.
        mix: what is made of them.
        plan: how they are learned from.
    """

    questions: int | None
    mix: Mix
    plan: Plan


#: First what an answer looks like; then, at half the rate, other cuts and changes of questions of which a quarter
#: are new, and several passages beside one another, for at use it is the comparison between passages that decides;
#: then more of what has no answer, near-misses and passages that look right, which is what was still got wrong most.
RECIPE = (
    Stage(60_000, Mix(), Plan(seed=1)),
    Stage(40_000, Mix(negatives=0.25, beside=3), Plan(rate=1e-4, seed=2)),
    Stage(36_000, Mix(negatives=0.2, near_misses=0.6, alone=0.4, beside=3), Plan(rate=1e-4, seed=3)),
)
