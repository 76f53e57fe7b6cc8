"""Rebuild an archive from itself, with other settings or the same; the old one is valid until the new one is whole."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.archive.layout import (
    CHROMA,
    CHROMA_NEXT,
    CHROMA_OLD,
    check_exists,
    check_format,
    connect,
    finish_swap,
    made_with,
)
from ingest.archive.lease import Lease
from ingest.archive.locks import Ownership
from ingest.archive.prepared import prepare, put_passages, put_records
from ingest.archive.repair import delete_stale, rebuild
from ingest.base.location import ServerAddress
from ingest.embedding.embeddings import load_embedder
from ingest.index.derived import Derived
from ingest.store.chroma import Connection
from ingest.store.records import Row, Standing
from ingest.store.store import Store

if TYPE_CHECKING:
    from ingest.base.settings import Settings

_BATCH = 64  # articles that are embedded at once
_GRACE = 3.0  # seconds until the old collections are deleted; readers look each second which ones are current

#: Called with (articles done, articles in all).
Progress = Callable[[int, int], None]


def reindex(settings: Settings, progress: Progress | None = None) -> int:
    """Rebuild an archive from its own articles and their history, with these settings.

    Args:
        settings: embedder and passage size of the rebuilt archive.
        progress: called with (articles done, articles in all).

    Returns:
        Number of articles.

    Raises:
        ArchiveMissing: there is none.
        ArchiveMismatch: it has another format.
        ArchiveOwned: another process owns it or writes to it, or this one has it open in a folder.
    """
    if isinstance(settings.archive, ServerAddress):
        return _on_server(settings, settings.archive, progress)
    return _in_folder(settings, settings.archive, progress)


def _in_folder(settings: Settings, folder: Path, progress: Progress | None) -> int:
    check_exists(folder)
    current, old, new = (folder / name for name in (CHROMA, CHROMA_OLD, CHROMA_NEXT))
    with ExitStack() as closing:
        closing.callback(Ownership(folder).release)
        finish_swap(folder)
        with ExitStack() as stores:
            store = connect(settings, create=False)
            stores.callback(store.close)
            check_format(store.collections.made_with, settings)
            fresh = Store(Connection(new), made_with(settings))
            stores.callback(fresh.close)
            derived = Derived(folder)
            stores.callback(derived.close)
            count = _copy(store, fresh, settings, progress, lambda: None)
            fresh.collections.advance(past=store.collections.revision)
            rebuild(fresh, derived)
        current.rename(old)
        new.rename(current)
        shutil.rmtree(old)
    return count


def _on_server(settings: Settings, address: ServerAddress, progress: Progress | None) -> int:
    """Rebuild into collections of the next generation; one write makes them current, until then others read the old."""
    with ExitStack() as closing:
        store = connect(settings, create=False)
        closing.callback(store.close)
        lease = Lease(store.collections)
        closing.enter_context(lease.held())
        store.collections.refresh(lambda made: check_format(made, settings))  # another process may just have written
        store.collections.drop_other_generations()
        generation = store.collections.generation + 1
        fresh = Store(Connection(address, settings), made_with(settings), address.name, generation)
        closing.callback(fresh.close)
        count = _copy(store, fresh, settings, progress, lease.check)
        lease.check()
        fresh.collections.switch(made_with(settings), store.collections.revision + 1)
        time.sleep(_GRACE)
        fresh.collections.drop_other_generations()
    return count


def _copy(
    store: Store, fresh: Store, settings: Settings, progress: Progress | None, between: Callable[[], None]
) -> int:
    """Split and embed every article of one store for another, and copy the history; returns the number of articles.

    What an interrupted change left in the old store is deleted first, since the new one is marked as whole. `between`
    is called after each article.
    """
    if store.collections.changing:
        store.collections.settle()
        delete_stale(store)
    embedder = load_embedder(settings.embedder)
    records = list(store.reader.all_records())
    for at in range(0, len(records), _BATCH):
        batch = records[at : at + _BATCH]
        articles = [article for record in batch if (article := store.reader.article(record["article_id"]))]
        prepared = prepare(articles, embedder, settings.passage_words)
        put_passages(fresh, prepared, between)
        standings = {str(record["article_id"]): Standing.of(record) for record in batch}
        put_records(fresh, prepared, [standings[article.article_id] for article in articles])
        if progress:
            progress(at + len(batch), len(records))
    for rows in _versions(store):
        fresh.put_history(rows)
        between()
    return len(records)


def _versions(store: Store) -> Iterator[list[Row]]:
    """The history of a store, version by version."""
    for _, metadata in store.reader.all_history():
        if metadata["piece"] == 0:
            yield store.reader.history_pieces(metadata)
