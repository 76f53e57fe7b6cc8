"""Articles and passages as Chroma holds them: ids, documents, flat metadata."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from ingest.article import Article, Passage, Published
from ingest.lexical import Entry
from ingest.scope import UNDATED, available_from, publisher_key


def article_document(article: Article) -> str:
    """The facts of an article as JSON, without its text: that is stored once, as passages."""
    facts = article.facts()
    del facts["text"]
    return json.dumps(facts, ensure_ascii=False)


def article_metadata(article: Article, n_passages: int, earlier: Sequence[str]) -> dict[str, Any]:
    """What an article's record is found and listed by; `version` points at its passages."""
    return {
        "article_id": article.article_id,
        "version": article.version,
        "n_passages": n_passages,
        "headline": article.headline,
        "place": article.place or "",
        "source": article.source,
        "position": article.position,
        "earlier": list(earlier) or [""],  # Chroma refuses an empty list
    } | _filterable(article)


def to_record(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """An article's metadata as they were before Chroma's refusal of empty lists."""
    return {**metadata, "earlier": [version for version in metadata["earlier"] if version]}


def passage_metadata(article: Article, passage: Passage) -> dict[str, Any]:
    """What a passage is filtered by, and where it stands in its article."""
    return {
        "article_id": passage.article_id,
        "version": passage.version,
        "ordinal": passage.ordinal,
        "start": passage.start,
        "end": passage.end,
        # Chroma refuses an empty list; a pair that is no span stands for it.
        "sentences": [offset for span in passage.sentences for offset in span] or [-1, -1],
    } | _filterable(article)


def _filterable(article: Article) -> dict[str, Any]:
    return {
        "published": article.published.local_epoch if article.published else UNDATED,
        "publisher": publisher_key(article.publisher),
        "available": available_from(article),
    }


def to_article(document: str, text: str = "") -> Article:
    """An article from its record and its text, where the record does not hold that too."""
    facts = json.loads(document)
    for name in ("published", "embargo"):
        facts[name] = Published.parse(facts[name]) if facts[name] else None
    facts["authors"] = tuple(facts["authors"])
    return Article(**{"text": text} | facts)


def to_passage(document: str, metadata: Mapping[str, Any]) -> Passage:
    """A passage from its record."""
    offsets = [offset for offset in metadata["sentences"] if offset >= 0]
    return Passage(
        article_id=metadata["article_id"],
        version=metadata["version"],
        ordinal=metadata["ordinal"],
        start=metadata["start"],
        end=metadata["end"],
        text=document,
        sentences=tuple(zip(offsets[::2], offsets[1::2], strict=True)),
    )


def to_entry(passage_id: str, document: str, metadata: Mapping[str, Any], headline: str) -> Entry:
    """A passage for the keyword index."""
    return Entry(passage_id, headline, document, metadata)
