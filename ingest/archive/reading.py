"""What can be read of an archive, and found in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.archive.browse import Catalogue, Choice, Labels, Shelf, Shelved, with_ids
from ingest.archive.check import Problem, check
from ingest.archive.coverage import Coverage, count_coverage
from ingest.archive.opening import OpenedArchive
from ingest.archive.stats import Stats, count
from ingest.base.article import Article, Passage
from ingest.base.errors import ArticleNotFound
from ingest.base.filters import NEVER, UNDATED, Scope
from ingest.store.history import Version, pick, removed, versions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COMPARED = 300_000  # passages that are compared as quickly as Chroma searches, and fewer are missed
_FETCHED = 1_000  # passages that Chroma finds more quickly than many are compared
_SPARE = 1.5  # how many more are fetched, since some will be dropped
_MORE = 200  # and so many in any case: a wider search misses fewer
_LOOSELY = 300  # passages looked at where no article mentions all words


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


@dataclass(frozen=True)
class Story:
    """Who carries what an article tells.

    Attributes:
        origin: id of the carrier that was published first, among all that are available.
        others: the carriers beside the article that may be found, without their text, the first published one first.
    """

    origin: str
    others: tuple[Article, ...]


class ReadableArchive(OpenedArchive):
    """An archive, to be read and searched."""

    @property
    def n_articles(self) -> int:
        """Number of articles, withheld ones among them."""
        self._follow()
        return self._store.n_articles

    @property
    def n_passages(self) -> int:
        """Number of passages."""
        self._follow()
        return self._store.n_passages

    @property
    def n_origins(self) -> int:
        """Number of stories that may be found now; a story that several articles carry counts once."""
        self._follow()
        return self._origins.count_origins()

    def coverage(self) -> Coverage:
        """What can be found in it now; counted again after a change, and each minute for what comes out of embargo."""
        self._follow()
        now = int(time.time())
        with self._lock:
            key = (self._origins.database.changes, now // 60)
            if self._coverage is None or self._coverage[0] != key:
                self._coverage = key, count_coverage(self._origins, now)
            return self._coverage[1]

    def article(self, article_id: str) -> Article:
        """An article by its id, or by the first characters of it where they are enough.

        Raises:
            ArticleNotFound: there is none, or there are several.
        """
        self._follow()
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
        self._follow()
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
        return list(self.stories([article_id], scope)[article_id].others)

    def stories(self, article_ids: Iterable[str], scope: Scope | None = None) -> dict[str, Story]:
        """Of each of some articles who carries its story.

        Args:
            article_ids: one that is not there has a story of its own.
            scope: which articles may be found; None for all that are available now.
        """
        scope = scope or Scope()
        self._follow()
        with self._lock:
            carriers = self._origins.all_carriers(article_ids, scope.now)
            others = {article_id: [i for i in ids if i != article_id] for article_id, ids in carriers.items()}
            there = self._derived.copy.heads(i for ids in others.values() for i in ids)
        admitted = {i: head.article for i, head in there.items() if scope.admits(head.metadata)}
        return {
            article_id: Story(
                next(iter(ids), article_id), tuple(admitted[i] for i in others[article_id] if i in admitted)
            )
            for article_id, ids in carriers.items()
        }

    def origins(self, article_ids: Iterable[str], now: int | None = None) -> dict[str, str]:
        """Of each of some articles the one that its story is from: the carrier that was published first.

        Args:
            article_ids: one that is not there is its own origin.
            now: the moment at which carriers have to be available, seconds since 1970; None for this one.
        """
        return {i: next(iter(ids), i) for i, ids in self._origins.all_carriers(article_ids, now).items()}

    def listing(self, *, with_unavailable: bool = False) -> list[Article]:
        """All articles without their text, newest first, undated ones last."""
        scope = Scope()
        self._follow()
        with self._lock:
            ids = [r["article_id"] for r in self._store.all_records() if with_unavailable or scope.admits(r)]
            heads = list(self._store.heads(ids).values())
        return sorted(heads, key=lambda a: (-(a.published.epoch if a.published else UNDATED), a.headline, a.article_id))

    def shelf(self, choice: Choice | None = None, offset: int = 0, limit: int = 30) -> Shelf:
        """A page of the articles that are wanted, newest first.

        Args:
            choice: which are wanted; None for all.
            offset: how many come before the page.
            limit: how many it holds at the most.
        """
        choice, loosely = choice or Choice(), False
        self._follow()
        with self._lock:
            if choice.words.strip():
                scope = Scope(now=NEVER if choice.at is None else choice.at)
                ids, _ = self._keywords.mentioning(choice.words, scope)
                if not ids:
                    ids = {i.split(":")[0] for i in self._keywords.search(choice.words, _LOOSELY, scope)}
                    loosely = bool(ids)
                choice = with_ids(choice, ids)
            catalogue = Catalogue(self._origins)
            page = dict(catalogue.page(choice, offset, limit))
            heads = self._derived.copy.heads(page)
            records = self._store.records(list(page))
            listed = tuple(
                Shelved(heads[i].article, available, int(records[i]["number"]) if i in records else 1)
                for i, available in page.items()
                if i in heads
            )
            return Shelf(listed, catalogue.count(choice), catalogue.months(choice), loosely)

    def labels(self, at: int | None = None) -> Labels:
        """What its articles can be chosen by. Args: at: as in `Choice`."""
        self._follow()
        with self._lock:
            return Catalogue(self._origins).labels(at)

    def removed(self, limit: int = 50) -> list[Version]:
        """Articles that were taken out and can be put back, as they were, the last one first."""
        self._follow()
        with self._lock:
            return removed(self._store, limit)

    def stats(self) -> Stats:
        """How many articles there are by publisher, month and status, and what they take."""
        folder = self.settings.archive
        self._follow()
        with self._lock:
            return count(self._store, folder if isinstance(folder, Path) else None, self.n_origins)

    def check(self, progress: Callable[[int, int], None] | None = None) -> list[Problem]:
        """Look at every article, passage and earlier version, and at the derived indexes.

        Args:
            progress: told (articles done, articles in all).

        Returns:
            What is not as it has to be.
        """
        self._follow()
        return check(self._store, self._derived, progress)

    def passages_of(self, article_id: str) -> list[Passage]:
        """The passages of an article, in order."""
        self._follow()
        with self._lock:
            return self._derived.copy.passages_of(article_id)

    def found(self, ids: Sequence[str]) -> list[Found]:
        """Passages with their articles' facts, in the order of the ids; one that no article points at is left out."""
        self._follow()
        with self._lock:
            passages = self._derived.copy.passages(ids)
            heads = self._derived.copy.heads(passage.article_id for passage in passages.values())
        return [
            Found(passage, heads[passage.article_id].article)
            for passage in (passages[i] for i in ids if i in passages)
            if passage.article_id in heads and heads[passage.article_id].version == passage.version
        ]

    def search_vectors(
        self, vector: NDArray[np.float32], limit: int, scope: Scope, *, exactly: bool = False
    ) -> list[str]:
        """Ids of the passages nearest to a question's vector, best first.

        Those that may be found are compared, of many those alone that are likely. Where they are very many, Chroma's
        search is asked, and what may not be found is dropped; where too few are left, they are compared after all.

        Args:
            vector: of unit length.
            limit: how many at the most.
            scope: which articles may be found.
            exactly: compare all in any case.
        """
        self._follow()
        with self._lock:
            index = self._derived.vectors
            rows = index.rows_in(scope)
            if not exactly and len(rows) > _COMPARED:
                likely = int(limit * (1 + _SPARE * (index.count / len(rows) - 1))) + _MORE
                for fetch in (likely, _FETCHED) if likely < _FETCHED else ():
                    found = index.admitted(self._store.nearest(vector, min(fetch, index.count)), scope)
                    if len(found) >= min(limit, len(rows)):
                        return found[:limit]
                    if 4 * len(found) < limit:  # what may be found is another matter than what is asked
                        break
            return index.nearest(vector, rows, limit, exactly=exactly)

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
        """In how many passages a term stands; terms as `ingest.index.keywords.terms` gives them."""
        return self._keywords.document_frequency(term)
