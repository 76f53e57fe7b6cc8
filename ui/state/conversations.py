"""Talks: questions and answers that build on each other, as they are kept and opened again.

The page holds the talk that is open as JSON in the browser and sends it with each question: the server keeps no
session, so that neither a restart nor a second server loses one. Answers are sealed, so that what comes back is what
was sent.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from ingest.base.errors import DatelineError
from qa.base.answer import Answer

_NAME = 60  # characters of a name that is made of a question


class TalkError(DatelineError):
    """What should be a talk is none, or was changed."""


@dataclass(frozen=True)
class Given:
    """What was given beside the words of a question; what is None is read from these.

    Attributes:
        published: first and last day, ISO 8601; (None, None) for no limit.
        publishers: names; empty for all.
        alone: whether it is asked by itself, without the turns before it.
        now: whether it is asked as of now, whatever day is set.
    """

    published: tuple[str | None, str | None] | None = None
    publishers: tuple[str, ...] | None = None
    alone: bool = False
    now: bool = False


@dataclass(frozen=True)
class Turn:
    """A question with its answer.

    Attributes:
        answer: with the question as it was understood.
        asked: when, ISO 8601 in UTC.
        seal: says that this server gave the answer.
        given: what was given beside its words.
    """

    answer: Answer
    asked: str
    seal: str
    given: Given = Given()

    @property
    def words(self) -> str:
        """The question as it was typed."""
        return self.answer.question.as_typed


@dataclass(frozen=True)
class Talk:
    """A conversation.

    Attributes:
        id: unguessable, 22 characters.
        name: what its owner calls it, or its first question; empty before that.
        started: when, ISO 8601 in UTC.
        updated: when it was last changed.
        turns: the first one first.
        pending: a question that is being answered; left behind where that was cut off.
        given: what was given beside its words.
        replaces: from which turn on its answer takes the place of others; None where it comes behind them.
    """

    id: str
    name: str
    started: str
    updated: str
    turns: tuple[Turn, ...] = ()
    pending: str | None = None
    given: Given = Given()
    replaces: int | None = None

    @classmethod
    def begin(cls) -> Talk:
        """An empty one."""
        return cls(secrets.token_urlsafe(16), "", now(), now())

    @property
    def answers(self) -> tuple[Answer, ...]:
        """For `history` of the next question."""
        return tuple(turn.answer for turn in self.turns)

    def asking(self, question: str, given: Given = Given(), replaces: int | None = None) -> Talk:
        """With a question that is being answered."""
        name = self.name or " ".join(question.split())[:_NAME]
        return replace(self, name=name, pending=question, given=given, replaces=replaces, updated=now())

    def with_turn(self, turn: Turn) -> Talk:
        """With one more turn, in the place of those that it replaces, and nothing pending."""
        return replace(self.at_rest(), turns=(*self.turns[: self.replaces], turn))

    def at_rest(self) -> Talk:
        """With nothing pending."""
        return replace(self, pending=None, given=Given(), replaces=None, updated=now())


class Talks:
    """Talks as JSON and back."""

    def __init__(self, key: bytes) -> None:
        """Args: key: of the seals; secret, and the same after a restart."""
        self._key = key

    def turn(self, answer: Answer, given: Given = Given()) -> Turn:
        """A turn that was answered now."""
        return Turn(answer, now(), self._seal(answer), given)

    def dump(self, talk: Talk) -> str:
        """As JSON."""
        return _TALK.dump_json(talk).decode()

    def load(self, text: str) -> Talk:
        """From JSON; an empty text begins a talk.

        Raises:
            TalkError: it is none, or holds an answer that this server did not give.
        """
        if not text:
            return Talk.begin()
        try:
            talk = _TALK.validate_json(text)
        except ValidationError:
            raise TalkError("what the browser keeps of this conversation cannot be read; begin a new one") from None
        self.check(talk.turns)
        return talk

    def check(self, turns: Sequence[Turn]) -> None:
        """See that this server gave these answers.

        Raises:
            TalkError: it did not.
        """
        if not all(hmac.compare_digest(turn.seal, self._seal(turn.answer)) for turn in turns):
            raise TalkError(
                "this conversation holds an answer that this server did not give, or its archive was made anew; "
                "begin a new one"
            )

    def _seal(self, answer: Answer) -> str:
        # Without defaults, so that a field that a later version adds breaks no seal.
        return hmac.new(self._key, _ANSWER.dump_json(answer, exclude_defaults=True), hashlib.sha256).hexdigest()


_TALK = TypeAdapter(Talk)
_ANSWER = TypeAdapter(Answer)


def now() -> str:
    """ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
