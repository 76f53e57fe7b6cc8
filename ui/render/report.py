"""Render the progress of adding articles, the final report, and files that are too large."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ingest.archive.stats import size_in_words
from ingest.base.article import Article
from ingest.base.errors import SourceError
from ingest.pipeline import IngestReport
from ui import words
from ui.render import phrases
from ui.render.listing import facts_html

_LISTED = 200  # errors that are listed


def progress_html(done: int, total: int, report: IngestReport, doing: str) -> str:
    """Render a progress bar with bytes and articles.

    Args:
        done: bytes that were read.
        total: bytes in all, as far as known.
        report: counts and errors so far.
        doing: label of the bar.
    """
    progress = phrases.progress(done, total, report.total, len(report.failed)) if total or report.total else ""
    # As long as the size is unknown, a bar without a value shows that something is happening.
    value = f' value="{min(done, total)}" max="{total}"' if total else ""
    return (
        f'<div class="progress"><label>{escape(doing)} <progress{value}></progress></label>'
        f"<span>{escape(progress)}</span></div>"
    )


def report_html(report: IngestReport, articles: Sequence[Article], title: str) -> str:
    """Render the final report.

    Args:
        report: the counts and the errors.
        articles: some of the new or changed articles, shown as links.
        title: heading that says how it ended.
    """
    parts = [f'<h3 tabindex="-1" role="status">{escape(title)}</h3><p>{escape(f"{report}.")}</p>']
    if report.failed:
        parts.append(f"<h4>{escape(phrases.counted(words.N_FAILED, len(report.failed)))}</h4>{_errors(report.failed)}")
    if report.future:
        parts.append(f"<h4>{escape(phrases.counted(words.N_FUTURE, len(report.future)))}</h4>{_errors(report.future)}")
    if articles:
        parts.append(f"<h4>{words.ADDED_ARTICLES}</h4>{_links(articles, len(report.written))}")
    return f'<section class="report" aria-label="{words.REPORT}">{"".join(parts)}</section>'


def _errors(errors: Sequence[SourceError]) -> str:
    rows = "".join(_error(error) for error in errors[:_LISTED])
    more = len(errors) - _LISTED
    rest = f"<li>{words.AND_N_MORE.format(count=more)}</li>" if more > 0 else ""
    return f'<ul class="errors">{rows}{rest}</ul>'


def _error(error: SourceError) -> str:
    place = f', <span class="place">{escape(error.place)}</span>' if error.place else ""
    return (
        f"<li><strong><bdi>{escape(error.file)}</bdi></strong>{place}: <bdi>{escape(error.reason)}</bdi>. "
        f"{escape(error.remedy)}</li>"
    )


def _links(articles: Sequence[Article], count: int) -> str:
    rows = "".join(
        f'<li><a href="#item-{article.article_id}" dir="auto">{escape(article.headline)}</a> '
        f'<span class="source">{facts_html(article)}</span></li>'
        for article in articles
    )
    more = count - len(articles)
    return f'<ul class="added">{rows}{f"<li>{words.AND_N_MORE.format(count=more)}</li>" if more > 0 else ""}</ul>'


def refused_html(refused: Sequence[tuple[str, int]], limit: int) -> str:
    """List files that were not uploaded because they are too large.

    Args:
        refused: name and size in bytes of each file.
        limit: bytes that a file may have.
    """
    if not refused:
        return ""
    rows = "".join(
        f"<li><strong><bdi>{escape(name)}</bdi></strong>: {_too_big(size, limit)}</li>"
        for name, size in refused[:_LISTED]
    )
    more = len(refused) - _LISTED
    rest = f"<li>{words.AND_N_MORE.format(count=more)}</li>" if more > 0 else ""
    return f'<div role="alert"><ul class="errors refused">{rows}{rest}</ul></div>'


def _too_big(size: int, limit: int) -> str:
    return escape(words.TOO_BIG.format(got=size_in_words(size), limit=size_in_words(limit)))
