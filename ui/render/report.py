"""What comes of taking articles in: how far it is, the report, what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ingest.archive.stats import size_in_words
from ingest.base.article import Article
from ingest.base.errors import SourceError
from ingest.pipeline import IngestReport
from ui import words
from ui.render import phrases
from ui.render.shelf import facts_html

_LISTED = 200  # errors


def progress_html(done: int, total: int, report: IngestReport, doing: str) -> str:
    """How far it is: bytes and articles.

    Args:
        done: bytes that were read.
        total: bytes in all, as far as they are known.
        report: of what went in so far.
        doing: what is being done.
    """
    told = phrases.progress(done, total, report.total, len(report.failed)) if total or report.total else ""
    # Where nothing is known yet, a bar without a value says that something is being done.
    value = f' value="{min(done, total)}" max="{total}"' if total else ""
    return (
        f'<div class="progress"><label>{escape(doing)} <progress{value}></progress></label>'
        f'<span class="told">{escape(told)}</span></div>'
    )


def report_html(report: IngestReport, taken: Sequence[Article], title: str) -> str:
    """What came of it.

    Args:
        report: the counts and the errors.
        taken: some of the articles that are new or changed, to be opened.
        title: whether it was finished.
    """
    parts = [f'<h3 tabindex="-1" role="status">{escape(title)}</h3><p>{escape(f"{report}.")}</p>']
    if report.failed:
        parts.append(f"<h4>{escape(phrases.counted(words.N_FAILED, len(report.failed)))}</h4>{_errors(report.failed)}")
    if report.future:
        parts.append(f"<h4>{escape(phrases.counted(words.N_FUTURE, len(report.future)))}</h4>{_errors(report.future)}")
    if taken:
        parts.append(f"<h4>{words.TAKEN_ARTICLES}</h4>{_links(taken, len(report.written))}")
    return f'<section class="report" aria-label="{words.REPORT}">{"".join(parts)}</section>'


def _errors(errors: Sequence[SourceError]) -> str:
    rows = "".join(_error(error) for error in errors[:_LISTED])
    more = len(errors) - _LISTED
    rest = f"<li>{words.SHELF_MORE.format(count=more)}</li>" if more > 0 else ""
    return f'<ul class="errors">{rows}{rest}</ul>'


def _error(error: SourceError) -> str:
    place = f', <span class="place">{escape(error.place)}</span>' if error.place else ""
    return (
        f"<li><strong><bdi>{escape(error.file)}</bdi></strong>{place}: <bdi>{escape(error.reason)}</bdi>. "
        f"{escape(error.remedy)}</li>"
    )


def _links(taken: Sequence[Article], count: int) -> str:
    rows = "".join(
        f'<li><a href="#item-{article.article_id}" dir="auto">{escape(article.headline)}</a> '
        f'<span class="source">{facts_html(article)}</span></li>'
        for article in taken
    )
    more = count - len(taken)
    return f'<ul class="taken">{rows}{f"<li>{words.SHELF_MORE.format(count=more)}</li>" if more > 0 else ""}</ul>'


def refused_html(refused: Sequence[tuple[str, int]], limit: int) -> str:
    """Files that were not sent since they are too big: name and bytes of each."""
    if not refused:
        return ""
    rows = "".join(
        f"<li><strong><bdi>{escape(name)}</bdi></strong>: {_too_big(size, limit)}</li>"
        for name, size in refused[:_LISTED]
    )
    more = len(refused) - _LISTED
    rest = f"<li>{words.SHELF_MORE.format(count=more)}</li>" if more > 0 else ""
    return f'<div role="alert"><ul class="errors refused">{rows}{rest}</ul></div>'


def _too_big(size: int, limit: int) -> str:
    return escape(words.TOO_BIG.format(got=size_in_words(size), limit=size_in_words(limit)))
