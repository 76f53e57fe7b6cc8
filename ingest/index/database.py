"""An SQLite file that is derived from Chroma: made again where it is damaged or of another layout."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path

from ingest.base.sqlite import Database

_CACHE = 32_768  # kilobytes of pages that are kept in memory
_STATE = "CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value INTEGER);"
_REMEDY = "Check the disk and the folder's permissions; where the file is removed, it is built again"


class DerivedDatabase(Database):
    """Tables that remember the revision of the archive with which they agree."""

    def __init__(self, path: Path | None, name: str, tables: str, names: Sequence[str], version: int) -> None:
        """Open a file, or create an empty one.

        Args:
            path: the file; None keeps the tables in memory.
            name: of the file, for messages.
            tables: statements that create the tables where they do not exist.
            names: of the tables.
            version: of their layout and of how they are filled; tables of another version are emptied.

        Raises:
            ArchiveError: the file cannot be opened or created.
        """
        self._tables, self._names, self._version = f"{_STATE}\n{tables}", (*names, "state"), version
        super().__init__(path, name, _REMEDY)

    def _connect(self) -> sqlite3.Connection:
        try:
            return super()._connect()
        except sqlite3.DatabaseError as error:
            if self._path is None or isinstance(error, sqlite3.OperationalError):
                raise
            self._path.unlink()  # damaged: it is derived, so begin again
            return super()._connect()

    def _prepare(self, connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute(f"PRAGMA cache_size = -{_CACHE}")
        if connection.execute("PRAGMA user_version").fetchone() != (self._version,):
            for name in self._names:
                connection.execute(f"DROP TABLE IF EXISTS {name}")
            connection.execute(f"PRAGMA user_version = {self._version}")
        connection.executescript(self._tables)

    @property
    def revision(self) -> int | None:
        """Revision of the archive with which the tables agree; None where they do not."""
        rows = self.rows("SELECT value FROM state WHERE name = 'revision'")
        return int(rows[0][0]) if rows else None

    def agree(self, revision: int) -> None:
        """Remember that the tables agree with a revision; later changes may be in them already, or not."""
        with self.changing() as connection:
            connection.execute("INSERT OR REPLACE INTO state VALUES ('revision', ?)", (revision,))

    def clear(self) -> None:
        """Delete all rows."""
        with self.changing() as connection:
            for name in self._names:
                connection.execute(f"DELETE FROM {name}")  # noqa: S608 - our own names
