"""What is derived from Chroma and kept in step with it: by words, by vectors, by shared stories, and to be read."""

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

#: Names inside the folder that they are kept in.
KEYWORDS = "keywords"
VECTORS = "vectors"
ORIGINS = "origins.sqlite"
READING_COPY = "reading.sqlite"


class Derived:
    """The indexes of an archive, changed together.

    Attributes:
        keywords: passages by their words.
        vectors: passages by their vectors.
        origins: articles by the story that they carry.
        copy: passages and the facts of their articles, as they are read for an answer.
        reading: held while they are changed, for one thread at a time, and while numbers of rows of `vectors` are used.
    """

    def __init__(self, folder: Path, reading: threading.RLock | None = None) -> None:
        """Open them in a folder, or begin empty ones.

        Args:
            folder: which.
            reading: held by whoever reads several things that have to fit together; None for a lock of its own.
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
        """Revision of the archive up to which all agree with it; None where one of them does not.

        Args:
            of: which archive, where the indexes of another one may lie there.
        """
        known = self.keywords.revision(of), self.vectors.revision(of), *(each.revision for each in self._databases)
        return known[0] if len(set(known)) == 1 else None

    def agree(self, revision: int, of: str = "") -> None:
        """Say up to which revision they agree with which archive."""
        with self.reading:
            self.keywords.agree(revision, of)
            self.vectors.compact()
            self.vectors.agree(revision, of)
            for each in self._databases:
                each.agree(revision)

    @property
    def _databases(self) -> tuple[DerivedDatabase, ...]:
        return self.origins.database, self.copy.database

    def replace(self, article_ids: Sequence[str], articles: Sequence[Article], entries: Sequence[Entry]) -> None:
        """Take articles out and put others in.

        Args:
            article_ids: of those to take out, if they are there.
            articles: those to put in, with their texts.
            entries: their passages.
        """
        with self.reading:
            self.keywords.replace(article_ids, entries)
            self.vectors.replace(article_ids, entries)
            self.origins.replace(article_ids, articles)
            self.copy.replace(article_ids, articles, entries)

    def put_articles(self, articles: Sequence[Article]) -> None:
        """Put articles in whose passages are there. Args: articles: with their texts."""
        with self.reading:
            self.origins.replace([], articles)
            self.copy.replace([], articles, [])

    def clear(self) -> None:
        """Take everything out of all."""
        with self.reading:
            self.keywords.clear()
            self.vectors.clear()
            self.origins.clear()
            self.copy.database.clear()

    def abandon(self) -> None:
        """Forget what was not committed, after a failure."""
        with self.reading:
            self.keywords.abandon()
            self.vectors.abandon()

    def close(self) -> None:
        """Let go of the folder."""
        with self.reading:
            self.keywords.close()
            for each in self._databases:
                each.close()
