"""Read HTML pages: text from trafilatura, facts from JSON-LD and meta tags."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import Draft, bare_words
from ingest.reading.base import Source, read_whole
from ingest.reading.decoding import decode, known_encoding

_MAX_PAGE = 20_000_000  # bytes of markup
_ARTICLE_TYPES = re.compile(r"(?:News|Reportage|Opinion|Analysis|Background|Review|Blog)?\w*(?:Article|Posting)$")
_META = {
    "headline": ("og:title", "twitter:title", "dc.title", "title"),
    "published": (
        "article:published_time", "og:article:published_time", "datepublished", "parsely-pub-date", "date",
        "dc.date.issued", "dc.date", "publishdate", "pubdate", "sailthru.date",
    ),
    "publisher": ("og:site_name", "application-name", "dc.publisher", "publisher"),
    "authors": ("author", "article:author", "parsely-author", "dc.creator", "byl"),
    "url": ("og:url",),
}  # fmt: skip


class HtmlReader:
    """Reads one article from a page."""

    suffixes = frozenset({".html", ".htm", ".xhtml"})

    def recognises(self, head: str) -> bool:
        """Whether it begins with a doctype or an HTML element."""
        text = re.sub(r"^(?:<\?xml[^>]*\?>|<!--.*?-->|\s)+", "", head[:4096].lower(), flags=re.DOTALL)
        return text.startswith(("<!doctype html", "<html", "<head", "<body", "<article"))

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | SourceError]:
        """Yield the article of a page.

        Args:
            file: the file, from its first byte on.
            source: what to call it.
        """
        import trafilatura
        from lxml import html
        from lxml.etree import LxmlError

        try:
            markup = decode(_declared(read_whole(file, source, _MAX_PAGE)))
            # lxml refuses decoded text that declares an encoding.
            tree = html.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", markup))
        except (ValueError, LookupError, LxmlError) as error:
            raise source.problem(f"it cannot be read as HTML: {error}", "Save the page again as UTF-8") from None
        linked = _json_ld(tree)
        extracted = trafilatura.bare_extraction(
            markup, with_metadata=True, include_comments=False, include_tables=False, favor_precision=True
        )
        page = None if isinstance(extracted, dict) else extracted  # it is never a dict with these options
        text = (page.text if page else None) or _text(linked.get("articleBody"))
        if not text:
            raise source.problem("no article was found on the page", "Save the page of one article, not a list of them")
        # Facts come from JSON-LD, else from meta tags, else from trafilatura. trafilatura may use any date on the page,
        # so dates come only from the first two.
        facts = {fact: _text(linked.get(key)) for fact, key in _LINKED.items()}
        for fact, names in _META.items():
            facts[fact] = facts.get(fact) or _meta(tree, names)
        title = facts["headline"] or (page.title if page else None) or None
        yield Draft(
            text="\n\n".join(_without_headline(text.split("\n"), tree, title)),
            file=source.name,
            key=source.key,
            headline=title,
            published=facts["published"],
            publisher=facts["publisher"] or (page.sitename if page else None) or None,
            place=_text(linked.get("dateline")) or _text(linked.get("contentLocation")),
            authors=_names(linked.get("author")) or _names(facts["authors"]),
            url=_canonical(tree) or facts["url"],
            language=(tree.get("lang") or facts.get("language")),
        )


_LINKED = {
    "headline": "headline", "published": "datePublished", "publisher": "publisher", "url": "url",
    "language": "inLanguage",
}  # fmt: skip


def _without_headline(paragraphs: list[str], tree: Any, title: str | None) -> list[str]:
    """Remove the headline from the first paragraphs; it may differ from the one in the meta tags."""
    headlines = {bare_words(line) for line in [title or "", *(h1.text_content() for h1 in tree.xpath("//h1"))]}
    first = next((i for i, line in enumerate(paragraphs) if bare_words(line) not in headlines), 0)
    return paragraphs[first:]


def _declared(data: bytes) -> bytes:
    """Convert a page from the encoding that it declares to UTF-8, so that the encoding is not guessed."""
    match = re.search(rb"""charset=["']?\s*([\w-]+)""", data[:2048], re.IGNORECASE)
    if match and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        name = known_encoding(match[1].decode())
        # Browsers read these two as Windows-1252, and pages are written for browsers.
        name = "cp1252" if name in ("iso8859-1", "ascii") else name
        try:
            return data.decode(name).encode("utf-8", "surrogatepass") if name else data
        except UnicodeDecodeError:
            return data
    return data


def _json_ld(tree: Any) -> dict[str, Any]:
    """The NewsArticle of a page in JSON-LD (https://schema.org/NewsArticle); empty where there is none."""
    for script in tree.xpath('//script[@type="application/ld+json"]'):
        try:
            data = json.loads(script.text_content())
        except (ValueError, RecursionError):
            continue
        nodes = [node for node in _listed(data) if isinstance(node, dict)]
        for item in [item for node in nodes for item in [node, *_listed(node.get("@graph"))] if isinstance(item, dict)]:
            if any(_ARTICLE_TYPES.match(str(kind)) for kind in _listed(item.get("@type"))):
                return dict(item)
    return {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: Any, depth: int = 5) -> str | None:
    """The text in a value of JSON-LD, which may be inside up to `depth` nested lists and objects."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, dict):
        value = [value.get("name")]
    if not isinstance(value, list) or depth == 0:
        return None
    return next((text for text in (_text(item, depth - 1) for item in value) if text), None)


def _names(value: Any) -> list[str]:
    return [name for name in map(_text, _listed(value)) if name]


def _meta(tree: Any, names: tuple[str, ...]) -> str | None:
    for name in names:
        for element in tree.xpath("//meta[@content]"):
            key = element.get("property") or element.get("name") or element.get("itemprop") or ""
            if key.lower() == name and element.get("content").strip():
                return str(element.get("content").strip())
    return None


def _canonical(tree: Any) -> str | None:
    links = tree.xpath('//link[@rel="canonical"]/@href')
    return str(links[0]) if links and links[0].startswith("http") else None
