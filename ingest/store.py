"""Articles and passages in Chroma: the only file that imports chromadb.

Two collections. `passages` holds text, vector and what is filtered by; `articles` holds one record an article with the
version that counts, so that moving to a new version is one write. Chroma has no transaction over several calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import chromadb
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError

from ingest.article import Article, Passage
from ingest.errors import ArchiveError
from ingest.lexical import Entry
from ingest.records import (
    article_document,
    article_metadata,
    passage_metadata,
    to_article,
    to_entry,
    to_passage,
    to_record,
)
from ingest.scope import Scope

if TYPE_CHECKING:
    import numpy as np
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration
    from numpy.typing import NDArray

_PASSAGES = "passages"
_ARTICLES = "articles"
_HNSW: CreateHNSWConfiguration = {"space": "cosine", "ef_construction": 100, "ef_search": 100, "max_neighbors": 16}
_PAGE = 2_000  # records fetched at once where all are walked through


class Store:
    """The two collections of one archive in a folder."""

    def __init__(self, folder: Path, made_with: Mapping[str, Any]) -> None:
        """Open the collections in a folder, or make them.

        Args:
            folder: Chroma's own folder.
            made_with: what a new store is to remember of how it was made; an old one keeps what it has.

        Raises:
            ArchiveError: Chroma cannot open the folder.
        """
        try:
            client = chromadb.PersistentClient(path=str(folder), settings=ChromaSettings(anonymized_telemetry=False))
            # It promises a ClientAPI, which has no close(); what it makes is always a Client.
            self._client = cast("Client", client)
            self._passages = self._collection(_PASSAGES, {**made_with, "revision": 0})
            self._articles = self._collection(_ARTICLES, {"holds": "articles"})
        except (ChromaError, ValueError, OSError) as error:
            raise ArchiveError(f"Chroma cannot open {folder}: {error}. Restore the folder, or name another") from error
        self._slice = int(self._client.get_max_batch_size())

    def _collection(self, name: str, metadata: Mapping[str, Any]) -> Any:
        names = {collection.name for collection in self._client.list_collections()}
        if names - {_PASSAGES, _ARTICLES}:
            raise ArchiveError(f"Chroma holds {', '.join(sorted(names))} there: it was not made by Dateline")
        if name in names:
            collection = self._client.get_collection(name, embedding_function=None)
            space = (collection.configuration_json.get("hnsw") or {}).get("space")
            if space != "cosine":
                raise ArchiveError(f"collection {name} measures {space}, not cosine: it was not made by Dateline")
            return collection
        return self._client.create_collection(
            name, configuration={"hnsw": _HNSW}, metadata=dict(metadata), embedding_function=None
        )

    @property
    def made_with(self) -> dict[str, Any]:
        """What the store remembers of how it was made, and its revision."""
        return dict(self._passages.metadata or {})

    @property
    def revision(self) -> int:
        """Number of changes so far."""
        return int(self.made_with.get("revision", 0))

    def advance(self, past: int | None = None) -> int:
        """Count one change, after the present revision or another; returns the new one."""
        revision = (self.revision if past is None else past) + 1
        self._passages.modify(metadata={**self.made_with, "revision": revision})
        return revision

    def close(self) -> None:
        """Let go of the folder."""
        self._client.close()

    @property
    def n_passages(self) -> int:
        """Number of passages, those of replaced versions that are not yet collected among them."""
        return int(self._passages.count())

    @property
    def n_articles(self) -> int:
        """Number of articles."""
        return int(self._articles.count())

    def put_passages(self, article: Article, passages: Sequence[Passage], vectors: NDArray[np.float32]) -> None:
        """Write the passages of one article; they count only once its record points at them."""
        for at in range(0, len(passages), self._slice):
            some = passages[at : at + self._slice]
            self._passages.upsert(
                ids=[passage.passage_id for passage in some],
                documents=[passage.text for passage in some],
                embeddings=vectors[at : at + self._slice],
                metadatas=[passage_metadata(article, passage) for passage in some],
            )

    def put_records(
        self,
        articles: Sequence[Article],
        sizes: Sequence[int],
        earlier: Sequence[Sequence[str]],
        vectors: NDArray[np.float32],
    ) -> None:
        """Write the records of articles whose passages are there: how many, which versions before, a vector each."""
        self._articles.upsert(
            ids=[article.article_id for article in articles],
            documents=[article_document(article) for article in articles],
            embeddings=vectors,
            metadatas=[
                article_metadata(article, size, before)
                for article, size, before in zip(articles, sizes, earlier, strict=True)
            ],
        )

    def delete_passages(self, passage_ids: Sequence[str]) -> None:
        """Delete passages by id."""
        for at in range(0, len(passage_ids), self._slice):
            self._passages.delete(ids=list(passage_ids[at : at + self._slice]))

    def delete_record(self, article_id: str) -> None:
        """Delete an article's record."""
        self._articles.delete(ids=[article_id])

    def records(self, article_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Metadata of those articles that are there, by id."""
        return {i: to_record(metadata) for i, metadata in self._rows(self._articles, article_ids, "metadatas")}

    def all_records(self) -> Iterator[dict[str, Any]]:
        """Metadata of every article."""
        for page in _pages(self._articles, ["metadatas"]):
            yield from map(to_record, page["metadatas"])

    def article(self, article_id: str) -> Article | None:
        """An article with its text; None where no article has the id."""
        found = self._articles.get(ids=[article_id], include=["documents", "metadatas"])
        if not found["ids"]:
            return None
        text = "".join(passage.text for passage in self.passages_of(found["metadatas"][0]))
        return to_article(found["documents"][0], text)

    def heads(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Articles without their text, by id."""
        return {i: to_article(document) for i, document in self._rows(self._articles, article_ids, "documents")}

    def passages_of(self, record: Mapping[str, Any]) -> list[Passage]:
        """The passages of the version that an article's record points at, in order."""
        ids = passage_ids(record)
        found = self.passages(ids)
        return [found[i] for i in ids if i in found]

    def passages(self, passage_ids: Sequence[str]) -> dict[str, Passage]:
        """Passages by id."""
        rows = self._rows(self._passages, passage_ids, "documents", "metadatas")
        return {i: to_passage(document, metadata) for i, document, metadata in rows}

    def _rows(self, collection: Any, ids: Sequence[str], *include: str) -> Iterator[tuple[Any, ...]]:
        """(id, what is included) of those that are there; SQLite takes only so many ids at once."""
        distinct = list(dict.fromkeys(ids))
        for at in range(0, len(distinct), self._slice):
            found = collection.get(ids=distinct[at : at + self._slice], include=list(include))
            yield from zip(found["ids"], *(found[part] for part in include), strict=True)

    def stale_passages(self) -> list[str]:
        """Ids of passages that no article's record points at: of replaced versions, or of a write that was cut off."""
        current = {str(record["article_id"]): str(record["version"]) for record in self.all_records()}
        return [
            i
            for page in _pages(self._passages, ["metadatas"])
            for i, metadata in zip(page["ids"], page["metadatas"], strict=True)
            if current.get(metadata["article_id"]) != metadata["version"]
        ]

    def entries(self) -> Iterator[Entry]:
        """Every passage, for the keyword index."""
        headlines = {str(record["article_id"]): str(record["headline"]) for record in self.all_records()}
        for page in _pages(self._passages, ["documents", "metadatas"]):
            for i, document, metadata in zip(page["ids"], page["documents"], page["metadatas"], strict=True):
                yield to_entry(i, document, metadata, headlines[metadata["article_id"]])

    def nearest(self, vector: NDArray[np.float32], limit: int, scope: Scope) -> list[str]:
        """Ids of the passages nearest to a vector, best first.

        What the scope does not admit is dropped and more is fetched: Chroma's own filter is a hundred times slower.
        """
        total = self.n_passages
        fetch = min(limit + 8, total)
        while fetch:
            found = self._passages.query(query_embeddings=[vector], n_results=fetch, include=["metadatas", "distances"])
            rows = zip(found["distances"][0], found["ids"][0], found["metadatas"][0], strict=True)
            admitted = [(distance, i) for distance, i, metadata in rows if scope.admits(metadata)]
            if len(admitted) >= limit or fetch >= total:
                return [i for _, i in sorted(admitted)[:limit]]
            fetch = min(4 * fetch, total)
        return []

    def nearest_among(self, vector: NDArray[np.float32], passage_ids: Sequence[str], limit: int) -> list[str]:
        """The same among given passages, by exact comparison."""
        import numpy as np

        if not passage_ids:
            return []
        ids, vectors = zip(*self._rows(self._passages, passage_ids, "embeddings"), strict=True)
        similarity = np.asarray(vectors, dtype=np.float32) @ vector
        ranked = sorted(zip((-similarity).tolist(), ids, strict=True))
        return [i for _, i in ranked[:limit]]


def passage_ids(record: Mapping[str, Any]) -> list[str]:
    """Ids of the passages that an article's record points at."""
    return [f"{record['article_id']}:{record['version']}:{ordinal}" for ordinal in range(record["n_passages"])]


def _pages(collection: Any, include: list[str]) -> Iterator[Any]:
    for offset in range(0, collection.count(), _PAGE):
        yield collection.get(limit=_PAGE, offset=offset, include=include)
