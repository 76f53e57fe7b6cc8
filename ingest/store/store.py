"""Articles, passages and history in Chroma.

Three collections. `passages` holds text, vector and what is filtered by; `articles` holds one record an article with
the version that counts, so that moving to a new version is one write; `history` holds the versions before, and what
was taken out. Chroma has no transaction over several calls, so the order of writes is what keeps an archive whole
(`changes.py`), and a mark around each change tells the next one that it was cut off.

In a folder the metadata of `passages` remember how the archive was made and its revision. On a server, where several
archives may be, a collection of the archive's name does, and says which generation of the three is the archive: so a
rebuilt one takes the old one's place in a single write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ingest.base.article import Article, Passage
from ingest.store.reader import StoreReader, passage_ids
from ingest.store.records import Row, Standing, article_document, article_metadata, idle_vector, passage_metadata

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Store", "passage_ids"]


class Store(StoreReader):
    """The collections of one archive: read, searched and written."""

    def put_passages(
        self,
        passages: Sequence[tuple[Article, Passage]],
        vectors: NDArray[np.float32],
        between: Callable[[], None] = lambda: None,
    ) -> None:
        """Write passages; they count only once the record of their article points at them.

        Args:
            passages: with the facts of their articles.
            vectors: theirs, shape (n_passages, dimension).
            between: called after each request.
        """
        for at in range(0, len(passages), self._slice):
            some = passages[at : at + self._slice]
            self._passages.upsert(
                ids=[passage.passage_id for _, passage in some],
                documents=[passage.text for _, passage in some],
                embeddings=vectors[at : at + self._slice],
                metadatas=[passage_metadata(article, passage) for article, passage in some],
            )
            between()

    def put_records(
        self,
        articles: Sequence[Article],
        sizes: Sequence[int],
        standings: Sequence[Standing],
        vectors: NDArray[np.float32],
    ) -> None:
        """Write the records of articles whose passages are there: how many, where it stands, a vector each."""
        for at in range(0, len(articles), self._slice):
            some = slice(at, at + self._slice)
            self._articles.upsert(
                ids=[article.article_id for article in articles[some]],
                documents=[article_document(article) for article in articles[some]],
                embeddings=vectors[some],
                metadatas=[
                    article_metadata(article, size, standing)
                    for article, size, standing in zip(articles[some], sizes[some], standings[some], strict=True)
                ],
            )

    def put_standing(self, article_id: str, standing: Standing) -> None:
        """Change where an article stands in its history, in one write."""
        self._articles.update(
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
        """Write earlier versions; they count only once the number in their article's record is above theirs."""
        for at in range(0, len(rows), self._slice):
            some = rows[at : at + self._slice]
            self._history.upsert(
                ids=[row.row_id for row in some],
                documents=[row.document for row in some],
                embeddings=[idle_vector(row.row_id) for row in some],
                metadatas=[row.metadata for row in some],
            )

    def delete_history(self, row_ids: Sequence[str]) -> None:
        """Delete pieces of earlier versions by id."""
        for at in range(0, len(row_ids), self._slice):
            self._history.delete(list(row_ids[at : at + self._slice]))

    def delete_passages(self, passage_ids: Sequence[str]) -> None:
        """Delete passages by id."""
        for at in range(0, len(passage_ids), self._slice):
            self._passages.delete(list(passage_ids[at : at + self._slice]))

    def delete_record(self, article_id: str) -> None:
        """Delete an article's record."""
        self._articles.delete([article_id])
