"""Who is signed in: tokens in the browser, their hashes in the page's database, so that a restart ends none."""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from ui.state.database import PageDatabase

#: Seconds: without use, and in all.
UNUSED, LONGEST = 12 * 3600, 30 * 24 * 3600

_TABLE = """
CREATE TABLE IF NOT EXISTS sessions (
    token TEXT PRIMARY KEY, name TEXT NOT NULL, mark TEXT NOT NULL, begun REAL NOT NULL, used REAL NOT NULL
);
"""
_NOTED = 60  # seconds after which use is noted again
_REMEMBERED = 5  # seconds for which the database is not asked again: a page is many requests


@dataclass(frozen=True)
class Session:
    """One browser of one person.

    Attributes:
        name: the person's.
        mark: what stood for name and password when it began.
        begun: when, seconds since 1970.
        used: when last.
    """

    name: str
    mark: str
    begun: float
    used: float

    def ended(self, now: float) -> bool:
        """Whether its time is over."""
        return now >= self.used + UNUSED or now >= self.begun + LONGEST


class Sessions:
    """All of them."""

    def __init__(self, database: PageDatabase, clock: Callable[[], float] = time.time) -> None:
        """Args: database: keeps them; clock: seconds since 1970."""
        self._database, self._clock = database, clock
        self._seen: dict[str, tuple[float, Session]] = {}
        database.prepare(_TABLE)

    def begin(self, name: str, mark: str) -> str:
        """The token of a new session; those whose time is over are dropped."""
        token, now = secrets.token_urlsafe(32), self._clock()
        with self._database.changing() as database:
            database.execute("DELETE FROM sessions WHERE used <= ? OR begun <= ?", (now - UNUSED, now - LONGEST))
            database.execute("INSERT INTO sessions VALUES (?, ?, ?, ?, ?)", (_hashed(token), name, mark, now, now))
        return token

    def seen(self, token: str) -> Session | None:
        """The session of a token, if it was found within the last seconds; asks no database."""
        at, session = self._seen.get(_hashed(token), (0.0, None))
        now = self._clock()
        return session if session is not None and 0 <= now - at < _REMEMBERED and not session.ended(now) else None

    def find(self, token: str) -> Session | None:
        """The session of a token; that it was used is noted."""
        key, now = _hashed(token), self._clock()
        rows = self._database.rows("SELECT name, mark, begun, used FROM sessions WHERE token = ?", key)
        session = Session(*rows[0]) if rows else None
        if session is None or session.ended(now):
            self._seen.pop(key, None)
            return None
        if now - session.used >= _NOTED:
            session = Session(session.name, session.mark, session.begun, now)
            with self._database.changing() as database:
                database.execute("UPDATE sessions SET used = ? WHERE token = ?", (now, key))
        self._seen = {k: v for k, v in self._seen.items() if now - v[0] < _REMEMBERED} | {key: (now, session)}
        return session

    def end(self, token: str) -> None:
        """End the session of a token."""
        key = _hashed(token)
        with self._database.changing() as database:
            database.execute("DELETE FROM sessions WHERE token = ?", (key,))
        self._seen.pop(key, None)


def _hashed(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
