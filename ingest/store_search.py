"""Which passages lie nearest to a vector."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ingest.scope import Scope
from ingest.store_reader import StoreReader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class StoreSearch(StoreReader):
    """The collections of one archive, to be read and searched."""

    def nearest(self, vector: NDArray[np.float32], limit: int, scope: Scope) -> list[str]:
        """Ids of the passages nearest to a vector, best first.

        What the scope does not admit is dropped and more is fetched: Chroma's own filter is a hundred times slower. It
        is used only where a server gives no more results.
        """
        most = self._connection.most_results or self.n_passages
        total = min(self.n_passages, most)
        fetch = min(limit + 8, total)
        while fetch:
            admitted = self._query(vector, fetch, scope, None)
            if len(admitted) >= limit or fetch >= total:
                break
            fetch = min(4 * fetch, total)
        else:
            return []
        if len(admitted) < limit and total < self.n_passages:
            admitted = self._query(vector, min(limit, most), scope, scope.condition())
        return [i for _, i in sorted(admitted)[:limit]]

    def _query(
        self, vector: NDArray[np.float32], fetch: int, scope: Scope, condition: dict[str, Any] | None
    ) -> list[tuple[float, str]]:
        found = self._passages.query(
            query_embeddings=[vector], n_results=fetch, include=["metadatas", "distances"], where=condition
        )
        rows = zip(found["distances"][0], found["ids"][0], found["metadatas"][0], strict=True)
        return [(distance, i) for distance, i, metadata in rows if scope.admits(metadata)]

    def nearest_among(self, vector: NDArray[np.float32], passage_ids: Sequence[str], limit: int) -> list[str]:
        """The same among given passages, by exact comparison."""
        import numpy as np

        rows = list(self._rows(self._passages, passage_ids, "embeddings"))
        if not rows:
            return []
        ids, vectors = zip(*rows, strict=True)
        similarity = np.asarray(vectors, dtype=np.float32) @ vector
        ranked = sorted(zip((-similarity).tolist(), ids, strict=True))
        return [i for _, i in ranked[:limit]]
