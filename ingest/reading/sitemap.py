"""Site maps (https://www.sitemaps.org/protocol.html) with Google's news extension (.../schemas/sitemap-news/0.9).

A site map holds no texts: each entry is a link to an article, with headline, publication, language and date where the
news extension gives them. An entry of an index of site maps is a link to one. It is read as a stream, for there may be
50,000.
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
_LONGEST = 2048  # characters of an address, as the protocol has it


class SitemapReader:
    """Addresses of articles, or of further site maps."""

    suffixes: frozenset[str] = frozenset()

    def recognises(self, head: str) -> bool:
        """Its root element is urlset or sitemapindex."""
        root = root_of(head)
        return root is not None and root[1] in ("urlset", "sitemapindex")

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | Link | SourceError]:
        """The entries one by one; an error in place of each that has no address."""
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
        reason = f"its address is {url[:80]!r}, not one of http or https" if url else "it has no address"
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
