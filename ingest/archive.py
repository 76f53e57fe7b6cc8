"""The archive: articles and their passages, to be searched by meaning and by words."""

from __future__ import annotations

import bisect
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.article import Article, Passage
from ingest.changes import Changes, Outcome
from ingest.check import Problem, check
from ingest.coverage import Coverage, count_coverage
from ingest.derived import Derived
from ingest.embeddings import PassageEmbeddings, load_embedder
from ingest.errors import ArchiveError, ArticleNotFound
from ingest.history import Version, pick, versions
from ingest.ownership import CacheFolder, Ownership
from ingest.scope import NEVER, UNDATED, Scope
from ingest.settings import Settings
from ingest.stats import Stats, count
from ingest.upkeep import (
    REMOVED_FILES,
    check_exists,
    check_free,
    check_made_with,
    connect,
    finish_swap,
    made_with,
    sync,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FOLLOW = 1.0  # seconds between two looks at whether another process changed the archive

_open_archives: dict[str, Archive] = {}
_opening = threading.RLock()


@dataclass(frozen=True)
class Found:
    """A passage with the facts of its article; the article's text is left out.

    Attributes:
        passage: its words and where they stand.
        article: the facts.
        origin: id of the article that the story is from, where that was looked up; else empty.
        carriers: the other articles that carry the story, where they were looked up, the first published one first.
    """

    passage: Passage
    article: Article
    origin: str = ""
    carriers: tuple[Article, ...] = ()

    @property
    def story(self) -> str:
        """The same of all passages of one story, whoever carries it."""
        return self.origin or self.passage.article_id


class Archive:
    """An archive in a folder or on a Chroma server; `open` gives the same one to everybody in a process.

    A folder belongs to one process. On a server any number of processes may read, each with a keyword index of its own
    that follows the archive's revision within a second, and one at a time may write.
    """

    def __init__(self, settings: Settings, create: bool) -> None:
        """Use `Archive.open`."""
        self.settings = settings
        self._users = 0
        self._closed = False
        self._lock = threading.RLock()
        self._following = threading.Lock()
        self._looked = 0.0
        self._coverage: tuple[tuple[int, int], Coverage] | None = None
        self._embargoes: tuple[int, list[int]] | None = None
        with ExitStack() as undo:
            folder = self._take_folder(create, undo)
            self._store = connect(settings, create=create)
            undo.callback(self._store.close)
            check_made_with(self._store, settings)
            self._derived = Derived(folder)
            undo.callback(self._derived.close)
            self._keywords, self._origins = self._derived.keywords, self._derived.origins
            self._changes = Changes(self._store, self._derived, settings, self._lock)
            if self._store.is_server:
                sync(self._store, self._derived)
            else:
                self._prepare_folder()
            undo.pop_all()

    def _take_folder(self, create: bool, undo: ExitStack) -> Path:
        """Make the folders that an archive needs this one's own; returns that of the derived indexes."""
        if not isinstance(self.settings.archive, Path):
            cache = CacheFolder(self.settings.place)
            self._release = cache.release
            undo.callback(self._release)
            return cache.path
        folder = self.settings.archive
        if not create:
            check_exists(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            check_free(folder)
        except OSError as error:
            raise ArchiveError(f"the archive {folder} cannot be made or read: {error}. Name another folder") from None
        self._release = Ownership(folder).release
        undo.callback(self._release)
        try:
            finish_swap(folder)
        except OSError as error:
            raise ArchiveError(f"the archive {folder} cannot be written to: {error}. Mend that first") from None
        return folder

    def _prepare_folder(self) -> None:
        self._changes.mend()
        if (removed := self.folder / REMOVED_FILES).is_dir():
            self._changes.import_removed(removed)
        if self._store.made_with["schema"] != (now := made_with(self.settings))["schema"]:
            self._store.upgrade(now)

    @classmethod
    def open(cls, location: str | Path | Settings | None = None, *, create: bool = False) -> Archive:
        """Open an archive; in one process the same place gives the same archive until all users have closed it.

        Args:
            location: its folder or address, or all settings; None for the environment or the default.
            create: whether to make it where there is none.

        Raises:
            ArchiveMissing: there is none, and `create` is off.
            ArchiveOwned: another process has the folder.
            ArchiveMismatch: it was made with another embedder, passage size or schema.
            ArchiveError: the folder cannot be written to, or the server cannot be used.
        """
        settings = location if isinstance(location, Settings) else Settings.load(location)
        with _opening:
            archive = _open_archives.get(settings.place)
            if archive is None:
                archive = _open_archives[settings.place] = cls(settings, create)
            else:
                check_made_with(archive._store, settings)
            archive._users += 1
            return archive

    def close(self) -> None:
        """Let go of the archive; the last user in the process frees its folder."""
        with _opening, self._lock:
            self._users -= 1
            if self._users > 0 or self._closed:
                return
            self._closed = True
            _open_archives.pop(self.settings.place, None)
            self._derived.close()
            self._store.close()
            self._release()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # what it is

    @property
    def embedder(self) -> PassageEmbeddings:
        """The model that its vectors were made with; loaded when first asked for."""
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
        """What was mended since it was opened, in words: changes that had been cut off."""
        return tuple(self._changes.repaired)

    @property
    def fingerprint(self) -> str:
        """What its answers rest on: schema, embedder, passage size, revision, and embargoes that have ended since."""
        self._follow()
        made = self._store.made_with
        ended = self._ended_embargoes(made["revision"])
        return f"{made['schema']}/{Path(made['embedder']).name}/{made['passage_words']}/{made['revision']}" + (
            f"+{ended}" if ended else ""
        )

    def _ended_embargoes(self, revision: int) -> int:
        with self._lock:
            if self._embargoes is None or self._embargoes[0] != revision:
                moments = sorted(r["available"] for r in self._store.all_records() if 0 < r["available"] < NEVER)
                self._embargoes = revision, moments
            return bisect.bisect_right(self._embargoes[1], int(time.time()))

    def _follow(self) -> None:
        """See, at most once a second, whether another process changed the archive."""
        if not self._store.is_server or time.monotonic() - self._looked < _FOLLOW:
            return
        if not self._following.acquire(blocking=False):
            return  # somebody is at it; until then what was there before is answered from
        try:
            before = self._store.key
            self._store.refresh()
            if self._store.key != before:
                check_made_with(self._store, self.settings)
            if self._derived.revision(self._store.key) != self._store.revision:
                sync(self._store, self._derived)
            self._looked = time.monotonic()
        finally:
            self._following.release()

    @property
    def n_articles(self) -> int:
        """Number of articles, withheld ones among them."""
        return self._store.n_articles

    @property
    def n_passages(self) -> int:
        """Number of passages."""
        return self._store.n_passages

    @property
    def n_origins(self) -> int:
        """Number of stories that may be found now; a story that several articles carry counts once."""
        self._follow()
        return self._origins.count_origins()

    def coverage(self) -> Coverage:
        """What can be found in it now; counted again after a change, and each minute for what comes out of embargo."""
        self._follow()
        scope = Scope()
        with self._lock:
            key = (self._store.revision, scope.now // 60)
            if self._coverage is None or self._coverage[0] != key:
                self._coverage = key, count_coverage(self._store, scope)
            return self._coverage[1]

    # what is in it

    def article(self, article_id: str) -> Article:
        """An article by its id, or by the first characters of it where they are enough.

        Raises:
            ArticleNotFound: there is none, or there are several.
        """
        return self._existing(article_id)

    def _existing(self, article_id: str) -> Article:
        with self._lock:
            article = self._store.article(article_id)
            if article is not None:
                return article
            return self._existing(self._whole_id(article_id))

    def history(self, article_id: str) -> list[Version]:
        """All versions of an article that are kept, the oldest first, the one that counts last.

        Raises:
            ArticleNotFound: there is none of that id, or there are several.
        """
        with self._lock:
            current = self._existing(article_id)
            return versions(self._store, self._store.records([current.article_id])[current.article_id], current)

    def article_at(self, article_id: str, version: str) -> Article:
        """An article as it was in one of its versions.

        Args:
            article_id: its id, or the first characters.
            version: the version, or its first characters.

        Raises:
            ArticleNotFound: there is no such article or version, or there are several.
        """
        return pick(self.history(article_id), version).article

    def _whole_id(self, article_id: str) -> str:
        if self._store.records([article_id]):
            return article_id
        matches = [r["article_id"] for r in self._store.all_records() if r["article_id"].startswith(article_id)]
        if len(matches) == 1 and 4 <= len(article_id) < len(matches[0]):
            return str(matches[0])
        if len(matches) > 1:
            raise ArticleNotFound(f"{len(matches)} articles begin with {article_id!r}; give more of the id")
        raise ArticleNotFound(f"no article has the id {article_id!r}; `dateline articles` lists them")

    def carriers(self, article_id: str, scope: Scope | None = None) -> list[Article]:
        """The other articles that carry the story of one, without their text, the first published one first.

        Args:
            article_id: of any carrier; none is found for an id that is not there.
            scope: which articles may be found; None for all that are available now.
        """
        scope = scope or Scope()
        with self._lock:
            ids = [i for i in self._origins.carriers(article_id, scope.now) if i != article_id]
            records, heads = self._store.records(ids), self._store.heads(ids)
        return [heads[i] for i in ids if i in records and scope.admits(records[i])]

    def origins(self, article_ids: Iterable[str], now: int | None = None) -> dict[str, str]:
        """Of each of some articles the one that its story is from: the carrier that was published first.

        Args:
            article_ids: one that is not there is its own origin.
            now: the moment at which carriers have to be available, seconds since 1970; None for this one.
        """
        return {i: self._origins.origin_of(i, now) for i in dict.fromkeys(article_ids)}

    def listing(self, *, with_unavailable: bool = False) -> list[Article]:
        """All articles without their text, newest first, undated ones last."""
        scope = Scope()
        with self._lock:
            ids = [r["article_id"] for r in self._store.all_records() if with_unavailable or scope.admits(r)]
            heads = list(self._store.heads(ids).values())
        return sorted(heads, key=lambda a: (-(a.published.epoch if a.published else UNDATED), a.headline, a.article_id))

    def stats(self) -> Stats:
        """How many articles there are by publisher, month and status, and what they take."""
        folder = self.settings.archive
        with self._lock:
            return count(self._store, folder if isinstance(folder, Path) else None, self.n_origins)

    def check(self, progress: Callable[[int, int], None] | None = None) -> list[Problem]:
        """Look at every article, passage and earlier version, and at the derived indexes.

        Args:
            progress: told (articles done, articles in all).

        Returns:
            What is not as it has to be.
        """
        return check(self._store, self._derived, progress)

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of an article, in order."""
        with self._lock:
            records = self._store.records([article_id])
            return self._store.passages_of(records[article_id]) if records else []

    def found(self, ids: Sequence[str]) -> list[Found]:
        """Passages with their articles' facts, in the order of the ids; one that no article points at is left out."""
        with self._lock:
            passages = self._store.passages(ids)
            article_ids = [passage.article_id for passage in passages.values()]
            records, heads = self._store.records(article_ids), self._store.heads(article_ids)
        return [
            Found(passage, heads[passage.article_id])
            for passage in (passages[i] for i in ids if i in passages)
            if records.get(passage.article_id, {}).get("version") == passage.version
        ]

    def search_vectors(self, vector: NDArray[np.float32], limit: int, scope: Scope) -> list[str]:
        """Ids of the passages nearest to a question's vector, best first."""
        self._follow()
        with self._lock:
            if not scope.is_open:
                inside = self._keywords.ids_in(scope, self._store.exact_limit + 1)
                if len(inside) <= self._store.exact_limit:
                    return self._store.nearest_among(vector, inside, limit)
            return self._store.nearest(vector, limit, scope)

    def search_words(self, text: str, limit: int, scope: Scope) -> list[str]:
        """Ids of the passages that share a question's words, best first."""
        self._follow()
        return self._keywords.search(text, limit, scope)

    def mentioning(self, phrase: str | None, scope: Scope) -> tuple[list[Article], bool]:
        """All articles in a scope that mention some words, without their text, in no order.

        Args:
            phrase: the words; None for all articles.
            scope: which articles may be found.

        Returns:
            The articles, and whether the words stand in them one after another, or only all of them in one passage.
        """
        self._follow()
        with self._lock:
            if phrase is None:
                ids, as_phrase = {r["article_id"] for r in self._store.all_records() if scope.admits(r)}, True
            else:
                ids, as_phrase = self._keywords.mentioning(phrase, scope)
            return list(self._store.heads(sorted(ids)).values()), as_phrase

    def document_frequency(self, term: str) -> int:
        """In how many passages a term stands; terms as `ingest.lexical.terms` gives them."""
        return self._keywords.document_frequency(term)

    # what changes it

    def versions(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The version of each of these articles that is there."""
        with self._lock:
            return {i: str(record["version"]) for i, record in self._store.records(article_ids).items()}

    def take(self, articles: Sequence[Article]) -> dict[str, Outcome]:
        """Take articles in that are new or have changed, each id once.

        A delivery of a lower edition than the one that is there never replaces it; its text goes into the history. Nor
        does an earlier version that is read again from the file that it first came from.

        Returns:
            What became of each, by id.

        Raises:
            ArchiveOwned: another process is writing to it.
            ArchiveError: it cannot be written; what was there before is whole.
        """
        return self._changes.take(articles)

    def outcomes(self, articles: Sequence[Article]) -> dict[str, Outcome]:
        """What `take` would make of articles, by id."""
        with self._lock:
            return self._changes.outcomes(articles)

    def write(self, articles: Sequence[Article]) -> None:
        """Add articles, or replace those with the same id, whatever is there; of one id the last counts.

        New passages are written first, then the records that point at them, then the old ones are collected: whoever
        reads meanwhile sees one version or the other.
        """
        for some in _of_distinct_ids(articles):
            self._changes.put(some)

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
