"""NewsML-G2, the news exchange format of the IPTC (https://iptc.org/std/NewsML-G2/, versions 2.0 to 2.34).

A file is one newsItem, or a newsMessage with any number of them, which are read one by one. The time of an article is
that of its version, `versionCreated`, else `contentModified`, `contentCreated` or `firstCreated`. An empty `embargoed`
withholds an item until another version arrives. The text is NITF, XHTML or plain text inside the item. Pictures,
packages and concepts are skipped, and reported only where a file contains nothing else.
"""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Iterator
from typing import Any, BinaryIO

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import Draft, Link
from ingest.reading.base import Source
from ingest.reading.bylines import credited
from ingest.reading.markup import html_text, inline_text, tree_text
from ingest.reading.nitf import Body, read_body
from ingest.reading.safe_xml import elements, local_name, root_of
from ingest.reading.status import code, correction, edition, status, status_codes
from ingest.reading.xml_recovery import name_entities

_ROOTS = frozenset(
    {"newsItem", "newsMessage", "packageItem", "conceptItem", "knowledgeItem", "planningItem", "catalogItem"}
)
_OTHERS = _ROOTS - {"newsItem", "newsMessage"}
_NAMESPACE = "http://iptc.org/std/nar/2006-10-01/"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_log = logging.getLogger(__name__)


class NewsmlReader:
    """Reads a news item, or a message with several."""

    suffixes = frozenset({".newsml", ".g2"})

    def recognises(self, head: str) -> bool:
        """Whether the root element belongs to NewsML-G2."""
        root = root_of(head)
        return root is not None and root[1] in _ROOTS and root[0] in ("", _NAMESPACE)

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | Link | SourceError]:
        """Yield the articles of a file; an error for a usable item without text.

        Args:
            file: the file, from its first byte on.
            source: what to call it.
        """
        texts, skipped = 0, []
        for number, item in enumerate(elements(file, source, {"newsItem"} | _OTHERS), 1):
            kind = _kind(item)
            if kind != "text":
                skipped.append(kind)
                _log.info("%s, item %d: skipped, it is a %s", source.name, number, kind)
                continue
            texts += 1
            name_entities(item)
            yield _draft(item, source, "" if item.getparent() is None else f"item {number}")
        if not texts:
            what = f"it holds {', '.join(sorted(set(skipped)))}" if skipped else "it holds no item"
            raise source.problem(f"{what}, and no text", "Leave it out; articles are news items of text")


def _kind(item: Any) -> str:
    """`text`, or the name of another kind of item."""
    if local_name(item) != "newsItem":
        return local_name(item)
    named = code(_qcode(_child(item, "itemMeta", "itemClass")))
    return "text" if named in ("", "text") else named


def _draft(item: Any, source: Source, position: str) -> Draft | SourceError:
    meta, content = _child(item, "itemMeta"), _child(item, "contentMeta")
    guid = (item.get("guid") or "").strip() or None
    signals = [_qcode(signal) for signal in _children(meta, "signal")]
    state = status(_qcode(_child(meta, "pubStatus")), *status_codes(signals))
    embargo = _child(meta, "embargoed")
    if embargo is not None and not (embargo.text or "").strip() and state == "usable":
        state = "withheld"
    body = _body(item)
    if not body.text and state == "usable":
        place = ", ".join(part for part in (position, guid) if part)
        return source.problem("the item has no text", "Have it delivered with its text, or leave it out", place)
    located = _child(content, "located")
    return Draft(
        text=body.text,
        file=source.name,
        key=f"{source.key}#{position}" if position else source.key,
        position=position,
        headline=_text(content, "headline") or body.headline or _text(meta, "title") or _text(content, "slugline"),
        published=_first_text(meta, "versionCreated") or _time(meta, content),
        publisher=_name(_child(meta, "provider")) or body.publisher or _name(_child(content, "infoSource")),
        place=_name(located) or body.place,
        authors=_authors(content) or body.authors,
        url=_canonical(meta),
        guid=guid,
        language=_language(item, content),
        status=state,
        embargo=_first_text(meta, "embargoed"),
        correction=correction(signals, _text(meta, "edNote")),
        edition=edition(item.get("version")),
        dateline=_text(content, "dateline") or body.dateline,
    )


def _body(item: Any) -> Body:
    """The first body of an item that has text, those with markup first."""
    contents = _children(_child(item, "contentSet"), "inlineXML") + _children(_child(item, "contentSet"), "inlineData")
    bodies = (_inline_xml(c) if local_name(c) == "inlineXML" else Body(_inline_data(c)) for c in contents)
    return next((body for body in bodies if body.text.strip()), Body(""))


def _inline_xml(content: Any) -> Body:
    root = next((child for child in content if local_name(child)), None)
    if root is None:
        return Body(inline_text(content))
    return read_body(root) if local_name(root) == "nitf" else Body(tree_text(content))


def _inline_data(content: Any) -> str:
    data = "".join(content.itertext())
    if "base64" in (content.get("encoding") or "").lower():
        try:
            data = base64.b64decode(data, validate=False).decode("utf-8", "replace")
        except (binascii.Error, ValueError):
            return ""
    return html_text(data) if "html" in (content.get("contenttype") or "") else data


def _child(element: Any, *path: str) -> Any:
    for name in path:
        element = next(iter(_children(element, name)), None)
    return element


def _children(element: Any, name: str) -> list[Any]:
    return [] if element is None else [child for child in element if local_name(child) == name]


def _qcode(element: Any) -> str | None:
    return None if element is None else element.get("qcode") or element.get("uri") or element.get("literal")


def _text(element: Any, name: str) -> str | None:
    return next((text for child in _children(element, name) if (text := inline_text(child))), None)


def _first_text(element: Any, name: str) -> str | None:
    return inline_text(_child(element, name)) or None


def _time(meta: Any, content: Any) -> str | None:
    return (
        _first_text(content, "contentModified")
        or _first_text(content, "contentCreated")
        or _first_text(meta, "firstCreated")
    )


def _name(element: Any) -> str | None:
    """The name of a party or place: its name, its literal, else the last part of its code."""
    if element is None:
        return None
    named = _text(element, "name") or (element.get("literal") or "").strip()
    return named or (_qcode(element) or "").rstrip("/").replace("/", ":").rpartition(":")[2] or None


def _authors(content: Any) -> list[str]:
    """The people in the byline; else the creators that are marked as people."""
    written = [name for line in _children(content, "by") for name in credited(inline_text(line))]
    people = [c for c in _children(content, "creator") if "person" in code(c.get("type") or c.get("typeuri"))]
    return written or [name for name in map(_name, people) if name]


def _canonical(meta: Any) -> str | None:
    links = [link for link in _children(meta, "link") if code(link.get("rel") or link.get("reluri")) == "canonical"]
    return next((link.get("href") for link in links if link.get("href")), None)


def _language(item: Any, content: Any) -> str | None:
    """The language of the content; else the xml:lang of the item or of an ancestor."""
    tag = _child(content, "language")
    if tag is not None and tag.get("tag"):
        return str(tag.get("tag"))
    inherited = (element.get(_LANG) for element in (item, *item.iterancestors()))
    return next((language for language in inherited if language), None)
