"""A question as it is worked on: its steps and the parts of its answer, as they come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.runnables import Runnable

from qa.base.answer import Answer
from qa.chat.threads import Emit, emitted_by


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

    def work(tell: Emit[Step | Answer]) -> None:
        for part in chain.stream(asked, config={"callbacks": [_Steps(tell)]}):
            if not tell(part):
                return

    return emitted_by(work, "question")


class _Steps(BaseCallbackHandler):
    """Hears LangChain end the steps of the chain; the next one begins with that."""

    def __init__(self, tell: Emit[Step | Answer]) -> None:
        self._tell = tell
        self._names: dict[UUID, str] = {}

    def on_chain_start(self, *_: Any, run_id: UUID, **facts: Any) -> None:
        """Remember what runs."""
        self._names[run_id] = str(facts.get("name"))

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:
        """Tell which step comes next; none does where the answer is there already."""
        name = self._names.pop(run_id, "")
        if not isinstance(outputs, Mapping) or "answer" in outputs:
            return
        if name == "understand":
            self._tell(Step("search"))
        elif name == "retrieve":
            self._tell(Step("read", len(outputs.get("candidates", ()))))
        elif name == "read":
            self._tell(Step("check"))
