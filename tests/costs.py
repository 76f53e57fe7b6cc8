"""What work costs in processor time, which does not depend on what else the machine does."""

from __future__ import annotations

import time
import timeit
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

#: Where an input grows tenfold, linear work costs about 10 times as much, and quadratic work 100 times.
STEEP = 40


def cost(work: Callable[[], object]) -> float:
    """Processor seconds that one run takes in this thread: the least of three measurements.

    Args:
        work: what to run; repeated where it is too short to be measured.
    """
    timer = timeit.Timer(work, timer=time.thread_time)
    number = 1
    while (first := timer.timeit(number)) < 0.003:
        number *= 4
    return min(first, *timer.repeat(2, number)) / number


def growth(work: Callable[[T], object], small: T, large: T) -> float:
    """How many times as much work costs with a large input as with a small one.

    Args:
        work: what to run.
        small: its first input.
        large: another one, ten times as large; see STEEP.
    """
    return cost(lambda: work(large)) / cost(lambda: work(small))
