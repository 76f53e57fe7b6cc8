"""Articles and passages as Chroma holds them: ids, documents, flat metadata."""

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

_PIECE = 12_000  # bytes of UTF-8; Chroma Cloud takes documents of up to 16,384
_HEADLINE = 1_000  # characters of it in metadata; Chroma Cloud takes 4,096 bytes a value
_EARLIER = 20  # earlier versions that a record names, at most
_EARLIER_BYTES = 3_500  # of them together

#: Why an earlier version is not the one that counts.
REPLACED, OLDER, REMOVED = "replaced", "older", "removed"


@dataclass(frozen=True)
class Entry:
    """One passage as the derived indexes see it; metadata as in Chroma, and the vector where it is wanted."""

    passage_id: str
    headline: str
    text: str
    metadata: Mapping[str, Any]
    vector: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Standing:
    """Where an article stands in its own history.

    Attributes:
        number: of the version that counts, from 1; the history holds all below it.
        earlier: versions before, the last 20 or as many as there is room for, each with the file that it came from.
        taken: when this version was taken in, seconds since 1970; 0 where that is not known.
        changed: the archive's revision with which its record was last written.
    """

    number: int = 1
    earlier: tuple[str, ...] = ()
    taken: int = 0
    changed: int = 0

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Standing:
        """As a record says it."""
        return cls(int(record["number"]), tuple(record["earlier"]), int(record["taken"]), int(record["changed"]))

    def after(self, version: str, source: str, changed: int) -> Standing:
        """Once another version counts, of which this one was before."""
        return Standing(self.number + 1, _join(self.earlier, version, source), int(time.time()), changed)

    def beside(self, version: str, source: str, changed: int) -> Standing:
        """Once a version went into the history without ever counting."""
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
    """What an article's record is found and listed by; `version` points at its passages."""
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


#: What the records of archives of schema 1 lack.
_LATER = {"status": "", "edition": -1, "number": 1, "taken": 0, "changed": 0}


def to_record(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """An article's metadata as they were before Chroma's refusal of empty lists, with what older ones lack."""
    return {**_LATER, **metadata, "earlier": [version for version in metadata["earlier"] if version]}


@dataclass(frozen=True)
class Row:
    """One record for Chroma."""

    row_id: str
    document: str
    metadata: dict[str, Any]


def history_id(article_id: str, number: int | str, piece: int) -> str:
    """Id of one piece of an earlier version; `number` is `removed` for that of an article that was taken out."""
    return f"{article_id}:{number}:{piece}"


def history_rows(article: Article, number: int | str, why: str, standing: Standing, until: int) -> list[Row]:
    """An earlier version as the history holds it: all its facts as JSON, in pieces that every Chroma takes.

    Args:
        article: the version, with its text.
        number: its place in the history, or `removed`.
        why: REPLACED, OLDER or REMOVED.
        standing: of the article when the version counted.
        until: when it ceased to, seconds since 1970.
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
    """A vector for what is never searched by one; different ones, since an index of equal vectors is slow."""
    angle = (hash_of(row_id) % 3_600) / 3_600 * 2 * math.pi
    return [math.cos(angle), math.sin(angle)]


def hash_of(text: str) -> int:
    """A number made from a text, the same in every process."""
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")


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
    } | filterable(article)


def filterable(article: Article) -> dict[str, Any]:
    """What a search is limited by, the id apart."""
    return {
        "published": article.published.local_epoch if article.published else UNDATED,
        "publisher": publisher_key(article.publisher),
        "available": available_from(article),
    }


def to_article(document: str, text: str = "") -> Article:
    """An article from its record and its text, where the record does not hold that too."""
    facts: dict[str, Any] = json.loads(document)
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


def to_entry(
    passage_id: str, document: str, metadata: Mapping[str, Any], vector: NDArray[np.float32], headline: str
) -> Entry:
    """A passage for the derived indexes."""
    return Entry(passage_id, headline, document, metadata, vector)


def entry_of(article: Article, passage: Passage, vector: NDArray[np.float32]) -> Entry:
    """The same for a passage that is being written."""
    metadata = passage_metadata(article, passage)
    return to_entry(passage.passage_id, passage.text, metadata, vector, article.headline[:_HEADLINE])
