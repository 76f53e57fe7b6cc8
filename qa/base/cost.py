"""What a chat model took for an answer: tokens and time."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cost:
    """What one answer cost.

    Attributes:
        model: name of the chat model.
        prompt: version of the prompts.
        tokens_in: read by the model, over all calls.
        tokens_out: written by it.
        first: seconds to its first word; None where none came.
        total: seconds over all calls.
        calls: how often it was asked.
        estimated: whether tokens are reckoned from characters, because the model does not tell them.
        cached: whether the answer was there from before; then nothing was spent.
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
        """In one line, for people."""
        if self.cached:
            return f"{self.model}, from the cache"
        about = "about " if self.estimated else ""
        first = f", first word after {self.first:.1f} s" if self.first is not None else ""
        return (
            f"{self.model}: {about}{self.tokens_in:,} tokens read, {about}{self.tokens_out:,} written"
            f"{first}, {self.total:.1f} s in all"
        )
