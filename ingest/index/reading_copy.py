"""Passages and the facts of their articles as an answer needs them: derived from Chroma, kept beside it in SQLite.

Chroma keeps each fact of a passage in a row of its own: fetching 64 passages takes it 12 ms where they are one row each
here, which takes one.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingest.base.article import Article, Passage
from ingest.index.database import DerivedDatabase
from ingest.store.records import Entry, article_document, filterable, to_article

_TABLES = """
CREATE TABLE IF NOT EXISTS passages (
    passage_id TEXT PRIMARY KEY, start INTEGER NOT NULL, sentences BLOB NOT NULL, text TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS heads (
    article_id TEXT PRIMARY KEY, version TEXT NOT NULL, published INTEGER NOT NULL, publisher TEXT NOT NULL,
    available INTEGER NOT NULL, document TEXT NOT NULL
);
"""
_NAMES = ("passages", "heads")
_VERSION = 2
_LAST = ";"  # comes behind ":", so "id:" to "id;" are the passages of an article


@dataclass(frozen=True)
class Head:
    """An article without its text.

    Attributes:
        version: of its content.
        article: its facts.
        metadata: what it is filtered by, as `Scope.admits` takes it.
    """

    version: str
    article: Article
    metadata: Mapping[str, object]


class ReadingCopy:
    """The passages that count, and their articles' facts."""

    def __init__(self, path: Path | None = None) -> None:
        """Open it in a file, or begin an empty one; None keeps it in memory.

        Raises:
            ArchiveError: the file cannot be opened or made.
        """
        self.database = DerivedDatabase(path, "the reading copy", _TABLES, _NAMES, _VERSION)

    @property
    def count(self) -> int:
        """Number of passages."""
        row = self.database.row("SELECT COUNT(*) FROM passages")
        return row[0] if row else 0

    @property
    def n_articles(self) -> int:
        """Number of articles."""
        row = self.database.row("SELECT COUNT(*) FROM heads")
        return row[0] if row else 0

    def article_ids(self) -> set[str]:
        """Ids of all articles."""
        return {str(row[0]) for row in self.database.rows("SELECT article_id FROM heads")}

    def ids(self) -> set[str]:
        """Ids of all passages."""
        return {str(row[0]) for row in self.database.rows("SELECT passage_id FROM passages")}

    def passages(self, passage_ids: Iterable[str]) -> dict[str, Passage]:
        """Those of some passages that are there, by id."""
        asked = "SELECT passage_id, start, sentences, text FROM passages WHERE passage_id IN ({})"
        return {str(row[0]): _passage(*row) for row in self.database.rows_of(asked, passage_ids)}

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of an article, in order; none of one that is not there."""
        asked = "SELECT passage_id, start, sentences, text FROM passages WHERE passage_id > ? AND passage_id < ?"
        found = [_passage(*row) for row in self.database.rows(asked, f"{article_id}:", f"{article_id}{_LAST}")]
        return sorted(found, key=lambda passage: passage.ordinal)

    def heads(self, article_ids: Iterable[str]) -> dict[str, Head]:
        """Those of some articles that are there, by id."""
        asked = (
            "SELECT article_id, version, document, published, publisher, available FROM heads WHERE article_id IN ({})"
        )
        found = {}
        for article_id, version, document, *facts in self.database.rows_of(asked, article_ids):
            metadata = dict(zip(("published", "publisher", "available"), facts, strict=True), article_id=article_id)
            found[str(article_id)] = Head(str(version), _article(str(document)), metadata)
        return found

    def replace(self, article_ids: Iterable[str], articles: Iterable[Article], entries: Sequence[Entry]) -> None:
        """Take articles out and put others in, all of it or, where it fails, nothing.

        Args:
            article_ids: of those to take out, if they are there.
            articles: those to put in.
            entries: their passages.
        """
        with self.database.changing() as database:
            for article_id in article_ids:
                database.execute("DELETE FROM heads WHERE article_id = ?", (article_id,))
                between = f"{article_id}:", f"{article_id}{_LAST}"
                database.execute("DELETE FROM passages WHERE passage_id > ? AND passage_id < ?", between)
            database.executemany("INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?, ?)", map(_head_row, articles))
            database.executemany("INSERT OR REPLACE INTO passages VALUES (?, ?, ?, ?)", map(_passage_row, entries))


@functools.lru_cache(maxsize=4_096)  # who asks on finds the same articles again
def _article(document: str) -> Article:
    return to_article(document)


def _head_row(article: Article) -> tuple[object, ...]:
    facts = filterable(article)
    of_scope = (facts["published"], facts["publisher"], facts["available"])
    return (article.article_id, article.version, *of_scope, article_document(article))


def _passage_row(entry: Entry) -> tuple[object, ...]:
    start, sentences = entry.metadata["start"], entry.metadata["sentences"]
    offsets = array("I", [offset - start for offset in sentences if offset >= 0])
    return entry.passage_id, start, offsets.tobytes(), entry.text


def _passage(passage_id: object, start: object, sentences: object, text: object) -> Passage:
    article_id, version, ordinal = str(passage_id).split(":")
    first, words = int(str(start)), str(text)
    offsets = array("I")
    offsets.frombytes(bytes(sentences))  # type: ignore[call-overload] # a BLOB
    spans = tuple((first + begin, first + end) for begin, end in zip(offsets[::2], offsets[1::2], strict=True))
    return Passage(article_id, version, int(ordinal), first, first + len(words), words, spans)
