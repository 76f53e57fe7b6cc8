"""Read sitemaps (https://www.sitemaps.org/protocol.html) with Google's news extension (.../schemas/sitemap-news/0.9).

A sitemap has no texts: each entry is a link to an article, with the headline, publication, language and date of the
news extension. An entry of a sitemap index is a link to another sitemap. Sitemaps may have 50,000 entries, so they are
read as a stream.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import Draft, Link
from ingest.reading.base import Source
from ingest.reading.markup import inline_text
from ingest.reading.safe_xml import elements, local_name, root_of
from ingest.reading.xml_recovery import name_entities

_MAX_ENTRY = 262_144  # bytes
_LONGEST = 2048  # characters of a URL, the limit of the protocol


class SitemapReader:
    """Reads the URLs of articles, or of further sitemaps."""

    suffixes: frozenset[str] = frozenset()

    def recognises(self, head: str) -> bool:
        """Whether the root element is urlset or sitemapindex."""
        root = root_of(head)
        return root is not None and root[1] in ("urlset", "sitemapindex")

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | Link | SourceError]:
        """Yield the entries one by one; an error for each entry without a URL.

        Args:
            file: the file, from its first byte on.
            source: what to call it.
        """
        for number, entry in enumerate(elements(file, source, {"url", "sitemap"}, _MAX_ENTRY), 1):
            name_entities(entry)
            yield _link(entry, source, f"entry {number}")


def _link(entry: Any, source: Source, position: str) -> Link | SourceError:
    url = _text(entry, "loc") or ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.netloc) and len(url) <= _LONGEST
    except ValueError:
        usable = False
    if not usable:
        reason = f"its address is {url[:80]!r}, not an http or https address" if url else "it has no address"
        return source.problem(reason, "Correct <loc>", position)
    news = next((child for child in entry if local_name(child) == "news"), None)
    if news is None:
        return Link(url=url, file=source.name, position=position)
    publication = next((child for child in news if local_name(child) == "publication"), None)
    facts = Draft(
        text="",
        file=source.name,
        key=f"{source.key}#{position}",
        position=position,
        headline=_text(news, "title"),
        published=_text(news, "publication_date"),
        publisher=_text(publication, "name"),
        language=_text(publication, "language"),
        url=url,
    )
    return Link(url=url, file=source.name, position=position, facts=facts)


def _text(element: Any, name: str) -> str | None:
    children = () if element is None else element
    return next((text for child in children if local_name(child) == name and (text := inline_text(child))), None)
