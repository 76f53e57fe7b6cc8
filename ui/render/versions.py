"""The versions of an article: a list to choose from, and what is said where another one counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from ingest.base.article import Published
from ingest.store.history import Version
from ui import words
from ui.render import phrases


def versions_html(versions: Sequence[Version], shown: str, link: Callable[[str], str], cited: str | None = None) -> str:
    """All versions of an article as a list that opens, the newest first; empty where there is one only.

    Args:
        versions: the oldest first, as the archive's history has them.
        shown: the version that is shown.
        link: the address of a version.
        cited: the version that an answer cites.
    """
    if len(versions) < 2:
        return ""
    rows = "".join(f"<li>{_row(version, shown, link, cited)}</li>" for version in reversed(versions))
    title = f"{words.VERSIONS} ({len(versions)})"
    return f'<details class="versions" lang="en" dir="ltr"><summary>{title}</summary><ul>{rows}</ul></details>'


def _row(version: Version, shown: str, link: Callable[[str], str], cited: str | None) -> str:
    roles = [words.IS_CURRENT if version.why == "current" else words.VERSION_WHY.get(version.why, version.why)]
    roles += [words.IS_CITED] if version.version == cited else []
    times = phrases.times_of_version(_moment(version.taken), _moment(version.until))
    current = ' aria-current="true"' if version.version == shown else ""
    headline = f'<bdi lang="{escape(version.article.language or "en")}">{escape(version.article.headline)}</bdi>'
    note = (
        f" {escape(words.CORRECTED)} <bdi>{escape(version.article.correction)}</bdi>"
        if version.article.correction
        else ""
    )
    what = headline
    if version.article.status == "usable":
        what = f'<a href="{escape(link(version.version))}"{current}>{headline}</a>'
    return f'{what} <span class="when">{escape(times)}; {escape(", ".join(roles))}.{note}</span>'


def changed_notice(current: Version, link: Callable[[str], str]) -> str:
    """Said above the version that an answer cites, where another one counts now."""
    note = current.article.correction
    said = words.CHANGED_CORRECTED if note else words.CHANGED
    return notice_html(said, (link(current.version), words.SHOW_CURRENT), quoted=note)


def notice_html(said: str, then: tuple[str, str] | None = None, quoted: str | None = None) -> str:
    """Something to know about the article that is shown.

    Args:
        said: the page's own words.
        then: address and words of a link that leads on.
        quoted: what the publisher says of it.
    """
    note = f" “<bdi>{escape(quoted)}</bdi>”" if quoted else ""
    link = f' <a href="{escape(then[0])}">{escape(then[1])}</a>' if then else ""
    return f'<p class="notice" lang="en" dir="ltr">{escape(said)}{note}{link}</p>'


def _moment(iso: str | None) -> str | None:
    return f"{Published.parse(iso).in_words()}, {iso[11:16]} UTC" if iso else None
