"""Decide which delivery of an article is current: by edition, by its earlier versions, by what was canceled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Any, Literal

from ingest.base.article import Article
from ingest.base.errors import ArchiveError
from ingest.store.reader import Reader

#: The outcome of adding an article. `older`: of a lower edition than the current one, or not certainly later than its
#: cancellation; its text goes into the history. `withdrawn`: the article was usable, and is now canceled.
Outcome = Literal["added", "unchanged", "replaced", "withdrawn", "older"]


class Precedence:
    """Decides the outcome of adding articles."""

    def __init__(self, reader: Reader) -> None:
        """Args: reader: of the archive's articles."""
        self._reader = reader

    def outcomes(self, articles: Iterable[Article]) -> dict[str, Outcome]:
        """The outcome of adding articles, by id; nothing is changed."""
        articles = list(articles)
        records = self._reader.records([article.article_id for article in articles])
        return {a.article_id: self._outcome(a, records.get(a.article_id)) for a in articles}

    def _outcome(self, article: Article, record: Mapping[str, Any] | None) -> Outcome:
        if record is None:
            return "added"
        if record["version"] == article.version or self._is_superseded(article, record):
            return "unchanged"
        is_lower = article.edition is not None and article.edition < record["edition"]
        if is_lower or self._stays_canceled(article, record):
            return "unchanged" if self._was_there(article.version, record) else "older"
        return "withdrawn" if record["status"] == "usable" and article.status == "canceled" else "replaced"

    def _is_superseded(self, article: Article, record: Mapping[str, Any]) -> bool:
        """Whether it is an earlier version, read again from the file that it first came from.

        Otherwise a correction in another file would be undone whenever the first file is read again. Where the same
        place goes back to an earlier text, that is a change like any other.
        """
        return not _same_place(article, record) and self._was_there(article.version, record, article.source)

    def _stays_canceled(self, article: Article, record: Mapping[str, Any]) -> bool:
        """Whether an article is canceled, and the new delivery does not show that it is meant to bring it back.

        The canceled text may come again under another name, and most notices have neither number nor date. So the new
        delivery has to be later than every version before: by its edition where both have one, otherwise by its date.
        A change of the notice itself, in its place, takes the cancellation back.
        """
        if record["status"] != "canceled" or article.status == "canceled" or _same_place(article, record):
            return False
        before = self._all_versions(record)
        editions = [version.edition for version in before if version.edition is not None]
        if article.edition is not None and editions:
            return article.edition <= max(editions)
        dates = [version.published.end_epoch for version in before if version.published]
        return article.published is None or not dates or article.published.epoch <= max(dates)

    def _all_versions(self, record: Mapping[str, Any]) -> list[Article]:
        """The current version, without its text, and the earlier ones."""
        versions = list(self._reader.heads([record["article_id"]]).values())
        for metadata in self._history(record):
            with suppress(ArchiveError):  # one that is not whole is left out; `dateline check` reports it
                versions.append(self._reader.history_article(metadata))
        return versions

    def _was_there(self, version: str, record: Mapping[str, Any], source: str | None = None) -> bool:
        """Whether an article had this version before, or had it from this file."""
        named = [entry.partition(" ") for entry in record["earlier"]]
        if any(name == version and source in (None, from_) for name, _, from_ in named):
            return True
        if len(named) >= record["number"] - 1:  # the record names all earlier versions
            return False
        return any(m["version"] == version and source in (None, m["source"]) for m in self._history(record))

    def _history(self, record: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
        ids = [(str(record["article_id"]), number) for number in range(1, record["number"])]
        return self._reader.history_metadata(ids).values()


def _same_place(article: Article, record: Mapping[str, Any]) -> bool:
    return (record["source"], record["position"]) == (article.source, article.position)
