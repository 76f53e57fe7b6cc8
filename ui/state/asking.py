"""A question as it is worked on: its steps and the parts of its answer, as they come."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import Runnable

from qa.answer import Answer


@dataclass(frozen=True)
class Step:
    """What is being done.

    Attributes:
        name: of the step that begins.
        passages: how many are read, where that is known.
    """

    name: Literal["search", "read", "check"]
    passages: int | None = None


def ask_in_steps(chain: Runnable[Any, Answer], asked: Mapping[str, Any]) -> Iterator[Step | Answer]:
    """Ask a chain, in a thread of its own; whoever stops listening stops it before its next part.

    Args:
        chain: as `qa.chain.build_chain` makes it.
        asked: its input.

    Raises:
        DatelineError: as the chain does.
    """
    told: queue.SimpleQueue[Step | Answer | BaseException | None] = queue.SimpleQueue()
    left = threading.Event()

    def work() -> None:
        try:
            for part in chain.stream(asked, config={"callbacks": [_Steps(told)]}):
                if left.is_set():
                    return
                told.put(part)
        except BaseException as error:  # it belongs to whoever listens
            told.put(error)
        finally:
            told.put(None)

    threading.Thread(target=copy_context().run, args=(work,), name="question", daemon=True).start()
    try:
        while (each := told.get()) is not None:
            if isinstance(each, BaseException):
                raise each
            yield each
    finally:
        left.set()


class _Steps(BaseCallbackHandler):
    """Hears LangChain end the steps of the chain; the next one begins with that."""

    def __init__(self, told: queue.SimpleQueue[Any]) -> None:
        self._told = told
        self._names: dict[UUID, str] = {}

    def on_chain_start(self, *_: Any, run_id: UUID, **facts: Any) -> None:
        """Remember what runs."""
        self._names[run_id] = str(facts.get("name"))

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:
        """Tell which step comes next; none does where all is said already."""
        name = self._names.pop(run_id, "")
        if not isinstance(outputs, Mapping) or "said" in outputs:
            return
        if name == "understand":
            self._told.put(Step("search"))
        elif name == "retrieve":
            self._told.put(Step("read", len(outputs.get("candidates", ()))))
        elif name == "read":
            self._told.put(Step("check"))
