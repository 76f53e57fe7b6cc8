"""Render the versions of an article as a list to choose from, and notices about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import escape

from ingest.base.article import Published
from ingest.store.history import Version
from ui import words
from ui.render import phrases


def versions_html(versions: Sequence[Version], shown: str, link: Callable[[str], str], cited: str | None = None) -> str:
    """Render all versions of an article as a collapsed list, newest first; empty if there is only one.

    Args:
        versions: the versions, oldest first, as in the history of the archive.
        shown: name of the version that is shown.
        link: makes the address of a version from its name.
        cited: name of the version that the answer cites.
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
    """Render the notice that the article has changed since the answer.

    Args:
        current: the current version.
        link: makes the address of a version from its name.
    """
    note = current.article.correction
    text = words.CHANGED_CORRECTED if note else words.CHANGED
    return notice_html(text, (link(current.version), words.SHOW_CURRENT), quoted=note)


def notice_html(text: str, action: tuple[str, str] | None = None, quoted: str | None = None) -> str:
    """Render a notice about the article that is shown.

    Args:
        text: the text of the notice.
        action: address and label of a link after the text.
        quoted: a statement of the publisher, shown in quotation marks.
    """
    note = f" “<bdi>{escape(quoted)}</bdi>”" if quoted else ""
    link = f' <a href="{escape(action[0])}">{escape(action[1])}</a>' if action else ""
    return f'<p class="notice" lang="en" dir="ltr">{escape(text)}{note}{link}</p>'


def _moment(iso: str | None) -> str | None:
    return f"{Published.parse(iso).in_words()}, {iso[11:16]} UTC" if iso else None
