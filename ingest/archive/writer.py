"""How an archive is changed: in which order, so that nobody ever sees half of it, and nothing is lost.

The new is written first, then the record that points at it, then the old is collected. Around it stands a mark, and the
archive's revision counts up only when all is done. Who finds the mark of a change that was cut off cleans up.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.archive.lease import Lease
from ingest.archive.precedence import Outcome, Precedence
from ingest.archive.repair import Prepared, check_made_with, prepare, put_passages, put_records, repair, sync
from ingest.base.article import Article
from ingest.base.errors import ArchiveError, ArticleNotFound
from ingest.base.settings import Settings
from ingest.embedding.embeddings import load_embedder
from ingest.index.derived import Derived
from ingest.store.records import OLDER, REMOVED, REPLACED, Row, Standing, history_id, history_rows
from ingest.store.store import Store, passage_ids

_WRITTEN = ("added", "replaced", "withdrawn")

_log = logging.getLogger(__name__)


class Changes:
    """The changes of one archive, one at a time.

    Attributes:
        repaired: what was mended since the archive was opened, in words; empty for nothing.
    """

    def __init__(self, store: Store, derived: Derived, settings: Settings, reading: threading.RLock) -> None:
        """Of an open archive.

        Args:
            store: its articles.
            derived: its keyword index and its index of copies.
            settings: its embedder and passage length.
            reading: held by whoever reads several things that have to fit together.
        """
        self._store = store
        self._precedence = Precedence(store)
        self._derived = derived
        self._settings = settings
        self._reading = reading
        self._changing = threading.RLock()
        self._lease = Lease(store) if store.is_server else None
        self.repaired: list[str] = []

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around several changes: on a server no other process changes the archive meanwhile.

        Raises:
            ArchiveOwned: another process is writing to it.
            ArchiveMismatch: another process built it again with other settings.
        """
        with self._lease.held() if self._lease else ExitStack():
            self._refresh()  # nobody else changes it from here on
            yield

    def _refresh(self) -> None:
        """See what other processes made of the archive.

        Raises:
            ArchiveMismatch: it was built again with other settings.
        """
        if self._store.is_server:
            self._store.refresh(lambda made: check_made_with(made, self._settings))

    def follow(self) -> bool:
        """Take over what other processes changed.

        Returns:
            Whether it was looked at; not while another thread does, or changes the archive: what was there before is
            answered from until then.

        Raises:
            ArchiveMismatch: the archive was built again with other settings.
        """
        if not self._changing.acquire(blocking=False):
            return False
        try:
            self._refresh()
            if self._derived.revision(self._store.key) != self._store.revision:
                sync(self._store, self._derived)
        finally:
            self._changing.release()
        return True

    def mend(self) -> None:
        """Repair what a change that was cut off left behind."""
        if done := repair(self._store, self._derived):
            self.repaired.append(done)

    @contextmanager
    def _change(self) -> Iterator[int]:
        """Around one change; gives the revision that it makes."""
        with self.writing(), self._changing:
            self._store.check_usable()
            try:
                self.mend()
                yield self._store.begin()
                self._check_lease()
                self._derived.agree(self._store.advance(), self._store.key)
            except (OSError, ValueError, RuntimeError) as error:  # of the keyword index; Chroma's are ArchiveErrors
                self._derived.abandon()
                raise ArchiveError(
                    f"the keyword index of {self._store.place} cannot be written: {error}. See that the disk has room "
                    "and the folder can be written to, then do it again: no article is lost"
                ) from error
            except BaseException:
                self._derived.abandon()
                raise

    def _check_lease(self) -> None:
        if self._lease:
            self._lease.check()

    # taking in

    def take(self, articles: Sequence[Article]) -> dict[str, Outcome]:
        """Take articles in, each id once; returns what became of each, by id."""
        outcomes = self.outcomes(articles)
        prepared: dict[str, Prepared] = {}
        while missing := [a for a in self._to_write(articles, outcomes) if a.article_id not in prepared]:
            prepared |= {each.article.article_id: each for each in self._prepare(missing)}  # slow: nobody waits for it
            with self.writing(), self._changing:
                outcomes = self.outcomes(articles)  # another thread may have taken in, changed or taken out some
                wanted = self._to_write(articles, outcomes)
                if wanted and all(article.article_id in prepared for article in wanted):
                    with self._change() as stamp:
                        self._write(articles, outcomes, prepared, stamp)
                    break
        if prepared:
            _log.info("took articles in", extra={"facts": dict(Counter(outcomes.values()))})
        return outcomes

    def put(self, articles: Sequence[Article]) -> None:
        """Take articles in whatever is there; each id once."""
        prepared = {each.article.article_id: each for each in self._prepare(articles)}
        with self._change() as stamp:
            self._write(articles, dict.fromkeys(prepared, "replaced"), prepared, stamp)

    def _to_write(self, articles: Sequence[Article], outcomes: Mapping[str, Outcome]) -> list[Article]:
        return [article for article in articles if outcomes[article.article_id] != "unchanged"]

    def _prepare(self, articles: Sequence[Article]) -> list[Prepared]:
        self._store.check_usable()  # before what is slow
        return prepare(articles, load_embedder(self._settings.embedder), self._settings.passage_words)

    def outcomes(self, articles: Sequence[Article]) -> dict[str, Outcome]:
        """What will become of articles that are to be taken in, by id."""
        return self._precedence.outcomes(articles)

    def _write(
        self, articles: Sequence[Article], outcomes: Mapping[str, Outcome], prepared: Mapping[str, Prepared], stamp: int
    ) -> None:
        ids = [article.article_id for article in articles if outcomes[article.article_id] != "unchanged"]
        records = self._store.records(ids)
        removed = self._store.history_metadata([(i, REMOVED) for i in ids if i not in records])
        olds = {str(metadata["article_id"]): metadata for metadata in removed.values()}
        rows: list[Row] = []
        standings: dict[str, Standing] = {}
        for article in (each for each in articles if each.article_id in ids):
            entry, standing = self._succession(article, outcomes, records, olds, stamp)
            rows += entry
            standings[article.article_id] = standing
        self._store.put_history(rows)
        new = [prepared[i] for i in ids if outcomes[i] in _WRITTEN]
        put_passages(self._store, new, self._check_lease)
        self._check_lease()
        with self._reading:
            put_records(self._store, new, [standings[each.article.article_id] for each in new])
            for article_id in (i for i in ids if outcomes[i] == "older"):
                self._store.put_standing(article_id, standings[article_id])
            kept = {passage.passage_id for each in new for passage in each.passages}
            replaced = [records[i] for i in (each.article.article_id for each in new) if i in records]
            self._store.delete_passages([i for record in replaced for i in passage_ids(record) if i not in kept])
            self._derived.replace(
                [each.article.article_id for each in new],
                [each.article for each in new],
                [entry for each in new for entry in each.entries()],
            )
        self._store.delete_history([i for metadata in olds.values() for i in _pieces(metadata, REMOVED)])

    def _succession(
        self,
        article: Article,
        outcomes: Mapping[str, Outcome],
        records: Mapping[str, dict[str, Any]],
        removed: Mapping[str, dict[str, Any]],
        stamp: int,
    ) -> tuple[list[Row], Standing]:
        """What goes into the history before an article is written, and where the article then stands."""
        article_id, now = article.article_id, int(time.time())
        record, gone = records.get(article_id), removed.get(article_id)
        if record is not None and outcomes[article_id] == "older":
            standing = Standing.of(record)
            late = replace(standing, taken=now, changed=stamp)
            rows = history_rows(article, standing.number, OLDER, late, now)
            return rows, standing.beside(article.version, article.source, stamp)
        if record is not None:
            old, why, until, standing = self._store.article(article_id), REPLACED, now, Standing.of(record)
        elif gone is not None:
            old, why, until, standing = self._store.history_article(gone), REMOVED, gone["until"], Standing.of(gone)
        else:
            return [], Standing(taken=now, changed=stamp)
        if old is None or (old.version == article.version and why == REPLACED):
            return [], replace(standing, changed=stamp)
        rows = history_rows(old, standing.number, why, replace(standing, changed=stamp), until)
        return rows, standing.after(old.version, old.source, stamp)

    # taking out and putting back

    def remove(self, article_ids: Sequence[str]) -> list[Article]:
        """Take articles out; they can be put back.

        Raises:
            ArticleNotFound: one is not there; then none is taken out.
        """
        with self.writing(), self._changing:
            records = self._store.records(article_ids)
            for missing in (i for i in article_ids if i not in records):
                raise ArticleNotFound(f"no article has the id {missing!r}; `dateline articles` lists them")
            with self._change() as stamp:
                removed = [self._remove(records[i], stamp) for i in records]
            _log.info("took articles out", extra={"facts": {"ids": list(records)}})
            return removed

    def _remove(self, record: Mapping[str, Any], stamp: int) -> Article:
        article_id = str(record["article_id"])
        article = self._store.article(article_id)
        if article is None:
            raise ArticleNotFound(f"no article has the id {article_id!r}; `dateline articles` lists them")
        standing = replace(Standing.of(record), changed=stamp)
        self._store.put_history(history_rows(article, REMOVED, REMOVED, standing, int(time.time())))
        self._check_lease()
        with self._reading:
            self._store.delete_record(article_id)
            self._store.delete_passages(passage_ids(record))
            self._derived.replace([article_id], [], [])
        return article

    def restore(self, removed: Sequence[Mapping[str, Any]]) -> list[Article]:
        """Put articles back that were taken out, as they were.

        Args:
            removed: what `Store.removed` knows of them.
        """
        articles = [self._store.history_article(metadata) for metadata in removed]
        prepared = self._prepare(articles)
        with self._change() as stamp:
            put_passages(self._store, prepared, self._check_lease)
            self._check_lease()
            with self._reading:
                put_records(self._store, prepared, [replace(Standing.of(each), changed=stamp) for each in removed])
                self._derived.replace(
                    [article.article_id for article in articles],
                    articles,
                    [entry for each in prepared for entry in each.entries()],
                )
            self._store.delete_history([i for metadata in removed for i in _pieces(metadata, REMOVED)])
        return articles

    def import_removed(self, folder: Path) -> None:
        """Take over what earlier releases kept of removed articles in files, and delete those."""
        from ingest.archive.repair import removed_files

        if found := list(removed_files(folder)):
            with self._change() as stamp:
                known = self._store.records([article.article_id for article, _ in found])
                for article, earlier in found:
                    if article.article_id not in known:
                        standing = Standing(1, tuple(earlier), 0, stamp)
                        self._store.put_history(history_rows(article, REMOVED, REMOVED, standing, int(time.time())))
        for path in folder.glob("*.json"):
            path.unlink()
        with suppress(OSError):  # other files in it, such as .DS_Store, are not ours to delete
            folder.rmdir()


def _pieces(metadata: Mapping[str, Any], number: int | str) -> list[str]:
    return [history_id(str(metadata["article_id"]), number, piece) for piece in range(int(metadata["pieces"]))]
