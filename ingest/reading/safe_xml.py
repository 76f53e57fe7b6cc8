"""Parse XML from untrusted sources; all XML is parsed here.

Nothing is fetched and nothing is expanded: external document types, entities and inclusions are never read, a file that
declares entities is refused, and the depth of elements and the size of one item are limited. Files are read in pieces,
so that a message of 500 items or a sitemap of 50,000 URLs is never in memory as a whole. This follows XML 1.0
(https://www.w3.org/TR/xml/) and, for encodings, its appendix F.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Collection, Iterator
from copy import deepcopy
from typing import Any, BinaryIO

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import MAX_ARTICLE_BYTES
from ingest.reading.base import Source
from ingest.reading.decoding import known_encoding

#: Maximum bytes of markup in one item, or between two items.
MAX_ITEM_BYTES = 3 * MAX_ARTICLE_BYTES
#: Maximum depth of nested elements: the limit of libxml2, here for the message.
MAX_DEPTH = 256

_PIECE = 65_536  # bytes
_TAIL = 1_024  # last bytes of a file that have to contain the end of the root element
_FIRST_PIECE = 512  # characters; the first pieces are small so that declarations are checked before much is parsed
_DECLARED = re.compile(r"""^\s*<\?xml\s[^>]*?encoding\s*=\s*["']([A-Za-z][\w.:-]*)["'][^>]*?\?>""")
_DECLARATION = re.compile(r"^\s*<\?xml\s[^>]*\?>")
#: Options with which lxml's parsers read nothing but the file.
SAFE: dict[str, Any] = {
    "encoding": "utf-8", "resolve_entities": False, "no_network": True, "load_dtd": False, "dtd_validation": False,
    "attribute_defaults": False, "huge_tree": False, "remove_comments": True, "remove_pis": True,
}  # fmt: skip
#: Beginning of the reason of a SourceError about a file that is not well-formed, or is truncated.
BROKEN = "it is not well-formed XML"
BREAKS_OFF = "the XML breaks off"
_MARKS = {
    codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF32_LE: "utf-32-le", codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be",
}  # fmt: skip
# Possessive quantifiers avoid catastrophic backtracking in what follows the end tag.
_LAST_END = re.compile(
    rb"</(?:[^\s<>:]++:)?+([^\s<>:]++)\s*+>(?:\s++|<!--(?:(?!-->).)*+-->|<\?(?:(?!\?>).)*+\?>)*+\Z", re.DOTALL
)
_PROLOG = re.compile(
    r"\ufeff?(?:\s++|<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^\[>]*+(?:\[.*?\]\s*)?>)*+<(?:(?P<prefix>[\w.-]+):)?(?P<name>[\w.-]+)"
    r"(?P<attributes>[^>]*)",
    re.DOTALL,
)


def root_of(head: str) -> tuple[str, str] | None:
    """Return (namespace, local name) of the root element of a text that begins like XML; None for other texts.

    It does not parse the text, so it is safe for any text. A namespace that is not declared is "".
    """
    match = _PROLOG.match(head)
    if match is None:
        return None
    declared = re.escape(f"xmlns:{match['prefix']}" if match["prefix"] else "xmlns")
    namespace = re.search(rf"""(?:^|\s){declared}\s*=\s*["']([^"']*)""", match["attributes"])
    return (namespace[1].strip() if namespace else ""), match["name"]


def local_name(element: Any) -> str:
    """Return the name of an element without its namespace; "" for a comment or None."""
    tag = element.tag if element is not None else ""
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def elements(
    file: BinaryIO, source: Source, names: Collection[str], limit: int = MAX_ITEM_BYTES
) -> Iterator[Any]:  # of lxml's _Element, which has no types
    """Yield the outermost elements with these local names, one by one; an element is emptied before the next one.

    Args:
        file: XML, from its first byte on.
        source: what to call it in errors.
        names: local names, in any namespace.
        limit: maximum bytes of UTF-8 in one element, or between two.

    Raises:
        SourceError: the file is truncated, is not well-formed, declares entities, is nested too deeply, contains an
            element longer than `limit`, or is in an encoding that is unknown or not the declared one.
    """
    inside = since = 0
    for size, event, element in _events(file, source):
        since += size
        if local_name(element) in names:
            inside += (event == "start") - (event == "end")
            if event == "end" and inside == 0:
                yield element
                _drop(element)
                since = 0
        if since > limit:
            raise _too_long(source, limit)


def parse(data: bytes, source: Source, position: str = "") -> Any:
    """Parse a small document, such as a body inside another format, and return its root element.

    Args:
        data: the document.
        source: the file that contains it, for errors.
        position: where in the file, for errors.

    Raises:
        SourceError: for the same reasons as `elements`.
    """
    try:
        root = None
        for element in elements(io.BytesIO(data), source, _Everything(), len(data) + 1):
            root = deepcopy(element)
    except SourceError as error:
        raise SourceError(source.name, position or error.place, error.reason, error.remedy) from None
    if root is None:
        raise source.problem("it has no element", "Deliver it again", position)
    return root


def _events(file: BinaryIO, source: Source) -> Iterator[tuple[int, str, Any]]:
    """Yield (bytes read, "", None) for each piece of a file, and (0, "start" | "end", element) for its elements."""
    from lxml import etree

    parser = etree.XMLPullParser(events=("start", "end"), **SAFE)
    root, tail = "", b""
    for piece in _pieces_and_end(file, source):
        error = None
        try:
            parser.feed(piece) if piece else parser.close()
        except etree.XMLSyntaxError as raised:
            error = raised
        tail = (tail + piece)[-_TAIL:]
        yield len(piece), "", None
        for event, element in parser.read_events():
            if not root:
                check_declarations(element, source)
                root = local_name(element)
            yield 0, event, element
        log = parser.feed_error_log or (error.error_log if error else [])
        # lxml may stop at a fatal error without an exception.
        if error or any(entry.level_name == "FATAL" for entry in log):
            raise flaw_of(log, source, root if not piece and _breaks_off(tail, root) else None)


def _pieces_and_end(file: BinaryIO, source: Source) -> Iterator[bytes]:
    yield from (piece for piece in pieces(file, source) if piece)
    yield b""


def flaw_of(log: Any, source: Source, broken: str | None = None) -> SourceError:
    """Describe why lxml refused a file.

    Args:
        log: the parser's list of errors; the first one is the cause.
        source: what to call the file.
        broken: the root element, where the file ends before its end; "" where the file ends before its start.
    """
    first = next(iter(log), None)
    line, message = (first.line, " ".join(first.message.split())[:200]) if first else (0, "it has no element")
    place = f"line {line}" if line else ""
    if "depth" in message.lower():
        reason = f"its elements are nested more than {MAX_DEPTH} deep"
        return source.problem(reason, "No news format needs that depth; leave the file out", place)
    if "entity amplification" in message or "entity reference loop" in message:
        return entities_declared(source)
    if broken is not None and "Extra content" not in message:
        reason = f"{BREAKS_OFF} before </{broken}>" if broken else f"{BREAKS_OFF} before its first element"
        return source.problem(reason, "Deliver it again, complete", place)
    return source.problem(f"{BROKEN}: {message}", "Correct it, or have it delivered again", place)


def _breaks_off(tail: bytes, root: str) -> bool:
    """Whether the last bytes of a file do not contain the end of its root element."""
    end = _LAST_END.search(tail)
    return end is None or (bool(root) and end[1].decode("utf-8", "replace") != root)


def entities_declared(source: Source) -> SourceError:
    """Make the error about a file that declares entities."""
    return source.problem(
        "it declares entities, which can expand without limit or read other files, so it was not read",
        "Write the characters themselves, without <!ENTITY",
    )


class _Everything(Collection[str]):
    """Contains every name, so that the outermost element is the root."""

    def __contains__(self, name: object) -> bool:
        return True

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def pieces(file: BinaryIO, source: Source) -> Iterator[bytes]:
    """Yield a document in UTF-8, without its XML declaration, in pieces; the first ones are small.

    Args:
        file: XML, from its first byte on.
        source: what to call it in errors.

    Raises:
        SourceError: the encoding is unknown, or not the declared one.
    """
    data = file.read(_PIECE)
    encoding, mark = _encoding(data, source)
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        text = decoder.decode(data[mark:])
        text = _DECLARATION.sub(lambda match: "\n" * match.group().count("\n"), text, count=1)
        for start in range(0, len(text), _FIRST_PIECE):
            yield text[start : start + _FIRST_PIECE].encode("utf-8", "surrogatepass")
        while data:
            data = file.read(_PIECE)
            yield decoder.decode(data, final=not data).encode("utf-8", "surrogatepass")
    except (UnicodeError, ValueError) as error:
        raise source.problem(
            f"it is not in the encoding {encoding!r} that it declares: {str(error)[:120]}", "Save it as UTF-8"
        ) from None


def _encoding(data: bytes, source: Source) -> tuple[str, int]:
    """(encoding, length of the byte order mark), from the mark, the first zero bytes or the declaration."""
    for mark, encoding in _MARKS.items():
        if data.startswith(mark):
            return encoding, len(mark)
    if data[:4] in (b"<\x00?\x00", b"<\x00!\x00") or (data[:1] == b"<" and data[1:2] == b"\x00"):
        return "utf-16-le", 0
    if data[:2] == b"\x00<":
        return "utf-16-be", 0
    declared = _DECLARED.match(data[:1024].decode("latin-1"))
    if declared is None:
        return "utf-8", 0
    name = known_encoding(declared[1])
    if name is None:
        raise source.problem(f"it declares the encoding {declared[1]!r}, which is unknown", "Save it as UTF-8")
    # A declaration of UTF-16 in single-byte letters is wrong.
    return ("utf-8" if name.startswith(("utf-16", "utf-32")) else name), 0


def check_declarations(element: Any, source: Source) -> None:
    """Check the document type; called once, at the first element.

    Args:
        element: the first element.
        source: what to call the file in errors.

    Raises:
        SourceError: the document type declares entities.
    """
    dtd = element.getroottree().docinfo.internalDTD
    if dtd is not None and next(iter(dtd.iterentities()), None) is not None:
        raise entities_declared(source)


def _drop(element: Any) -> None:
    """Free the memory of an element and of everything before it."""
    element.clear()
    for ancestor in (element, *element.iterancestors()):
        parent = ancestor.getparent()
        while parent is not None and ancestor.getprevious() is not None:
            del parent[0]


def _too_long(source: Source, limit: int) -> SourceError:
    return source.problem(
        f"one item has more than {limit / 1e6:.0f} MB, too much for an article", "Split it, or leave it out"
    )
