"""Bodies of HTTP messages: codings, charsets, kinds."""

from __future__ import annotations

import contextlib
import gzip
import zlib

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.reading.http_bodies import (
    BodyError,
    as_utf8,
    charset,
    dechunk,
    decoded,
    is_page_or_feed,
    may_hold_articles,
    media_type,
)
from tests.costs import STEEP, cost, growth
from tests.packs import chunked

BODY = b"The ferry ran aground. " * 50
LIMIT = 10_000_000


def deflated(data: bytes, raw: bool = False) -> bytes:
    packer = zlib.compressobj(wbits=-15 if raw else 15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        (None, BODY), ("identity", BODY), ("gzip", gzip.compress(BODY)), ("x-gzip", gzip.compress(BODY)),
        ("deflate", deflated(BODY)), ("deflate", deflated(BODY, raw=True)), ("br", brotli.compress(BODY)),
        ("GZIP", gzip.compress(BODY)), ("gzip", gzip.compress(BODY[:500]) + gzip.compress(BODY[500:])),
        ("gzip", gzip.compress(b"") + gzip.compress(BODY) + b"\x00" * 20), ("gzip", gzip.compress(BODY) + b"padding"),
        ("deflate", deflated(BODY) + b"padding"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("step", [1, 7, 10_000])
def test_content_codings(coding: str | None, packed: bytes, step: int) -> None:
    pieces = (packed[i : i + step] for i in range(0, len(packed), step))
    assert b"".join(decoded(pieces, coding, LIMIT)) == BODY


@pytest.mark.parametrize("packed", [gzip.compress(b"0" * 30_000_000), brotli.compress(b"0" * 30_000_000)])
def test_a_body_that_is_a_bomb_is_given_up_early(packed: bytes) -> None:
    coding = "gzip" if packed.startswith(b"\x1f\x8b") else "br"
    given = []
    with pytest.raises(BodyError, match="more than 5 MB"):
        given += [len(piece) for piece in decoded(iter([packed]), coding, 5_000_000)]
    assert sum(given) <= 5_000_000


def test_members_of_a_body_share_its_limit_and_are_whole() -> None:
    member = gzip.compress(b"0" * 1_000_000)
    with pytest.raises(BodyError, match="more than 5 MB"):
        list(decoded(iter([member * 8]), "gzip", 5_000_000))
    with pytest.raises(BodyError, match="breaks off"):
        list(decoded(iter([member, member[:-9]]), "gzip", LIMIT))


def test_many_members_take_no_long_time() -> None:
    few, many = (gzip.compress(b"") * members for members in (5_000, 50_000))
    assert growth(lambda body: list(decoded(iter([body]), "gzip", LIMIT)), few, many) < STEEP


@pytest.mark.parametrize("coding", ["zstd", "compress", "gzip, br", "nonsense"])
def test_codings_that_are_not_read(coding: str) -> None:
    with pytest.raises(BodyError):
        list(decoded(iter([BODY]), coding, LIMIT))


@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br"]))
def test_any_bytes_are_unpacked_or_refused(data: bytes, coding: str) -> None:
    with contextlib.suppress(BodyError):
        assert len(b"".join(decoded(iter([data]), coding, 1000))) <= 1000


@given(st.binary(min_size=1, max_size=400), st.integers(1, 50))
def test_chunks_are_joined(body: bytes, size: int) -> None:
    assert dechunk(chunked(body, size)) == body


@given(st.binary(max_size=200))
def test_any_bytes_are_chunks_or_none(data: bytes) -> None:
    with contextlib.suppress(BodyError):
        assert len(dechunk(data)) <= len(data)


def test_a_header_wins_over_the_page() -> None:
    page = "<html><meta charset=utf-8><p>函館港</p>"
    assert as_utf8(page.encode("shift_jis"), "text/html; charset=Shift_JIS") == b"\xef\xbb\xbf" + page.encode()
    assert as_utf8("Café “x”".encode("cp1252"), 'text/plain; charset="iso-8859-1"').decode("utf-8-sig") == "Café “x”"


@pytest.mark.parametrize(
    ("body", "header"),
    [
        (b"plain", None), (b"plain", "text/html"), (b"plain", "text/html; charset=nonsense"),
        (b"plain", "text/html; charset=base64"), (b"\xff\xfea\x00", "text/html; charset=shift_jis"),
        (b"<?xml version='1.0' encoding='shift_jis'?>", "application/rss+xml; charset=utf-16"),
        (b"\xff\xff", "text/html; charset=utf-8"), (b"x" * 21_000_000, "text/html; charset=utf-8"),
    ],
)  # fmt: skip
def test_what_is_left_as_it_is(body: bytes, header: str | None) -> None:
    assert as_utf8(body, header) == body


@pytest.mark.parametrize("name", ["punycode", "idna", "base64", "rot13", "unicode_escape", "utf-7", "a\0b"])
def test_codecs_that_are_no_charset(name: str) -> None:
    assert charset(f"text/html; charset={name}") is None


def test_a_charset_takes_no_long_time() -> None:
    body = b"a-" + b"b9" * 1_000_000
    assert as_utf8(body, "text/html; charset=punycode") == body
    punycode, latin = (f"text/html; charset={name}" for name in ("punycode", "iso-8859-1"))
    assert cost(lambda: as_utf8(body, punycode)) < 10 * cost(lambda: as_utf8(body, latin))


def test_kinds() -> None:
    assert media_type("Text/HTML; charset=x") == "text/html"
    assert media_type(None) == ""
    assert charset("text/html; charset=UTF8") == charset('text/html; charset="utf-8"') == "utf-8"
    assert charset("text/html; charset=nonsense") is charset("text/html") is None
    assert all(map(may_hold_articles, ("", "text/html", "application/octet-stream", "application/zip", "text/weird")))
    assert not any(map(may_hold_articles, ("image/png", "video/mp4", "text/css", "font/woff2")))
    assert all(map(is_page_or_feed, ("text/html", "application/rss+xml", "application/nitf+xml", "application/pdf")))
    assert not any(map(is_page_or_feed, ("", "text/plain", "application/json", "application/octet-stream")))
