"""Summaries of conversations for a list. They have no answers, so a long list stays small."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from ui.state.conversations import Conversation

_LONGEST = 300  # characters of a question that can be searched


@dataclass(frozen=True)
class Summary:
    """A conversation in a list.

    Attributes:
        id: id of the conversation.
        name: its name.
        updated: when it was last changed, ISO 8601 in UTC.
        questions: its questions as they were typed, for search.
    """

    id: str
    name: str
    updated: str
    questions: tuple[str, ...] = ()


def summarize(conversation: Conversation) -> Summary:
    """Summarize a conversation."""
    typed = [turn.words for turn in conversation.turns]
    asked = [*typed, *([conversation.pending] if conversation.pending else [])]
    questions = tuple(question[:_LONGEST] for question in asked)
    return Summary(conversation.id, conversation.name, conversation.updated, questions)


def load_summaries(text: str) -> list[Summary]:
    """Read summaries from the JSON that the browser sends. Invalid ones are left out; invalid JSON gives none."""
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return [summary for value in values if (summary := _summary(value))] if isinstance(values, list) else []


def dump_summaries(summaries: Sequence[Summary]) -> str:
    """Convert summaries to JSON."""
    return _SUMMARIES.dump_json(list(summaries)).decode()


def find(summaries: Sequence[Summary], words: str) -> list[Summary]:
    """Find the conversations whose name or questions contain all words of a search.

    Args:
        summaries: the conversations.
        words: the words, or parts of words; empty for all conversations.
    """
    wanted = words.casefold().split()
    return [summary for summary in summaries if all(word in _searchable(summary) for word in wanted)]


def _summary(value: object) -> Summary | None:
    try:
        return _SUMMARY.validate_json(json.dumps(value))
    except ValidationError:
        return None


def _searchable(summary: Summary) -> str:
    return "\n".join((summary.name, *summary.questions)).casefold()


_SUMMARY = TypeAdapter(Summary)
_SUMMARIES = TypeAdapter(list[Summary])
