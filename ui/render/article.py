"""An article as it is read: HTML, with the cited words marked; everything that it says is escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from urllib.parse import urlsplit

from ingest.article import Article, Published, Span
from ingest.furniture import is_crosshead
from ui.render.direction import isolated_html


def article_html(article: Article, cited: Sequence[Span] = (), active: Span | None = None) -> str:
    """An article with the cited words marked.

    Args:
        article: with its text.
        cited: spans of the text that the answer rests on.
        active: the one that was asked for, marked more strongly; its words, as shown, are exactly those of the span.
    """
    paragraphs = []
    for match in re.finditer(r"\S(?:.|\n(?!\n))*", article.text):
        marked = _marked(article.text, match.span(), cited, active)
        tag = "h3" if is_crosshead(match.group()) else "p"
        paragraphs.append(f"<{tag}>{marked}</{tag}>")
    note = f'<p class="correction">{escape(article.correction)}</p>' if article.correction else ""
    status = '<p class="correction">This article was withdrawn.</p>' if article.status == "canceled" else ""
    language = escape(article.language or "en")
    top = f'<h2>{escape(article.headline)}</h2><p class="byline">{_byline(article)}</p>{_original(article.url)}'
    story = "".join([top, status, note, *paragraphs])
    return f'<article class="reading" lang="{language}" dir="auto">{story}</article>'


def _marked(text: str, paragraph: Span, cited: Sequence[Span], active: Span | None) -> str:
    """A paragraph with its part of each span in a mark."""
    pieces, position = [], paragraph[0]
    for start, end in sorted(set(cited) | ({active} if active else set())):
        first, last = max(start, position), min(end, paragraph[1])
        if first >= last:
            continue
        kind = ' class="active" tabindex="-1"' if (start, end) == active else ""
        pieces += [escape(text[position:first]), f"<mark{kind}>{escape(text[first:last])}</mark>"]
        position = last
    return "".join([*pieces, escape(text[position : paragraph[1]])])


def _byline(article: Article) -> str:
    authors = " and ".join(
        [", ".join(article.authors[:-1]), article.authors[-1]] if len(article.authors) > 1 else article.authors
    )
    named = [f"By {isolated_html(authors)}" if authors else ""]
    parts = [
        *named,
        *(isolated_html(part or "") for part in (article.publisher, article.place) if part),
        _date(article.published),
    ]
    return " · ".join(part for part in parts if part)


def _date(published: Published | None) -> str:
    if published is None:
        return "undated"
    clock = published.iso[11:16]
    zone = published.iso[16:].lstrip("0123456789:.") if len(published.iso) > 16 else ""
    return published.in_words() + (f", {clock} {'UTC' + zone if zone else ''}".rstrip() if clock else "")


def _original(url: str | None) -> str:
    if not url or urlsplit(url).scheme not in ("http", "https"):
        return ""
    return f'<p class="original"><a href="{escape(url)}" target="_blank" rel="noopener noreferrer">Original</a></p>'
