"""NITF 3.x, the News Industry Text Format of the IPTC (https://iptc.org/standards/nitf/, DTD and schema 3.0 to 3.6).

The time of an article is `date.issue`, when this version was sent, else the day in its dateline, else the date of the
publication. A later `date.release` is an embargo. The publisher is the one in `pubdata`, else the distributor, else the
copyright holder. A document that manages another document (`management-doc-idref` with `management-idref-status`), such
as a kill notice, also yields a notice about that document.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from ingest.base.errors import SourceError
from ingest.cleaning.dateline import place_name
from ingest.cleaning.dates import parse_date
from ingest.cleaning.normalize import Draft, Link
from ingest.reading.base import Source
from ingest.reading.bylines import credited
from ingest.reading.markup import inline_text, tree_text
from ingest.reading.safe_xml import elements, local_name, root_of
from ingest.reading.status import correction, edition, status, status_codes
from ingest.reading.xml_recovery import name_entities


@dataclass
class Body:
    """The facts in the body of a NITF document.

    Attributes:
        text: its paragraphs.
        headline: the headline of the highest level.
        authors: the people in its bylines.
        publisher: the distributor.
        place: where it was filed from.
        dateline: the dateline, where it is outside the text.
        day: the date of the dateline, in ISO 8601.
    """

    text: str
    headline: str | None = None
    authors: list[str] = field(default_factory=list)
    publisher: str | None = None
    place: str | None = None
    dateline: str | None = None
    day: str | None = None


class NitfReader:
    """Reads one article from a document."""

    suffixes = frozenset({".nitf"})

    def recognises(self, head: str) -> bool:
        """Whether the root element is nitf."""
        root = root_of(head)
        return root is not None and root[1] == "nitf"

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | Link | SourceError]:
        """Yield the article of a document, and a notice about the document that it manages.

        Args:
            file: the file, from its first byte on.
            source: what to call it.
        """
        documents = 0
        for root in elements(file, source, {"nitf"}):
            documents += 1
            name_entities(root)
            yield from _drafts(root, source)
        if not documents:
            raise source.problem("it has no nitf element", "Check that it is NITF, or give it the right suffix")


def read_body(root: Any) -> Body:
    """Read the body of a nitf element, or of an element in its place inside another format."""
    head, content = first(root, "body.head"), first(root, "body.content")
    content = content if content is not None else first(root, "body")
    content = content if content is not None else root
    dateline = first(head, "dateline")
    if dateline is None:
        dateline = first(content, "dateline")
    location, day = first(dateline, "location"), first(dateline, "story.date")
    city = inline_text(first(location, "city")) or inline_text(location)
    headline = next((text for name in ("hl1", "hedline", "hl2") if (text := inline_text(first(head, name)))), None)
    return Body(
        text=tree_text(content),
        headline=headline,
        authors=[name for byline in every(head, "byline") for name in _authors(byline)],
        publisher=inline_text(first(head, "distributor")) or None,
        place=place_name(city.strip(" ,(")) if city else None,
        dateline=inline_text(dateline) or None,
        day=day.get("norm") if day is not None else None,
    )


def first(root: Any, name: str) -> Any:
    """Return the first descendant with a local name; None where there is none.

    Args:
        root: an element, or None.
        name: the local name.
    """
    return next(iter(every(root, name)), None)


def every(root: Any, name: str) -> list[Any]:
    """Return all descendants with a local name.

    Args:
        root: an element, or None.
        name: the local name.
    """
    return [] if root is None else [element for element in root.iter() if local_name(element) == name]


def _drafts(root: Any, source: Source) -> Iterator[Draft]:
    docdata, body = first(root, "docdata"), read_body(root)
    message, corrected, named = first(docdata, "ed-msg"), first(docdata, "correction"), first(root, "doc-id")
    issued, release = _norm(docdata, "date.issue"), _norm(docdata, "date.release")
    managed = _attribute(docdata, "management-status")
    codes = [_attribute(message, "msg-type"), *_opening(_attribute(message, "info"))]
    words = [managed, *status_codes(codes)]
    published = issued or body.day or _attribute(first(root, "pubdata"), "date.publication") or None
    state, embargo = status(*words), release if _is_later(release, published) else None
    if state == "withheld" and "embargo" in managed.lower() and release:
        state, embargo = "usable", release  # the embargo has an end
    words += ["correction"] * (corrected is not None)
    own = _attribute(named, "id-string") or _attribute(root, "uno") or None
    about = _attribute(docdata, "management-doc-idref")
    yield Draft(
        text=body.text,
        file=source.name,
        key=source.key,
        headline=body.headline or _title(root),
        published=published,
        publisher=_publisher(root, docdata, body),
        place=body.place,
        authors=body.authors,
        guid=own,
        language=_language(root),
        status=state,
        embargo=embargo,
        correction=correction(words, _attribute(corrected, "info") or _attribute(message, "info")),
        edition=edition(_attribute(first(docdata, "du-key"), "version")),
        dateline=body.dateline,
        url=_attribute(first(root, "pubdata"), "ex-ref") or None,
    )
    managed_state = status(_attribute(docdata, "management-idref-status"))
    if about and about != own and managed_state != "usable":
        yield Draft(
            text="", file=source.name, key=f"{source.key}#{about}", position=f"about {about}",
            guid=about, status=managed_state, headline=body.headline,
        )  # fmt: skip


def _attribute(element: Any, name: str) -> str:
    return (element.get(name) or "").strip() if element is not None else ""


def _norm(docdata: Any, name: str) -> str | None:
    return _attribute(first(docdata, name), "norm") or None


def _opening(info: str) -> list[str]:
    """The first words of a message to editors: `KILL: do not use` means the same as the type `kill`."""
    opening = info.split(":")[0].strip("*[]() ")
    return [opening, *opening.split()] if len(opening.split()) <= 3 else []


def _is_later(release: str | None, published: str | None) -> bool:
    """Whether the release is later than the publication; True for invalid dates, so that they are reported later."""
    if not (release and published):
        return bool(release)
    try:
        return parse_date(release).start > parse_date(published).start
    except (ValueError, OverflowError, OSError):
        return True


def _authors(byline: Any) -> list[str]:
    people = [inline_text(person) for person in every(byline, "person")]
    return [name for name in people if name] or credited(inline_text(byline))


def _title(root: Any) -> str | None:
    return inline_text(first(first(root, "head"), "title")) or None


def _publisher(root: Any, docdata: Any, body: Body) -> str | None:
    publication = _attribute(first(root, "pubdata"), "name")
    return publication or body.publisher or _attribute(first(docdata, "doc.copyright"), "holder") or None


def _language(root: Any) -> str | None:
    lang = "{http://www.w3.org/XML/1998/namespace}lang"
    places = [first(root, "body.content"), first(root, "body"), root]
    return next((code for e in places if (code := _attribute(e, lang) or _attribute(e, "baselang"))), None)
