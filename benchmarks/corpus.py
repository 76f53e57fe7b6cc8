"""What the benchmarks ingest: the sample archive, or RealTime QA's articles with Reuters-21578's."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from evals.datasets.base import DataMissing
from evals.datasets.copies import reuters_articles
from evals.datasets.realtimeqa import articles_of
from ingest import Archive, ingest
from ingest.samples import sample_sources

#: A record as `dateline ingest` reads it from JSON Lines.
Record = dict[str, Any]


def records(data: Path, limit: int | None = None) -> list[Record]:
    """Articles of both collections, in an order drawn by the hashes of their names.

    Any first part of them is a sample of the whole, and the first of a longer one.

    Args:
        data: folder that holds realtimeqa and reuters21578; one that is missing is left out.
        limit: how many; None for all.

    Raises:
        DataMissing: neither is there.
    """
    found: list[Record] = []
    missing = []
    for read in (_realtimeqa, _reuters):
        try:
            found += read(data)
        except DataMissing as error:
            missing.append(str(error))
    if not found:
        raise DataMissing("; ".join(missing))
    found.sort(key=lambda record: hashlib.sha256(record["name"].encode()).digest())
    return [{k: v for k, v in record.items() if k != "name"} for record in found[:limit]]


def write(some: Sequence[Record], path: Path) -> int:
    """Write records as JSON Lines; returns the characters of their texts."""
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in some)
    return sum(len(record["text"]) for record in some)


def _realtimeqa(data: Path) -> Iterator[Record]:
    for article in articles_of(data / "realtimeqa"):
        if article.text.strip():
            yield {"name": article.url, **article.to_record()}


def _reuters(data: Path) -> Iterator[Record]:
    for key, article in reuters_articles(data / "reuters21578").items():
        yield {
            "name": f"reuters {key}",
            "guid": f"reuters21578:{key}",
            "title": article.headline,
            "published": article.published.iso if article.published else "",
            "publisher": "Reuters",
            "text": article.text,
        }


def samples() -> list[Record]:
    """The articles of the sample archive."""
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "archive", create=True) as archive:
        ingest(sample_sources(), archive)
        return [
            {
                "guid": head.identity,
                "title": head.headline,
                "published": head.published.iso if head.published else "",
                "publisher": head.publisher or "",
                "text": archive.article(head.article_id).text,
            }
            for head in archive.listing()
        ]
