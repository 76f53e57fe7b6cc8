"""How articles and passages are stored in Chroma: ids, documents, flat metadata."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ingest.base.article import Article, Passage, Published
from ingest.base.filters import UNDATED, available_from, publisher_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PIECE = 12_000  # bytes of UTF-8; Chroma Cloud accepts documents of up to 16,384
_HEADLINE = 1_000  # characters in metadata; Chroma Cloud accepts 4,096 bytes a value
_EARLIER = 20  # earlier versions that a record names at most
_EARLIER_BYTES = 3_500  # of all their names

#: Why an earlier version is not the current one.
REPLACED, OLDER, REMOVED = "replaced", "older", "removed"


@dataclass(frozen=True)
class Entry:
    """One passage for the derived indexes: metadata as in Chroma, and the vector where it is needed."""

    passage_id: str
    headline: str
    text: str
    metadata: Mapping[str, Any]
    vector: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Standing:
    """The position of an article in its own history.

    Attributes:
        number: of the current version, from 1; the history holds all below it.
        earlier: the last 20 earlier versions, or as many as there is room for, each with the file that it came from.
        taken: when this version was added, seconds since 1970; 0 where that is not known.
        changed: the archive's revision with which the article's record was last written.
    """

    number: int = 1
    earlier: tuple[str, ...] = ()
    taken: int = 0
    changed: int = 0

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Standing:
        """Read it from a record."""
        return cls(int(record["number"]), tuple(record["earlier"]), int(record["taken"]), int(record["changed"]))

    def after(self, version: str, source: str, changed: int) -> Standing:
        """The standing once a new version has replaced the current one.

        Args:
            version: the one that is replaced.
            source: the file that it came from.
            changed: the archive's revision of this change.
        """
        return Standing(self.number + 1, _join(self.earlier, version, source), int(time.time()), changed)

    def beside(self, version: str, source: str, changed: int) -> Standing:
        """The standing once a version has gone into the history without ever being the current one.

        Args:
            version: the one in the history.
            source: the file that it came from.
            changed: the archive's revision of this change.
        """
        return Standing(self.number + 1, _join(self.earlier, version, source), self.taken, changed)


def _join(earlier: tuple[str, ...], version: str, source: str) -> tuple[str, ...]:
    named, left = [f"{version} {source}"], _EARLIER_BYTES
    for entry in reversed(earlier):
        left -= len(named[0].encode("utf-8", "surrogatepass"))
        if len(named) == _EARLIER or len(entry.encode("utf-8", "surrogatepass")) > left:
            break
        named.insert(0, entry)
    return tuple(named)


def article_document(article: Article) -> str:
    """The facts of an article as JSON, without its text: that is stored once, as passages."""
    facts = article.facts()
    del facts["text"]
    return json.dumps(facts, ensure_ascii=False)


def article_metadata(article: Article, n_passages: int, standing: Standing) -> dict[str, Any]:
    """The metadata of an article's record; `version` points at its passages.

    Args:
        article: whose record it is.
        n_passages: number of passages.
        standing: of the article in its history.
    """
    return {
        "article_id": article.article_id,
        "version": article.version,
        "n_passages": n_passages,
        "headline": article.headline[:_HEADLINE],
        "place": article.place or "",
        "source": article.source,
        "position": article.position,
        "status": article.status,
        "edition": -1 if article.edition is None else article.edition,
        "number": standing.number,
        "taken": standing.taken,
        "changed": standing.changed,
        "earlier": list(standing.earlier) or [""],  # Chroma refuses an empty list
    } | filterable(article)


def without_padding(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata without the empty version that stands for an empty list, which Chroma refuses."""
    return {**metadata, "earlier": [version for version in metadata["earlier"] if version]}


def passage_ids(record: Mapping[str, Any]) -> list[str]:
    """Ids of the passages that an article's record points at."""
    return [f"{record['article_id']}:{record['version']}:{ordinal}" for ordinal in range(record["n_passages"])]


@dataclass(frozen=True)
class Row:
    """One record for Chroma."""

    row_id: str
    document: str
    metadata: dict[str, Any]


def history_id(article_id: str, number: int | str, piece: int) -> str:
    """Id of one piece of an earlier version.

    Args:
        article_id: of the article.
        number: of the version in the history, or `removed` for an article that was removed.
        piece: number of the piece, from 0.
    """
    return f"{article_id}:{number}:{piece}"


def history_rows(article: Article, number: int | str, why: str, standing: Standing, until: int) -> list[Row]:
    """An earlier version as the history holds it: all its facts as JSON, in pieces that every Chroma accepts.

    Args:
        article: the version, with its text.
        number: its place in the history, or `removed`.
        why: REPLACED, OLDER or REMOVED.
        standing: of the article while the version was the current one.
        until: when that ended, seconds since 1970.
    """
    pieces = _pieces(json.dumps(article.facts(), ensure_ascii=False))
    facts: dict[str, Any] = {
        "article_id": article.article_id,
        "version": article.version,
        "number": standing.number if number == REMOVED else number,
        "why": why,
        "is_removed": int(number == REMOVED),
        "pieces": len(pieces),
        "bytes": sum(len(piece.encode()) for piece in pieces),
        "source": article.source,
        "taken": standing.taken,
        "until": until,
        "changed": standing.changed,
        "earlier": list(standing.earlier) or [""],
    }
    return [
        Row(history_id(article.article_id, number, i), piece, facts | {"piece": i}) for i, piece in enumerate(pieces)
    ]


def _pieces(text: str) -> list[str]:
    data = text.encode("utf-8")
    pieces, at = [], 0
    while at < len(data):
        end = min(at + _PIECE, len(data))
        while end < len(data) and data[end] & 0xC0 == 0x80:  # inside a character
            end -= 1
        pieces.append(data[at:end].decode("utf-8"))
        at = end
    return pieces


def idle_vector(row_id: str) -> list[float]:
    """A vector for a record that is never searched by vector; they differ, since an index of equal vectors is slow."""
    angle = (hash_of(row_id) % 3_600) / 3_600 * 2 * math.pi
    return [math.cos(angle), math.sin(angle)]


def hash_of(text: str) -> int:
    """A number made from a text, the same in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


def passage_metadata(article: Article, passage: Passage) -> dict[str, Any]:
    """The facts by which a passage is filtered, and its place in its article.

    Args:
        article: that the passage is of.
        passage: the passage.
    """
    return {
        "article_id": passage.article_id,
        "version": passage.version,
        "ordinal": passage.ordinal,
        "start": passage.start,
        "end": passage.end,
        # Chroma refuses an empty list; a pair that is no span stands for one.
        "sentences": [offset for span in passage.sentences for offset in span] or [-1, -1],
    } | filterable(article)


def filterable(article: Article) -> dict[str, Any]:
    """The facts by which a search is filtered, besides the id."""
    return {
        "published": article.published.local_epoch if article.published else UNDATED,
        "publisher": publisher_key(article.publisher),
        "available": available_from(article),
    }


def to_article(document: str, text: str = "") -> Article:
    """An article from its stored form.

    Args:
        document: its facts as JSON.
        text: its text, where the facts do not include it.
    """
    facts: dict[str, Any] = json.loads(document)
    for name in ("published", "embargo"):
        facts[name] = Published.parse(facts[name]) if facts[name] else None
    facts["authors"] = tuple(facts["authors"])
    return Article(**{"text": text} | facts)


def to_passage(document: str, metadata: Mapping[str, Any]) -> Passage:
    """A passage from its stored form.

    Args:
        document: its text.
        metadata: its facts.
    """
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


def to_entry(
    passage_id: str, document: str, metadata: Mapping[str, Any], vector: NDArray[np.float32], headline: str
) -> Entry:
    """A stored passage for the derived indexes.

    Args:
        passage_id: of the passage.
        document: its text.
        metadata: its facts.
        vector: its vector.
        headline: of its article.
    """
    return Entry(passage_id, headline, document, metadata, vector)


def entry_of(article: Article, passage: Passage, vector: NDArray[np.float32]) -> Entry:
    """A passage that is being written, for the derived indexes.

    Args:
        article: that the passage is of.
        passage: the passage.
        vector: its vector.
    """
    metadata = passage_metadata(article, passage)
    return to_entry(passage.passage_id, passage.text, metadata, vector, article.headline[:_HEADLINE])
