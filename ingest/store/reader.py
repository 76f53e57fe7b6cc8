"""What is read of the collections of an archive: records, passages, earlier versions, and what points at nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ingest.base.article import Article, Passage
from ingest.base.errors import ArchiveError
from ingest.store.chroma import Collection
from ingest.store.collections import StoreState
from ingest.store.records import REMOVED, Entry, Row, history_id, to_article, to_entry, to_passage, to_record

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PAGE = 2_000  # records fetched at once where all are walked through
_ENTRY = ("documents", "metadatas", "embeddings")  # of a passage, what the derived indexes hold


class StoreReader(StoreState):
    """The collections of one archive, to be read."""

    def records(self, article_ids: Sequence[str]) -> dict[str, dict[str, Any]]:
        """Metadata of those articles that are there, by id."""
        return {i: to_record(metadata) for i, metadata in self._rows(self._articles, article_ids, "metadatas")}

    def all_records(self) -> Iterator[dict[str, Any]]:
        """Metadata of every article."""
        for page in self._pages(self._articles, "metadatas"):
            yield from map(to_record, page["metadatas"])

    def article_ids(self) -> Iterator[str]:
        """Ids of all articles."""
        for page in self._pages(self._articles):
            yield from page["ids"]

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
        for page in self._pages(collection, "metadatas", where=condition):
            yield from zip(page["ids"], page["metadatas"], strict=True)

    def _rows(self, collection: Collection, ids: Sequence[str], *include: str) -> Iterator[tuple[Any, ...]]:
        """(id, what is included) of those that are there; SQLite takes only so many ids at once."""
        distinct = list(dict.fromkeys(ids))
        for at in range(0, len(distinct), self._slice):
            found = collection.get(ids=distinct[at : at + self._slice], include=list(include))
            yield from zip(found["ids"], *(found[part] for part in include), strict=True)

    def _pages(
        self, collection: Collection, *include: str, where: dict[str, Any] | None = None
    ) -> Iterator[dict[str, Any]]:
        """The ids and what is included of all records, each once, in the order in which Chroma has them.

        Where another process deletes records, all behind them move up, so each page begins with a record that was seen;
        where it does not, some were skipped, and it is gone back.
        """
        size, offset, seen = max(2, min(_PAGE, self._slice)), 0, set[str]()
        while True:
            found = collection.get(where=where, limit=size, offset=offset, include=list(include))
            ids = found["ids"]
            if offset and (not ids or ids[0] not in seen):
                offset = max(0, offset - size)
                continue
            new = [at for at, each in enumerate(ids) if each not in seen]
            if new:
                yield {part: [found[part][at] for at in new] for part in ("ids", *include)}
            seen.update(ids)
            if len(ids) < size:
                return
            offset += size - 1

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

    def entries(self) -> Iterator[list[Entry]]:
        """Every passage, for the derived indexes, so many at once."""
        headlines = {str(record["article_id"]): str(record["headline"]) for record in self.all_records()}
        for page in self._pages(self._passages, *_ENTRY):
            rows = zip(page["ids"], *(page[part] for part in _ENTRY), strict=True)
            yield [
                to_entry(i, document, metadata, vector, headlines[metadata["article_id"]])
                for i, document, metadata, vector in rows
                if metadata["article_id"] in headlines  # else it was taken in, or out, just now
            ]

    def entries_of(self, records: Sequence[Mapping[str, Any]]) -> list[Entry]:
        """The passages of some articles, for the derived indexes."""
        headlines = {i: str(record["headline"]) for record in records for i in passage_ids(record)}
        rows = self._rows(self._passages, list(headlines), *_ENTRY)
        return [to_entry(i, document, metadata, vector, headlines[i]) for i, document, metadata, vector in rows]

    def nearest(self, vector: NDArray[np.float32], limit: int) -> list[str]:
        """Ids of the passages nearest to a vector, best first, by Chroma's search, which misses few.

        Those that no record points at are among them. Chroma's own filters would make it a hundred times slower.
        """
        fetch = min(limit, self._connection.most_results or limit)
        found = self._passages.query(query_embeddings=[vector], n_results=fetch, include=["distances"])
        return [i for _, i in sorted(zip(found["distances"][0], found["ids"][0], strict=True))]

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


def passage_ids(record: Mapping[str, Any]) -> list[str]:
    """Ids of the passages that an article's record points at."""
    return [f"{record['article_id']}:{record['version']}:{ordinal}" for ordinal in range(record["n_passages"])]
