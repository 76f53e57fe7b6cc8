"""What a thread tells, one after another, for work that can only call back."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import TypeVar

_T = TypeVar("_T")

#: Takes something that is told; says whether anybody still listens.
Tell = Callable[[_T], bool]


def told_by(work: Callable[[Tell[_T]], object], name: str) -> Iterator[_T]:
    """Let work run in a thread of its own, and give what it tells as it comes.

    Args:
        work: is called with what it tells by; it should end where nobody listens any more.
        name: of the thread.

    Raises:
        BaseException: what the work raised.
    """
    told: queue.SimpleQueue[tuple[bool, _T | BaseException | None]] = queue.SimpleQueue()
    left = threading.Event()

    def tell(each: _T) -> bool:
        told.put((True, each))
        return not left.is_set()

    def run() -> None:
        error: BaseException | None = None
        try:
            work(tell)
        except BaseException as raised:  # it belongs to whoever listens
            error = raised
        told.put((False, error))

    threading.Thread(target=copy_context().run, args=(run,), name=name, daemon=True).start()
    try:
        while True:
            goes_on, each = told.get()
            if not goes_on:
                if isinstance(each, BaseException):
                    raise each
                return
            yield each  # type: ignore[misc] # what goes on is what was told
    finally:
        left.set()
