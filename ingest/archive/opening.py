"""How an archive is opened, owned, followed and closed."""

from __future__ import annotations

import threading
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from ingest.archive.coverage import Coverage
from ingest.archive.locks import CacheFolder, Ownership
from ingest.archive.repair import (
    REMOVED_FILES,
    check_exists,
    check_free,
    check_made_with,
    connect,
    finish_swap,
    made_with,
    sync,
)
from ingest.archive.writer import Changes
from ingest.base.errors import ArchiveError
from ingest.base.settings import Settings
from ingest.embedding.embeddings import PassageEmbeddings, load_embedder
from ingest.index.derived import Derived

_FOLLOW = 1.0  # seconds between two looks at whether another process changed the archive

_open_archives: dict[str, Any] = {}
_opening = threading.RLock()


class OpenedArchive:
    """An archive that is open: in a folder of this process, or on a server whose changes it follows."""

    def __init__(self, settings: Settings, create: bool) -> None:
        """Use `Archive.open`."""
        self.settings = settings
        self._users = 0
        self._closed = False
        self._lock = threading.RLock()
        self._looked = 0.0
        self._coverage: tuple[tuple[int, int], Coverage] | None = None
        with ExitStack() as undo:
            folder = self._take_folder(create, undo)
            self._store = connect(settings, create=create)
            undo.callback(self._store.close)
            check_made_with(self._store.made_with, settings)
            self._derived = Derived(folder, self._lock)
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
    def open(cls, location: str | Path | Settings | None = None, *, create: bool = False) -> Self:
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
            archive: Self | None = _open_archives.get(settings.place)
            if archive is None:
                archive = _open_archives[settings.place] = cls(settings, create)
            else:
                check_made_with(archive._store.made_with, settings)
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

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

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
        ended = self._origins.count_embargoes(int(time.time()))
        return f"{made['schema']}/{Path(made['embedder']).name}/{made['passage_words']}/{made['revision']}" + (
            f"+{ended}" if ended else ""
        )

    def _follow(self) -> None:
        """See, at most once a second, whether another process changed the archive."""
        if not self._store.is_server or time.monotonic() - self._looked < _FOLLOW:
            return
        if self._changes.follow():
            self._looked = time.monotonic()
