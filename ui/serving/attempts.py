"""How often a sign-in may fail: for a name, and from an address. Kept, so that a restart forgets none."""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Callable

from ui.state.database import PageDatabase

#: Seconds that are looked back on.
WINDOW = 15 * 60

#: Failures within them: for a name, from an address.
FOR_NAME, FROM_ADDRESS = 5, 20

_TABLE = """
CREATE TABLE IF NOT EXISTS attempts (name TEXT NOT NULL, address TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS attempts_at ON attempts (at);
"""


class Attempts:
    """Attempts at signing in; each counts as failed until it has succeeded, so that many at once count, too."""

    def __init__(self, database: PageDatabase, clock: Callable[[], float] = time.time) -> None:
        """Args: database: keeps them; clock: seconds since 1970."""
        self._database, self._clock = database, clock
        database.prepare(_TABLE)

    def begin(self, name: str, address: str) -> float:
        """Count an attempt.

        Args:
            name: that was given, whether there is such an account or not.
            address: of the visitor.

        Returns:
            0 where it may be made; else how many seconds later one may be, and this one does not count.
        """
        now = self._clock()
        by = (("name", _hidden(name), FOR_NAME), ("address", _network(address), FROM_ADDRESS))
        with self._database.changing() as database:
            # Those of the future are of a clock that was set back: nobody is to wait for them.
            database.execute("DELETE FROM attempts WHERE at <= ? OR at > ?", (now - WINDOW, now))
            wait = 0.0
            for column, value, most in by:
                statement = f"SELECT at FROM attempts WHERE {column} = ? ORDER BY at DESC LIMIT 1 OFFSET ?"  # noqa: S608
                row = database.execute(statement, (value, most - 1)).fetchone()
                wait = max(wait, row[0] + WINDOW - now) if row else wait
            if not wait:
                database.execute("INSERT INTO attempts VALUES (?, ?, ?)", (by[0][1], by[1][1], now))
        return wait

    def succeeded(self, name: str) -> None:
        """The attempts for a name no longer count."""
        with self._database.changing() as database:
            database.execute("DELETE FROM attempts WHERE name = ?", (_hidden(name),))


def _hidden(name: str) -> str:
    """A name as it is kept: some type their password into its field."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _network(address: str) -> str:
    """What counts as one address: of IPv6, all that one household has."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ipaddress.ip_network((ip.packed, 64), strict=False))
    return str(ip)
