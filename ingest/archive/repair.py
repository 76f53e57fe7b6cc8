"""How an archive is written, checked at opening, and brought in step again after a crash."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.base.article import Article, Passage
from ingest.base.errors import ArchiveError, ArchiveMismatch, ArchiveMissing
from ingest.base.location import ServerAddress
from ingest.chunking.passages import embedded_text, split_passages
from ingest.embedding.embeddings import PassageEmbeddings, load_embedder
from ingest.index.derived import Derived
from ingest.store.chroma import Connection
from ingest.store.records import Entry, Row, Standing, entry_of, to_article
from ingest.store.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ingest.base.settings import Settings

#: Folders inside an archive's.
CHROMA = "chroma"
REMOVED_FILES = "removed"  # of releases before the history

_SCHEMA = 2
_READABLE = (1, 2)  # an archive of schema 1 has no history, and is otherwise the same
_OLD = "chroma.old"
_NEXT = "chroma.next"  # what reindex writes before it takes the old one's place
_TOGETHER = 64  # articles that are embedded, or taken into the keyword index, at once

_log = logging.getLogger(__name__)


def made_with(settings: Settings) -> dict[str, Any]:
    """What shapes an archive, so that it cannot be opened with anything else."""
    return {"schema": _SCHEMA, "embedder": settings.embedder, "passage_words": settings.passage_words}


def check_exists(folder: Path) -> None:
    """See that there is an archive in a folder.

    Raises:
        ArchiveMissing: there is none.
    """
    if not any((folder / name).is_dir() for name in (CHROMA, _OLD)):
        raise ArchiveMissing(f"there is no archive in {folder}. Make one: dateline ingest PATH --archive {folder}")


def check_free(folder: Path) -> None:
    """See that a folder in which an archive is to be made holds nothing else: an archive cleans up after itself.

    Raises:
        ArchiveError: it holds other files.
    """
    if any((folder / name).is_dir() for name in (CHROMA, _OLD)):
        return
    others = sorted(path.name for path in folder.iterdir() if not path.name.startswith("owner."))
    if others:
        raise ArchiveError(
            f"{folder} is no archive and holds other files, such as {others[0]}. Name an empty or a new folder"
        )


def check_made_with(made: Mapping[str, Any], settings: Settings) -> None:
    """See that an archive was made with these settings.

    Args:
        made: what the archive remembers of how it was made.
        settings: what it is to be used with.

    Raises:
        ArchiveMismatch: it was made with others.
    """
    for name, value in made_with(settings).items():
        if made.get(name) == value or (name == "schema" and made.get(name) in _READABLE):
            continue
        raise ArchiveMismatch(
            f"the archive {settings.archive} was made with {name} {made.get(name)!r}, not {value!r}. Open it with "
            f"{made.get(name)!r}, or rebuild it from itself: dateline reindex --archive {settings.archive}"
        )


def connect(settings: Settings, *, create: bool) -> Store:
    """Open the articles of an archive.

    Raises:
        ArchiveMissing: there is none on the server, and `create` is off.
        ArchiveError: Chroma cannot be used.
    """
    location = settings.archive
    with ExitStack() as undo:
        if isinstance(location, ServerAddress):
            connection = Connection(location, settings)
            undo.callback(connection.close)
            if not create and not Store.exists(connection, location.name):
                raise ArchiveMissing(
                    f"there is no archive {location.name!r} on {location.origin}. Make one: dateline ingest PATH "
                    f"--archive {location}"
                )
            store = Store(connection, made_with(settings), location.name)
        else:
            connection = Connection(location / CHROMA)
            undo.callback(connection.close)
            store = Store(connection, made_with(settings))
        undo.pop_all()
    return store


@dataclass(frozen=True)
class Prepared:
    """An article cut and embedded, ready to be written; a vector a passage."""

    article: Article
    passages: list[Passage]
    vectors: NDArray[np.float32]

    def entries(self) -> list[Entry]:
        """Its passages for the derived indexes."""
        return [entry_of(self.article, *each) for each in zip(self.passages, self.vectors, strict=True)]


def prepare(articles: Sequence[Article], embedder: PassageEmbeddings, passage_words: int) -> list[Prepared]:
    """Cut and embed articles.

    Args:
        articles: each id once.
        embedder: the one that the archive is made with.
        passage_words: length of a passage.
    """
    cut = [split_passages(article, passage_words) for article in articles]
    texts = [embedded_text(a, p) for a, passages in zip(articles, cut, strict=True) for p in passages]
    vectors = embedder.encode_documents(texts)
    prepared, at = [], 0
    for article, passages in zip(articles, cut, strict=True):
        prepared.append(Prepared(article, passages, vectors[at : at + len(passages)]))
        at += len(passages)
    return prepared


def put_passages(store: Store, prepared: Sequence[Prepared], between: Callable[[], None] = lambda: None) -> None:
    """Write the passages of articles; they count only once the records point at them.

    Args:
        store: where to.
        prepared: the articles.
        between: called after each request.
    """
    import numpy as np

    if prepared:
        passages = [(each.article, passage) for each in prepared for passage in each.passages]
        store.put_passages(passages, np.concatenate([each.vectors for each in prepared]), between)


def put_records(store: Store, prepared: Sequence[Prepared], standings: Sequence[Standing]) -> None:
    """Write the records that point at passages which are there."""
    import numpy as np

    if prepared:
        means = np.stack([each.vectors.mean(axis=0) for each in prepared])
        sizes = [len(each.passages) for each in prepared]
        store.put_records([each.article for each in prepared], sizes, standings, means)


def repair(store: Store, derived: Derived) -> str:
    """Bring passages, history and the derived indexes in step with the records, where a change was cut off.

    Returns:
        What was done, in words; empty for nothing.
    """
    if not store.changing and _in_step(store, derived):
        return ""
    if store.changing:
        store.settle()
    built_again = not sync(store, derived) and store.n_passages > 0
    if not store.changing and _in_step(store, derived):
        return _say("indexes built again") if built_again else ""
    passages, pieces = drop_uncounted(store)
    if not _hold_the_same(store, derived):
        rebuild(store, derived)
        built_again = True
    if store.changing:
        derived.agree(store.advance(), store.key)
    return _say(
        "the last change was cut off",
        f"{passages} passages dropped that nothing points at" if passages else "",
        f"{pieces} pieces of earlier versions dropped that do not count" if pieces else "",
        "indexes built again" if built_again else "",
    )


def drop_uncounted(store: Store) -> tuple[int, int]:
    """Delete what a change that was cut off left in a store; returns how many passages and pieces of the history."""
    passages, pieces = store.stale_passages(), store.stale_history()
    store.delete_passages(passages)
    store.delete_history(pieces)
    return len(passages), len(pieces)


def _say(*done: str) -> str:
    words = "; ".join(filter(None, done))
    _log.warning("repaired the archive: %s", words)
    return words


def _in_step(store: Store, derived: Derived) -> bool:
    return derived.revision(store.key) == store.revision and _count_the_same(store, derived)


def _count_the_same(store: Store, derived: Derived) -> bool:
    passages = derived.keywords.count == derived.vectors.count == derived.copy.count == store.n_passages
    return passages and derived.origins.count == derived.copy.n_articles == store.n_articles


def _hold_the_same(store: Store, derived: Derived) -> bool:
    return (
        _count_the_same(store, derived)
        and derived.keywords.ids() == derived.vectors.ids() == derived.copy.ids() == set(store.passage_ids())
        and derived.origins.article_ids() == derived.copy.article_ids() == set(store.article_ids())
    )


def sync(store: Store, derived: Derived) -> bool:
    """Take into the derived indexes what changed since the revision up to which they agree.

    Returns:
        Whether that was possible; else they were built again.
    """
    known, revision = derived.revision(store.key), store.revision
    if known is None or known > revision:
        rebuild(store, derived)
        return False
    records, gone = store.changed_since(known)
    for at in range(0, len(records), _TOGETHER):
        some = records[at : at + _TOGETHER]
        ids = [str(record["article_id"]) for record in some]
        derived.replace(ids, store.articles_of(some), store.entries_of(some))
    there = {str(record["article_id"]) for record in records}
    if gone := [article_id for article_id in gone if article_id not in there]:
        derived.replace([i for i in gone if i not in store.records(gone)], [], [])
    derived.agree(revision, store.key)
    return True


def rebuild(store: Store, derived: Derived) -> None:
    """Build the derived indexes again."""
    revision = store.revision
    derived.clear()
    for entries in store.entries():
        derived.replace([], [], entries)
    records = list(store.all_records())
    for at in range(0, len(records), _TOGETHER):
        derived.put_articles(store.articles_of(records[at : at + _TOGETHER]))
    derived.agree(revision, store.key)


def removed_files(folder: Path) -> Iterator[tuple[Article, list[str]]]:
    """Articles that releases before the history kept as files when they were taken out, with their earlier versions."""
    for path in sorted(folder.glob("*.json")):
        try:
            kept = json.loads(path.read_text(encoding="utf-8"))
            yield to_article(json.dumps(kept["facts"])), list(kept["earlier"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArchiveError(f"{path} holds no removed article: {error}. Move it elsewhere") from None


def finish_swap(folder: Path) -> None:
    """Clean up after a reindex that was cut off: the old store holds until the new one has its place."""
    current, old, new = (folder / name for name in (CHROMA, _OLD, _NEXT))
    if old.is_dir() and not current.is_dir():
        old.rename(current)
    for leftover in (old, new):
        shutil.rmtree(leftover, ignore_errors=True)


def copy_into(
    store: Store,
    fresh: Store,
    settings: Settings,
    progress: Callable[[int, int], None] | None,
    between: Callable[[], None],
) -> int:
    """Cut and embed every article of one store for another, and carry the history over.

    Args:
        store: from where; what a change that was cut off left in it is deleted, since the other is marked as whole.
        fresh: to where.
        settings: embedder and passage size.
        progress: told (articles done, articles in all).
        between: called after each article.

    Returns:
        Number of articles.
    """
    if store.changing:
        store.settle()
        drop_uncounted(store)
    embedder = load_embedder(settings.embedder)
    records = list(store.all_records())
    for at in range(0, len(records), _TOGETHER):
        some = records[at : at + _TOGETHER]
        articles = [article for record in some if (article := store.article(record["article_id"]))]
        prepared = prepare(articles, embedder, settings.passage_words)
        put_passages(fresh, prepared, between)
        standings = {str(record["article_id"]): Standing.of(record) for record in some}
        put_records(fresh, prepared, [standings[article.article_id] for article in articles])
        if progress:
            progress(at + len(some), len(records))
    for rows in _history(store):
        fresh.put_history(rows)
        between()
    return len(records)


def _history(store: Store) -> Iterator[list[Row]]:
    """The history of a store, version by version."""
    for _, metadata in store.all_history():
        if metadata["piece"] == 0:
            yield store.history_pieces(metadata)
