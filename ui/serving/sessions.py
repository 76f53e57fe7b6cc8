"""Sessions of signed-in people. The browser has a token and the database its hash, so sessions survive a restart."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from ui.state.database import PageDatabase

#: Seconds until a session ends: without use, and in all.
UNUSED, LONGEST = 12 * 3600, 30 * 24 * 3600

_TABLE = """
CREATE TABLE IF NOT EXISTS sessions (
    token TEXT PRIMARY KEY, name TEXT NOT NULL, mark TEXT NOT NULL, begun REAL NOT NULL, used REAL NOT NULL
);
"""
_USE_INTERVAL = 60  # seconds after which the time of last use is updated
_CACHED = 5  # seconds for which a session is cached, because a page sends many requests


@dataclass(frozen=True)
class Session:
    """A session of a person in one browser.

    Attributes:
        name: name of the person.
        mark: mark of the account when the session began.
        begun: when it began, seconds since 1970.
        used: when it was last used, seconds since 1970.
    """

    name: str
    mark: str
    begun: float
    used: float

    def ended(self, now: float) -> bool:
        """Whether the session has expired."""
        return now >= self.used + UNUSED or now >= self.begun + LONGEST


class Sessions:
    """The table of sessions."""

    def __init__(self, database: PageDatabase, clock: Callable[[], float] = time.time) -> None:
        """Open the table.

        Args:
            database: the database with the table.
            clock: returns the seconds since 1970.
        """
        self._database, self._clock = database, clock
        self._cache: dict[str, tuple[float, Session]] = {}
        database.prepare(_TABLE)

    def begin(self, name: str, mark: str) -> str:
        """Begin a session, and delete expired ones.

        Args:
            name: name of the person.
            mark: mark of the account.

        Returns:
            The token of the session.
        """
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._database.changing() as database:
            database.execute("DELETE FROM sessions WHERE used <= ? OR begun <= ?", (now - UNUSED, now - LONGEST))
            database.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", (_hashed(token), name, mark, now, now))
        return token

    def cached(self, token: str) -> Session | None:
        """The session of a token if it was looked up in the last seconds. Does not use the database."""
        at, session = self._cache.get(_hashed(token), (0.0, None))
        now = self._clock()
        return session if session is not None and 0 <= now - at < _CACHED and not session.ended(now) else None

    def find(self, token: str) -> Session | None:
        """Look up the session of a token, and record its use."""
        key, now = _hashed(token), self._clock()
        rows = self._database.rows("SELECT name, mark, begun, used FROM sessions WHERE token = ?", key)
        session = Session(*rows[0]) if rows else None
        if session is None or session.ended(now):
            self._cache.pop(key, None)
            return None
        if now - session.used >= _USE_INTERVAL:
            session = Session(session.name, session.mark, session.begun, now)
            with self._database.changing() as database:
                database.execute("UPDATE sessions SET used = ? WHERE token = ?", (now, key))
        self._cache = {k: v for k, v in self._cache.items() if now - v[0] < _CACHED} | {key: (now, session)}
        return session

    def end(self, token: str) -> None:
        """End the session of a token."""
        key = _hashed(token)
        with self._database.changing() as database:
            database.execute("DELETE FROM sessions WHERE token = ?", (key,))
        self._cache.pop(key, None)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
