"""The page's own SQLite file: what the server keeps beside the archive, and what is not derived from it."""

from __future__ import annotations

import hashlib
import secrets
import sqlite3
from pathlib import Path

from ingest.base.errors import ArchiveError
from ingest.base.settings import Settings
from ingest.base.sqlite import Database

#: Name of the file in the archive's folder.
FILE = "page.sqlite"

_VERSION = 1
_TABLES = "CREATE TABLE IF NOT EXISTS secrets (name TEXT PRIMARY KEY, value BLOB NOT NULL);"
_REMEDY = "Check the disk and the folder's permissions; where the file is damaged, move it away"


def file_beside(settings: Settings) -> Path:
    """The page's file of an archive: in its folder, or in the user's data folder for one on a Chroma server."""
    if isinstance(settings.archive, Path):
        return settings.archive / FILE
    import platformdirs

    name = hashlib.sha256(settings.place.encode()).hexdigest()[:16]
    return Path(platformdirs.user_data_dir("dateline", appauthor=False)) / f"page-{name}.sqlite"


class PageDatabase(Database):
    """Tables of several modules; each gives its `CREATE TABLE IF NOT EXISTS` statements to `prepare`."""

    def __init__(self, path: Path | None = None) -> None:
        """Open a file, or create an empty one that only its owner can read.

        Args:
            path: the file; None keeps the tables in memory.

        Raises:
            ArchiveError: it cannot be opened, or a later version of Dateline made it.
        """
        super().__init__(path, "the page's database", _REMEDY)

    def _connect(self) -> sqlite3.Connection:
        if self._path is not None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._path.touch(mode=0o600)
        return super()._connect()

    def _prepare(self, connection: sqlite3.Connection) -> None:
        if connection.execute("PRAGMA user_version").fetchone()[0] > _VERSION:
            raise ArchiveError(
                f"{self._path} was made by a later version of Dateline; update this one, or move the file away"
            )
        connection.executescript(f"{_TABLES} PRAGMA user_version = {_VERSION};")

    @classmethod
    def beside(cls, settings: Settings) -> PageDatabase:
        """The page's database of an archive."""
        return cls(file_beside(settings))

    def prepare(self, tables: str) -> None:
        """Create tables that do not exist yet."""
        with self.changing() as connection:
            connection.executescript(tables)

    def secret(self, name: str) -> bytes:
        """32 random bytes, always the same for a name."""
        with self.changing() as connection:
            connection.execute("INSERT OR IGNORE INTO secrets VALUES (?, ?)", (name, secrets.token_bytes(32)))
            return bytes(connection.execute("SELECT value FROM secrets WHERE name = ?", (name,)).fetchone()[0])
