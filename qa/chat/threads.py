"""Iterate over what a function emits in a thread of its own, for work that can only call back."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from typing import TypeVar

_T = TypeVar("_T")

#: Takes an item; returns whether the items are still read.
Emit = Callable[[_T], bool]


def emitted_by(work: Callable[[Emit[_T]], object], name: str) -> Iterator[_T]:
    """Run work in a thread of its own, and yield the items that it emits.

    Args:
        work: called with the function that emits items; it should end when the items are no longer read.
        name: name of the thread.

    Raises:
        BaseException: what the work raised.
    """
    items: queue.SimpleQueue[tuple[bool, _T | BaseException | None]] = queue.SimpleQueue()
    closed = threading.Event()

    def emit(item: _T) -> bool:
        items.put((True, item))
        return not closed.is_set()

    def run() -> None:
        error: BaseException | None = None
        try:
            work(emit)
        except BaseException as raised:  # raised again in the thread that reads
            error = raised
        items.put((False, error))

    threading.Thread(target=copy_context().run, args=(run,), name=name, daemon=True).start()
    try:
        while True:
            goes_on, item = items.get()
            if not goes_on:
                if isinstance(item, BaseException):
                    raise item
                return
            yield item  # type: ignore[misc] # an item that was emitted
    finally:
        closed.set()
