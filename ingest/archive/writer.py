"""Change an archive, in an order in which nobody ever sees half of a change and nothing is lost.

What is new is written first, then the record that points at it, then what is old is deleted. A mark is set around each
change, and the archive's revision counts up only when all is done. The next change or start that finds the mark of an
interrupted change cleans up.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from ingest.archive.lease import Lease
from ingest.archive.lookup import removed_id, whole_id
from ingest.archive.opening import OpenedArchive
from ingest.archive.precedence import Outcome, Precedence
from ingest.archive.prepared import Prepared, prepare, put_passages, put_records
from ingest.base.article import Article
from ingest.base.errors import ArchiveError, ArticleNotFound
from ingest.embedding.embeddings import load_embedder
from ingest.store.limits import fitted
from ingest.store.records import OLDER, REMOVED, REPLACED, Row, Standing, history_id, history_rows, passage_ids

_WRITTEN = ("added", "replaced", "withdrawn")

_log = logging.getLogger(__name__)


class Writer:
    """Makes the changes of one archive, one at a time."""

    def __init__(self, opened: OpenedArchive) -> None:
        """Args: opened: the archive."""
        self._opened = opened
        self._store, self._reader = opened.store, opened.store.reader
        self._derived = opened.derived
        self._precedence = Precedence(opened.store.reader)
        self._lease = Lease(opened.store.collections) if opened.store.connection.is_server else None

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around several changes, as `Archive.writing`.

        Raises:
            ArchiveOwned: another process is writing to it.
            ArchiveMismatch: another process built it again with other settings.
        """
        with self._lease.held() if self._lease else ExitStack():
            self._opened.refresh()  # from here on nobody else changes it
            yield

    @contextmanager
    def _change(self) -> Iterator[int]:
        """Around one change; gives the revision that it makes."""
        state = self._store.collections
        with self.writing(), self._opened.changing:
            self._store.connection.check_usable()
            try:
                self._opened.repair()
                yield state.begin()
                self._check_lease()
                self._derived.agree(state.advance(), state.key)
            except (OSError, ValueError, RuntimeError) as error:  # of the keyword index; Chroma's are ArchiveErrors
                self._derived.abandon()
                raise ArchiveError(
                    f"the keyword index of {self._store.connection.place} cannot be written: {error}. See that the "
                    "disk has room and the folder can be written to, then do it again: no article is lost"
                ) from error
            except BaseException:
                self._derived.abandon()
                raise

    def _check_lease(self) -> None:
        if self._lease:
            self._lease.check()

    # adding

    def add(self, articles: Sequence[Article]) -> dict[str, Outcome]:
        """Add articles that are new or have changed, as `Archive.add`; returns the outcome of each, by id."""
        articles = [fitted(article) for article in articles]
        outcomes = self._precedence.outcomes(articles)
        prepared: dict[str, Prepared] = {}
        while missing := [a for a in _to_write(articles, outcomes) if a.article_id not in prepared]:
            prepared |= self._prepare(missing)  # slow, so without a lock
            with self.writing(), self._opened.changing:
                outcomes = self._precedence.outcomes(articles)  # another thread may have changed the archive
                changed = _to_write(articles, outcomes)
                if changed and all(article.article_id in prepared for article in changed):
                    with self._change() as revision:
                        self._write(articles, outcomes, prepared, revision)
                    break
        if prepared:
            _log.info("added articles", extra={"facts": dict(Counter(outcomes.values()))})
        return outcomes

    def write(self, articles: Sequence[Article]) -> None:
        """Add or replace articles, whatever is there; of one id the last counts."""
        for batch in _of_distinct_ids([fitted(article) for article in articles]):
            prepared = self._prepare(batch)
            with self._change() as revision:
                self._write(batch, dict.fromkeys(prepared, "replaced"), prepared, revision)

    def _prepare(self, articles: Sequence[Article]) -> dict[str, Prepared]:
        self._store.connection.check_usable()  # before the slow part
        settings = self._opened.settings
        prepared = prepare(articles, load_embedder(settings.embedder), settings.passage_words)
        return {p.article.article_id: p for p in prepared}

    def _write(
        self,
        articles: Sequence[Article],
        outcomes: Mapping[str, Outcome],
        prepared: Mapping[str, Prepared],
        revision: int,
    ) -> None:
        changed = {article.article_id: article for article in _to_write(articles, outcomes)}
        records = self._reader.records(list(changed))
        histories = self._reader.history_metadata([(i, REMOVED) for i in changed if i not in records])
        removed = {str(metadata["article_id"]): metadata for metadata in histories.values()}
        rows: list[Row] = []
        standings: dict[str, Standing] = {}
        for article_id, article in changed.items():
            earlier, standing = self._succession(article, outcomes, records, removed, revision)
            rows += earlier
            standings[article_id] = standing
        self._store.put_history(rows)
        new = [prepared[i] for i in changed if outcomes[i] in _WRITTEN]
        put_passages(self._store, new, self._check_lease)
        self._check_lease()
        with self._opened.reading:
            put_records(self._store, new, [standings[p.article.article_id] for p in new])
            for article_id in (i for i in changed if outcomes[i] == "older"):
                self._store.put_standing(article_id, standings[article_id])
            kept = {passage.passage_id for p in new for passage in p.passages}
            replaced = [records[i] for i in (p.article.article_id for p in new) if i in records]
            self._store.delete_passages([i for record in replaced for i in passage_ids(record) if i not in kept])
            self._index(new)
        self._store.delete_history([i for metadata in removed.values() for i in _pieces(metadata, REMOVED)])

    def _index(self, new: Sequence[Prepared]) -> None:
        articles = [p.article for p in new]
        self._derived.replace([a.article_id for a in articles], articles, [entry for p in new for entry in p.entries()])

    def _succession(
        self,
        article: Article,
        outcomes: Mapping[str, Outcome],
        records: Mapping[str, dict[str, Any]],
        removed: Mapping[str, dict[str, Any]],
        revision: int,
    ) -> tuple[list[Row], Standing]:
        """What goes into the history before an article is written, and the article's standing after that."""
        article_id, now = article.article_id, int(time.time())
        record, gone = records.get(article_id), removed.get(article_id)
        if record is not None and outcomes[article_id] == "older":
            standing = Standing.of(record)
            late = replace(standing, taken=now, changed=revision)
            rows = history_rows(article, standing.number, OLDER, late, now)
            return rows, standing.beside(article.version, article.source, revision)
        if record is not None:
            old, why, until, standing = self._reader.article(article_id), REPLACED, now, Standing.of(record)
        elif gone is not None:
            old, why, until, standing = self._reader.history_article(gone), REMOVED, gone["until"], Standing.of(gone)
        else:
            return [], Standing(taken=now, changed=revision)
        if old is None or (old.version == article.version and why == REPLACED):
            return [], replace(standing, changed=revision)
        rows = history_rows(old, standing.number, why, replace(standing, changed=revision), until)
        return rows, standing.after(old.version, old.source, revision)

    # removing and restoring

    def remove(self, article_ids: Sequence[str]) -> list[Article]:
        """Remove articles, which can be restored.

        Args:
            article_ids: their ids, or the first characters.

        Raises:
            ArticleNotFound: one does not exist; then none is removed.
        """
        with self.writing(), self._opened.changing:
            ids = list(dict.fromkeys(whole_id(self._reader, article_id) for article_id in article_ids))
            records = self._reader.records(ids)
            if not records:
                return []
            with self._change() as revision:
                removed = [self._remove(record, revision) for record in records.values()]
            _log.info("removed articles", extra={"facts": {"ids": list(records)}})
            return removed

    def _remove(self, record: Mapping[str, Any], revision: int) -> Article:
        article_id = str(record["article_id"])
        article = self._reader.article(article_id)
        if article is None:
            raise ArticleNotFound(f"no article has the id {article_id!r}; `dateline articles` lists them")
        standing = replace(Standing.of(record), changed=revision)
        self._store.put_history(history_rows(article, REMOVED, REMOVED, standing, int(time.time())))
        self._check_lease()
        with self._opened.reading:
            self._store.delete_record(article_id)
            self._store.delete_passages(passage_ids(record))
            self._derived.replace([article_id], [], [])
        return article

    def restore(self, article_ids: Sequence[str]) -> list[Article]:
        """Restore removed articles.

        Args:
            article_ids: their ids, or the first characters.

        Raises:
            ArticleNotFound: one was not removed; then none is restored.
            ArchiveError: one is in the archive again.
        """
        with self.writing():
            removed = {str(metadata["article_id"]): metadata for metadata in self._reader.removed()}
            ids = list(dict.fromkeys(removed_id(self._reader, article_id, removed) for article_id in article_ids))
            articles = [self._reader.history_article(removed[i]) for i in ids]
            if articles:
                self._restore(articles, [removed[i] for i in ids])
            return articles

    def _restore(self, articles: Sequence[Article], removed: Sequence[Mapping[str, Any]]) -> None:
        prepared = list(self._prepare(articles).values())
        with self._change() as revision:
            put_passages(self._store, prepared, self._check_lease)
            self._check_lease()
            with self._opened.reading:
                standings = [replace(Standing.of(metadata), changed=revision) for metadata in removed]
                put_records(self._store, prepared, standings)
                self._index(prepared)
            self._store.delete_history([i for metadata in removed for i in _pieces(metadata, REMOVED)])


def _to_write(articles: Sequence[Article], outcomes: Mapping[str, Outcome]) -> list[Article]:
    return [article for article in articles if outcomes[article.article_id] != "unchanged"]


def _of_distinct_ids(articles: Sequence[Article]) -> Iterator[list[Article]]:
    """Articles in batches, none of which has an id twice."""
    batch: dict[str, Article] = {}
    for article in articles:
        if article.article_id in batch:
            yield list(batch.values())
            batch = {}
        batch[article.article_id] = article
    if batch:
        yield list(batch.values())


def _pieces(metadata: Mapping[str, Any], number: int | str) -> list[str]:
    return [history_id(str(metadata["article_id"]), number, piece) for piece in range(int(metadata["pieces"]))]
