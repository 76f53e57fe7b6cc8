"""Web archives (WARC 1.0 and 1.1, ISO 28500:2017), read as a stream with FastWARC."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING, BinaryIO, cast
from urllib.parse import urlsplit

from ingest.base.errors import SourceError
from ingest.reading.base import Source
from ingest.reading.http_bodies import BodyError, as_utf8, dechunk, decoded, is_page_or_feed, media_type
from ingest.sources.containers.base import Budget, Member, inside
from ingest.sources.containers.streams import DAMAGED, Stream

if TYPE_CHECKING:
    from fastwarc.warc import WarcRecord


def is_warc(head: bytes) -> bool:
    """Whether a file that begins so, once unpacked, is a web archive."""
    return head.startswith((b"WARC/0.", b"WARC/1."))


def read_warc(file: BinaryIO, source: Source, budget: Budget) -> Iterator[Member | SourceError]:
    """The pages, feeds and PDF files that a crawl got, each with the address and the time of its record.

    Requests, revisits, failures, redirects and what is of another kind are passed over without a word. The time of the
    record is when it was captured, not when it was published, so it stands in the place of the member alone.

    Raises:
        SourceError: the file is damaged, and cannot be read any further, or unpacks into too much.
    """
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    stream = _Stream(file, source, budget)
    number = 0
    records = iter(ArchiveIterator(cast("BinaryIO", stream), parse_http=False))
    while True:
        try:
            record = next(records, None)
        except OSError as error:
            raise stream.problem or source.problem(
                f"it is damaged after record {number}: {error}", "Deliver it again"
            ) from None
        if record is None:
            if stream.problem:
                raise stream.problem
            return
        number += 1
        if record.record_type not in (WarcRecordType.response, WarcRecordType.resource):
            continue
        url = (record.headers.get("WARC-Target-URI") or "").strip("<> ")
        if _scheme(url) not in ("http", "https"):
            continue
        budget.count_member(source)
        captured = record.headers.get("WARC-Date")
        place = f"record {number}" + (f", captured {captured}" if captured else "")
        try:
            body = _body(record, budget.limits.record_bytes)
        except (BodyError, OSError) as error:
            if stream.problem:
                raise stream.problem from None
            yield inside(source, url).problem(f"it cannot be read: {error}", "Capture the page again", place)
            continue
        if body:
            yield Member(io.BytesIO(body), inside(source, url), url, place)


class _Stream(Stream):
    """A stream that remembers what was wrong; FastWARC is told of it by an OSError, whatever it was.

    The ratio counts once it is longer than the longest record that is read.
    """

    def __init__(self, file: BinaryIO, source: Source, budget: Budget) -> None:
        super().__init__(file, source, budget, slack=budget.limits.record_bytes)
        self.problem: SourceError | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            return super().read(size)
        except SourceError as error:
            self.problem = error
        except DAMAGED as error:
            self.problem = self._source.problem(f"it is damaged or breaks off: {error}", "Deliver it again")
        raise OSError("see problem")


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""


def _body(record: WarcRecord, limit: int) -> bytes | None:
    """What a record holds; None where it is not of a kind that is read.

    Raises:
        BodyError: it is too long, cut off, or not coded as it says.
        OSError: the archive is damaged here.
    """
    is_response = "application/http" in (record.headers.get("Content-Type") or "")
    kind = record.headers.get("Content-Type")
    coding = transfer = None
    length = record.content_length
    if is_response:
        record.parse_http()
        headers = record.http_headers
        if headers is None or headers.status_code != 200:
            return None
        kind = headers.get("Content-Type") or record.headers.get("WARC-Identified-Payload-Type")
        coding, transfer = headers.get("Content-Encoding"), headers.get("Transfer-Encoding")
        length = record.content_length
    if not is_page_or_feed(media_type(kind)):
        return None
    if length > limit:
        raise BodyError(f"it has {length / 1e6:,.0f} MB; a record has at most {limit / 1e6:g} MB")
    body = record.reader.read(limit + 1)
    if len(body) < length:
        raise BodyError(f"it breaks off: {len(body):,} of {length:,} bytes are there")
    if record.headers.get("WARC-Truncated"):
        raise BodyError(f"the crawler cut it off: {record.headers.get('WARC-Truncated')}")
    if "chunked" in (transfer or "").lower():
        body = dechunk(body)
    if coding:
        body = b"".join(decoded(iter([body]), coding, limit))
    return as_utf8(body, kind)
