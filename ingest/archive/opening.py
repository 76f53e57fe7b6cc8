"""An archive while it is open: owned by this process or followed on a server, repaired, and closed."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from pathlib import Path

from ingest.archive.layout import check_exists, check_free, check_made_with, connect, finish_swap
from ingest.archive.locks import CacheFolder, Ownership
from ingest.archive.repair import repair, sync
from ingest.base.errors import ArchiveError
from ingest.base.settings import Settings
from ingest.index.derived import Derived

_FOLLOW = 1.0  # seconds between two looks at whether another process changed the archive


class OpenedArchive:
    """The store and the derived indexes of an archive that is open.

    Attributes:
        settings: that it was opened with.
        store: its articles.
        derived: its indexes.
        reading: lock, held while several things are read that have to agree, and while these are changed.
        changing: lock, held while the archive is changed.
        repaired: what was repaired since it was opened, in words.
    """

    def __init__(self, settings: Settings, create: bool) -> None:
        """Open an archive.

        Args:
            settings: where it is, and what it is made with.
            create: whether to create it where there is none.

        Raises:
            ArchiveMissing, ArchiveOwned, ArchiveMismatch, ArchiveError: as `Archive.open` does.
        """
        self.settings = settings
        self.reading = threading.RLock()
        self.changing = threading.RLock()
        self.repaired: list[str] = []
        self._followed = 0.0
        with ExitStack() as closing:
            folder = self._own_folder(create, closing)
            self.store = connect(settings, create=create)
            closing.callback(self.store.close)
            check_made_with(self.store.collections.made_with, settings)
            self.derived = Derived(folder, self.reading)
            closing.callback(self.derived.close)
            if self.store.connection.is_server:
                sync(self.store, self.derived)
            else:
                self.repair()
            self._closing = closing.pop_all()

    def _own_folder(self, create: bool, closing: ExitStack) -> Path:
        """Own the folder of the derived indexes; that of the archive, or a cache folder for one on a server."""
        folder = self.settings.archive
        if not isinstance(folder, Path):
            cache = CacheFolder(self.settings.place)
            closing.callback(cache.release)
            return cache.path
        if not create:
            check_exists(folder)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            check_free(folder)
        except OSError as error:
            raise ArchiveError(f"the archive {folder} cannot be made or read: {error}. Name another folder") from None
        closing.callback(Ownership(folder).release)
        try:
            finish_swap(folder)
        except OSError as error:
            raise ArchiveError(f"the archive {folder} cannot be written to: {error}. Fix that first") from None
        return folder

    def close(self) -> None:
        """Release the folder or the server."""
        self._closing.close()

    def repair(self) -> None:
        """Repair what an interrupted change left behind."""
        if done := repair(self.store, self.derived):
            self.repaired.append(done)

    def refresh(self) -> None:
        """Read again how another process may have changed the collections on a server.

        Raises:
            ArchiveMismatch: it was built again with other settings.
        """
        if self.store.connection.is_server:
            self.store.collections.refresh(lambda made: check_made_with(made, self.settings))

    def follow(self) -> None:
        """Index what other processes changed on a server, looking at most once a second.

        While another thread does that or changes the archive, nothing happens: until it has finished, reads see the
        archive as it was before.

        Raises:
            ArchiveMismatch: the archive was built again with other settings.
        """
        if not self.store.connection.is_server or time.monotonic() - self._followed < _FOLLOW:
            return
        if not self.changing.acquire(blocking=False):
            return
        try:
            self.refresh()
            if self.derived.revision(self.store.collections.key) != self.store.collections.revision:
                sync(self.store, self.derived)
        finally:
            self.changing.release()
        self._followed = time.monotonic()
