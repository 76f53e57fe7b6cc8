"""Read web archives (WARC 1.0 and 1.1, ISO 28500:2017) as a stream with FastWARC."""

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
    """Whether an unpacked file with this beginning is a web archive."""
    return head.startswith((b"WARC/0.", b"WARC/1."))


def read_warc(file: BinaryIO, source: Source, budget: Budget) -> Iterator[Member | SourceError]:
    """Yield the pages, feeds and PDF files of a crawl, with the URL and the time of their records.

    Requests, revisits, failures, redirects and other media types are skipped silently. The time of a record is when it
    was captured and not when it was published, so it is only in the place of the member.

    Args:
        file: the web archive.
        source: what to call it.
        budget: limits of what unpacking may cost.

    Raises:
        SourceError: the rest of the file cannot be read, or it exceeds the limits.
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
    """A stream that keeps its error, because FastWARC only passes on an OSError.

    The ratio is ignored up to the length of the longest allowed record.
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
    """The decoded body of a record; None where its kind is not read.

    Raises:
        BodyError: the body is too long, truncated, or not in the coding that its header states.
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
        raise BodyError(f"it has {length / 1e6:,.0f} MB; a record may have at most {limit / 1e6:g} MB")
    body = record.reader.read(limit + 1)
    if len(body) < length:
        raise BodyError(f"it breaks off: it has {len(body):,} of {length:,} bytes")
    if record.headers.get("WARC-Truncated"):
        raise BodyError(f"the crawler cut it off: {record.headers.get('WARC-Truncated')}")
    if "chunked" in (transfer or "").lower():
        body = dechunk(body)
    if coding:
        body = b"".join(decoded(iter([body]), coding, limit))
    return as_utf8(body, kind)
