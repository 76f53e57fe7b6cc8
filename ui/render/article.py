"""Render an article as HTML with the cited words highlighted. All its text is escaped."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from html import escape

from ingest.base.article import Article, Published, Span
from ingest.cleaning.boilerplate import is_crosshead
from qa.base.answer import Citation
from ui import words
from ui.render import phrases
from ui.render.cards import source_html
from ui.render.versions import notice_html


def article_html(
    article: Article, cited: Sequence[Span] = (), active: Span | None = None, notices: Sequence[str] = ()
) -> str:
    """Render an article with the cited words highlighted.

    Args:
        article: the article with its text.
        cited: spans of the text that the answer cites.
        active: the span that the reader opened. It is highlighted more strongly and shown as one piece.
        notices: HTML of notices to show above the text.
    """
    paragraphs = []
    focus = ' tabindex="-1"'  # on the first piece of the active span only
    for match in re.finditer(r"\S(?:.|\n(?!\n))*", article.text):
        pieces = []
        for piece, kind in _pieces(article.text, match.span(), cited, active):
            pieces.append(_mark(piece, kind, focus) if kind else escape(piece))
            focus = "" if kind == "active" else focus
        tag = "h3" if is_crosshead(match.group()) else "p"
        paragraphs.append(f'<{tag} dir="auto">{"".join(pieces)}</{tag}>')
    note = f'<p class="correction" dir="auto">{escape(article.correction)}</p>' if article.correction else ""
    top = f'<h2 dir="auto">{escape(article.headline)}</h2><p class="byline" lang="en" dir="ltr">{_byline(article)}</p>'
    return _framed(article.language, "".join([top, *notices, note, *paragraphs]))


def closed_html(article: Article, reason: str, notice: str | None = None) -> str:
    """Render an article whose text must not be shown any more: its headline and the reason.

    Args:
        article: the article.
        reason: why its text is not shown.
        notice: what the publisher says in its place.
    """
    paragraphs = [paragraph for paragraph in (notice or "").split("\n\n") if paragraph.strip()]
    statement = "".join(f'<p dir="auto">{escape(paragraph)}</p>' for paragraph in paragraphs)
    return _framed(article.language, f'<h2 dir="auto">{escape(article.headline)}</h2>{notice_html(reason)}{statement}')


def gone_html(citation: Citation) -> str:
    """Render what is left of an article that is no longer in the archive: the quote in the answer."""
    quote = f'<p lang="en" dir="ltr">{words.GONE_QUOTE}</p><blockquote dir="auto"><mark class="active" tabindex="-1">'
    return _framed(
        None,
        f'<h2 dir="auto">{escape(citation.headline)}</h2>'
        f'<p class="byline" lang="en" dir="ltr">{source_html(citation)}</p>'
        f"{notice_html(words.GONE)}{quote}{escape(citation.quote)}</mark></blockquote>",
    )


def _framed(language: str | None, story: str) -> str:
    return f'<article class="reading" lang="{escape(language or "en")}" dir="auto">{story}</article>'


def _mark(piece: str, kind: str, focus: str) -> str:
    return (
        f'<mark class="active"{focus}>{escape(piece)}</mark>' if kind == "active" else f"<mark>{escape(piece)}</mark>"
    )


def _pieces(text: str, paragraph: Span, cited: Sequence[Span], active: Span | None) -> Iterator[tuple[str, str]]:
    """Split a paragraph into pieces by highlight. The active span stays one piece, even if others overlap it."""
    first, last = paragraph
    spans = [(max(start, first), min(end, last)) for start, end in cited if start < last and end > first]
    chosen = (max(active[0], first), min(active[1], last)) if active else (first, first)
    if chosen[0] >= chosen[1]:
        chosen = (first, first)
    borders = {first, last, *chosen, *(edge for span in spans for edge in span)}
    run, running = "", ""
    for start, end in itertools.pairwise(sorted(borders)):
        is_active = chosen[0] <= start and end <= chosen[1]
        kind = "active" if is_active else "cited" if any(s <= start and end <= e for s, e in spans) else ""
        if kind != running and run:
            yield run, running
            run = ""
        run, running = run + text[start:end], kind
    if run:
        yield run, running


def _byline(article: Article) -> str:
    parts = [
        f"{words.BY} <bdi>{escape(phrases.authors(article.authors))}</bdi>" if article.authors else "",
        *(f"<bdi>{escape(part)}</bdi>" for part in (article.publisher, article.place) if part),
        escape(_date(article.published)),
    ]
    return " · ".join(part for part in parts if part)


def _date(published: Published | None) -> str:
    if published is None:
        return words.UNDATED
    clock = published.iso[11:16]
    zone = published.iso[16:].lstrip("0123456789:.") if len(published.iso) > 16 else ""
    return published.in_words() + (f", {clock} {'UTC' + zone if zone else ''}".rstrip() if clock else "")
