"""Every reader against bytes that a fuzzer makes up; the property tests in tests/unit/test_fuzz.py share it.

    pip install atheris
    python -m tests.fuzz nitf -max_total_time=300

Nothing but a DatelineError may leave a reader, and what comes out of one is whole.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

from ingest.base.article import Article
from ingest.base.errors import SourceError
from ingest.cleaning.normalize import Draft, Link, to_article
from ingest.reading import HEAD_BYTES, Reader, Source, choose_reader
from ingest.reading.csv_rows import CsvReader
from ingest.reading.feeds import FeedReader
from ingest.reading.html import HtmlReader
from ingest.reading.jsonlines import JsonLinesReader
from ingest.reading.newsml import NewsmlReader
from ingest.reading.ninjs import NinjsReader
from ingest.reading.nitf import NitfReader
from ingest.reading.sitemap import SitemapReader
from ingest.reading.wire import WireReader

FILES = Path(__file__).parent.parent / "data" / "newsroom"
LEAD = "The harbour board of Saltreath voted on Monday to close the old pier, which has stood since 1898."
#: Each reader, with files that it reads.
READERS: dict[str, tuple[Reader, list[bytes]]] = {
    "nitf": (NitfReader(), [(FILES / name).read_bytes() for name in ("story.nitf", "kill.nitf")]),
    "newsml": (NewsmlReader(), [(FILES / name).read_bytes() for name in ("item.newsml", "message.newsml")]),
    "feeds": (FeedReader(), [(FILES / name).read_bytes() for name in ("rss.xml", "atom.xml")]),
    "sitemap": (SitemapReader(), [(FILES / name).read_bytes() for name in ("news-sitemap.xml", "sitemap-index.xml")]),
    "ninjs": (NinjsReader(), [(FILES / f"ninjs-{name}").read_bytes() for name in ("1.json", "3.json", "lines.jsonl")]),
    "jsonlines": (JsonLinesReader(), [json.dumps({"headline": "Pier", "text": LEAD, "date": "2026-03-02"}).encode()]),
    "csv": (CsvReader(), [f'headline,text,date\nPier,"{LEAD}",2026-03-02\n'.encode()]),
    "html": (HtmlReader(), [f"<html><body><article><h1>Pier</h1><p>{LEAD}</p></article></body></html>".encode()]),
    "wire": (WireReader(), [f"Pier\n\nBy Ida Marsh\n\nSALTREATH, March 2, 2026 (Tidewater) - {LEAD}\n".encode()]),
}


def read(reader: Reader | None, data: bytes) -> list[Article | Link | SourceError]:
    """What comes of some bytes, with a reader or with the one that is chosen for them.

    Anything but a SourceError that leaves the reader, and anything that is not whole, ends the test.
    """
    out: list[Article | Link | SourceError] = []
    source = Source("fuzz.xml", "/news/fuzz.xml")
    try:
        chosen = reader or choose_reader(data[:HEAD_BYTES], source)
        for thing in chosen.read(io.BytesIO(data), source):
            out.extend(_taken(thing))
    except SourceError as error:
        out.append(error)
    for thing in out:
        _check(thing)
    return out


def _taken(thing: Draft | Link | SourceError) -> Iterator[Article | Link | SourceError]:
    draft = thing.draft if isinstance(thing, Link) else thing
    if isinstance(draft, Draft):
        try:
            yield to_article(draft)
        except SourceError as error:
            yield error
    if not isinstance(thing, Draft):
        yield thing


def _check(thing: Article | Link | SourceError) -> None:
    if isinstance(thing, SourceError):
        assert thing.reason.strip()
        assert thing.remedy.strip()
    elif isinstance(thing, Article):
        assert thing.text.strip()
        thing.text.encode()
        json.dumps(thing.to_dict()).encode()
    else:
        assert thing.url.lower().startswith(("http://", "https://"))
