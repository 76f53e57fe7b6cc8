"""Rewrite follow-up questions as self-contained ones: by rules, or by a chat model where there is one."""

from __future__ import annotations

import logging
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Protocol

from ingest.index.keywords import terms
from qa.base.answer import Answer
from qa.chat.models import ChatModel
from qa.chat.prompts import fill
from qa.chat.stream import ChatFailed, Meter
from qa.dialogue.focus import find_focus
from qa.dialogue.followup import Resolved, resolve
from qa.language.names import agreement, find_names
from qa.language.numbers import find_figures, periods_of

_TURNS = 4  # the last turns, which the model reads
_LONGEST = 300  # characters of the question that it writes
_REPLY = re.compile(r"^\W*question\s*:\s*(?P<question>\S[^\n]*)", re.IGNORECASE | re.MULTILINE)
_DATES = re.compile(
    r"^\W*dates\s*:\s*(?P<first>\d{4}-\d\d-\d\d)\s*(?:to|-|–)\s*(?P<last>\d{4}-\d\d-\d\d)", re.IGNORECASE | re.MULTILINE
)
_KEPT = 0.5  # share of the typed question's terms that the rewritten one needs

_log = logging.getLogger(__name__)


class Resolver(Protocol):
    """Completes follow-up questions."""

    def resolve(self, text: str, history: Sequence[Answer], today: date) -> Resolved:
        """Rewrite a question of a conversation as a self-contained one.

        Args:
            text: the question as it was typed.
            history: the answers before it, the last one last.
            today: the day on which it is asked.
        """


class RuleResolver:
    """Completes follow-up questions by rules."""

    def resolve(self, text: str, history: Sequence[Answer], today: date) -> Resolved:
        """Rewrite a question of a conversation as a self-contained one.

        Args:
            text: the question as it was typed.
            history: the answers before it, the last one last.
            today: the day on which it is asked.
        """
        return resolve(text, history, today)


class ModelResolver:
    """Completes follow-up questions by a chat model, and by rules where its question fails the checks."""

    def __init__(self, chat: ChatModel) -> None:
        """Args: chat: the chat model that rewrites."""
        self._chat = chat

    def resolve(self, text: str, history: Sequence[Answer], today: date) -> Resolved:
        """Rewrite a question of a conversation as a self-contained one.

        Args:
            text: the question as it was typed.
            history: the answers before it, the last one last.
            today: the day on which it is asked.
        """
        by_rules = resolve(text, history, today)
        focus = find_focus(history)
        if by_rules.reply is not None or by_rules.already_cited or focus is None:
            return by_rules  # small talk, "go on", or the first question
        written = self._written(text, history, today)
        if written is None or _plain(written[0]) == _plain(text):
            return by_rules
        question, days = written
        near = by_rules.articles or focus.articles
        return replace(by_rules, text=question, articles=near, dates=days)

    def _written(self, text: str, history: Sequence[Answer], today: date) -> tuple[str, tuple[str, str] | None] | None:
        """The question and the dates that the model writes; None where the question fails the checks."""
        from langchain_core.messages import HumanMessage, SystemMessage

        turns = "\n".join(f"Q: {turn.question.text}\nA: {_answer_text(turn)}" for turn in history[-_TURNS:])
        messages = [
            SystemMessage(fill("rewrite", today=today.isoformat())),
            HumanMessage(fill("conversation", turns=turns, question=text)),
        ]
        meter = Meter(self._chat)
        try:
            reply = "".join(meter.words(messages))
        except ChatFailed as failed:
            _log.info("a question was completed by rules: the chat model %s %s", self._chat.name, failed)
            return None
        match = _REPLY.search(reply)
        if match is None:
            return None
        question = " ".join(match["question"].split())
        if not _is_faithful(question, text, turns, today):
            return None
        return question, _days(reply)


def _answer_text(turn: Answer) -> str:
    return (turn.short_answer or turn.text)[:300] if turn.answered else "no answer"


def _days(reply: str) -> tuple[str, str] | None:
    match = _DATES.search(reply)
    if match is None:
        return None
    try:
        first, last = date.fromisoformat(match["first"]), date.fromisoformat(match["last"])
    except ValueError:
        return None
    return (first.isoformat(), last.isoformat()) if first <= last else None


def _is_faithful(question: str, typed: str, turns: str, today: date) -> bool:
    """Whether a rewritten question adds no name, number or date to the conversation, and keeps the typed terms."""
    if not question.endswith("?") or len(question) > _LONGEST:
        return False
    conversation = f"{turns}\n{typed}"
    names = [name.text for name in find_names(conversation)]
    plain = conversation.casefold()
    if any(
        name.text.casefold() not in plain and not any(agreement(name.text, other) for other in names)
        for name in find_names(question)
    ):
        return False
    figures = find_figures(conversation, today)
    if any(not any(figure.agrees(other) for other in figures) for figure in find_figures(question, today)):
        return False
    periods = periods_of(conversation, today)
    if any(not any(period.covers(other) for other in periods) for period in periods_of(question, today)):
        return False
    own = [term for term in terms(typed) if len(term) > 2]
    return sum(term in terms(question) for term in own) >= _KEPT * len(own)


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()
