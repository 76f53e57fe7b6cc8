"""Render how a question was understood as chips: Markdown links that drop or change a limit."""

from __future__ import annotations

from ingest.base.article import Published
from qa.base.answer import escape_markdown
from qa.question.limits import in_words
from qa.question.question import Question
from ui import words

_LONGEST = 200  # characters of a question in a chip


def chips_markdown(question: Question, turn: int) -> str:
    """Render one line of chips: the wording and the limits, each of which can be dropped, and a link to change them.

    Args:
        question: the question as it was understood.
        turn: index of its turn in the conversation, from 0.
    """
    limits = []
    if question.typed:
        limits.append((words.SEARCHED_AS.format(question=_cut(question.text)), "wording", words.DROP_WORDING))
    if question.published:
        limits.append((in_words(question.published), "time", words.DROP_TIME))
    if question.publishers:
        limits.append(
            (words.BY_PUBLISHERS.format(names=words.OR.join(question.publishers)), "publisher", words.DROP_PUBLISHER)
        )
    if question.as_of:
        day = Published.parse(question.as_of).in_words()
        limits.append((words.AS_OF_CHIP.format(day=day), "day", words.DROP_DAY))
    chips = [f'[{escape_markdown(label)} ✕](#drop-{turn}-{what} "{title}")' for label, what, title in limits]
    return " ".join([*chips, f'[{words.CHANGE}](#change-{turn} "{words.CHANGE_TITLE}")'])


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
