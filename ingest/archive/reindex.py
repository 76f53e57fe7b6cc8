"""An archive built again from itself, with other settings or the same; the old one holds until the new one is whole."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.archive.lease import Lease
from ingest.archive.locks import Ownership
from ingest.archive.repair import CHROMA, check_exists, connect, copy_into, finish_swap, made_with, rebuild
from ingest.base.location import ServerAddress
from ingest.index.derived import Derived
from ingest.store.chroma import Connection
from ingest.store.store import Store

if TYPE_CHECKING:
    from ingest.base.settings import Settings

_GRACE = 3.0  # seconds until the old collections are deleted; whoever reads looks each second which ones count

#: Told (articles done, articles in all).
Progress = Callable[[int, int], None]


def reindex(settings: Settings, progress: Progress | None = None) -> int:
    """Build an archive again from its own articles and their history, with these settings.

    Args:
        settings: embedder and passage size that it is to have.
        progress: told how far it is.

    Returns:
        Number of articles.

    Raises:
        ArchiveMissing: there is none.
        ArchiveOwned: another process has it or writes to it, or this one has it open in a folder.
    """
    if isinstance(settings.archive, ServerAddress):
        return _on_server(settings, settings.archive, progress)
    return _in_folder(settings, settings.archive, progress)


def _in_folder(settings: Settings, folder: Path, progress: Progress | None) -> int:
    check_exists(folder)
    old, new = folder / "chroma.old", folder / "chroma.next"
    with ExitStack() as closing:
        closing.callback(Ownership(folder).release)
        finish_swap(folder)
        with ExitStack() as stores:
            store, fresh = (Store(Connection(each), made_with(settings)) for each in (folder / CHROMA, new))
            derived = Derived(folder)
            for opened in (store, fresh, derived):
                stores.callback(opened.close)
            count = copy_into(store, fresh, settings, progress, lambda: None)
            fresh.advance(past=store.revision)
            rebuild(fresh, derived)
        (folder / CHROMA).rename(old)
        new.rename(folder / CHROMA)
        shutil.rmtree(old)
    return count


def _on_server(settings: Settings, address: ServerAddress, progress: Progress | None) -> int:
    """Into collections of the next generation, which count from one write on; till then others read the old ones."""
    with ExitStack() as closing:
        store = connect(settings, create=False)
        closing.callback(store.close)
        lease = Lease(store)
        closing.enter_context(lease.held())
        store.refresh()  # another process may have had the lease until now
        store.drop_other_generations()
        fresh = Store(Connection(address, settings), made_with(settings), address.name, store.generation + 1)
        closing.callback(fresh.close)
        count = copy_into(store, fresh, settings, progress, lease.check)
        lease.check()
        fresh.switch(made_with(settings), store.revision + 1)
        time.sleep(_GRACE)
        fresh.drop_other_generations()
    return count
