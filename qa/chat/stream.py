"""Stream a chat model's words within a time limit, measure their cost, and split them into sentences with markers."""

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
# A marker belongs to the sentence before it, also after the full stop.
_AT_STOP = re.compile(
    r"(?P<end>[.!?][”’\"']?)(?P<markers>(?:\s*\[(?:passage )?\d{1,3}\])+)(?P<stop>\.?)", re.IGNORECASE
)
_SEVERAL = re.compile(r"\[(?:passages? )?(\d{1,3})((?:\s*[,;&]\s*\d{1,3})+)\]", re.IGNORECASE)
_FORM = re.compile(
    r"^(?:\s*(?:[-*•]|\d{1,2}[.)]|#{1,6}|answer\s*:|(?:the )?passage \d+\s*[:,]|\*\*)\s*)+"
    r"|\*\*|(?<!\w)_(?=\w)|(?<=\w)_(?!\w)",
    re.IGNORECASE,
)
_PER_TOKEN = 3.0  # characters of English in a token, a low estimate

_log = logging.getLogger(__name__)


class ChatFailed(Exception):
    """A chat model returned no words; the message says why, without the words of the model or its server."""


@dataclass(frozen=True)
class Written:
    """A sentence that a model wrote.

    Attributes:
        text: its words, without markers.
        markers: numbers of the passages that it cites, in the order written.
    """

    text: str
    markers: tuple[int, ...]


def estimate_tokens(text: str) -> int:
    """The estimated number of tokens of a text, more likely too high than too low."""
    return int(len(text) / _PER_TOKEN) + 1


@dataclass
class Meter:
    """Calls a model for one answer and measures the cost.

    Attributes:
        chat: the model with its limits.
        cost: the cost so far.
    """

    chat: ChatModel
    cost: Cost = field(init=False)
    _began: float = field(init=False)

    def __post_init__(self) -> None:
        self.cost = Cost(self.chat.name, VERSION)
        self._began = time.monotonic()

    @property
    def left(self) -> float:
        """The seconds that are left."""
        return self.chat.seconds - (time.monotonic() - self._began)

    def affords(self, messages: Sequence[BaseMessage], written: int) -> bool:
        """Whether the limits of the question allow another call.

        Args:
            messages: what the model would read.
            written: the most tokens that it would write.
        """
        ahead = sum(estimate_tokens(str(message.content)) for message in messages) + written
        return self.cost.tokens_in + self.cost.tokens_out + ahead <= self.chat.tokens

    def words(self, messages: Sequence[BaseMessage]) -> Generator[str, None, None]:
        """Stream what the model writes.

        Raises:
            ChatFailed: the model cannot be reached, fails, or takes too long.
        """
        started = time.monotonic()
        reply, read, wrote, has_words = "", 0, 0, False
        self.cost = replace(self.cost, calls=self.cost.calls + 1)
        try:
            for chunk in self._chunks(messages):
                usage = getattr(chunk, "usage_metadata", None)
                if usage:
                    read, wrote = max(read, usage["input_tokens"]), max(wrote, usage["output_tokens"])
                words = chunk.text if isinstance(chunk.text, str) else chunk.text()
                if words and not has_words:
                    has_words = True
                    first = self.cost.first if self.cost.first is not None else time.monotonic() - started
                    self.cost = replace(self.cost, first=round(first, 3))
                if words:
                    reply += words
                    yield words
        finally:
            estimated = not read
            if estimated:
                read, wrote = sum(estimate_tokens(str(message.content)) for message in messages), estimate_tokens(reply)
            self.cost = replace(
                self.cost,
                tokens_in=self.cost.tokens_in + read,
                tokens_out=self.cost.tokens_out + wrote,
                total=round(time.monotonic() - self._began, 3),
                estimated=self.cost.estimated or estimated,
            )

    def _chunks(self, messages: Sequence[BaseMessage]) -> Iterator[Any]:
        """The model's chunks, read in a thread of their own, so that a model that hangs does not block the answer."""
        chunks: queue.Queue[Any] = queue.Queue()
        closed = threading.Event()

        def work() -> None:
            try:
                for chunk in self.chat.model.stream(list(messages)):
                    chunks.put(chunk)
                    if closed.is_set():
                        return
                chunks.put(None)
            except Exception as error:  # each provider raises its own types
                chunks.put(error)

        threading.Thread(target=work, name="chat model", daemon=True).start()
        try:
            while True:
                try:
                    chunk = chunks.get(timeout=max(0.001, self.left))
                except queue.Empty:
                    raise ChatFailed(f"did not answer within {self.chat.seconds:g} seconds") from None
                if chunk is None:
                    return
                if isinstance(chunk, Exception):
                    # The message of a provider may contain a key; the type of the error does not.
                    _log.warning("the chat model %s failed: %s", self.chat.name, type(chunk).__name__)
                    raise ChatFailed(f"could not be used ({type(chunk).__name__})")
                yield chunk
        finally:
            closed.set()


class Sentences:
    """Splits streamed words into sentences as they are completed."""

    def __init__(self) -> None:
        self.rest = ""

    def feed(self, words: str) -> list[Written]:
        """The sentences that these words complete; an incomplete one stays in `rest`."""
        self.rest += words
        return self._cut(whole=False)

    def finish(self) -> list[Written]:
        """The sentences that are left at the end, complete or not."""
        return self._cut(whole=True)

    def _cut(self, *, whole: bool) -> list[Written]:
        sentences = []
        lines = self.rest.split("\n")
        self.rest = "" if whole else lines.pop()
        for line in lines:
            sentences += [_written(part) for part in _parts(line)]
        if not whole:
            parts = _parts(self.rest)
            # The last one may continue, or its marker may follow.
            held = 2 if len(parts) > 1 and parts[-1].startswith("[") else 1
            if len(parts) > held:
                sentences += [_written(part) for part in parts[:-held]]
                self.rest = " ".join(parts[-held:]) + (" " if self.rest[-1:].isspace() else "")
        return [sentence for sentence in sentences if re.search(r"\w", sentence.text)]


def _parts(line: str) -> list[str]:
    moved = _SEVERAL.sub(lambda m: "".join(f"[{number}]" for number in re.findall(r"\d+", m[0])), line)
    moved = _AT_STOP.sub(lambda m: f"{m['markers']}{m['end']}", moved)
    return [moved[slice(*span)] for span in sentence_spans(moved)]


def _written(part: str) -> Written:
    markers = tuple(dict.fromkeys(int(number) for number in _MARKER.findall(part)))
    return Written(_FORM.sub("", " ".join(_MARKER.sub("", part).split())).strip(), markers)
