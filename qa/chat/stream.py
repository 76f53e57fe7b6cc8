"""A chat model's words as they come: within a time, with what they cost, cut into sentences with their markers."""

from __future__ import annotations

import logging
import queue
import re
import threading
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ingest.chunking.sentences import sentence_spans
from qa.base.cost import Cost
from qa.chat.models import ChatModel
from qa.chat.prompts import VERSION

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

_MARKER = re.compile(r"\s*\[(?:passage )?(\d{1,3})\]", re.IGNORECASE)
# A marker belongs to the sentence in front of it, also where it stands behind the full stop.
_BEHIND = re.compile(r"(?P<end>[.!?][”’\"']?)(?P<markers>(?:\s*\[(?:passage )?\d{1,3}\])+)(?P<stop>\.?)", re.IGNORECASE)
_SEVERAL = re.compile(r"\[(?:passages? )?(\d{1,3})((?:\s*[,;&]\s*\d{1,3})+)\]", re.IGNORECASE)
_FORM = re.compile(
    r"^(?:\s*(?:[-*•]|\d{1,2}[.)]|#{1,6}|answer\s*:|(?:the )?passage \d+\s*[:,]|\*\*)\s*)+"
    r"|\*\*|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)",
    re.IGNORECASE,
)
_PER_TOKEN = 3.0  # characters of English that a token holds at the least, for reckoning ahead

_log = logging.getLogger(__name__)


class ChatFailed(Exception):
    """A chat model gave no words; the message says why, for people, and holds nothing of what it or a server said."""


@dataclass(frozen=True)
class Written:
    """A sentence that a model wrote.

    Attributes:
        text: its words, without markers.
        markers: numbers of the passages that it cites, as they were written.
    """

    text: str
    markers: tuple[int, ...]


def reckon(text: str) -> int:
    """About how many tokens a text has, rather more than fewer."""
    return int(len(text) / _PER_TOKEN) + 1


@dataclass
class Meter:
    """Asks a model for one answer and keeps count of what that takes.

    Attributes:
        chat: the model with its limits.
        cost: so far.
    """

    chat: ChatModel
    cost: Cost = field(init=False)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self.cost = Cost(self.chat.name, VERSION)
        self._began = time.monotonic()

    @property
    def left(self) -> float:
        """Seconds that are left."""
        return self.chat.seconds - (time.monotonic() - self._began)

    def affords(self, messages: Sequence[BaseMessage], written: int) -> bool:
        """Whether the question may cost another call.

        Args:
            messages: what would be read.
            written: tokens that may come of it.
        """
        ahead = sum(reckon(str(message.content)) for message in messages) + written
        return self.cost.tokens_in + self.cost.tokens_out + ahead <= self.chat.tokens

    def words(self, messages: Sequence[BaseMessage]) -> Generator[str, None, None]:
        """What the model writes, as it comes.

        Raises:
            ChatFailed: it cannot be reached, fails, or takes too long.
        """
        asked = time.monotonic()
        told, read, wrote, spoken = "", 0, 0, False
        self.cost = replace(self.cost, calls=self.cost.calls + 1)
        try:
            for chunk in self._chunks(messages):
                usage = getattr(chunk, "usage_metadata", None)
                if usage:
                    read, wrote = max(read, usage["input_tokens"]), max(wrote, usage["output_tokens"])
                words = chunk.text if isinstance(chunk.text, str) else chunk.text()
                if words and not spoken:
                    spoken = True
                    first = self.cost.first if self.cost.first is not None else time.monotonic() - asked
                    self.cost = replace(self.cost, first=round(first, 3))
                if words:
                    told += words
                    yield words
        finally:
            estimated = not read
            if estimated:
                read, wrote = sum(reckon(str(message.content)) for message in messages), reckon(told)
            self.cost = replace(
                self.cost,
                tokens_in=self.cost.tokens_in + read,
                tokens_out=self.cost.tokens_out + wrote,
                total=round(time.monotonic() - self._began, 3),
                estimated=self.cost.estimated or estimated,
            )

    def _chunks(self, messages: Sequence[BaseMessage]) -> Iterator[Any]:
        """Chunks from a thread of their own, so that a model that hangs does not hold the answer up."""
        told: queue.Queue[Any] = queue.Queue()
        gone = threading.Event()

        def work() -> None:
            try:
                for chunk in self.chat.model.stream(list(messages)):
                    told.put(chunk)
                    if gone.is_set():
                        return
                told.put(None)
            except Exception as error:  # each provider raises its own
                told.put(error)

        threading.Thread(target=work, name="chat model", daemon=True).start()
        try:
            while True:
                try:
                    chunk = told.get(timeout=max(0.001, self.left))
                except queue.Empty:
                    raise ChatFailed(f"did not answer within {self.chat.seconds:g} seconds") from None
                if chunk is None:
                    return
                if isinstance(chunk, Exception):
                    # What a provider says may hold a key; its kind of error holds none.
                    _log.warning("the chat model %s failed: %s", self.chat.name, type(chunk).__name__)
                    raise ChatFailed(f"could not be used ({type(chunk).__name__})")
                yield chunk
        finally:
            gone.set()


class Sentences:
    """Words as they come, as sentences when they are complete."""

    def __init__(self) -> None:
        self.rest = ""

    def feed(self, words: str) -> list[Written]:
        """The sentences that these words complete; what is not complete stays in `rest`."""
        self.rest += words
        return self._cut(whole=False)

    def finish(self) -> list[Written]:
        """What is left, complete or not: the model has ended."""
        return self._cut(whole=True)

    def _cut(self, *, whole: bool) -> list[Written]:
        found = []
        lines = self.rest.split("\n")
        self.rest = "" if whole else lines.pop()
        for line in lines:
            found += [_written(part) for part in _parts(line)]
        if not whole:
            parts = _parts(self.rest)
            # The last one may go on, or have its marker still to come.
            held = 2 if len(parts) > 1 and parts[-1].startswith("[") else 1
            if len(parts) > held:
                found += [_written(part) for part in parts[:-held]]
                self.rest = " ".join(parts[-held:]) + (" " if self.rest[-1:].isspace() else "")
        return [each for each in found if re.search(r"\w", each.text)]


def _parts(line: str) -> list[str]:
    moved = _SEVERAL.sub(lambda m: "".join(f"[{number}]" for number in re.findall(r"\d+", m[0])), line)
    moved = _BEHIND.sub(lambda m: f"{m['markers']}{m['end']}", moved)
    return [moved[slice(*span)] for span in sentence_spans(moved)]


def _written(part: str) -> Written:
    markers = tuple(dict.fromkeys(int(number) for number in _MARKER.findall(part)))
    return Written(_FORM.sub("", " ".join(_MARKER.sub("", part).split())).strip(), markers)
