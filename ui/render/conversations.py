"""Render the list of conversations."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from html import escape

from ingest.base.article import Published
from ui import words
from ui.state.summaries import Summary


def conversations_html(summaries: Sequence[Summary], current: str, today: date, *, searched: bool = False) -> str:
    """Render conversations as links that open them.

    Args:
        summaries: the conversations in the order in which they are shown.
        current: id of the conversation that is open.
        today: the current day, to write "today" and "yesterday".
        searched: whether these are the results of a search.
    """
    if not summaries:
        hint = words.NO_MATCHING_CONVERSATION if searched else words.NO_CONVERSATIONS
        return f'<p class="hint">{hint}</p>'
    items = "".join(_item(summary, current, today) for summary in summaries)
    return f'<ul class="talks" aria-label="{words.CONVERSATIONS}">{items}</ul>'


def message_html(text: str, link: str = "") -> str:
    """Render a message above the conversation.

    Args:
        text: the message.
        link: id of the answer that the message links to; empty for no link.
    """
    if link:
        return f'<p class="said"><a href="?answer={escape(link)}"><bdi>{escape(text)}</bdi></a></p>'
    return f'<p class="said" dir="auto">{escape(text)}</p>' if text else ""


def day_in_words(moment: str, today: date) -> str:
    """Format the day of a moment in the time zone of this machine.

    Args:
        moment: ISO 8601 in UTC. The result is empty if it cannot be parsed.
        today: the current day, to write "today" and "yesterday".
    """
    try:
        day = datetime.fromisoformat(moment).astimezone().date()
    except ValueError:
        return ""
    near = {today: words.TODAY, today - timedelta(1): words.YESTERDAY}
    return near.get(day) or Published.parse(day.isoformat()).in_words()


def _item(summary: Summary, current: str, today: date) -> str:
    mark = ' aria-current="true"' if summary.id == current else ""
    name = escape(summary.name or words.UNNAMED)
    return (
        f'<li><a href="#talk-{escape(summary.id)}"{mark}><bdi class="name">{name}</bdi>'
        f' <time datetime="{escape(summary.updated)}">{day_in_words(summary.updated, today)}</time></a></li>'
    )
