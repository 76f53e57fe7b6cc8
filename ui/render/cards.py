"""Render the sources of an answer as cards."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

from ingest.base.article import Published
from qa.base.answer import Answer, Carrier, Citation
from ui import words
from ui.render.direction import isolated_html, isolated_markdown

_CARRIERS = 9  # links to other carriers of a story
_QUOTE, _NOTE = 180, 160  # characters of the quote and of the correction that a card shows


def cards_html(answer: Answer, turn: int, active: int = 0, confidence: str = "") -> str:
    """Render the sources of an answer as cards: headline, publisher, date, place, quote and other carriers.

    Args:
        answer: the answer whose citations are shown.
        turn: index of its turn in the conversation, from 0.
        active: number of the citation that is open, from 1; 0 for none.
        confidence: the confidence of the answer, in words.
    """
    if not answer.citations:
        return ""
    cards = []
    for number, citation in enumerate(answer.citations, 1):
        current = ' aria-current="true"' if number == active else ""
        place = f" · <bdi>{escape(citation.place)}</bdi>" if citation.place else ""
        cards.append(
            f'<li><a class="card" href="#cite-{turn}-{number}"{current}>'
            f'<span class="number">{number}</span>'
            f'<span class="headline" dir="auto">{escape(citation.headline)}</span>'
            f'<span class="source">{source_html(citation)}{place}</span>'
            f"{_correction(citation)}"
            f'<span class="quote" dir="auto">{escape(quoted(shortened(citation.quote, _QUOTE)))}</span>'
            f"</a>{_carriers(citation, turn, number)}</li>"
        )
    line = f'<p class="sure">{escape(confidence)}</p>' if confidence else ""
    return f'{_HEADING}{line}<ol class="cards" data-turn="{turn}">{"".join(cards)}</ol>'


def hint_html(text: str, turn: int | None = None) -> str:
    """Render a hint in place of the cards.

    Args:
        text: the hint.
        turn: index of the turn whose answer has no sources; None before there is an answer.
    """
    of = "" if turn is None else f' data-turn="{turn}"'
    return f'{_HEADING}<p class="hint"{of}>{escape(text)}</p>'


_HEADING = f'<h2 class="label">{words.SOURCES}</h2>'


def _correction(citation: Citation) -> str:
    if not citation.correction:
        return ""
    note = escape(shortened(citation.correction, _NOTE))
    return f'<span class="corrected">{words.CORRECTED} <bdi>{note}</bdi></span>'


def _carriers(citation: Citation, turn: int, number: int) -> str:
    """Render the other carriers of the story as links to their articles."""
    links = [
        f'<a href="#carrier-{turn}-{number}-{place}" title="{escape(carrier.headline)}">{source_html(carrier)}</a>'
        for place, carrier in enumerate(citation.also_carried_by[:_CARRIERS], 1)
    ]
    more = len(citation.also_carried_by) - len(links)
    named = ", ".join(links) + (words.AND_MORE.format(count=more) if more else "")
    return f'<div class="carriers">{words.ALSO_CARRIED_BY} {named}</div>' if links else ""


def source_html(cited: Citation | Carrier) -> str:
    """Render publisher and date as HTML."""
    return _source_line(cited, isolated_html)


def source_markdown(cited: Citation | Carrier) -> str:
    """Render publisher and date as Markdown."""
    return _source_line(cited, isolated_markdown)


def _source_line(cited: Citation | Carrier, isolated: Callable[[str], str]) -> str:
    date = Published.parse(cited.published).in_words() if cited.published else words.UNDATED
    return " · ".join([isolated(cited.publisher), date] if cited.publisher else [date])


def shortened(text: str, limit: int) -> str:
    """Put a text on one line, and cut it after a word if it is too long.

    Args:
        text: the text.
        limit: how many characters it may have.
    """
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    cut = re.sub(r"\s+\S*$", "", line[:limit]) or line[:limit]
    return f"{cut.rstrip(' ,;:–—-')}…"


def quoted(text: str) -> str:
    """Put a text in quotation marks, unless it begins with one."""
    return text if text[:1] in "“„«‘'\"‹" else f"“{text}”"
