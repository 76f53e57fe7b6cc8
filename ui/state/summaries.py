"""What a list of conversations needs of each: no answers, so that a long list stays light."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from ui.state.conversations import Talk

_LONGEST = 300  # characters of a question that are found


@dataclass(frozen=True)
class Head:
    """A conversation in a list.

    Attributes:
        id: of the conversation.
        name: what its owner calls it.
        updated: when it was last changed, ISO 8601 in UTC.
        questions: as they were typed, to be found by.
    """

    id: str
    name: str
    updated: str
    questions: tuple[str, ...] = ()


def head_of(talk: Talk) -> Head:
    """That of a conversation."""
    typed = [turn.words for turn in talk.turns]
    asked = [*typed, *([talk.pending] if talk.pending else [])]
    return Head(talk.id, talk.name, talk.updated, tuple(question[:_LONGEST] for question in asked))


def load_heads(text: str) -> list[Head]:
    """From the JSON that the browser keeps; none where that is no list of them, and without what is no head."""
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [head for each in kept if (head := _head(each))] if isinstance(kept, list) else []


def dump_heads(heads: Sequence[Head]) -> str:
    """As JSON."""
    return _HEADS.dump_json(list(heads)).decode()


def find(heads: Sequence[Head], words: str) -> list[Head]:
    """Those whose name and questions hold all of some words, or beginnings of them; all where there are none."""
    wanted = words.casefold().split()
    return [head for head in heads if all(word in _found_by(head) for word in wanted)]


def _head(kept: object) -> Head | None:
    try:
        return _HEAD.validate_json(json.dumps(kept))
    except ValidationError:
        return None


def _found_by(head: Head) -> str:
    return "\n".join((head.name, *head.questions)).casefold()


_HEAD = TypeAdapter(Head)
_HEADS = TypeAdapter(list[Head])
