"""Search the passages of an archive by vector, and read the passages that were found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.base.article import Article, Passage
from ingest.base.filters import Scope
from ingest.index.derived import Derived
from ingest.store.reader import Reader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COMPARED = 300_000  # passages: so many are compared as fast as Chroma searches, and fewer of the nearest are missed
_FETCHED = 1_000  # passages: more take Chroma longer than comparing takes
_SPARE = 1.5  # more are fetched than are wanted, by this factor of those that the scope will exclude
_MORE = 200  # and so many in any case: a wider search misses fewer


@dataclass(frozen=True)
class Found:
    """A passage with the facts of its article, without the article's text.

    Attributes:
        passage: its text and its place in the article.
        article: the facts.
        origin: id of the article that the story is from, where that was looked up; else empty.
        carriers: the other articles that carry the story, where they were looked up, the first published one first.
    """

    passage: Passage
    article: Article
    origin: str = ""
    carriers: tuple[Article, ...] = ()

    @property
    def story(self) -> str:
        """An id that all passages of one story share, whichever article carries it."""
        return self.origin or self.passage.article_id


class Search:
    """Finds passages; the caller holds the lock of the archive."""

    def __init__(self, reader: Reader, derived: Derived) -> None:
        """Search an archive.

        Args:
            reader: of its articles.
            derived: its indexes.
        """
        self._reader = reader
        self._derived = derived

    def passages(self, ids: Sequence[str]) -> list[Found]:
        """Passages with their articles' facts, as `Archive.passages` gives them."""
        passages = self._derived.copy.passages(ids)
        heads = self._derived.copy.heads(passage.article_id for passage in passages.values())
        return [
            Found(passage, heads[passage.article_id].article)
            for passage in (passages[i] for i in ids if i in passages)
            if passage.article_id in heads and heads[passage.article_id].version == passage.version
        ]

    def nearest(self, vector: NDArray[np.float32], limit: int, scope: Scope, *, exactly: bool) -> list[str]:
        """Ids of the passages nearest to a vector, best first.

        The passages in the scope are compared with the vector. Where they are very many, Chroma's search is asked, and
        what is not in the scope is dropped; where too few are left, the passages are compared after all.

        Args:
            vector: of unit length, shape (dimension,).
            limit: number of ids at most.
            scope: which articles may be found.
            exactly: compare all in any case.
        """
        index = self._derived.vectors
        rows = index.rows_in(scope)
        if not exactly and len(rows) > _COMPARED:
            likely = int(limit * (1 + _SPARE * (index.count / len(rows) - 1))) + _MORE
            for fetch in (likely, _FETCHED) if likely < _FETCHED else ():
                ids = index.admitted(self._reader.nearest(vector, min(fetch, index.count)), scope)
                if len(ids) >= min(limit, len(rows)):
                    return ids[:limit]
                if 4 * len(ids) < limit:  # the scope is about something else than the question
                    break
        return index.nearest(vector, rows, limit, exactly=exactly)
