"""The indexes that are derived from Chroma and kept in step with it: words, vectors, stories and the reading copy."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from ingest.base.article import Article
from ingest.index.database import DerivedDatabase
from ingest.index.keywords import KeywordIndex
from ingest.index.reading_copy import ReadingCopy
from ingest.index.stories import Origins
from ingest.index.vectors import VectorIndex
from ingest.store.records import Entry

#: Names inside their folder.
KEYWORDS = "keywords"
VECTORS = "vectors"
ORIGINS = "origins.sqlite"
READING_COPY = "reading.sqlite"


class Derived:
    """The indexes of an archive, changed together.

    Attributes:
        keywords: index of passages by their words.
        vectors: index of passages by their vectors.
        origins: index of articles by the story that they carry.
        copy: passages and the facts of their articles, as an answer reads them.
        reading: lock, held while they are changed, and while row numbers of `vectors` are used.
    """

    def __init__(self, folder: Path, reading: threading.RLock | None = None) -> None:
        """Open the indexes in a folder, or create empty ones.

        Args:
            folder: of the indexes.
            reading: lock, held by a reader that reads several things that have to agree; None for a new one.
        """
        self.reading = reading or threading.RLock()
        with ExitStack() as undo:
            self.keywords = KeywordIndex(folder / KEYWORDS)
            undo.callback(self.keywords.close)
            self.vectors = VectorIndex(folder / VECTORS)
            self.origins = Origins(folder / ORIGINS)
            undo.callback(self.origins.database.close)
            self.copy = ReadingCopy(folder / READING_COPY)
            undo.pop_all()

    def revision(self, of: str = "") -> int | None:
        """Revision of the archive with which all indexes agree; None where one of them does not.

        Args:
            of: key of the archive; the folder may hold the indexes of another one.
        """
        of_sqlite = (database.revision for database in self._databases)
        revisions = [self.keywords.revision(of), self.vectors.revision(of), *of_sqlite]
        return revisions[0] if len(set(revisions)) == 1 else None

    def agree(self, revision: int, of: str = "") -> None:
        """Remember with which revision of which archive all indexes agree.

        Args:
            revision: of the archive.
            of: key of the archive.
        """
        with self.reading:
            self.keywords.agree(revision, of)
            self.vectors.compact()
            self.vectors.agree(revision, of)
            for database in self._databases:
                database.agree(revision)

    @property
    def _databases(self) -> tuple[DerivedDatabase, ...]:
        return self.origins.database, self.copy.database

    def replace(self, article_ids: Sequence[str], articles: Sequence[Article], entries: Sequence[Entry]) -> None:
        """Remove articles and add others.

        Args:
            article_ids: of the articles to remove, where they exist.
            articles: to add, with their texts.
            entries: passages of the added articles.
        """
        with self.reading:
            self.keywords.replace(article_ids, entries)
            self.vectors.replace(article_ids, entries)
            self.origins.replace(article_ids, articles)
            self.copy.replace(article_ids, articles, entries)

    def put_articles(self, articles: Sequence[Article]) -> None:
        """Add articles whose passages have been added. Args: articles: with their texts."""
        with self.reading:
            self.origins.replace([], articles)
            self.copy.replace([], articles, [])

    def clear(self) -> None:
        """Empty all indexes."""
        with self.reading:
            self.keywords.clear()
            self.vectors.clear()
            self.origins.clear()
            self.copy.database.clear()

    def abandon(self) -> None:
        """Drop what was not committed, after a failure."""
        with self.reading:
            self.keywords.abandon()
            self.vectors.abandon()

    def close(self) -> None:
        """Release the folder."""
        with self.reading:
            self.keywords.close()
            for database in self._databases:
                database.close()
