"""Conversations: questions and answers that build on each other, and their JSON form.

The page keeps the open conversation as JSON in the browser and sends it with each question. The server keeps no
session, so a restart or a second server loses no conversation. Answers are sealed, so that the browser cannot change
them.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from ingest.base.errors import DatelineError
from qa.base.answer import Answer

_NAME = 60  # characters of a name that is taken from a question


class ConversationError(DatelineError):
    """A conversation cannot be read, or was changed outside this server."""


@dataclass(frozen=True)
class Options:
    """What was set for a question in addition to its text. What is None is read from the text.

    Attributes:
        published: first and last day, ISO 8601; (None, None) for no limit.
        publishers: names; empty for all.
        alone: whether it is asked by itself, without the turns before it.
        now: whether it is asked as of today, whatever date is set.
    """

    published: tuple[str | None, str | None] | None = None
    publishers: tuple[str, ...] | None = None
    alone: bool = False
    now: bool = False


# Saved conversations have the options under this name.
_Options = Annotated[Options, Field(alias="given")]


@dataclass(frozen=True)
class Turn:
    """A question with its answer.

    Attributes:
        answer: the answer, with the question as it was understood.
        asked: when, ISO 8601 in UTC.
        seal: proves that this server gave the answer.
        options: what was set in addition to the text of the question.
    """

    answer: Answer
    asked: str
    seal: str
    options: _Options = Options()

    @property
    def words(self) -> str:
        """The question as it was typed."""
        return self.answer.question.as_typed


@dataclass(frozen=True)
class Conversation:
    """A conversation.

    Attributes:
        id: unguessable, 22 characters.
        name: chosen by its owner, or its first question; empty before that.
        started: when, ISO 8601 in UTC.
        updated: when it was last changed, ISO 8601 in UTC.
        turns: the turns, oldest first.
        pending: the question that is being answered, or whose answer was interrupted.
        options: what was set in addition to the text of the pending question.
        replaces: index of the turn that the pending answer replaces, with all turns after it; None to append it.
    """

    id: str
    name: str
    started: str
    updated: str
    turns: tuple[Turn, ...] = ()
    pending: str | None = None
    options: _Options = Options()
    replaces: int | None = None

    @classmethod
    def begin(cls) -> Conversation:
        """Create an empty conversation."""
        return cls(secrets.token_urlsafe(16), "", now(), now())

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers, as the `history` of the next question."""
        return tuple(turn.answer for turn in self.turns)

    def asking(self, question: str, options: Options = Options(), replaces: int | None = None) -> Conversation:
        """A copy with a pending question.

        Args:
            question: the question.
            options: what is set in addition to its text.
            replaces: index of the turn that its answer replaces; None to append it.
        """
        name = self.name or " ".join(question.split())[:_NAME]
        return replace(self, name=name, pending=question, options=options, replaces=replaces, updated=now())

    def with_turn(self, turn: Turn) -> Conversation:
        """A copy with one more turn, which replaces those that it is to replace, and without a pending question."""
        return replace(self.at_rest(), turns=(*self.turns[: self.replaces], turn))

    def at_rest(self) -> Conversation:
        """A copy without a pending question."""
        return replace(self, pending=None, options=Options(), replaces=None, updated=now())


class ConversationCodec:
    """Converts conversations to JSON and back, and seals their answers."""

    def __init__(self, key: bytes) -> None:
        """Set the secret key of the seals. It must stay the same after a restart."""
        self._key = key

    def turn(self, answer: Answer, options: Options = Options()) -> Turn:
        """Create a sealed turn for an answer that was just given.

        Args:
            answer: the answer.
            options: what was set in addition to the text of the question.
        """
        return Turn(answer, now(), self._seal(answer), options)

    def dump(self, conversation: Conversation) -> str:
        """Convert a conversation to JSON."""
        return _CONVERSATION.dump_json(conversation, by_alias=True).decode()

    def load(self, text: str) -> Conversation:
        """Read a conversation from JSON; an empty text begins a new one.

        Raises:
            ConversationError: the text is invalid, or has an answer that this server did not give.
        """
        if not text:
            return Conversation.begin()
        try:
            conversation = _CONVERSATION.validate_json(text)
        except ValidationError:
            raise ConversationError(
                "the conversation that is saved in this browser cannot be read; start a new one"
            ) from None
        self.check(conversation.turns)
        return conversation

    def check(self, turns: Sequence[Turn]) -> None:
        """Verify that this server gave these answers.

        Raises:
            ConversationError: it did not give one of them.
        """
        if not all(hmac.compare_digest(turn.seal, self._seal(turn.answer)) for turn in turns):
            raise ConversationError(
                "this conversation has an answer that this server did not give, or the archive was created again; "
                "start a new one"
            )

    def _seal(self, answer: Answer) -> str:
        # Without defaults, so that a seal stays valid when a later version adds a field.
        return hmac.new(self._key, _ANSWER.dump_json(answer, exclude_defaults=True), hashlib.sha256).hexdigest()


_CONVERSATION = TypeAdapter(Conversation)
_ANSWER = TypeAdapter(Answer)


def now() -> str:
    """The current time in UTC, ISO 8601, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
