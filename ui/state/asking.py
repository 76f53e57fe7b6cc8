"""Ask a question and stream its steps and the parts of its answer."""

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
    """A step in answering a question.

    Attributes:
        name: the step that begins.
        passages: how many passages are read, if known.
    """

    name: Literal["search", "read", "check"]
    passages: int | None = None


def ask_in_steps(chain: Runnable[Any, Answer], asked: Mapping[str, Any]) -> Iterator[Step | Answer]:
    """Run the chain in its own thread. When the caller stops iterating, the chain stops before its next part.

    Args:
        chain: the chain, from `qa.chain.build_chain`.
        asked: the input of the chain.

    Raises:
        DatelineError: the chain raised it.
    """

    def work(tell: Emit[Step | Answer]) -> None:
        for part in chain.stream(asked, config={"callbacks": [_Steps(tell)]}):
            if not tell(part):
                return

    return emitted_by(work, "question")


class _Steps(BaseCallbackHandler):
    """Reports the next step whenever LangChain ends a step of the chain."""

    def __init__(self, tell: Emit[Step | Answer]) -> None:
        self._tell = tell
        self._names: dict[UUID, str] = {}

    def on_chain_start(self, *_: Any, run_id: UUID, **facts: Any) -> None:
        """Remember the name of the run."""
        self._names[run_id] = str(facts.get("name"))

    def on_chain_end(self, outputs: Any, *, run_id: UUID, **_: Any) -> None:
        """Report the step that comes next, unless the answer is already complete."""
        name = self._names.pop(run_id, "")
        if not isinstance(outputs, Mapping) or "answer" in outputs:
            return
        if name == "understand":
            self._tell(Step("search"))
        elif name == "retrieve":
            self._tell(Step("read", len(outputs.get("candidates", ()))))
        elif name == "read":
            self._tell(Step("check"))
