"""How an archive is written, checked at opening, and brought in step again after a crash."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.article import Article, Passage
from ingest.embeddings import SentenceTransformerEmbeddings, load_embedder
from ingest.errors import ArchiveMismatch, ArchiveMissing
from ingest.lexical import KeywordIndex
from ingest.ownership import Ownership
from ingest.passages import embedded_text, split_passages
from ingest.store import Store

if TYPE_CHECKING:
    from ingest.settings import Settings

#: Folders inside an archive's.
CHROMA = "chroma"
KEYWORDS = "keywords"

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


def put(
    store: Store,
    articles: Sequence[Article],
    earlier: Sequence[Sequence[str]],
    embedder: SentenceTransformerEmbeddings,
    passage_words: int,
) -> list[list[Passage]]:
    """Cut, embed and write articles, and the records that point at them last.

    Args:
        store: where to.
        articles: each id once.
        earlier: for each, the versions it had before, with the file that each came from.
        embedder: the one that the store is made with.
        passage_words: length of a passage.

    Returns:
        The passages of each.
    """
    import numpy as np

    cut = [split_passages(article, passage_words) for article in articles]
    texts = [embedded_text(a, p) for a, passages in zip(articles, cut, strict=True) for p in passages]
    vectors = embedder.encode_documents(texts)
    at, means = 0, []
    for article, passages in zip(articles, cut, strict=True):
        own = vectors[at : at + len(passages)]
        store.put_passages(article, passages, own)
        means.append(own.mean(axis=0))
        at += len(passages)
    store.put_records(articles, [len(passages) for passages in cut], earlier, np.stack(means))
    return cut


def repair(store: Store, keywords: KeywordIndex) -> None:
    """Bring passages and keyword index in step with the records, where a write was cut off."""
    n = store.n_passages
    if keywords.revision == store.revision and keywords.count == n:
        return
    stale = store.stale_passages()
    store.delete_passages(stale)
    keywords.clear()
    keywords.replace([], store.entries())
    keywords.agree(store.revision)
    if n:
        _log.warning("repaired the archive: %d passages dropped, keyword index built again", len(stale))


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
    owner = Ownership(folder)
    try:
        finish_swap(folder)
        store, fresh = Store(folder / CHROMA, made_with(settings)), Store(folder / _NEXT, made_with(settings))
        keywords = KeywordIndex(folder / KEYWORDS)
        keywords.stale()
        records = list(store.all_records())
        embedder = load_embedder(settings.embedder)
        for at in range(0, len(records), _TOGETHER):
            some = records[at : at + _TOGETHER]
            articles = [article for record in some if (article := store.article(record["article_id"]))]
            put(fresh, articles, [record["earlier"] for record in some], embedder, settings.passage_words)
            if progress:
                progress(at + len(some), len(records))
        keywords.clear()
        keywords.replace([], fresh.entries())
        keywords.agree(fresh.advance())
        for opened in (fresh, store, keywords):
            opened.close()
        (folder / CHROMA).rename(folder / _OLD)
        (folder / _NEXT).rename(folder / CHROMA)
        shutil.rmtree(folder / _OLD)
    finally:
        owner.release()
    return len(records)
