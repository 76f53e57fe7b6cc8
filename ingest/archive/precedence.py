"""Which of two deliveries of an article counts: by edition, by what was there before, and by what was canceled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Literal

from ingest.base.article import Article
from ingest.base.errors import ArchiveError
from ingest.store.store import Store

#: What became of an article that was to be taken in. `older`: of a lower edition than the one that is there, or not
#: known to be later than its cancellation; its text went into the history. `withdrawn`: it was usable, and is canceled.
Outcome = Literal["added", "unchanged", "replaced", "withdrawn", "older"]


class Precedence:
    """Tells what is to become of articles that come to an archive."""

    def __init__(self, store: Store) -> None:
        """Of an archive's articles."""
        self._store = store

    def outcomes(self, articles: Iterable[Article]) -> dict[str, Outcome]:
        """What will become of articles that are to be taken in, by id."""
        articles = list(articles)
        records = self._store.records([article.article_id for article in articles])
        return {a.article_id: self._outcome(a, records.get(a.article_id)) for a in articles}

    def _outcome(self, article: Article, record: Mapping[str, Any] | None) -> Outcome:
        if record is None:
            return "added"
        if record["version"] == article.version or self._is_superseded(article, record):
            return "unchanged"
        is_lower = article.edition is not None and article.edition < record["edition"]
        if is_lower or self._stays_canceled(article, record):
            return "unchanged" if self._was_there(article.version, record) else "older"
        # Records of old say only whether they may be found.
        usable = record["status"] == "usable" or (not record["status"] and record["available"] < 2**53)
        return "withdrawn" if usable and article.status == "canceled" else "replaced"

    def _is_superseded(self, article: Article, record: Mapping[str, Any]) -> bool:
        """Whether it is an earlier version, read again from the file that it first came from.

        A correction that stands elsewhere would else be undone whenever the first file is read again. The same place
        going back to an earlier text is a change like any other.
        """
        return not _same_place(article, record) and self._was_there(article.version, record, article.source)

    def _stays_canceled(self, article: Article, record: Mapping[str, Any]) -> bool:
        """Whether an article is canceled, and what comes does not show that it is meant to bring it back.

        The text that was canceled may come once more under another name, and most notices have neither number nor date.
        So what comes has to be later than all that was there: by its edition where both sides have one, else by its
        date. Whoever changes the notice itself, at its place, takes it back.
        """
        if record["status"] != "canceled" or article.status == "canceled" or _same_place(article, record):
            return False
        before = self._all_versions(record)
        editions = [each.edition for each in before if each.edition is not None]
        if article.edition is not None and editions:
            return article.edition <= max(editions)
        dates = [each.published.end_epoch for each in before if each.published]
        return article.published is None or not dates or article.published.epoch <= max(dates)

    def _all_versions(self, record: Mapping[str, Any]) -> list[Article]:
        """The version that counts and those before; without the text of the first."""
        found = list(self._store.heads([record["article_id"]]).values())
        for metadata in self._history(record):
            with suppress(ArchiveError):  # one that is not whole says nothing, and `dateline check` tells of it
                found.append(self._store.history_article(metadata))
        return found

    def _was_there(self, version: str, record: Mapping[str, Any], source: str | None = None) -> bool:
        """Whether an article had a version before, or had it from this file."""
        named = [entry.partition(" ") for entry in record["earlier"]]
        if any(name == version and source in (None, from_) for name, _, from_ in named):
            return True
        if len(named) >= record["number"] - 1:  # it names them all
            return False
        return any(each["version"] == version and source in (None, each["source"]) for each in self._history(record))

    def _history(self, record: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
        ids = [(str(record["article_id"]), number) for number in range(1, record["number"])]
        return self._store.history_metadata(ids).values()


def _same_place(article: Article, record: Mapping[str, Any]) -> bool:
    return (record["source"], record["position"]) == (article.source, article.position)
