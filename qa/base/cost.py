"""The tokens and time that a chat model used for an answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """The cost of one answer.

    Attributes:
        model: name of the chat model.
        prompt: version of the prompts.
        tokens_in: tokens that the model read, in all calls.
        tokens_out: tokens that it wrote, in all calls.
        first: seconds to its first word; None where it wrote none.
        total: seconds, in all calls.
        calls: number of calls.
        estimated: whether tokens are estimated from characters, because the model does not report them.
        cached: whether the answer came from the cache, without any cost.
    """

    model: str
    prompt: str
    tokens_in: int = 0
    tokens_out: int = 0
    first: float | None = None
    total: float = 0.0
    calls: int = 0
    estimated: bool = False
    cached: bool = False

    def line(self) -> str:
        """The cost in one line, for display."""
        if self.cached:
            return f"{self.model}, from the cache"
        about = "about " if self.estimated else ""
        first = f", first word after {self.first:.1f} s" if self.first is not None else ""
        return (
            f"{self.model}: {about}{self.tokens_in:,} tokens read, {about}{self.tokens_out:,} written"
            f"{first}, {self.total:.1f} s in all"
        )
