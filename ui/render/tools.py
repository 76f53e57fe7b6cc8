"""Render the tools for an open article: go back, copy a citation, print it, open the original."""

from __future__ import annotations

from datetime import date
from html import escape

from ingest.base.article import Article
from ui import words
from ui.render.citing import ap, bibtex, chicago
from ui.render.links import BACK, is_web


def bar_html(opener: str | None, article: Article | None = None, accessed: date | None = None) -> str:
    """Render the bar above an article: a link back, buttons to copy a citation and to print, a link to the original.

    Scripts read the texts from the buttons.

    Args:
        opener: address of the link in the answer that opened the article, such as `#cite-0-1`; None for the last one.
        article: the open article; None if its text cannot be shown.
        accessed: the day of access, for citation styles that name it.
    """
    address = BACK + (opener or "").removeprefix("#")
    tools = _tools(article, accessed) if article else ""
    return (
        f'<div class="bar" role="group" aria-label="{words.ABOUT_ARTICLE}" lang="en" dir="ltr">'
        f'<a class="back" href="{escape(address)}">← {words.BACK}</a>{tools}</div>'
    )


def _tools(article: Article, accessed: date | None) -> str:
    texts = {"chicago": chicago(article, accessed), "ap": ap(article), "bibtex": bibtex(article, accessed)}
    buttons = "".join(_copy_button(words.STYLES[style], text) for style, text in texts.items())
    return (
        f'<span class="copying"><span aria-hidden="true">{words.COPY}</span> {buttons}</span>'
        f'<button type="button" data-print>{words.PRINT}</button>{original_html(article.url)}'
        '<span class="said" role="status"></span>'
    )


def _copy_button(style: str, text: str) -> str:
    attributes = {
        "data-copy": text,
        "data-said": f"{style}: {words.COPIED}",
        "data-failed": words.NOT_COPIED,
        "aria-label": f"{words.COPY} {style}",
    }
    rendered = " ".join(f'{name}="{escape(value)}"' for name, value in attributes.items())
    return f'<button type="button" {rendered}>{style}</button>'


def original_html(url: str | None) -> str:
    """Render a link to the original; empty if it has no web address."""
    if not url or not is_web(url):
        return ""
    return (
        f'<a class="original" href="{escape(url)}" target="_blank" rel="noopener noreferrer">'
        f'{words.ORIGINAL}<span class="unseen"> {words.OPENS_IN_NEW_TAB}</span></a>'
    )
