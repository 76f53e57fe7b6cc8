"""An SQLite file that several threads use, one at a time."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ingest.base.errors import ArchiveError

_BATCH = 500  # keys in one query


class Database:
    """An SQLite file, whose failures become ArchiveErrors."""

    def __init__(self, path: Path | None, name: str, remedy: str) -> None:
        """Open a file, or create an empty one.

        Args:
            path: the file; None keeps the tables in memory.
            name: of the file, for messages.
            remedy: the end of a message about a failure: what to do.

        Raises:
            ArchiveError: the file cannot be opened or created.
        """
        self._path, self._name, self._remedy = path, name, remedy
        self._lock = threading.RLock()
        with self.errors():
            self._connection = self._connect()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path or ":memory:", check_same_thread=False)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Check the version of the file and create its tables."""

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()

    @property
    def changes(self) -> int:
        """A number that grows with each change in this process."""
        with self._lock:
            return self._connection.total_changes

    @contextmanager
    def changing(self) -> Iterator[sqlite3.Connection]:
        """A transaction: all changes are made or, where something fails, none."""
        with self._lock, self.errors(), self._connection:
            yield self._connection

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """The rows of a query.

        Args:
            statement: with a `?` for each value.
            values: for it.
        """
        with self._lock, self.errors():
            return self._connection.execute(statement, values).fetchall()

    def rows_of(self, statement: str, keys: Iterable[str], *values: object) -> Iterator[tuple[Any, ...]]:
        """The rows of a query for some keys, each key once, in any order.

        Args:
            statement: with `{}` for the keys, and after it a `?` for each value.
            keys: any number.
            values: for the statement.
        """
        distinct = list(dict.fromkeys(keys))
        for at in range(0, len(distinct), _BATCH):
            batch = distinct[at : at + _BATCH]
            yield from self.rows(statement.format(", ".join("?" * len(batch))), *batch, *values)

    def number(self, statement: str, *values: object) -> int:
        """The number that a query gives; 0 where it gives no row.

        Args:
            statement: with a `?` for each value.
            values: for it.
        """
        rows = self.rows(statement, *values)
        return int(rows[0][0]) if rows else 0

    @contextmanager
    def errors(self) -> Iterator[None]:
        """Translate failures of SQLite and of the disk.

        Raises:
            ArchiveError: in place of them, with what to do.
        """
        try:
            yield
        except (sqlite3.Error, OSError) as error:
            where = f"{self._name} {self._path}" if self._path else self._name
            raise ArchiveError(f"{where} cannot be used: {error}. {self._remedy}") from error
