"""The list of conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from html import escape

from ingest.base.article import Published
from ui import words
from ui.state.summaries import Head


def talks_html(heads: Sequence[Head], current: str, today: date, *, searched: bool = False) -> str:
    """Conversations as links that open them.

    Args:
        heads: in the order in which they are shown.
        current: id of the one that is open.
        today: the day it is, where "today" is said.
        searched: whether only those are shown that were looked for.
    """
    if not heads:
        return f'<p class="hint">{words.NO_TALK_FOUND if searched else words.NO_TALKS}</p>'
    return (
        f'<ul class="talks" aria-label="{words.CONVERSATIONS}">{"".join(_item(h, current, today) for h in heads)}</ul>'
    )


def said_html(text: str, link: str = "") -> str:
    """What the page says of conversations.

    Args:
        text: said.
        link: id of a link to an answer, which the text then is.
    """
    if link:
        return f'<p class="said"><a href="?answer={escape(link)}"><bdi>{escape(text)}</bdi></a></p>'
    return f'<p class="said" dir="auto">{escape(text)}</p>' if text else ""


def day_in_words(moment: str, today: date) -> str:
    """The day of a moment in UTC, as the clock of this machine has it; empty where it is none."""
    try:
        day = datetime.fromisoformat(moment).astimezone().date()
    except ValueError:
        return ""
    near = {today: words.TODAY, today - timedelta(1): words.YESTERDAY}
    return near.get(day) or Published.parse(day.isoformat()).in_words()


def _item(head: Head, current: str, today: date) -> str:
    mark = ' aria-current="true"' if head.id == current else ""
    return (
        f'<li><a href="#talk-{escape(head.id)}"{mark}><bdi class="name">{escape(head.name or words.UNNAMED)}</bdi>'
        f' <time datetime="{escape(head.updated)}">{day_in_words(head.updated, today)}</time></a></li>'
    )
