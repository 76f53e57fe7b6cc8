"""Bring the history and the derived indexes of an archive in step with its records, after an interrupted change."""

from __future__ import annotations

import logging

from ingest.index.derived import Derived
from ingest.store.store import Store

_BATCH = 64  # articles that are read and indexed at once

_log = logging.getLogger(__name__)


def repair(store: Store, derived: Derived) -> str:
    """Repair what an interrupted change left behind.

    Args:
        store: the articles.
        derived: their indexes.

    Returns:
        What was done, in words; empty for nothing.
    """
    state = store.collections
    if not state.changing and _in_step(store, derived):
        return ""
    if state.changing:
        state.settle()
    rebuilt = not sync(store, derived) and store.reader.n_passages > 0
    if not state.changing and _in_step(store, derived):
        return _say("indexes built again") if rebuilt else ""
    passages, pieces = delete_stale(store)
    if not _hold_the_same(store, derived):
        rebuild(store, derived)
        rebuilt = True
    if state.changing:
        derived.agree(state.advance(), state.key)
    return _say(
        "the last change was interrupted",
        f"{passages} passages dropped that nothing points at" if passages else "",
        f"{pieces} pieces of earlier versions dropped that are not valid" if pieces else "",
        "indexes built again" if rebuilt else "",
    )


def delete_stale(store: Store) -> tuple[int, int]:
    """Delete what an interrupted change left in a store; returns the numbers of passages and pieces of the history."""
    passages, pieces = store.reader.stale_passages(), store.reader.stale_history()
    store.delete_passages(passages)
    store.delete_history(pieces)
    return len(passages), len(pieces)


def _say(*done: str) -> str:
    words = "; ".join(filter(None, done))
    _log.warning("repaired the archive: %s", words)
    return words


def _in_step(store: Store, derived: Derived) -> bool:
    state = store.collections
    return derived.revision(state.key) == state.revision and _count_the_same(store, derived)


def _count_the_same(store: Store, derived: Derived) -> bool:
    n_passages, n_articles = store.reader.n_passages, store.reader.n_articles
    passages = derived.keywords.count == derived.vectors.count == derived.copy.count == n_passages
    return passages and derived.origins.count == derived.copy.n_articles == n_articles


def _hold_the_same(store: Store, derived: Derived) -> bool:
    reader = store.reader
    return (
        _count_the_same(store, derived)
        and derived.keywords.ids() == derived.vectors.ids() == derived.copy.ids() == set(reader.passage_ids())
        and derived.origins.article_ids() == derived.copy.article_ids() == set(reader.article_ids())
    )


def sync(store: Store, derived: Derived) -> bool:
    """Index what changed since the revision with which the derived indexes agree.

    Args:
        store: the articles.
        derived: their indexes.

    Returns:
        Whether that was possible; otherwise the indexes were built again.
    """
    reader, state = store.reader, store.collections
    indexed, revision = derived.revision(state.key), state.revision
    if indexed is None or indexed > revision:
        rebuild(store, derived)
        return False
    records, removed = reader.changed_since(indexed)
    for at in range(0, len(records), _BATCH):
        batch = records[at : at + _BATCH]
        ids = [str(record["article_id"]) for record in batch]
        derived.replace(ids, reader.articles_of(batch), reader.entries_of(batch))
    written = {str(record["article_id"]) for record in records}
    if removed := [article_id for article_id in removed if article_id not in written]:
        derived.replace([i for i in removed if i not in reader.records(removed)], [], [])
    derived.agree(revision, state.key)
    return True


def rebuild(store: Store, derived: Derived) -> None:
    """Build the derived indexes again.

    Args:
        store: the articles.
        derived: their indexes.
    """
    reader, revision = store.reader, store.collections.revision
    derived.clear()
    for entries in reader.entries():
        derived.replace([], [], entries)
    records = list(reader.all_records())
    for at in range(0, len(records), _BATCH):
        derived.put_articles(reader.articles_of(records[at : at + _BATCH]))
    derived.agree(revision, store.collections.key)
