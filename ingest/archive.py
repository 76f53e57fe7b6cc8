"""The archive: articles and their passages, to be searched by meaning and by words."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.article import Article, Passage
from ingest.coverage import Coverage, count_coverage
from ingest.derived import Derived
from ingest.embeddings import SentenceTransformerEmbeddings, load_embedder
from ingest.errors import ArchiveError, ArticleNotFound
from ingest.ownership import Ownership
from ingest.records import passage_metadata, to_article, to_entry
from ingest.scope import UNDATED, Scope
from ingest.settings import Settings
from ingest.store import Store, passage_ids
from ingest.upkeep import (
    CHROMA,
    check_exists,
    check_free,
    check_made_with,
    finish_swap,
    made_with,
    prepare,
    put,
    repair,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_REMOVED = "removed"
_EARLIER = 20  # earlier versions that a record names
_EXACT = 2_000  # so many passages in a scope, or fewer, are compared exactly

_open_archives: dict[Path, Archive] = {}
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
    """An archive in a folder; `open` gives the same one to everybody in a process."""

    def __init__(self, settings: Settings, create: bool) -> None:
        """Use `Archive.open`."""
        self.settings = settings
        self.folder = settings.archive
        self._users = 0
        self._closed = False
        self._lock = threading.RLock()
        self._coverage: tuple[tuple[int, int], Coverage] | None = None
        if not create:
            check_exists(self.folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        check_free(self.folder)
        self._owner = Ownership(self.folder)
        with ExitStack() as undo:
            undo.callback(self._owner.release)
            finish_swap(self.folder)
            self._store = Store(self.folder / CHROMA, made_with(settings))
            undo.callback(self._store.close)
            check_made_with(self._store, settings)
            self._derived = Derived(self.folder)
            undo.callback(self._derived.close)
            self._keywords, self._origins = self._derived.keywords, self._derived.origins
            repair(self._store, self._derived)
            undo.pop_all()

    @classmethod
    def open(cls, location: str | Path | Settings | None = None, *, create: bool = False) -> Archive:
        """Open an archive; in one process the same folder gives the same archive until all users have closed it.

        Args:
            location: its folder, or all settings; None for the environment or the default.
            create: whether to make it where there is none.

        Raises:
            ArchiveMissing: there is none, and `create` is off.
            ArchiveOwned: another process has it.
            ArchiveMismatch: it was made with another embedder, passage size or schema.
        """
        settings = location if isinstance(location, Settings) else Settings.load(location)
        key = settings.archive.resolve()
        with _opening:
            archive = _open_archives.get(key)
            if archive is None:
                archive = _open_archives[key] = cls(settings, create)
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
            _open_archives.pop(self.folder.resolve(), None)
            self._derived.close()
            self._store.close()
            self._owner.release()

    def __enter__(self) -> Archive:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # what it is

    @property
    def embedder(self) -> SentenceTransformerEmbeddings:
        """The model that its vectors were made with; loaded when first asked for."""
        return load_embedder(self.settings.embedder)

    @property
    def fingerprint(self) -> str:
        """What its answers rest on: schema, embedder, passage size, revision."""
        made = self._store.made_with
        return f"{made['schema']}/{Path(made['embedder']).name}/{made['passage_words']}/{made['revision']}"

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
        return self._origins.count_origins()

    def coverage(self) -> Coverage:
        """What can be found in it now; counted again after a change, and each minute for what comes out of embargo."""
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

    def _whole_id(self, article_id: str) -> str:
        matches = [r["article_id"] for r in self._store.all_records() if r["article_id"].startswith(article_id)]
        if len(matches) == 1 and 4 <= len(article_id) < len(matches[0]):
            return str(matches[0])
        if len(matches) > 1:
            raise ArticleNotFound(f"{len(matches)} articles begin with {article_id!r}; give more of the id")
        raise ArticleNotFound(f"no article has the id {article_id!r}; `dateline articles` lists them")

    def listing(self, *, with_unavailable: bool = False) -> list[Article]:
        """All articles without their text, newest first, undated ones last."""
        scope = Scope()
        with self._lock:
            ids = [r["article_id"] for r in self._store.all_records() if with_unavailable or scope.admits(r)]
            heads = list(self._store.heads(ids).values())
        return sorted(heads, key=lambda a: (-(a.published.epoch if a.published else UNDATED), a.headline, a.article_id))

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
        with self._lock:
            if not scope.is_open:
                inside = self._keywords.ids_in(scope, _EXACT + 1)
                if len(inside) <= _EXACT:
                    return self._store.nearest_among(vector, inside, limit)
            return self._store.nearest(vector, limit, scope)

    def search_words(self, text: str, limit: int, scope: Scope) -> list[str]:
        """Ids of the passages that share a question's words, best first."""
        return self._keywords.search(text, limit, scope)

    def mentioning(self, phrase: str | None, scope: Scope) -> tuple[list[Article], bool]:
        """All articles in a scope that mention some words, without their text, in no order.

        Args:
            phrase: the words; None for all articles.
            scope: which articles may be found.

        Returns:
            The articles, and whether the words stand in them one after another, or only all of them in one passage.
        """
        with self._lock:
            if phrase is None:
                ids, as_phrase = {r["article_id"] for r in self._store.all_records() if scope.admits(r)}, True
            else:
                ids, as_phrase = self._keywords.mentioning(phrase, scope)
            return list(self._store.heads(sorted(ids)).values()), as_phrase

    def document_frequency(self, term: str) -> int:
        """In how many passages a term stands; terms as `ingest.lexical.terms` gives them."""
        return self._keywords.document_frequency(term)

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

    # what changes it

    def versions(self, article_ids: Sequence[str]) -> dict[str, str]:
        """The version of each of these articles that is there."""
        with self._lock:
            return {i: str(record["version"]) for i, record in self._store.records(article_ids).items()}

    def superseded(self, articles: Sequence[Article]) -> set[str]:
        """Ids of those articles that are an earlier version, read again from the file that it first came from.

        A correction that stands elsewhere would else be undone whenever the first file is read again. The same place
        going back to an earlier text is a change like any other.
        """
        with self._lock:
            records = self._store.records([article.article_id for article in articles])
        return {
            article.article_id
            for article in articles
            if (record := records.get(article.article_id))
            and (record["source"], record["position"]) != (article.source, article.position)
            and f"{article.version} {article.source}" in record["earlier"]
        }

    def write(self, articles: Sequence[Article]) -> None:
        """Add articles, or replace those with the same id; each id once.

        New passages are written first, then the records that point at them, then the old ones are collected: whoever
        reads meanwhile sees one version or the other.
        """
        self._write(articles, {})

    def _write(self, articles: Sequence[Article], earlier: Mapping[str, Sequence[str]]) -> None:
        prepared = prepare(articles, self.embedder, self.settings.passage_words)  # slow, so nobody waits for it
        with self._changing():
            old = self._store.records([article.article_id for article in articles])
            before = [earlier.get(a.article_id) or _with_earlier(old.get(a.article_id)) for a in articles]
            put(self._store, prepared, before)
            kept = {passage.passage_id for each in prepared for passage in each.passages}
            self._store.delete_passages([i for record in old.values() for i in passage_ids(record) if i not in kept])
            entries = [
                to_entry(
                    passage.passage_id, passage.text, passage_metadata(each.article, passage), each.article.headline
                )
                for each in prepared
                for passage in each.passages
            ]
            self._derived.replace([article.article_id for article in articles], articles, entries)

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """Around a change: the derived indexes count as agreeing again only once all of it is done."""
        with self._lock:
            repair(self._store, self._derived)  # where an earlier change failed half way
            self._derived.stale()
            yield
            self._derived.agree(self._store.advance())

    def remove(self, article_id: str) -> Article:
        """Take an article out; a copy stays in the folder `removed` for `restore`.

        Raises:
            ArticleNotFound: there is none.
        """
        with self._changing():
            article = self._existing(article_id)
            record = self._store.records([article.article_id])[article.article_id]
            kept = self.folder / _REMOVED / f"{article.article_id}.json"
            kept.parent.mkdir(exist_ok=True)
            whole = {"facts": article.facts(), "earlier": record["earlier"]}
            kept.write_text(json.dumps(whole, ensure_ascii=False), encoding="utf-8")
            self._store.delete_record(article.article_id)
            self._store.delete_passages(passage_ids(record))
            self._derived.replace([article.article_id], [], [])
            return article

    def restore(self, article_id: str) -> Article:
        """Put an article back that was removed.

        Raises:
            ArticleNotFound: none that begins so was removed.
            ArchiveError: the article is in the archive again.
        """
        removed = sorted(path.stem for path in (self.folder / _REMOVED).glob("*.json"))
        matches = [name for name in removed if name.startswith(article_id)] if article_id else []
        if len(matches) != 1:
            what = "several removed articles begin" if matches else "no removed article begins"
            raise ArticleNotFound(f"{what} with {article_id!r}; removed are {', '.join(removed) or 'none'}")
        if self._store.records(matches):
            raise ArchiveError(f"{matches[0]} has been taken in again since; remove that first to put this one back")
        path = self.folder / _REMOVED / f"{matches[0]}.json"
        kept = json.loads(path.read_text(encoding="utf-8"))
        article = to_article(json.dumps(kept["facts"]))
        self._write([article], {article.article_id: kept["earlier"]})
        path.unlink()
        return article


def _with_earlier(record: Mapping[str, Any] | None) -> list[str]:
    """The versions that an article will have had once it is replaced, with the file that each came from."""
    if record is None:
        return []
    return [*record["earlier"], f"{record['version']} {record['source']}"][-_EARLIER:]
