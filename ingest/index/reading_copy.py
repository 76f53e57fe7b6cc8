"""The reading copy: passages and the facts of their articles in SQLite, derived from Chroma.

Chroma keeps each fact of a passage in a row of its own, so it takes 12 ms to fetch 64 passages. Here a passage is one
row, and fetching them takes 1 ms.
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
_LAST = ";"  # the character after ":", so passage ids of an article lie between "id:" and "id;"


@dataclass(frozen=True)
class Head:
    """An article without its text.

    Attributes:
        version: of its content.
        article: its facts.
        metadata: the facts for `Scope.admits`.
    """

    version: str
    article: Article
    metadata: Mapping[str, object]


class ReadingCopy:
    """The current passages, and their articles' facts."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the copy in a file, or create an empty one; None keeps it in memory.

        Raises:
            ArchiveError: the file cannot be opened or made.
        """
        self.database = DerivedDatabase(path, "the reading copy", _TABLES, _NAMES, _VERSION)

    @property
    def count(self) -> int:
        """Number of passages."""
        return self.database.number("SELECT COUNT(*) FROM passages")

    @property
    def n_articles(self) -> int:
        """Number of articles."""
        return self.database.number("SELECT COUNT(*) FROM heads")

    def article_ids(self) -> set[str]:
        """Ids of all articles."""
        return {row[0] for row in self.database.rows("SELECT article_id FROM heads")}

    def ids(self) -> set[str]:
        """Ids of all passages."""
        return {row[0] for row in self.database.rows("SELECT passage_id FROM passages")}

    def passages(self, passage_ids: Iterable[str]) -> dict[str, Passage]:
        """Passages by id; ids that do not exist are left out."""
        query = "SELECT passage_id, start, sentences, text FROM passages WHERE passage_id IN ({})"
        return {row[0]: _passage(*row) for row in self.database.rows_of(query, passage_ids)}

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of an article, in order; none where the article does not exist."""
        query = "SELECT passage_id, start, sentences, text FROM passages WHERE passage_id > ? AND passage_id < ?"
        rows = self.database.rows(query, f"{article_id}:", f"{article_id}{_LAST}")
        return sorted((_passage(*row) for row in rows), key=lambda passage: passage.ordinal)

    def heads(self, article_ids: Iterable[str]) -> dict[str, Head]:
        """Articles without their text, by id; ids that do not exist are left out."""
        query = (
            "SELECT article_id, version, document, published, publisher, available FROM heads WHERE article_id IN ({})"
        )
        heads = {}
        for article_id, version, document, *facts in self.database.rows_of(query, article_ids):
            metadata = dict(zip(("published", "publisher", "available"), facts, strict=True), article_id=article_id)
            heads[article_id] = Head(version, _article(document), metadata)
        return heads

    def replace(self, article_ids: Iterable[str], articles: Iterable[Article], entries: Sequence[Entry]) -> None:
        """Remove articles and add others, in one transaction.

        Args:
            article_ids: of the articles to remove, where they exist.
            articles: to add.
            entries: passages of the added articles.
        """
        with self.database.changing() as database:
            for article_id in article_ids:
                database.execute("DELETE FROM heads WHERE article_id = ?", (article_id,))
                between = f"{article_id}:", f"{article_id}{_LAST}"
                database.execute("DELETE FROM passages WHERE passage_id > ? AND passage_id < ?", between)
            database.executemany("INSERT OR REPLACE INTO heads VALUES (?, ?, ?, ?, ?, ?)", map(_head_row, articles))
            database.executemany("INSERT OR REPLACE INTO passages VALUES (?, ?, ?, ?)", map(_passage_row, entries))


@functools.lru_cache(maxsize=4_096)  # follow-up questions find the same articles again
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


def _passage(passage_id: str, start: int, sentences: bytes, text: str) -> Passage:
    article_id, version, ordinal = passage_id.split(":")
    offsets = array("I", sentences)
    spans = tuple((start + begin, start + end) for begin, end in zip(offsets[::2], offsets[1::2], strict=True))
    return Passage(article_id, version, int(ordinal), start, start + len(text), text, spans)
