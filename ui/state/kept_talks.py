"""Conversations of people who sign in, kept on the server: each can be had by its owner alone."""

from __future__ import annotations

import secrets
from dataclasses import replace

from ui.state.database import PageDatabase
from ui.state.heads import Head, dump_heads, head_of, load_heads
from ui.state.talks import Talk, TalkError, Talks

#: How many one person may keep.
MOST = 1_000

#: How long one may be, in bytes of its JSON.
LARGEST = 5_000_000

_TABLES = """
CREATE TABLE IF NOT EXISTS kept_talks (
    owner TEXT NOT NULL, id TEXT NOT NULL, updated TEXT NOT NULL, head TEXT NOT NULL, json TEXT NOT NULL,
    PRIMARY KEY (owner, id)
);
"""


class KeptTalks:
    """The table of them."""

    def __init__(self, database: PageDatabase, talks: Talks, most: int = MOST) -> None:
        """Args: database: has the table; talks: reads and writes them; most: how many one person may keep."""
        self._database, self._talks, self._most = database, talks, most
        database.prepare(_TABLES)

    def heads(self, owner: str) -> list[Head]:
        """What a person keeps, the newest first."""
        statement = "SELECT head FROM kept_talks WHERE owner = ? ORDER BY updated DESC, id"
        return load_heads(f"[{','.join(head for (head,) in self._database.rows(statement, owner))}]")

    def keep(self, owner: str, talk: Talk, seen: str = "") -> Talk:
        """Keep a conversation as it is now.

        Args:
            owner: who keeps it.
            talk: it; an empty one is not kept.
            seen: when it was last changed as far as whoever keeps it knows.

        Returns:
            It; under a new id where somebody else, in another window, has changed it since `seen`: both are kept.

        Raises:
            TalkError: it is too long, or too many are kept.
        """
        if not talk.turns and not talk.pending:
            return talk
        with self._database.changing() as database:
            row = database.execute(
                "SELECT updated FROM kept_talks WHERE owner = ? AND id = ?", (owner, talk.id)
            ).fetchone()
            if row and row[0] > seen and row[0] != talk.updated:
                talk, row = replace(talk, id=secrets.token_urlsafe(16)), None
            text = self._talks.dump(talk)
            if len(text.encode()) > LARGEST:
                raise TalkError(
                    f"this conversation is longer than the {LARGEST // 1_000_000} MB that are kept of one; "
                    "export it, and begin a new one"
                )
            count = database.execute("SELECT count(*) FROM kept_talks WHERE owner = ?", (owner,)).fetchone()[0]
            if row is None and count >= self._most:
                raise TalkError(f"{self._most:,} conversations are kept, and no more can be; delete some")
            head = dump_heads([head_of(talk)])[1:-1]
            database.execute(
                "INSERT OR REPLACE INTO kept_talks VALUES (?, ?, ?, ?, ?)", (owner, talk.id, talk.updated, head, text)
            )
        return talk

    def open(self, owner: str, talk_id: str) -> Talk | None:
        """One of a person's own; None where there is none of that id.

        Raises:
            TalkError: as `Talks.load`.
        """
        found = self._database.rows("SELECT json FROM kept_talks WHERE owner = ? AND id = ?", owner, talk_id)
        return self._talks.load(found[0][0]) if found else None

    def forget(self, owner: str, talk_id: str) -> None:
        """Delete one of a person's own."""
        with self._database.changing() as database:
            database.execute("DELETE FROM kept_talks WHERE owner = ? AND id = ?", (owner, talk_id))
