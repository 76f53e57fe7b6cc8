"""Articles, passages and history in Chroma: the store that an archive reads and writes.

Three collections. `passages` holds text, vector and filter facts of each passage; `articles` holds one record for each
article with its current version, so that moving to a new version is one write; `history` holds earlier versions and
removed articles. Chroma has no transaction over several calls, so the order of writes keeps an archive whole
(`ingest/archive/writer.py`), and a mark around each change shows the next one that it was interrupted.

In a folder the metadata of `passages` remember how the archive was made and its revision. On a server, which may hold
several archives, a collection with the archive's name does, and says which generation of the three is the current one:
so a rebuilt archive replaces the old one in a single write.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ingest.base.article import Article, Passage
from ingest.store.chroma import Connection
from ingest.store.collections import Collections
from ingest.store.reader import Reader
from ingest.store.records import Row, Standing, article_document, article_metadata, idle_vector, passage_metadata

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Store:
    """The articles of one archive: this class writes them, and holds what opens and reads them.

    Attributes:
        connection: the folder or server.
        collections: the collections in it, and what they remember of the archive.
        reader: reads and searches them.
    """

    def __init__(
        self, connection: Connection, made_with: Mapping[str, Any], name: str = "", generation: int | None = None
    ) -> None:
        """Open a store, or create it.

        Args:
            connection: to a folder or a server; `close` closes it.
            made_with: what a new store remembers of how it was made; an existing one keeps what it has.
            name: of the archive on a server; empty in a folder.
            generation: another generation than the current one, to rebuild into.

        Raises:
            ArchiveError: Chroma cannot be used, or holds something else there.
        """
        self.connection = connection
        self.collections = Collections(connection, made_with, name, generation)
        self.reader = Reader(self.collections)

    def close(self) -> None:
        """Release the folder or the server."""
        self.connection.close()

    def put_passages(
        self,
        passages: Sequence[tuple[Article, Passage]],
        vectors: NDArray[np.float32],
        between: Callable[[], None] = lambda: None,
    ) -> None:
        """Write passages; they are current only once the record of their article points at them.

        Args:
            passages: with their articles.
            vectors: of the passages, shape (n_passages, dimension).
            between: called after each request.
        """
        for part in self._parts(passages):
            self.collections.passages.upsert(
                ids=[passage.passage_id for _, passage in passages[part]],
                documents=[passage.text for _, passage in passages[part]],
                embeddings=vectors[part],
                metadatas=[passage_metadata(article, passage) for article, passage in passages[part]],
            )
            between()

    def put_records(
        self,
        articles: Sequence[Article],
        sizes: Sequence[int],
        standings: Sequence[Standing],
        vectors: NDArray[np.float32],
    ) -> None:
        """Write the records of articles whose passages have been written.

        Args:
            articles: one record is written for each.
            sizes: number of passages of each.
            standings: of each in its history.
            vectors: one for each, shape (n_articles, dimension).
        """
        for part in self._parts(articles):
            self.collections.articles.upsert(
                ids=[article.article_id for article in articles[part]],
                documents=[article_document(article) for article in articles[part]],
                embeddings=vectors[part],
                metadatas=[
                    article_metadata(article, size, standing)
                    for article, size, standing in zip(articles[part], sizes[part], standings[part], strict=True)
                ],
            )

    def put_standing(self, article_id: str, standing: Standing) -> None:
        """Change an article's standing in its history, in one write.

        Args:
            article_id: of the article.
            standing: the new one.
        """
        self.collections.articles.update(
            ids=[article_id],
            metadatas=[
                {
                    "number": standing.number,
                    "changed": standing.changed,
                    "taken": standing.taken,
                    "earlier": list(standing.earlier),
                }
            ],
        )

    def put_history(self, rows: Sequence[Row]) -> None:
        """Write earlier versions; they are valid only once the number in their article's record is above theirs."""
        for part in self._parts(rows):
            self.collections.history.upsert(
                ids=[row.row_id for row in rows[part]],
                documents=[row.document for row in rows[part]],
                embeddings=[idle_vector(row.row_id) for row in rows[part]],
                metadatas=[row.metadata for row in rows[part]],
            )

    def delete_history(self, row_ids: Sequence[str]) -> None:
        """Delete pieces of earlier versions by id."""
        for part in self._parts(row_ids):
            self.collections.history.delete(list(row_ids[part]))

    def delete_passages(self, passage_ids: Sequence[str]) -> None:
        """Delete passages by id."""
        for part in self._parts(passage_ids):
            self.collections.passages.delete(list(passage_ids[part]))

    def delete_record(self, article_id: str) -> None:
        """Delete an article's record."""
        self.collections.articles.delete([article_id])

    def _parts(self, items: Sequence[object]) -> list[slice]:
        """Slices of some items that fit into one request each."""
        size = self.connection.limit
        return [slice(at, at + size) for at in range(0, len(items), size)]
