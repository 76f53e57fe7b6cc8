"""Decode bodies of HTTP messages: transfer and content codings, charsets, media types (RFC 9110, RFC 9112).

FastWARC and httpx have decoders too, but they accept truncated bodies without an error, and those of httpx have no
limit for the size of their output.
"""

from __future__ import annotations

import codecs
import zlib
from collections.abc import Iterator
from email.message import Message

from ingest.reading.decoding import known_encoding

#: Longest page that is converted to UTF-8, in bytes.
_MAX_TEXT = 20_000_000
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_PAGES = frozenset({"text/html", "application/xhtml+xml"})
_FEEDS = frozenset({"application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json"})
_XML = frozenset({"application/xml", "text/xml"})
_PICTURES = ("image/", "audio/", "video/", "font/", "model/")
_STYLES = frozenset({"text/css", "text/javascript", "application/javascript", "application/wasm"})


class BodyError(ValueError):
    """A body is too long, or its coding is not the one that its header states."""


def media_type(header: str | None) -> str:
    """Return the media type of a Content-Type header in lower case; "" where there is none."""
    return (header or "").partition(";")[0].strip().lower()


def charset(header: str | None) -> str | None:
    """Return Python's name for the charset of a Content-Type header; None where there is no usable one."""
    message = Message()
    message["Content-Type"] = header or ""
    try:
        name = message.get_param("charset")
    except (LookupError, ValueError):
        return None
    return known_encoding(name) if isinstance(name, str) else None


def may_hold_articles(kind: str) -> bool:
    """Whether a file of this media type may contain articles; servers often send a wrong type or none."""
    return not kind.startswith(_PICTURES) and kind not in _STYLES


def is_page_or_feed(kind: str) -> bool:
    """Whether a crawled file of this media type is read: pages, feeds, sitemaps, news in XML, PDF."""
    return kind in _PAGES | _FEEDS | _XML or kind == "application/pdf" or kind.endswith("+xml")


def as_utf8(body: bytes, content_type: str | None) -> bytes:
    """Convert a page to UTF-8 with a byte order mark, where its header names an encoding.

    The header takes precedence over the page's own declaration (https://html.spec.whatwg.org, 13.2.3.2). XML stays
    unchanged, because it declares its encoding, and so does a body that is not in the encoding of the header.

    Args:
        body: the body, without codings.
        content_type: its Content-Type header.
    """
    name = charset(content_type)
    kind = media_type(content_type)
    plain = kind in _PAGES or kind in ("text/plain", "text/csv")
    if name is None or not plain or len(body) > _MAX_TEXT or body.startswith(_BOMS):
        return body
    try:
        # Browsers read these two as Windows-1252, and pages are written for browsers.
        text = body.decode("cp1252" if name in ("iso8859-1", "ascii") else name)
        return codecs.BOM_UTF8 + text.encode("utf-8")
    except UnicodeError:
        return body


def dechunk(body: bytes) -> bytes:
    """Remove the chunked transfer coding; a body without it stays unchanged, because some archives remove it.

    Raises:
        BodyError: the body is truncated or damaged after its first chunk.
    """
    parts: list[bytes] = []
    place = 0
    while True:
        end = body.find(b"\r\n", place, place + 1000)
        digits = body[place:end].split(b";")[0].strip() if end >= 0 else b""
        try:
            size = int(digits, 16)
        except ValueError:
            size = -1
        if size < 0 or not digits.isalnum():
            if not parts:
                return body
            raise BodyError("its chunks are damaged")
        if size == 0:
            return b"".join(parts)
        place = end + 2 + size
        if place > len(body):
            raise BodyError("it breaks off within a chunk")
        parts.append(body[end + 2 : place])
        place += 2


def decoded(chunks: Iterator[bytes], coding: str | None, limit: int) -> Iterator[bytes]:
    """Remove the content coding of a body, piece by piece.

    Args:
        chunks: the body as it was sent.
        coding: its Content-Encoding header.
        limit: maximum length of the decoded body, in bytes.

    Raises:
        BodyError: the body is longer, truncated, damaged, or in an unsupported coding.
    """
    left = limit
    codings = [name.strip().lower() for name in (coding or "").split(",")]
    names = [name for name in codings if name not in ("", "identity")]
    if len(names) > 1:
        raise BodyError(f"it has several content codings: {coding}")
    for chunk in _unpacked(chunks, names[0]) if names else chunks:
        left -= len(chunk)
        if left < 0:
            raise BodyError(f"it has more than {limit / 1e6:g} MB")
        yield chunk


_GZIP = 0x1F  # the first byte of each member
_STEP = 1_000_000  # decoded bytes per call
_PIECE = 4_096  # bytes passed to zlib at once; it copies what is left after the end of a member


def _unpacked(chunks: Iterator[bytes], name: str) -> Iterator[bytes]:
    if name == "br":
        yield from _unpacked_brotli(chunks)
        return
    if name not in ("gzip", "x-gzip", "deflate"):
        raise BodyError(f"its Content-Encoding {name!r} is not supported")
    decoder = None
    for piece in (chunk[start : start + _PIECE] for chunk in chunks for start in range(0, len(chunk), _PIECE)):
        while piece:
            if decoder is None or (decoder.eof and name != "deflate" and piece[0] == _GZIP):  # another member
                raw = name == "deflate" and piece[0] & 0x0F != 8  # some servers omit the zlib header
                decoder = zlib.decompressobj(-15 if raw else 47)
            elif decoder.eof:
                return  # padding
            try:
                yield decoder.decompress(piece, _STEP)
            except zlib.error as error:
                raise BodyError(f"it is not {name}: {error}") from None
            piece = decoder.unused_data if decoder.eof else decoder.unconsumed_tail
    if decoder is not None and not decoder.eof:
        raise BodyError(f"it breaks off within its {name} coding")


def _unpacked_brotli(chunks: Iterator[bytes]) -> Iterator[bytes]:
    import brotli

    decoder = brotli.Decompressor()
    try:
        for chunk in chunks:
            yield decoder.process(chunk, output_buffer_limit=_STEP)
            while not decoder.can_accept_more_data():
                yield decoder.process(b"", output_buffer_limit=_STEP)
    except brotli.error as error:
        raise BodyError(f"it is not br: {error}") from None
    if not decoder.is_finished():
        raise BodyError("it breaks off within its br coding")
