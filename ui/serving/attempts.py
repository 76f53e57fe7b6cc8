"""Limit failed sign-in attempts by name and by address. Attempts are stored, so a restart does not reset them."""

from __future__ import annotations

import hashlib
import ipaddress
import time
from collections.abc import Callable

from ui.state.database import PageDatabase

#: Seconds for which an attempt counts.
WINDOW = 15 * 60

#: Failed attempts in this time: for one name, from one address.
FOR_NAME, FROM_ADDRESS = 5, 20

_TABLE = """
CREATE TABLE IF NOT EXISTS attempts (name TEXT NOT NULL, address TEXT NOT NULL, at REAL NOT NULL);
CREATE INDEX IF NOT EXISTS attempts_at ON attempts (at);
"""


class Attempts:
    """Sign-in attempts. Each counts as failed until it succeeds, so that simultaneous attempts count, too."""

    def __init__(self, database: PageDatabase, clock: Callable[[], float] = time.time) -> None:
        """Open the table.

        Args:
            database: the database with the table.
            clock: returns the seconds since 1970.
        """
        self._database, self._clock = database, clock
        database.prepare(_TABLE)

    def begin(self, name: str, address: str) -> float:
        """Count an attempt.

        Args:
            name: the name that was entered, whether or not there is such an account.
            address: address of the visitor.

        Returns:
            0 if the attempt is allowed. Otherwise the seconds to wait; the attempt then does not count.
        """
        now = self._clock()
        by = (("name", _hidden(name), FOR_NAME), ("address", _network(address), FROM_ADDRESS))
        with self._database.changing() as database:
            # Attempts in the future come from a clock that was set back: nobody should have to wait for them.
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
        """Forget the attempts for a name."""
        with self._database.changing() as database:
            database.execute("DELETE FROM attempts WHERE name = ?", (_hidden(name),))


def _hidden(name: str) -> str:
    """Hash a name, because some people type their password into the name field."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _network(address: str) -> str:
    """The network that counts as one address: for IPv6 the whole /64 of a household."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(ip, ipaddress.IPv6Address):
        return str(ip.ipv4_mapped or ipaddress.ip_network((ip.packed, 64), strict=False))
    return str(ip)
