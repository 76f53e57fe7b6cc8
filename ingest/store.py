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

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingest.article import Article, Passage
from ingest.connection import Collection, CollectionGone, Connection
from ingest.errors import ArchiveError
from ingest.lexical import Entry
from ingest.records import (
    REMOVED,
    Row,
    Standing,
    article_document,
    article_metadata,
    history_id,
    idle_vector,
    passage_metadata,
    to_article,
    to_entry,
    to_passage,
    to_record,
)
from ingest.scope import Scope

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PARTS = ("passages", "articles", "history")
_PAGE = 2_000  # records fetched at once where all are walked through
_LEASE = "lease"

#: Revision, mark of a change under way, generation: what the root remembers beside how the archive was made.
_STATE = {"revision": 0, "changing": 0, "generation": 0}


class Store:
    """The collections of one archive.

    Attributes:
        exact_limit: so many passages, or fewer, are quickly compared one by one.
    """

    def __init__(
        self, connection: Connection, made_with: Mapping[str, Any], name: str = "", generation: int | None = None
    ) -> None:
        """Open the collections, or make them.

        Args:
            connection: to a folder or a server; it is closed with the store.
            made_with: what a new store is to remember of how it was made; an old one keeps what it has.
            name: of the archive on a server; empty in a folder.
            generation: another one than that which counts, to rebuild into.

        Raises:
            ArchiveError: Chroma cannot be used, or holds something else there.
        """
        self._connection = connection
        self._name = name
        self._slice = connection.limit
        self.exact_limit = 300 if connection.is_server else 2_000
        if not name and (others := connection.names() - set(_PARTS)):
            raise ArchiveError(f"Chroma holds {', '.join(sorted(others))} there: it was not made by Dateline")
        made = {**made_with, **_STATE}
        self._root = connection.make_collection(name or _PARTS[0], made)
        if "embedder" not in self._root.metadata:
            raise ArchiveError(f"{connection.place} holds a collection {name} that was not made by Dateline")
        self.generation = int(self._root.metadata.get("generation", 0)) if generation is None else generation
        self._open_parts()

    def _open_parts(self) -> None:
        self._passages, self._articles, self._history = (
            self._root if part == self._root_part else self._connection.make_collection(part, {"holds": kind})
            for kind, part in zip(_PARTS, self._part_names(self.generation), strict=True)
        )

    @property
    def _root_part(self) -> str | None:
        return None if self._name else _PARTS[0]

    def _part_names(self, generation: int) -> list[str]:
        return [f"{self._name}.{generation}.{part}" for part in _PARTS] if self._name else list(_PARTS)

    @staticmethod
    def exists(connection: Connection, name: str) -> bool:
        """Whether there is an archive of a name on a server."""
        try:
            connection.collection(name)
        except CollectionGone:
            return False
        return True

    # what it remembers of itself

    @property
    def made_with(self) -> dict[str, Any]:
        """What the store remembers of how it was made, its revision among it."""
        return self._root.metadata

    @property
    def key(self) -> str:
        """What tells this store from any other, and from a rebuilt one."""
        return f"{self._root.key}/{self.generation}"

    @property
    def revision(self) -> int:
        """Number of changes so far."""
        return int(self.made_with.get("revision", 0))

    @property
    def changing(self) -> bool:
        """Whether a change is under way, or was cut off."""
        return bool(self.made_with.get("changing", 0))

    @property
    def is_server(self) -> bool:
        """Whether other processes may change it."""
        return self._connection.is_server

    @property
    def place(self) -> str:
        """Its folder or address."""
        return self._connection.place

    def refresh(self) -> None:
        """See what other processes made of it."""
        self._root = self._connection.collection(self._name or _PARTS[0])
        if self._name and int(self._root.metadata.get("generation", 0)) != self.generation:
            self.generation = int(self._root.metadata["generation"])
            self._open_parts()
        elif not self._name:
            self._passages = self._root

    def begin(self) -> int:
        """Mark that a change is under way; returns the revision that it will make."""
        self._root.remember({**self.made_with, "changing": 1})
        return self.revision + 1

    def check_usable(self) -> None:
        """See that it may be changed.

        Raises:
            ArchiveError: Chroma failed before, in this process.
        """
        self._connection.check_usable()

    def advance(self, past: int | None = None) -> int:
        """Count one change that is done, after the present revision or another; returns the new one."""
        revision = (self.revision if past is None else past) + 1
        self._root.remember({**self.made_with, "revision": revision, "changing": 0})
        return revision

    def settle(self) -> None:
        """Have Chroma apply what it has in its log: a write that failed there may else appear with the next one.

        Reading does not apply it, and a change to a record that is not there does no more than that.
        """
        for collection in (self._passages, self._articles, self._history):
            collection.update(ids=["none"], metadatas=[{"settled": 1}])

    def upgrade(self, made_with: Mapping[str, Any]) -> None:
        """Remember another way in which it was made."""
        self._root.remember({**self.made_with, **made_with})

    def switch(self, made_with: Mapping[str, Any], revision: int) -> None:
        """Let this generation count from now on; on a server only."""
        state = {"revision": revision, "changing": 0, "generation": self.generation}
        self._root.remember({**made_with, **state})

    def drop_other_generations(self) -> None:
        """Delete what was rebuilt in vain, or has been replaced; on a server only."""
        counts = set(self._part_names(int(self._root.metadata["generation"])))
        for name in self._connection.names():
            parts = name.split(".")
            if len(parts) == 3 and parts[0] == self._name and parts[2] in _PARTS and name not in counts:
                self._connection.delete_collection(name)

    def seconds(self) -> float:
        """The server's clock."""
        return self._connection.seconds()

    def lease(self) -> str:
        """What the lease says, as JSON; empty where there is none."""
        found = self._root.get(ids=[_LEASE], include=["documents"])
        return str(found["documents"][0]) if found["ids"] else ""

    def put_lease(self, document: str) -> None:
        """Write the lease, or delete it by an empty one."""
        if document:
            self._root.upsert(ids=[_LEASE], documents=[document], embeddings=[idle_vector(_LEASE)])
        else:
            self._root.delete([_LEASE])

    def close(self) -> None:
        """Let go of folder or server."""
        self._connection.close()

    @property
    def n_passages(self) -> int:
        """Number of passages, those of replaced versions that are not yet collected among them."""
        return self._passages.count()

    @property
    def n_articles(self) -> int:
        """Number of articles."""
        return self._articles.count()

    # what is written

    def put_passages(self, passages: Sequence[tuple[Article, Passage]], vectors: NDArray[np.float32]) -> Iterator[int]:
        """Write passages, as many at once as Chroma takes; gives, after each time, how many are written.

        They count only once the record of their article points at them.
        """
        for at in range(0, len(passages), self._slice):
            some = passages[at : at + self._slice]
            self._passages.upsert(
                ids=[passage.passage_id for _, passage in some],
                documents=[passage.text for _, passage in some],
                embeddings=vectors[at : at + self._slice],
                metadatas=[passage_metadata(article, passage) for article, passage in some],
            )
            yield at + len(some)

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

    # what is read

    def records(self, article_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Metadata of those articles that are there, by id."""
        return {i: to_record(metadata) for i, metadata in self._rows(self._articles, article_ids, "metadatas")}

    def all_records(self) -> Iterator[dict[str, Any]]:
        """Metadata of every article."""
        for page in self._pages(self._articles, "metadatas"):
            yield from map(to_record, page["metadatas"])

    def article(self, article_id: str) -> Article | None:
        """An article with its text; None where no article has the id.

        Raises:
            ArchiveError: some of its passages are missing.
        """
        seen = None
        while True:
            found = self._articles.get(ids=[article_id], include=["documents", "metadatas"])
            if not found["ids"]:
                return None
            record = to_record(found["metadatas"][0])
            passages = self.passages_of(record)
            if len(passages) == record["n_passages"]:
                return to_article(found["documents"][0], "".join(passage.text for passage in passages))
            if seen == record["version"]:  # nobody is replacing it just now
                raise ArchiveError(
                    f"{record['n_passages'] - len(passages)} of {record['n_passages']} passages of {article_id} are "
                    "missing. Take the article out and ingest it again; `dateline check` looks for more"
                )
            seen = record["version"]

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

    def passage_ids(self) -> Iterator[str]:
        """Ids of all passages, those among them that no record points at."""
        for page in self._pages(self._passages):
            yield from page["ids"]

    def history_metadata(self, ids: Sequence[tuple[str, int | str]]) -> dict[str, dict[str, Any]]:
        """What is known of earlier versions, by the id of their first piece.

        Args:
            ids: pairs of an article's id and the version's number in its history, or `removed`.
        """
        wanted = [history_id(article_id, number, 0) for article_id, number in ids]
        rows = self._rows(self._history, wanted, "metadatas")
        return {i: {**metadata, "earlier": [each for each in metadata["earlier"] if each]} for i, metadata in rows}

    def history_article(self, metadata: Mapping[str, Any]) -> Article:
        """An earlier version whole.

        Raises:
            ArchiveError: some of it is missing.
        """
        return to_article("".join(row.document for row in self.history_pieces(metadata)))

    def history_pieces(self, metadata: Mapping[str, Any]) -> list[Row]:
        """All pieces of an earlier version, in order; raises as `history_article` does."""
        number = REMOVED if metadata["is_removed"] else metadata["number"]
        ids = [history_id(metadata["article_id"], number, piece) for piece in range(metadata["pieces"])]
        rows = self._rows(self._history, ids, "documents", "metadatas")
        found = {i: Row(i, document, dict(its)) for i, document, its in rows}
        if len(found) != len(ids):
            raise ArchiveError(
                f"version {metadata['version']} of {metadata['article_id']} is not whole: {len(ids) - len(found)} of "
                f"{len(ids)} pieces are missing. Restore the archive from a copy if you need it"
            )
        return [found[i] for i in ids]

    def all_history(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(id, metadata) of every piece of the history."""
        for page in self._pages(self._history, "metadatas"):
            yield from zip(page["ids"], page["metadatas"], strict=True)

    def removed(self) -> list[dict[str, Any]]:
        """What is known of articles that were taken out and can be put back."""
        conditions: dict[str, Any] = {"$and": [{"is_removed": 1}, {"piece": 0}]}
        return [dict(metadata) for _, metadata in self._where(self._history, conditions)]

    def changed_since(self, revision: int) -> tuple[list[dict[str, Any]], list[str]]:
        """Records of the articles that were written after a revision, and ids of those that were taken out."""
        after: dict[str, Any] = {"changed": {"$gt": revision}}
        records = [to_record(metadata) for _, metadata in self._where(self._articles, after)]
        removed = self._where(self._history, {"$and": [after, {"is_removed": 1}, {"piece": 0}]})
        return records, [str(metadata["article_id"]) for _, metadata in removed]

    def _where(self, collection: Collection, condition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        page, offset = min(_PAGE, self._slice), 0
        while True:
            found = collection.get(where=condition, include=["metadatas"], limit=page, offset=offset)
            yield from zip(found["ids"], found["metadatas"], strict=True)
            offset += len(found["ids"])
            if len(found["ids"]) < page:
                return

    def _rows(self, collection: Collection, ids: Sequence[str], *include: str) -> Iterator[tuple[Any, ...]]:
        """(id, what is included) of those that are there; SQLite takes only so many ids at once."""
        distinct = list(dict.fromkeys(ids))
        for at in range(0, len(distinct), self._slice):
            found = collection.get(ids=distinct[at : at + self._slice], include=list(include))
            yield from zip(found["ids"], *(found[part] for part in include), strict=True)

    def _pages(self, collection: Collection, *include: str) -> Iterator[Any]:
        page, offset = min(_PAGE, self._slice), 0
        while True:
            found = collection.get(limit=page, offset=offset, include=list(include))
            yield found
            offset += len(found["ids"])
            if len(found["ids"]) < page:
                return

    def stale_passages(self) -> list[str]:
        """Ids of passages that no article's record points at: of replaced versions, or of a write that was cut off."""
        current = {str(r["article_id"]): (str(r["version"]), int(r["n_passages"])) for r in self.all_records()}
        return [
            i
            for page in self._pages(self._passages, "metadatas")
            for i, metadata in zip(page["ids"], page["metadatas"], strict=True)
            if (pointed := current.get(metadata["article_id"], ("", 0)))[0] != metadata["version"]
            or metadata["ordinal"] >= pointed[1]
        ]

    def stale_history(self) -> list[str]:
        """Ids of pieces of the history that do not count: of a change that was cut off."""
        numbers = {str(record["article_id"]): int(record["number"]) for record in self.all_records()}
        removed = {str(metadata["article_id"]): int(metadata["number"]) for metadata in self.removed()}
        return [
            i
            for i, metadata in self.all_history()
            if (metadata["is_removed"] and metadata["article_id"] in numbers)
            or (
                not metadata["is_removed"]
                and metadata["number"]
                >= (numbers.get(metadata["article_id"]) or removed.get(metadata["article_id"], 0))
            )
        ]

    def entries(self) -> Iterator[Entry]:
        """Every passage, for the keyword index."""
        headlines = {str(record["article_id"]): str(record["headline"]) for record in self.all_records()}
        for page in self._pages(self._passages, "documents", "metadatas"):
            for i, document, metadata in zip(page["ids"], page["documents"], page["metadatas"], strict=True):
                if metadata["article_id"] in headlines:  # else it was taken in, or out, in between
                    yield to_entry(i, document, metadata, headlines[metadata["article_id"]])

    def entries_of(self, records: Sequence[Mapping[str, Any]]) -> list[Entry]:
        """The passages of some articles, for the keyword index."""
        headlines = {i: str(record["headline"]) for record in records for i in passage_ids(record)}
        rows = self._rows(self._passages, list(headlines), "documents", "metadatas")
        return [to_entry(i, document, metadata, headlines[i]) for i, document, metadata in rows]

    def articles_of(self, records: Sequence[Mapping[str, Any]]) -> list[Article]:
        """Articles with their texts, as far as their passages are there."""
        heads = self.heads([str(record["article_id"]) for record in records])
        passages = self.passages([i for record in records for i in passage_ids(record)])
        return [
            replace(
                heads[str(record["article_id"])],
                text="".join(passages[i].text for i in passage_ids(record) if i in passages),
            )
            for record in records
            if str(record["article_id"]) in heads
        ]

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


def passage_ids(record: Mapping[str, Any]) -> list[str]:
    """Ids of the passages that an article's record points at."""
    return [f"{record['article_id']}:{record['version']}:{ordinal}" for ordinal in range(record["n_passages"])]
