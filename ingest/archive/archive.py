"""The archive: articles and their passages, to be searched by meaning and by words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager

from ingest.archive.precedence import Outcome
from ingest.archive.reading import Found, ReadableArchive, Story
from ingest.base.article import Article
from ingest.base.errors import ArchiveError, ArticleNotFound
from ingest.store.limits import fitted

__all__ = ["Archive", "Found", "Story"]


class Archive(ReadableArchive):
    """An archive in a folder or on a Chroma server; `open` gives the same one to everybody in a process.

    A folder belongs to one process. On a server any number of processes may read, each with a keyword index of its own
    that follows the archive's revision within a second, and one at a time may write.
    """

    def versions(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The version of each of these articles that is there."""
        self._follow()
        with self._lock:
            return {i: str(record["version"]) for i, record in self._store.records(article_ids).items()}

    def take(self, articles: Sequence[Article]) -> dict[str, Outcome]:
        """Take articles in that are new or have changed, each id once.

        A delivery of a lower edition than the one that is there never replaces it; its text goes into the history. Nor
        does an earlier version that is read again from the file that it first came from. What was canceled stays so,
        unless what comes is of a higher edition, was published later, or stands where the notice stood.

        Facts that Chroma Cloud would not take are cut, as `ingest.store.limits` says.

        Returns:
            What became of each, by id.

        Raises:
            ArchiveOwned: another process is writing to it.
            ArchiveError: it cannot be written; what was there before is whole.
        """
        self._follow()
        return self._changes.take([fitted(article) for article in articles])

    def outcomes(self, articles: Sequence[Article]) -> dict[str, Outcome]:
        """What `take` would make of articles, by id."""
        self._follow()
        with self._lock:
            return self._changes.outcomes([fitted(article) for article in articles])

    def write(self, articles: Sequence[Article]) -> None:
        """Add articles, or replace those with the same id, whatever is there; of one id the last counts.

        New passages are written first, then the records that point at them, then the old ones are collected: whoever
        reads meanwhile sees one version or the other.
        """
        for some in _of_distinct_ids(articles):
            self._changes.put([fitted(article) for article in some])

    def writing(self) -> AbstractContextManager[None]:
        """Around several changes: on a server no other process changes the archive meanwhile.

        Raises:
            ArchiveOwned: another process is writing to it.
        """
        return self._changes.writing()

    def remove(self, article_id: str) -> Article:
        """Take an article out; a copy stays in the history for `restore`.

        Raises:
            ArticleNotFound: there is none.
        """
        return self.remove_all([article_id])[0]

    def remove_all(self, article_ids: Sequence[str]) -> list[Article]:
        """The same for several; where one is not there, none is taken out."""
        with self._changes.writing():
            whole = list(dict.fromkeys(self._whole_id(article_id) for article_id in article_ids))
            return self._changes.remove(whole) if whole else []

    def restore(self, article_id: str) -> Article:
        """Put an article back that was removed.

        Raises:
            ArticleNotFound: none that begins so was removed.
            ArchiveError: the article is in the archive again.
        """
        return self.restore_all([article_id])[0]

    def restore_all(self, article_ids: Sequence[str]) -> list[Article]:
        """The same for several; where one cannot be, none is put back."""
        with self._changes.writing():
            removed = {str(each["article_id"]): each for each in self._store.removed()}
            whole = dict.fromkeys(self._removed_id(article_id, removed) for article_id in article_ids)
            return self._changes.restore([removed[each] for each in whole]) if whole else []

    def _removed_id(self, article_id: str, removed: Iterable[str]) -> str:
        matches = [name for name in sorted(removed) if name.startswith(article_id)] if article_id else []
        if len(matches) == 1:
            return matches[0]
        if not matches and article_id in (again := self._store.records([article_id])):
            number = again[article_id]["number"] - 1
            before = self._store.history_metadata([(article_id, number)])
            if any(each["why"] == "removed" for each in before.values()):
                raise ArchiveError(
                    f"{article_id} has been taken in again since; what it was before stands in its history: "
                    f"dateline show {article_id} --versions"
                )
        what = "several removed articles begin" if matches else "no removed article begins"
        raise ArticleNotFound(f"{what} with {article_id!r}; removed are {', '.join(sorted(removed)) or 'none'}")


def _of_distinct_ids(articles: Sequence[Article]) -> Iterator[list[Article]]:
    """Articles in runs within which each id stands once."""
    run: dict[str, Article] = {}
    for article in articles:
        if article.article_id in run:
            yield list(run.values())
            run = {}
        run[article.article_id] = article
    if run:
        yield list(run.values())
