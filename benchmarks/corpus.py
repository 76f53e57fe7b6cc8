"""The articles that the benchmarks ingest: the sample archive, or those of RealTime QA and Reuters-21578."""

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
    """Articles of both collections, ordered by the hashes of their names.

    Any beginning of the list is a random sample of all articles, and the beginning of any longer sample.

    Args:
        data: folder that contains realtimeqa and reuters21578; a missing one is left out.
        limit: how many articles; None for all.

    Raises:
        DataMissing: neither collection exists.
    """
    collected: list[Record] = []
    missing = []
    for read in (_realtimeqa, _reuters):
        try:
            collected += read(data)
        except DataMissing as error:
            missing.append(str(error))
    if not collected:
        raise DataMissing("; ".join(missing))
    collected.sort(key=lambda record: hashlib.sha256(record["name"].encode()).digest())
    return [{k: v for k, v in record.items() if k != "name"} for record in collected[:limit]]


def write(articles: Sequence[Record], path: Path) -> int:
    """Write records as JSON Lines and return the number of characters of their texts.

    Args:
        articles: the records.
        path: file to write.
    """
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in articles)
    return sum(len(record["text"]) for record in articles)


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
