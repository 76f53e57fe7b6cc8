"""Read RSS 0.9 to 2.0 (https://www.rssboard.org/rss-specification) and Atom (RFC 4287) with feedparser.

An entry with its full text (`content:encoded`, Atom's `content`) is an article; an entry with a summary or only a title
is a link to one. The time of an article is when it was published (`pubDate`, `published`), as on its page, else when it
was updated. A draft in Atom (RFC 5023) is withheld, and a deleted entry (RFC 6721) is canceled.

feedparser fetches nothing: it receives bytes that the parser of `safe_xml` has written, so that no document type,
entity or broken tag reaches it. A feed that is not well-formed is read as far as possible, and an error reports it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO
from urllib.parse import urlsplit

from ingest.base.errors import SourceError
from ingest.cleaning.dates import parse_date
from ingest.cleaning.normalize import Draft, Link, canonical_url
from ingest.reading.base import Source, read_whole
from ingest.reading.bylines import credited
from ingest.reading.markup import html_text
from ingest.reading.safe_xml import elements, local_name, root_of
from ingest.reading.xml_recovery import repaired

_MAX_FEED = 20_000_000  # bytes
_MAX_ELEMENTS = 200_000  # feedparser needs about 0.1 ms for each
_ATOM = "http://www.w3.org/2005/Atom"
_RSS_1 = (
    "http://purl.org/rss/1.0/",
    "http://my.netscape.com/rdf/simple/0.9/",
    "http://channel.netscape.com/rdf/simple/0.9/",
)
# feedparser searches these elements for e-mail addresses in quadratic time.
_PEOPLE = frozenset("author creator contributor managingeditor webmaster publisher owner name email".split())
_LONGEST_NAME = 300  # characters
# RSS gives an author as an e-mail address, followed by the name in parentheses.
_BY_MAIL = re.compile(r"[^\s@]+@[^\s@]+?\s*(?:\((?P<name>[^()@]*)\))?")
# Types of feedparser's values that are not text.
_KINDS: dict[str, type] = {
    "content": list, "authors": list, "source": Mapping, "title_detail": Mapping, "summary_detail": Mapping,
    "published_parsed": tuple, "created_parsed": tuple, "updated_parsed": tuple,
}  # fmt: skip
Facts = dict[str, Any]
_ENTRIES = frozenset({"item", "entry"})


class FeedReader:
    """Reads articles, and links to articles, from a feed of any version."""

    suffixes = frozenset({".rss", ".atom", ".rdf"})

    def recognises(self, head: str) -> bool:
        """Whether the root element is that of RSS or Atom."""
        root = root_of(head)
        if root is None:
            return False
        namespace, name = root
        if name == "RDF":
            return any(namespace in head for namespace in _RSS_1)
        return name.lower() == "rss" or (name in ("feed", "entry") and "atom" in namespace.lower())

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | Link | SourceError]:
        """Yield the entries of a feed; at the end an error, where the feed is not well-formed.

        Args:
            file: the file, from its first byte on.
            source: what to call it.
        """
        data = read_whole(file, source, _MAX_FEED)
        data, flaw, complete = _survey(data, source)
        feed = _parse(data, source)
        if not (feed.version or feed.entries):
            raise flaw or source.problem("it is neither RSS nor Atom", "Check what the file contains")
        entries = feed.entries if complete is None else feed.entries[:complete]
        if not entries and flaw is not None:
            raise flaw
        whole = _facts(feed.feed)
        if not feed.version.startswith("atom"):  # in Atom a feed's author is that of its entries (RFC 4287, 4.2.1)
            whole.update(author="", authors=[])
        for number, entry in enumerate(entries, 1):
            yield _entry(_facts(entry), whole, source, f"entry {number}")
        yield from _deleted(data, source)
        if flaw is not None:
            yield flaw


def _survey(data: bytes, source: Source) -> tuple[bytes, SourceError | None, int | None]:
    """(the feed as UTF-8 without document type, what is wrong with it, number of entries before it was truncated)."""
    complete = 0
    try:
        for _ in elements(io.BytesIO(data), source, _ENTRIES):
            complete += 1
        flaw = None
    except SourceError as error:
        flaw = error
    root = repaired(data, source, flaw)
    for number, element in enumerate(root.iter("{*}*")):
        if number >= _MAX_ELEMENTS:
            raise source.problem(f"it has more than {_MAX_ELEMENTS:,} elements", "Split it, or leave it out")
        if local_name(element).lower() in _PEOPLE and element.text:
            element.text = element.text[:_LONGEST_NAME]
    return _written(root), flaw, complete if flaw is not None and "breaks off" in flaw.reason else None


def _written(root: Any) -> bytes:
    from lxml import etree

    return bytes(etree.tostring(root, encoding="utf-8", with_tail=False))


def _parse(data: bytes, source: Source) -> Any:
    import feedparser

    try:
        return feedparser.parse(io.BytesIO(data), sanitize_html=False, resolve_relative_uris=False)
    except (ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError) as error:
        # feedparser fails on some files, and no file may end a run.
        raise source.problem(f"feedparser cannot read it: {error!r}"[:200], "Have the feed checked") from None


def _facts(parsed: Any) -> dict[str, Any]:
    """The values of feedparser that have the expected type; an unexpected element can give any of them another."""
    facts: dict[str, Any] = {}
    for name, value in parsed.items():
        kind = _KINDS.get(name, str)
        if isinstance(value, list) and kind is list:
            facts[name] = [_facts(member) for member in value if isinstance(member, Mapping)]
        elif isinstance(value, kind):
            facts[name] = value
    return facts


def _entry(entry: Facts, feed: Facts, source: Source, position: str) -> Draft | Link | SourceError:
    url = _address(entry.get("feedburner_origlink")) or _address(entry.get("link"))
    text = max((_words(content) for content in entry.get("content", [])), key=len, default="")
    summary = text or _words(entry.get("summary_detail") or {"value": entry.get("summary", "")})
    draft = _draft(entry, feed, source, position, url, summary)
    if text or (summary and url is None):
        return draft
    if url is None:
        return source.problem("the entry has neither text nor address", "Leave it out", position)
    if summary:
        return Link(url=url, file=source.name, position=position, draft=draft)
    return Link(url=url, file=source.name, position=position, facts=draft)


def _draft(entry: Facts, feed: Facts, source: Source, position: str, url: str | None, text: str) -> Draft:
    headline, published = _line(entry.get("title_detail")), _time(entry)
    is_draft = (entry.get("app_draft") or entry.get("draft") or "").strip().lower() == "yes"
    return Draft(
        text=text,
        file=source.name,
        key=source.key_of(f"{headline or text}\n{published}", position),
        position=position,
        headline=headline,
        published=published,
        publisher=_source(entry) or _line(feed.get("title_detail")),
        authors=_authors(entry) or _authors(feed),
        url=url,
        guid=_guid(entry, feed, url),
        language=_language(entry, feed),
        status="withheld" if is_draft else None,
    )


def _source(entry: Facts) -> str | None:
    """The feed from which an entry was copied, where it names one."""
    origin = _facts(entry.get("source", {}))
    return _line(origin.get("title_detail") or {"value": origin.get("title", "")})


def _words(content: Any) -> str:
    value = str(content.get("value") or "")
    return value.strip() if content.get("type") == "text/plain" else html_text(value)


def _line(detail: Any) -> str | None:
    return " ".join(_words(detail).split()) or None if detail else None


def _address(value: str | None) -> str | None:
    text = (value or "").strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.netloc else None


def _guid(entry: Facts, feed: Facts, url: str | None) -> str | None:
    """An entry's id; None where the id is the URL of the entry, which then identifies the article as on its page.

    An id that is not a URI, such as a number, is unique only in its feed, so the feed's host is added to it.
    """
    guid: str = entry.get("id", "").strip()
    if not guid:
        return None
    address = _address(guid)
    if address and (url is None or canonical_url(address) == canonical_url(url)):
        return None if url else guid
    if address or ":" in guid:
        return guid
    home = _address(feed.get("link"))
    return f"{urlsplit(home).netloc.lower()} {guid}" if home else guid


def _time(entry: Facts) -> str | None:
    """The publication time in the words of the feed, where they can be parsed, else as feedparser parsed it."""
    for name in ("published", "created", "updated"):
        text = entry.get(name)
        if not text:
            continue
        try:
            return parse_date(text).iso
        except (ValueError, OverflowError, OSError):
            parsed = entry.get(f"{name}_parsed")
        return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}Z".format(*parsed[:6]) if parsed else text
    return None


def _authors(entry: Facts) -> list[str]:
    """The people of an entry; for authors with an e-mail address feedparser's names are wrong."""
    by_mail = _BY_MAIL.fullmatch(entry.get("author", "").strip())
    if by_mail is not None:
        names = [by_mail["name"] or ""]
    else:
        names = [str(person.get("name") or "") for person in entry.get("authors", [])]
    return list(dict.fromkeys(name for line in names for name in credited(line)))


def _language(entry: Facts, feed: Facts) -> str | None:
    content = (entry.get("content") or [{}])[0]
    named = (entry.get("language"), content.get("language"), feed.get("language"))
    return next((str(language) for language in named if language), None)


def _deleted(data: bytes, source: Source) -> Iterator[Draft]:
    """Notices about deleted entries of Atom; an id that is a URL may identify the article either as guid or as url."""
    for number, element in enumerate(elements(io.BytesIO(data), source, {"deleted-entry"}), 1):
        ref, position = (element.get("ref") or "").strip(), f"deleted entry {number}"
        named: list[dict[str, str]] = [{"guid": ref}, {"url": ref}] if _address(ref) else [{"guid": ref}]
        for name in named if ref else []:
            key = f"{source.key}#{ref}"
            yield Draft(text="", file=source.name, key=key, position=position, status="canceled", **name)
