"""What was understood of a question, as chips: links in Markdown that take it back or change it."""

from __future__ import annotations

from ingest.base.article import Published
from qa.base.answer import escape_markdown
from qa.question.limits import in_words
from qa.question.question import Question
from ui import words

_LONGEST = 200  # characters of a question in a chip


def chips_markdown(question: Question, turn: int) -> str:
    """One line: each limit and the wording that was searched, each to be taken back, and a link to change them.

    Args:
        question: as it was understood.
        turn: of the conversation, from 0.
    """
    said = []
    if question.typed:
        said.append((words.SEARCHED_AS.format(question=_cut(question.text)), "wording", words.DROP_WORDING))
    if question.published:
        said.append((in_words(question.published), "time", words.DROP_TIME))
    if question.publishers:
        said.append(
            (words.BY_PUBLISHERS.format(names=words.OR.join(question.publishers)), "publisher", words.DROP_PUBLISHER)
        )
    if question.as_of:
        day = Published.parse(question.as_of).in_words()
        said.append((words.AS_OF_CHIP.format(day=day), "day", words.DROP_DAY))
    chips = [f'[{escape_markdown(label)} ✕](#drop-{turn}-{what} "{title}")' for label, what, title in said]
    return " ".join([*chips, f'[{words.CHANGE}](#change-{turn} "{words.CHANGE_TITLE}")'])


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
