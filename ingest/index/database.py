"""An SQLite file of what is derived from Chroma: made again where it is damaged or of another layout."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ingest.base.errors import ArchiveError

_CACHE = 32_768  # kilobytes of pages that are kept in memory
_TOGETHER = 500  # keys in one question to SQLite
_STATE = "CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value INTEGER);"


class DerivedDatabase:
    """Tables that also say up to which revision they agree with their archive; one thread at a time."""

    def __init__(self, path: Path | None, what: str, tables: str, names: Sequence[str], version: int) -> None:
        """Open a file, or begin an empty one.

        Args:
            path: the file; None keeps it in memory.
            what: it holds, for messages.
            tables: the statements that make them where they are not there.
            names: of the tables.
            version: of their layout and of how they are filled; what was filled otherwise is emptied.

        Raises:
            ArchiveError: the file cannot be opened or made.
        """
        self._path, self._what = path, what
        self._tables, self._names, self._version = f"{_STATE}\n{tables}", (*names, "state"), version
        self._lock = threading.RLock()
        with self._told():
            try:
                self._database = self._open()
            except sqlite3.DatabaseError as error:
                if path is None or isinstance(error, sqlite3.OperationalError):
                    raise
                path.unlink()  # damaged: it is derived, so begin again
                self._database = self._open()

    def _open(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path or ":memory:", check_same_thread=False)
        try:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = NORMAL")
            database.execute(f"PRAGMA cache_size = -{_CACHE}")
            if database.execute("PRAGMA user_version").fetchone() != (self._version,):
                for name in self._names:
                    database.execute(f"DROP TABLE IF EXISTS {name}")
                database.execute(f"PRAGMA user_version = {self._version}")
            database.executescript(self._tables)
        except BaseException:
            database.close()
            raise
        return database

    @property
    def revision(self) -> int | None:
        """Revision of the archive up to which the tables agree with it; None where they do not."""
        row = self.row("SELECT value FROM state WHERE name = 'revision'")
        return row[0] if row else None

    def agree(self, revision: int) -> None:
        """Say up to which revision they agree with the archive; what changed after that may be in them, or not."""
        with self.changing() as database:
            database.execute("INSERT OR REPLACE INTO state VALUES ('revision', ?)", (revision,))

    @property
    def changes(self) -> int:
        """A number that grows with each change in this process."""
        with self._lock:
            return self._database.total_changes

    def clear(self) -> None:
        """Take everything out."""
        with self.changing() as database:
            for name in self._names:
                database.execute(f"DELETE FROM {name}")  # noqa: S608 - names of our own

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._database.close()

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """For changes that are made whole or, where something fails, not at all."""
        with self._lock, self._told(), self._database:
            yield self._database

    def rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """What a question to the tables gives."""
        with self._lock, self._told():
            return self._database.execute(statement, values).fetchall()

    def rows_of(self, statement: str, keys: Iterable[str], *values: object) -> Iterator[tuple[object, ...]]:
        """What a question to the tables gives of some keys, each once, in no order of theirs.

        Args:
            statement: with `{}` for the keys, and after it a `?` for each of the values.
            keys: may be many.
            values: what else the statement needs.
        """
        distinct = list(dict.fromkeys(keys))
        for at in range(0, len(distinct), _TOGETHER):
            some = distinct[at : at + _TOGETHER]
            yield from self.rows(statement.format(", ".join("?" * len(some))), *some, *values)

    def row(self, statement: str, *values: object) -> tuple[int, ...] | None:
        """The first row of numbers; None where there is none."""
        rows = self.rows(statement, *values)
        return rows[0] if rows else None  # type: ignore[return-value]

    @contextmanager
    def _told(self) -> Iterator[None]:
        """What SQLite says, as an error that says what to do."""
        try:
            yield
        except sqlite3.Error as error:
            raise ArchiveError(
                f"{self._what} {self._path} cannot be used: {error}. Check the disk and the folder's permissions; "
                "where the file is removed, it is built again"
            ) from error
