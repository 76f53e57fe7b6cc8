"""ninjs, News in JSON of the IPTC (https://iptc.org/std/ninjs/, versions 1.x, 2.x and 3.x).

A file contains one object, one object per line, or a list of objects. Versions 1 and 2 write names in lower case, and
version 3 in camel case; here all names are in lower case. The time of an article is `versioncreated`, as in NewsML-G2,
else `contentcreated` or `firstcreated`. Pictures, packages, plans and events are skipped, and reported only where a
file contains nothing else.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

from ingest.base.errors import SourceError
from ingest.cleaning.boilerplate import is_correction
from ingest.cleaning.normalize import Draft, Link
from ingest.reading.base import Source
from ingest.reading.bylines import credited
from ingest.reading.json_values import objects
from ingest.reading.markup import html_text
from ingest.reading.nitf import Body, read_body
from ingest.reading.safe_xml import parse
from ingest.reading.status import correction, edition, status, status_codes

# Names that are specific to ninjs; each item has one of them in addition to its `uri`.
_OWN = frozenset(
    "versioncreated firstcreated contentcreated pubstatus representationtype bodies headlines body_text body_xhtml"
    " body_html body_nitf standard copyrightholder".split()
)
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"(?P<key>\s*:)?|(?P<open>[{\[])|(?P<close>[}\]])', re.DOTALL)
_MAIN = frozenset({"", "main", "headline", "body", "full", "text", "html", "complete"})

_log = logging.getLogger(__name__)


class NinjsReader:
    """Reads one item, one item per line, or a list of items."""

    suffixes = frozenset({".ninjs"})

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        """Args: columns: the user's names of keys; a file with one of these keys is not ninjs."""
        self.columns = frozenset(column.lower() for column in (columns or {}).values())

    def recognises(self, head: str) -> bool:
        """Whether the first object has a `uri` and one name specific to ninjs, or a `guid` and two such names."""
        keys = _first_keys(head)
        needed = 1 if "uri" in keys else 2
        return bool(keys & {"uri", "guid"}) and len(keys & _OWN) >= needed and not keys & self.columns

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | Link | SourceError]:
        """Yield the articles of a file; an error for each item that cannot be read.

        Args:
            file: the file, from its first byte on.
            source: what to call it.
        """
        texts, skipped = 0, []
        for position, value in objects(file, source):
            if isinstance(value, SourceError):
                texts += 1
                yield value
                continue
            item = {str(key).lower(): entry for key, entry in value.items()}
            kind = _word(item.get("type"))
            if kind not in ("", "text", "article") and not (kind == "composite" and _has_body(item)):
                skipped.append(kind)
                _log.info("%s, %s: skipped, it is a %s", source.name, position or "the only item", kind)
                continue
            texts += 1
            yield _draft(item, source, position)
        if not texts:
            what = f"it holds {', '.join(sorted(set(skipped)))}" if skipped else "it holds no item"
            raise source.problem(f"{what}, and no text", "Leave it out; articles are items of the type text")


def _draft(item: Mapping[str, Any], source: Source, position: str) -> Draft | SourceError:
    guid = _string(item.get("uri")) or _string(item.get("guid"))
    signals = [code for signal in _list(item.get("signals", item.get("signal"))) for code in _codes(signal)]
    state = status(_string(item.get("pubstatus")), *status_codes(signals))
    body = _body(item, source)
    if not body.text and state == "usable":
        place = ", ".join(part for part in (position, guid) if part)
        return source.problem("the item has no text", "Have it delivered with its text, or leave it out", place)
    return Draft(
        text=body.text,
        file=source.name,
        key=f"{source.key}#{position}" if position else source.key,
        position=position,
        headline=_headline(item) or body.headline,
        published=next((t for name in _TIMES if (t := _string(item.get(name)))), None),
        publisher=_publisher(item) or body.publisher,
        place=_string(item.get("located")) or body.place,
        authors=credited(_string(item.get("byline")) or _string(item.get("by")) or "") or body.authors,
        url=_url(item),
        guid=guid,
        language=_string(item.get("language")),
        status=state,
        embargo=_string(item.get("embargoed")),
        correction=_correction(item, signals),
        edition=edition(item.get("version")),
        dateline=_string(item.get("dateline")) or body.dateline,
    )


_TIMES = ("versioncreated", "contentcreated", "firstcreated")
# Names of bodies in versions 1.x, with their kinds; the first body with text is used.
_BODIES = {"body_nitf": "nitf", "body_xhtml": "html", "body_html": "html", "body_text": "plain"}


def _body(item: Mapping[str, Any], source: Source) -> Body:
    marked = [entry for entry in _list(item.get("bodies")) if isinstance(entry, dict)]
    marked.sort(key=lambda entry: _word(entry.get("role")) not in _MAIN)
    values = [(_word(_get(entry, "contenttype")), _string(entry.get("value")) or "") for entry in marked]
    values += [(kind, _string(item.get(name)) or "") for name, kind in _BODIES.items()]
    # Versions 1.x may name other bodies after their kind, as in body_xhtml_short; they come last.
    others = [name for name in item if name.startswith("body_") and name not in _BODIES]
    values += [("html" if "html" in name else "plain", _string(item[name]) or "") for name in others]
    bodies = (_read_body(kind, value, source) for kind, value in values if value)
    return next((body for body in bodies if body.text.strip()), Body(""))


def _read_body(kind: str, value: str, source: Source) -> Body:
    if "nitf" in kind:
        try:
            return read_body(parse(value.encode("utf-8", "replace"), source))
        except SourceError:  # often a fragment of NITF without a root element
            return Body(html_text(value))
    return Body(value if kind == "plain" or kind.endswith("/plain") else html_text(value))


def _has_body(item: Mapping[str, Any]) -> bool:
    return any(value for name, value in item.items() if name == "bodies" or name.startswith("body_"))


def _headline(item: Mapping[str, Any]) -> str | None:
    entries = [entry for entry in _list(item.get("headlines")) if isinstance(entry, dict)]
    entries.sort(key=lambda entry: _word(entry.get("role")) not in _MAIN)
    values = [_string(entry.get("value")) for entry in entries]
    values += [_string(item.get(name)) for name in ("headline", "title")]
    values += [_string(value) for name, value in item.items() if name.startswith("headline_")]
    return next((" ".join(html_text(value).split()) for value in values if value), None)


def _publisher(item: Mapping[str, Any]) -> str | None:
    """The provider, where an extension names one; else the source of the information, else the copyright holder."""
    sources = _list(item.get("infosources", item.get("infosource")))
    named = [item.get("provider"), *sources, item.get("copyrightholder")]
    return next((name for name in map(_name, named) if name), None)


def _name(value: Any) -> str | None:
    return _string(value.get("name") or value.get("literal")) if isinstance(value, dict) else _string(value)


def _url(item: Mapping[str, Any]) -> str | None:
    """A URL for readers: the item's url, else that of a rendition as a web page, else its uri where that is a URL."""
    if address := _string(item.get("url")):
        return address
    renditions = item.get("renditions")
    entries = list(renditions.values()) if isinstance(renditions, dict) else _list(renditions)
    pages = [
        e for e in entries if isinstance(e, dict) and "html" in _word(_get(e, "contenttype") or _get(e, "mimetype"))
    ]
    addresses = [*(_string(page.get("href")) for page in pages), _string(item.get("uri"))]
    return next((address for address in addresses if address and address.startswith("http")), None)


def _correction(item: Mapping[str, Any], signals: list[str]) -> str | None:
    """The correction, detected from signals, an extension of some agencies, or from a note that reads like one."""
    note = _string(item.get("ednote"))
    if note and is_correction(note):
        signals = [*signals, "correction"]
    return correction([*signals, _string(item.get("pubstatus"))], note)


def _codes(signal: Any) -> list[str]:
    values = signal.values() if isinstance(signal, dict) else [signal]
    return [value for value in values if isinstance(value, str)]


def _get(entry: Mapping[str, Any], name: str) -> Any:
    return next((value for key, value in entry.items() if str(key).lower() == name), None)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _string(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _word(value: Any) -> str:
    return value.strip().lower() if isinstance(value, str) else ""


def _first_keys(head: str) -> set[str]:
    """The keys, in lower case, of the first object of a JSON text that may be cut off; empty for other texts."""
    keys: set[str] = set()
    depth, inside = 0, 0
    head = head.lstrip("\ufeff \t\r\n")
    if not head.startswith(("{", "[")):
        return keys
    for token in _TOKEN.finditer(head):
        if token["open"]:
            depth += 1
            inside = inside or (depth if token.group() == "{" else 0)
            if depth > 2 and not inside:
                return keys
        elif token["close"]:
            depth -= 1
            if inside and depth < inside:
                return keys
        elif token["key"] and depth == inside:
            keys.add(token.group().partition('"')[2].rpartition('"')[0].lower())
    return keys
