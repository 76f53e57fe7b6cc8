"""How an archive is written, checked at opening, and brought in step again after a crash."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.article import Article, Passage
from ingest.derived import Derived
from ingest.embeddings import SentenceTransformerEmbeddings, load_embedder
from ingest.errors import ArchiveError, ArchiveMismatch, ArchiveMissing
from ingest.ownership import Ownership
from ingest.passages import embedded_text, split_passages
from ingest.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ingest.settings import Settings

#: Chroma's folder inside an archive's.
CHROMA = "chroma"

_SCHEMA = 1
_NEXT = "chroma.next"  # what reindex writes before it takes the old one's place
_OLD = "chroma.old"
_TOGETHER = 64  # articles that reindex embeds at once

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


def check_made_with(store: Store, settings: Settings) -> None:
    """See that an archive was made with these settings.

    Raises:
        ArchiveMismatch: it was made with others.
    """
    made = store.made_with
    for name, value in made_with(settings).items():
        if made.get(name) != value:
            raise ArchiveMismatch(
                f"the archive {settings.archive} was made with {name} {made.get(name)!r}, not {value!r}. Open it with "
                f"{made.get(name)!r}, or rebuild it from itself: dateline reindex --archive {settings.archive}"
            )


@dataclass(frozen=True)
class Prepared:
    """An article cut and embedded, ready to be written; a vector a passage."""

    article: Article
    passages: list[Passage]
    vectors: NDArray[np.float32]


def prepare(articles: Sequence[Article], embedder: SentenceTransformerEmbeddings, passage_words: int) -> list[Prepared]:
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


def put(store: Store, prepared: Sequence[Prepared], earlier: Sequence[Sequence[str]]) -> None:
    """Write articles, and the records that point at their passages last.

    Args:
        store: where to.
        prepared: the articles.
        earlier: for each, the versions it had before, with the file that each came from.
    """
    import numpy as np

    for each in prepared:
        store.put_passages(each.article, each.passages, each.vectors)
    articles = [each.article for each in prepared]
    means = np.stack([each.vectors.mean(axis=0) for each in prepared])
    store.put_records(articles, [len(each.passages) for each in prepared], earlier, means)


def repair(store: Store, derived: Derived) -> None:
    """Bring passages and the derived indexes in step with the records, where a write was cut off."""
    if not derived.keywords_agree(store):
        stale = store.stale_passages()
        store.delete_passages(stale)
        derived.build_keywords(store)
        if store.n_passages:
            _log.warning("repaired the archive: %d passages dropped, keyword index built again", len(stale))
    if not derived.origins_agree(store):
        derived.build_origins(store)


def finish_swap(folder: Path) -> None:
    """Clean up after a reindex that was cut off: the old store holds until the new one has its place."""
    current, old, new = (folder / name for name in (CHROMA, _OLD, _NEXT))
    if old.is_dir() and not current.is_dir():
        old.rename(current)
    for leftover in (old, new):
        shutil.rmtree(leftover, ignore_errors=True)


def reindex(settings: Settings, progress: Callable[[int, int], None] | None = None) -> int:
    """Build an archive again from its own articles, with these settings.

    Args:
        settings: embedder and passage size that it is to have.
        progress: told (articles done, articles in all).

    Returns:
        Number of articles.

    Raises:
        ArchiveMissing: there is none.
        ArchiveOwned: another process has it, or this one has it open.
    """
    folder = settings.archive
    check_exists(folder)
    with ExitStack() as closing:
        closing.callback(Ownership(folder).release)
        finish_swap(folder)
        with ExitStack() as stores:
            store, fresh = (Store(folder / name, made_with(settings)) for name in (CHROMA, _NEXT))
            derived = Derived(folder)
            for opened in (store, fresh, derived):
                stores.callback(opened.close)
            derived.stale()
            count = _copy(store, fresh, settings, progress)
            fresh.advance(past=store.revision)
            derived.build_keywords(fresh)
            derived.build_origins(fresh)
        (folder / CHROMA).rename(folder / _OLD)
        (folder / _NEXT).rename(folder / CHROMA)
        shutil.rmtree(folder / _OLD)
    return count


def _copy(store: Store, fresh: Store, settings: Settings, progress: Callable[[int, int], None] | None) -> int:
    """Cut and embed every article of one store for another."""
    embedder = load_embedder(settings.embedder)
    records = list(store.all_records())
    for at in range(0, len(records), _TOGETHER):
        some = records[at : at + _TOGETHER]
        articles = [article for record in some if (article := store.article(record["article_id"]))]
        put(fresh, prepare(articles, embedder, settings.passage_words), [record["earlier"] for record in some])
        if progress:
            progress(at + len(some), len(records))
    return len(records)
