"""Readers, one per format, which turn files into drafts of articles.

The format is detected from the content of a file, and from its suffix only where the content is ambiguous.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath

from ingest.base.errors import SourceError
from ingest.reading.base import Reader, Source
from ingest.reading.csv_rows import CsvReader
from ingest.reading.decoding import binary_kind, decode_head
from ingest.reading.feeds import FeedReader
from ingest.reading.html import HtmlReader
from ingest.reading.jsonlines import JsonLinesReader
from ingest.reading.newsml import NewsmlReader
from ingest.reading.ninjs import NinjsReader
from ingest.reading.nitf import NitfReader
from ingest.reading.pdf.reader import PdfReader
from ingest.reading.safe_xml import root_of
from ingest.reading.sitemap import SitemapReader
from ingest.reading.wire import WireReader

__all__ = ["HEAD_BYTES", "Reader", "Source", "choose_reader"]

#: The supported formats, for messages.
FORMATS = (
    "wire text (.txt), HTML, RSS and Atom, NITF, NewsML-G2, ninjs, news site maps, JSON Lines (.jsonl), CSV and PDF"
)
#: Number of bytes from which a format is detected.
HEAD_BYTES = 65_536


def choose_reader(head: bytes, source: Source, columns: Mapping[str, str] | None = None) -> Reader:
    """Choose the reader for a file.

    Args:
        head: its first bytes, at most HEAD_BYTES.
        source: what to call it.
        columns: the column or key of each fact, for JSON Lines and CSV.

    Raises:
        SourceError: the file is empty, binary or in an unknown format.
    """
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        raise SourceError(source.name, "", "the file is empty", "Deliver it again, or leave it out")
    pdf = PdfReader()
    if pdf.recognises(head[:1024].decode("latin-1")):
        return pdf
    kind = binary_kind(head)
    if kind is not None:
        raise SourceError(source.name, "", f"it is {kind}, not text", f"Formats: {FORMATS}")
    readers: tuple[Reader, ...] = (
        FeedReader(), NitfReader(), NewsmlReader(), SitemapReader(), NinjsReader(columns),
        HtmlReader(), JsonLinesReader(columns), CsvReader(columns), WireReader(),
    )  # fmt: skip
    text = decode_head(head, complete=len(head) < HEAD_BYTES).lstrip("\ufeff")
    for reader in readers:
        if reader.recognises(text):
            return reader
    suffix = PurePath(source.name).suffix.lower()
    for reader in readers:
        if suffix in reader.suffixes:
            return reader
    root = root_of(text) if text.lstrip().startswith("<") else None
    reason = (
        f"it is XML with the root element {root[1]!r}, which belongs to no supported format"
        if root
        else f"neither its content nor its suffix {suffix!r} belongs to a supported format"
    )
    raise SourceError(source.name, "", reason, f"Formats: {FORMATS}; rename it if it is one of these")
