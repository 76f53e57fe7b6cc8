"""Read the collections of an archive: records, passages, earlier versions, and what no record points at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingest.base.article import Article, Passage
from ingest.base.errors import ArchiveError
from ingest.store.chroma import Collection
from ingest.store.collections import Collections
from ingest.store.records import (
    REMOVED,
    Entry,
    Row,
    history_id,
    passage_ids,
    to_article,
    to_entry,
    to_passage,
    without_padding,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PAGE = 2_000  # records fetched at once where all are read
_ENTRY = ("documents", "metadatas", "embeddings")  # what the derived indexes hold of a passage


class Reader:
    """Reads and searches the collections of one archive."""

    def __init__(self, collections: Collections) -> None:
        """Args: collections: of the archive."""
        self._collections = collections

    @property
    def n_passages(self) -> int:
        """Number of passages, with those of replaced versions that are not deleted yet."""
        return self._collections.passages.count()

    @property
    def n_articles(self) -> int:
        """Number of articles."""
        return self._collections.articles.count()

    def records(self, article_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Metadata of those articles that exist, by id."""
        return {
            i: without_padding(metadata)
            for i, metadata in self._rows(self._collections.articles, article_ids, "metadatas")
        }

    def all_records(self) -> Iterator[dict[str, Any]]:
        """Metadata of every article."""
        for page in self._pages(self._collections.articles, "metadatas"):
            yield from map(without_padding, page["metadatas"])

    def article_ids(self) -> Iterator[str]:
        """Ids of all articles."""
        for page in self._pages(self._collections.articles):
            yield from page["ids"]

    def article(self, article_id: str) -> Article | None:
        """An article with its text; None where no article has the id.

        Raises:
            ArchiveError: some of its passages are missing.
        """
        last_version = None
        while True:
            rows = self._collections.articles.get(ids=[article_id], include=["documents", "metadatas"])
            if not rows["ids"]:
                return None
            record = without_padding(rows["metadatas"][0])
            passages = self.passages_of(record)
            if len(passages) == record["n_passages"]:
                return to_article(rows["documents"][0], "".join(passage.text for passage in passages))
            if last_version == record["version"]:  # nobody is replacing it just now
                raise ArchiveError(
                    f"{record['n_passages'] - len(passages)} of {record['n_passages']} passages of {article_id} are "
                    "missing. Remove the article and ingest it again; `dateline check` looks for more"
                )
            last_version = record["version"]

    def heads(self, article_ids: Sequence[str]) -> dict[str, Article]:
        """Articles without their text, by id."""
        return {
            i: to_article(document) for i, document in self._rows(self._collections.articles, article_ids, "documents")
        }

    def passages_of(self, record: Mapping[str, Any]) -> list[Passage]:
        """The passages of the version that an article's record points at, in order."""
        ids = passage_ids(record)
        passages = self.passages(ids)
        return [passages[i] for i in ids if i in passages]

    def passages(self, passage_ids: Sequence[str]) -> dict[str, Passage]:
        """Passages by id."""
        rows = self._rows(self._collections.passages, passage_ids, "documents", "metadatas")
        return {i: to_passage(document, metadata) for i, document, metadata in rows}

    def passage_ids(self) -> Iterator[str]:
        """Ids of all passages, with those that no record points at."""
        for page in self._pages(self._collections.passages):
            yield from page["ids"]

    def history_metadata(self, ids: Sequence[tuple[str, int | str]]) -> dict[str, dict[str, Any]]:
        """Metadata of earlier versions, by the id of their first piece.

        Args:
            ids: pairs of an article's id and the version's number in its history, or `removed`.
        """
        wanted = [history_id(article_id, number, 0) for article_id, number in ids]
        rows = self._rows(self._collections.history, wanted, "metadatas")
        return {i: without_padding(metadata) for i, metadata in rows}

    def history_article(self, metadata: Mapping[str, Any]) -> Article:
        """An earlier version with its text.

        Raises:
            ArchiveError: some of it is missing.
        """
        return to_article("".join(row.document for row in self.history_pieces(metadata)))

    def history_pieces(self, metadata: Mapping[str, Any]) -> list[Row]:
        """All pieces of an earlier version, in order; raises as `history_article` does."""
        number = REMOVED if metadata["is_removed"] else metadata["number"]
        ids = [history_id(metadata["article_id"], number, piece) for piece in range(metadata["pieces"])]
        rows = self._rows(self._collections.history, ids, "documents", "metadatas")
        pieces = {i: Row(i, document, dict(its)) for i, document, its in rows}
        if len(pieces) != len(ids):
            raise ArchiveError(
                f"version {metadata['version']} of {metadata['article_id']} is not whole: {len(ids) - len(pieces)} of "
                f"{len(ids)} pieces are missing. Restore the archive from a copy if you need it"
            )
        return [pieces[i] for i in ids]

    def all_history(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """(id, metadata) of every piece of the history."""
        for page in self._pages(self._collections.history, "metadatas"):
            yield from zip(page["ids"], page["metadatas"], strict=True)

    def removed(self) -> list[dict[str, Any]]:
        """Metadata of removed articles that can be restored."""
        conditions: dict[str, Any] = {"$and": [{"is_removed": 1}, {"piece": 0}]}
        return [without_padding(metadata) for _, metadata in self._where(self._collections.history, conditions)]

    def changed_since(self, revision: int) -> tuple[list[dict[str, Any]], list[str]]:
        """Records of the articles that were written after a revision, and ids of those that were removed after it."""
        after: dict[str, Any] = {"changed": {"$gt": revision}}
        records = [without_padding(metadata) for _, metadata in self._where(self._collections.articles, after)]
        removed = self._where(self._collections.history, {"$and": [after, {"is_removed": 1}, {"piece": 0}]})
        return records, [str(metadata["article_id"]) for _, metadata in removed]

    def _where(self, collection: Collection, condition: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
        for page in self._pages(collection, "metadatas", where=condition):
            yield from zip(page["ids"], page["metadatas"], strict=True)

    def _rows(self, collection: Collection, ids: Sequence[str], *include: str) -> Iterator[tuple[Any, ...]]:
        """(id, what is included) of those that exist; SQLite takes only so many ids at once."""
        distinct, size = list(dict.fromkeys(ids)), self._collections.connection.limit
        for at in range(0, len(distinct), size):
            rows = collection.get(ids=distinct[at : at + size], include=list(include))
            yield from zip(rows["ids"], *(rows[part] for part in include), strict=True)

    def _pages(
        self, collection: Collection, *include: str, where: dict[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """The ids and what is included of all records, once for each record, in Chroma's order.

        Where another process deletes records, all records behind them move up. So each page has to begin with a record
        that was read before; where it does not, some were skipped, and the page before is read again.
        """
        size, offset, seen = max(2, min(_PAGE, self._collections.connection.limit)), 0, set[str]()
        while True:
            page = collection.get(where=where, limit=size, offset=offset, include=list(include))
            ids = page["ids"]
            if offset and (not ids or ids[0] not in seen):
                offset = max(0, offset - size)
                continue
            new = [at for at, record_id in enumerate(ids) if record_id not in seen]
            if new:
                yield {part: [page[part][at] for at in new] for part in ("ids", *include)}
            seen.update(ids)
            if len(ids) < size:
                return
            offset += size - 1

    def stale_passages(self) -> list[str]:
        """Ids of passages that no article's record points at: of replaced versions, or of an interrupted write."""
        current = {str(r["article_id"]): (str(r["version"]), int(r["n_passages"])) for r in self.all_records()}
        return [
            i
            for page in self._pages(self._collections.passages, "metadatas")
            for i, metadata in zip(page["ids"], page["metadatas"], strict=True)
            if (pointed := current.get(metadata["article_id"], ("", 0)))[0] != metadata["version"]
            or metadata["ordinal"] >= pointed[1]
        ]

    def stale_history(self) -> list[str]:
        """Ids of pieces of the history that are not valid: of an interrupted change."""
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

    def entries(self) -> Iterator[list[Entry]]:
        """Every passage, for the derived indexes, in batches."""
        headlines = {str(record["article_id"]): str(record["headline"]) for record in self.all_records()}
        for page in self._pages(self._collections.passages, *_ENTRY):
            rows = zip(page["ids"], *(page[part] for part in _ENTRY), strict=True)
            yield [
                to_entry(i, document, metadata, vector, headlines[metadata["article_id"]])
                for i, document, metadata, vector in rows
                if metadata["article_id"] in headlines  # else it was added or removed just now
            ]

    def entries_of(self, records: Sequence[Mapping[str, Any]]) -> list[Entry]:
        """The passages of some articles, for the derived indexes."""
        headlines = {i: str(record["headline"]) for record in records for i in passage_ids(record)}
        rows = self._rows(self._collections.passages, list(headlines), *_ENTRY)
        return [to_entry(i, document, metadata, vector, headlines[i]) for i, document, metadata, vector in rows]

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[str]:
        """Ids of the passages nearest to a vector, best first, by Chroma's approximate search.

        Passages that no record points at are among them. Nothing is filtered: Chroma's own filters would make the
        search a hundred times slower (`docs/scale.md`).

        Args:
            vector: of unit length, shape (dimension,).
            limit: number of ids at most.
        """
        fetch = min(limit, self._collections.connection.most_results or limit)
        nearest = self._collections.passages.query(query_embeddings=[vector], n_results=fetch, include=["distances"])
        return [i for _, i in sorted(zip(nearest["distances"][0], nearest["ids"][0], strict=True))]

    def articles_of(self, records: Sequence[Mapping[str, Any]]) -> list[Article]:
        """Articles with their texts; the text of a missing passage is left out."""
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
