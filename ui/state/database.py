"""The page's own SQLite file: what is kept on the server beside the archive, and is not derived from it."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.base.errors import ArchiveError
from ingest.base.settings import Settings

#: Name of the file in the archive's folder.
FILE = "page.sqlite"

_VERSION = 1
_TABLES = """
CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL);
"""


def file_beside(settings: Settings) -> Path:
    """Where that of an archive is: in its folder, or in the user's data folder for one on a Chroma server."""
    if isinstance(settings.archive, Path):
        return settings.archive / FILE
    import platformdirs

    name = hashlib.sha256(settings.place.encode()).hexdigest()[:16]
    return Path(platformdirs.user_data_dir("dateline", appauthor=False)) / f"page-{name}.sqlite"


class PageDatabase:
    """Tables that several modules share, each with its own; one thread at a time.

    A module that keeps something gives its `CREATE TABLE IF NOT EXISTS` statements to `prepare`.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open a file, or begin an empty one, that its owner alone can read.

        Args:
            path: the file; None keeps it in memory.

        Raises:
            ArchiveError: it cannot be opened, or a later version of Dateline made it.
        """
        self._path = path
        self._lock = threading.RLock()
        with self._told():
            if path is not None:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.touch(mode=0o600)
            self._database = sqlite3.connect(path or ":memory:", check_same_thread=False)
            self._database.execute("PRAGMA journal_mode = WAL")
            made_by = self._database.execute("PRAGMA user_version").fetchone()[0]
        if made_by > _VERSION:
            self._database.close()
            raise ArchiveError(
                f"{path} was made by a later version of Dateline; update this one, or move the file away"
            )
        self.prepare(f"{_TABLES} PRAGMA user_version = {_VERSION};")

    @classmethod
    def beside(cls, settings: Settings) -> PageDatabase:
        """That of an archive."""
        return cls(file_beside(settings))

    def prepare(self, tables: str) -> None:
        """Make tables that are not there yet."""
        with self._lock, self._told():
            self._database.executescript(tables)

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """For changes that are made whole or, where something fails, not at all."""
        with self._lock, self._told(), self._database:
            yield self._database

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What a question to the tables gives."""
        with self._lock, self._told():
            return self._database.execute(statement, values).fetchall()

    def secret(self, name: str) -> bytes:
        """32 random bytes, the same whenever they are asked for under a name."""
        with self.changing() as database:
            database.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, secrets.token_bytes(32)))
            return bytes(database.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()[0])

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What the disk and SQLite say, as an error that says what to do."""
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            raise ArchiveError(
                f"{self._path or 'what the page keeps'} cannot be used: {error}. Check the disk and the folder's "
                "permissions; where the file is damaged, move it away"
            ) from error
