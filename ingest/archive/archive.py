"""The archive: articles and their passages, read, searched and changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Self

from ingest.archive.browse import Catalogue, Choice, Labels, Shelf
from ingest.archive.check import Problem, check
from ingest.archive.coverage import Coverage, CoverageCounter
from ingest.archive.layout import check_made_with
from ingest.archive.lookup import existing
from ingest.archive.opening import OpenedArchive
from ingest.archive.precedence import Outcome
from ingest.archive.search import Found, Search
from ingest.archive.stats import Stats, count
from ingest.archive.stories import Story, stories
from ingest.archive.writer import Writer
from ingest.base.article import Article, Passage
from ingest.base.errors import ArchiveError
from ingest.base.filters import UNDATED, Scope
from ingest.base.settings import Settings
from ingest.embedding.embeddings import PassageEmbeddings, load_embedder
from ingest.store.history import Version, pick, removed, versions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Archive", "Found", "Story"]

_open_archives: dict[str, Archive] = {}
_opening = threading.RLock()


class Archive:
    """An archive in a folder or on a Chroma server; `open` returns the same one everywhere in a process.

    A folder belongs to one process. On a server any number of processes may read, each with indexes of its own that
    follow the archive's revision within a second, and one at a time may write.

    Attributes:
        settings: that it was opened with.
    """

    def __init__(self, settings: Settings, create: bool) -> None:
        """Use `Archive.open`.

        Args:
            settings: where it is, and what it is made with.
            create: whether to create it where there is none.
        """
        self.settings = settings
        self._opened = OpenedArchive(settings, create)
        self._store, self._derived = self._opened.store, self._opened.derived
        self._reader = self._store.reader
        self._search = Search(self._reader, self._derived)
        self._catalogue = Catalogue(self._reader, self._derived)
        self._coverage = CoverageCounter(self._derived.origins)
        self._writer = Writer(self._opened)
        self._users = 0

    @classmethod
    def open(cls, location: str | Path | Settings | None = None, *, create: bool = False) -> Archive:
        """Open an archive; in one process the same place gives the same archive until all users have closed it.

        Args:
            location: its folder or address, or all settings; None for the environment or the default.
            create: whether to create it where there is none.

        Raises:
            ArchiveMissing: there is none, and `create` is off.
            ArchiveOwned: another process has the folder.
            ArchiveMismatch: it was made with another embedder or passage size, or has another format.
            ArchiveError: the folder cannot be written to, or the server cannot be used.
        """
        settings = location if isinstance(location, Settings) else Settings.load(location)
        with _opening:
            archive = _open_archives.get(settings.place)
            if archive is None:
                archive = _open_archives[settings.place] = cls(settings, create)
            else:
                check_made_with(archive._store.collections.made_with, settings)
            archive._users += 1
            return archive

    def close(self) -> None:
        """Close the archive; the last user in the process frees its folder."""
        with _opening, self._opened.reading:
            self._users -= 1
            if self._users == 0:
                del _open_archives[self.settings.place]
                self._opened.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Follow what other processes changed, and see one state of the archive until the end."""
        self._opened.follow()
        with self._opened.reading:
            yield

    # what it is

    @property
    def embedder(self) -> PassageEmbeddings:
        """The model that made its vectors; loaded when it is first used."""
        return load_embedder(self.settings.embedder)

    @property
    def folder(self) -> Path:
        """Its folder.

        Raises:
            ArchiveError: it has none: it is on a server.
        """
        if not isinstance(self.settings.archive, Path):
            raise ArchiveError(f"the archive {self.settings.archive} has no folder: it is on a server")
        return self.settings.archive

    @property
    def repaired(self) -> tuple[str, ...]:
        """What was repaired since it was opened, in words: changes that had been interrupted."""
        return tuple(self._opened.repaired)

    @property
    def fingerprint(self) -> str:
        """What its answers depend on: format, embedder, passage size, revision, and embargoes that have ended since."""
        self._opened.follow()
        made = self._store.collections.made_with
        ended = self._derived.origins.count_embargoes(int(time.time()))
        return f"{made['schema']}/{Path(made['embedder']).name}/{made['passage_words']}/{made['revision']}" + (
            f"+{ended}" if ended else ""
        )

    @property
    def n_articles(self) -> int:
        """Number of articles, with withheld ones."""
        self._opened.follow()
        return self._reader.n_articles

    @property
    def n_passages(self) -> int:
        """Number of passages."""
        self._opened.follow()
        return self._reader.n_passages

    @property
    def n_origins(self) -> int:
        """Number of stories that may be found now; a story that several articles carry counts once."""
        self._opened.follow()
        return self._derived.origins.count_origins()

    def coverage(self) -> Coverage:
        """What can be found in it now: number of articles, dates, publishers and places."""
        with self._reading():
            return self._coverage.coverage(int(time.time()))

    def stats(self) -> Stats:
        """The numbers of articles by publisher, month and status, and the bytes that the archive takes."""
        folder = self.settings.archive
        with self._reading():
            return count(self._reader, folder if isinstance(folder, Path) else None, self.n_origins)

    def check(self, progress: Callable[[int, int], None] | None = None) -> list[Problem]:
        """Verify every article, passage and earlier version, and the derived indexes.

        Args:
            progress: called with (articles done, articles in all).

        Returns:
            Everything that is wrong.
        """
        self._opened.follow()
        return check(self._reader, self._derived, progress)

    # articles

    def article(self, article_id: str) -> Article:
        """An article by its id, or by the first characters of it where they are enough.

        Raises:
            ArticleNotFound: there is none, or there are several.
        """
        with self._reading():
            return existing(self._reader, article_id)

    def history(self, article_id: str) -> list[Version]:
        """All versions of an article that are kept, the oldest first, the current one last.

        Raises:
            ArticleNotFound: no article has that id, or several begin with it.
        """
        with self._reading():
            current = existing(self._reader, article_id)
            return versions(self._reader, self._reader.records([current.article_id])[current.article_id], current)

    def article_at(self, article_id: str, version: str) -> Article:
        """An article as it was in one of its versions.

        Args:
            article_id: its id, or the first characters.
            version: the version, or its first characters.

        Raises:
            ArticleNotFound: there is no such article or version, or there are several.
        """
        return pick(self.history(article_id), version).article

    def versions(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The current version of each article that exists, by id."""
        with self._reading():
            return {i: str(record["version"]) for i, record in self._reader.records(article_ids).items()}

    def removed(self, limit: int = 50) -> list[Version]:
        """Removed articles that can be restored, the last removed first."""
        with self._reading():
            return removed(self._reader, limit)

    def listing(self, *, with_unavailable: bool = False) -> list[Article]:
        """All articles without their text, newest first, undated ones last."""
        scope = Scope()
        with self._reading():
            ids = [r["article_id"] for r in self._reader.all_records() if with_unavailable or scope.admits(r)]
            heads = list(self._reader.heads(ids).values())
        return sorted(heads, key=lambda a: (-(a.published.epoch if a.published else UNDATED), a.headline, a.article_id))

    def shelf(self, choice: Choice | None = None, offset: int = 0, limit: int = 30) -> Shelf:
        """A page of the articles that fit a choice, newest first.

        Args:
            choice: which articles; None for all.
            offset: number of articles before the page.
            limit: number of articles on the page at most.
        """
        with self._reading():
            return self._catalogue.shelf(choice or Choice(), offset, limit)

    def labels(self, at: int | None = None) -> Labels:
        """The publishers, places and months that articles can be chosen by. Args: at: as in `Choice`."""
        with self._reading():
            return self._catalogue.labels(at)

    # stories

    def carriers(self, article_id: str, scope: Scope | None = None) -> list[Article]:
        """The other articles that carry an article's story, without their text, the first published one first.

        Args:
            article_id: of any carrier; an id that does not exist has no others.
            scope: which articles may be found; None for all that are available now.
        """
        return list(self.stories([article_id], scope)[article_id].others)

    def stories(self, article_ids: Iterable[str], scope: Scope | None = None) -> dict[str, Story]:
        """The story of each article, by id.

        Args:
            article_ids: one that does not exist has a story of its own.
            scope: which articles may be found; None for all that are available now.
        """
        with self._reading():
            return stories(self._derived, article_ids, scope or Scope())

    def origins(self, article_ids: Iterable[str], now: int | None = None) -> dict[str, str]:
        """The article that each article's story is from, by id: the carrier that was published first.

        Args:
            article_ids: one that does not exist is its own origin.
            now: the moment at which carriers have to be available, seconds since 1970; None for the current moment.
        """
        return {i: next(iter(ids), i) for i, ids in self._derived.origins.all_carriers(article_ids, now).items()}

    # passages and search

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of an article, in order."""
        with self._reading():
            return self._derived.copy.passages_of(article_id)

    def passages(self, ids: Sequence[str]) -> list[Found]:
        """Passages with their articles' facts, in the order of the ids; those of earlier versions are left out."""
        with self._reading():
            return self._search.passages(ids)

    def search_vectors(
        self, vector: NDArray[np.float32], limit: int, scope: Scope, *, exactly: bool = False
    ) -> list[str]:
        """Ids of the passages nearest to a question's vector, best first.

        Args:
            vector: of unit length, shape (dimension,).
            limit: number of ids at most.
            scope: which articles may be found.
            exactly: compare every passage in the scope, also where there are many.
        """
        with self._reading():
            return self._search.nearest(vector, limit, scope, exactly=exactly)

    def search_words(self, text: str, limit: int, scope: Scope) -> list[str]:
        """Ids of the passages that share a question's words, best first.

        Args:
            text: the question.
            limit: number of ids at most.
            scope: which articles may be found.
        """
        self._opened.follow()
        return self._derived.keywords.search(text, limit, scope)

    def mentioning(self, phrase: str | None, scope: Scope) -> tuple[list[Article], bool]:
        """All articles in a scope that mention some words, without their text, in no order.

        Args:
            phrase: the words; None for all articles.
            scope: which articles may be found.

        Returns:
            The articles, and whether they have the words as a phrase, or only all of them in one passage.
        """
        with self._reading():
            if phrase is None:
                ids, as_phrase = {r["article_id"] for r in self._reader.all_records() if scope.admits(r)}, True
            else:
                ids, as_phrase = self._derived.keywords.mentioning(phrase, scope)
            return list(self._reader.heads(sorted(ids)).values()), as_phrase

    def document_frequency(self, term: str) -> int:
        """Number of passages that contain a term; `ingest.index.keywords.terms` gives the terms of a text."""
        return self._derived.keywords.document_frequency(term)

    # changes

    def add(self, articles: Sequence[Article]) -> dict[str, Outcome]:
        """Add articles that are new or have changed.

        An article of a lower edition than the current one never replaces it; its text goes into the history. Nor does
        an earlier version that is read again from the file that it first came from. A canceled article stays canceled
        unless the new one has a higher edition, was published later, or stands in the place of the notice.

        Facts that are too long for Chroma Cloud are cut (`ingest.store.limits`).

        Args:
            articles: no id twice.

        Returns:
            The outcome of each, by id.

        Raises:
            ArchiveOwned: another process is writing to it.
            ArchiveError: it cannot be written; what was there before is whole.
        """
        self._opened.follow()
        return self._writer.add(articles)

    def write(self, articles: Sequence[Article]) -> None:
        """Add articles, or replace those with the same id, whatever is there; of one id the last counts.

        New passages are written first, then the records that point at them, then the old ones are deleted: whoever
        reads meanwhile sees one version or the other.
        """
        self._writer.write(articles)

    def writing(self) -> AbstractContextManager[None]:
        """Around several changes: on a server no other process changes the archive meanwhile.

        Raises:
            ArchiveOwned: another process is writing to it.
        """
        return self._writer.writing()

    def remove(self, article_id: str) -> Article:
        """Remove an article; a copy stays in the history for `restore`.

        Raises:
            ArticleNotFound: there is none.
        """
        return self.remove_all([article_id])[0]

    def remove_all(self, article_ids: Sequence[str]) -> list[Article]:
        """Remove several articles; where one does not exist, none is removed."""
        return self._writer.remove(article_ids)

    def restore(self, article_id: str) -> Article:
        """Restore a removed article.

        Raises:
            ArticleNotFound: no removed article has an id that begins so.
            ArchiveError: the article is in the archive again.
        """
        return self.restore_all([article_id])[0]

    def restore_all(self, article_ids: Sequence[str]) -> list[Article]:
        """Restore several removed articles; where one cannot be, none is restored."""
        return self._writer.restore(article_ids)
