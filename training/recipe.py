"""The stages that the shipped weights come from."""

from __future__ import annotations

from dataclasses import dataclass

from training.groups import Mix
from training.loop import Plan


@dataclass(frozen=True)
class Stage:
    """One stage of the training; it starts with the weights of the previous one.

    Attributes:
        questions: how many questions to learn from, drawn by the plan's seed; None for all.
        mix: the examples that are made from them.
        plan: settings of the training.
    """

    questions: int | None
    mix: Mix
    plan: Plan


#: The first stage learns what an answer looks like. The second, at half the rate, has other cuts and changes of
#: questions, a quarter of them new, and several passages side by side, because in use passages compete. The third has
#: more questions without an answer, as near-misses and with hard negatives, which caused most of the remaining errors.
RECIPE = (
    Stage(60_000, Mix(), Plan(seed=1)),
    Stage(40_000, Mix(negatives=0.25, beside=3), Plan(rate=1e-4, seed=2)),
    Stage(36_000, Mix(negatives=0.2, near_misses=0.6, alone=0.4, beside=3), Plan(rate=1e-4, seed=3)),
)
