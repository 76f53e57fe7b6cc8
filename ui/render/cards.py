"""The sources of an answer as cards."""

from __future__ import annotations

from collections.abc import Callable
from html import escape

from ingest.article import Published
from qa.answer import Answer, Carrier, Citation
from ui.render.direction import isolated_html, isolated_markdown

_CARRIERS = 9  # links to other carriers of a story


def cards_html(answer: Answer, turn: int, active: int = 0) -> str:
    """The sources of an answer as cards: headline, publisher, date, the words cited.

    Args:
        answer: its citations are shown.
        turn: which answer of the conversation it is, from 0.
        active: number of the citation that is open, from 1; 0 for none.
    """
    if not answer.citations:
        return ""
    cards = []
    for number, citation in enumerate(answer.citations, 1):
        current = ' aria-current="true"' if number == active else ""
        cards.append(
            f'<li><a class="card" href="#cite-{turn}-{number}"{current}>'
            f'<span class="number">{number}</span>'
            f'<span class="headline">{escape(citation.headline)}</span>'
            f'<span class="source">{source_html(citation)}</span>'
            f"</a>{_carriers(citation, turn, number)}</li>"
        )
    return f'<h2 class="label">Sources</h2><ol class="cards">{"".join(cards)}</ol>'


def _carriers(citation: Citation, turn: int, number: int) -> str:
    """Who else carries the story, as links that open those articles."""
    links = [
        f'<a href="#carrier-{turn}-{number}-{place}" title="{escape(carrier.headline)}">{source_html(carrier)}</a>'
        for place, carrier in enumerate(citation.also_carried_by[:_CARRIERS], 1)
    ]
    more = len(citation.also_carried_by) - len(links)
    named = ", ".join(links) + (f" and {more} more" if more else "")
    return f'<div class="carriers">Also carried by {named}</div>' if links else ""


def source_html(cited: Citation | Carrier) -> str:
    """Publisher and date, for people, in HTML."""
    return _source_line(cited, isolated_html)


def source_markdown(cited: Citation | Carrier) -> str:
    """Publisher and date, for people, in Markdown."""
    return _source_line(cited, isolated_markdown)


def _source_line(cited: Citation | Carrier, isolated: Callable[[str], str]) -> str:
    date = Published.parse(cited.published).in_words() if cited.published else "undated"
    return " · ".join([isolated(cited.publisher), date] if cited.publisher else [date])
