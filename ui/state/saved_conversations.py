"""Conversations of people who sign in, kept on the server: each can be had by its owner alone."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from dataclasses import dataclass, replace

from ui.state.conversations import Talk, TalkError, Talks
from ui.state.database import PageDatabase
from ui.state.summaries import Head, dump_heads, head_of, load_heads

#: How many one person may keep.
MOST = 1_000

#: How long one may be, in bytes of its JSON.
LARGEST = 5_000_000

_TABLES = """
CREATE TABLE IF NOT EXISTS kept_talks (
    owner TEXT NOT NULL, id TEXT NOT NULL, updated TEXT NOT NULL, changed_by TEXT NOT NULL, head TEXT NOT NULL,
    json TEXT NOT NULL, PRIMARY KEY (owner, id)
);
"""


_FORGET = "DELETE FROM kept_talks WHERE owner = ? AND id = ?"

_ID = re.compile(r"[\w-]{22}", re.ASCII)


@dataclass(frozen=True)
class Window:
    """A window of a browser, in which a conversation is open.

    Attributes:
        id: of the window.
        seen: mark of the conversation as it was opened or kept there last; empty where it began there.
        other: id that the conversation gets where another window has gone on with it.
    """

    id: str
    seen: str
    other: str

    @classmethod
    def parse(cls, text: str) -> Window:
        """From what the browser says of it.

        Raises:
            TalkError: it says something else.
        """
        window, seen, other = [*text.split(" "), "", "", ""][:3]
        if not _ID.fullmatch(window) or not _ID.fullmatch(other):
            raise TalkError("the browser does not say which window this is; load the page again")
        return cls(window, seen, other)


class KeptTalks:
    """The table of them."""

    def __init__(self, database: PageDatabase, talks: Talks, most: int = MOST) -> None:
        """Args: database: has the table; talks: reads and writes them; most: how many one person may keep."""
        self._database, self._talks, self._most = database, talks, most
        database.prepare(_TABLES)

    def heads(self, owner: str) -> list[Head]:
        """What a person keeps, the newest first."""
        statement = "SELECT head FROM kept_talks WHERE owner = ? ORDER BY updated DESC, id"
        return [head for (text,) in self._database.rows(statement, owner) for head in load_heads(f"[{text}]")]

    def keep(self, owner: str, talk: Talk, window: Window) -> Talk:
        """Keep a conversation as it is now.

        Args:
            owner: who keeps it.
            talk: it; an empty one, as a first question leaves it that was stopped, is taken out.
            window: where it was changed.

        Returns:
            It; with another id where another window has gone on with it meanwhile: both are kept.

        Raises:
            TalkError: it is too long, or too many are kept.
        """
        with self._database.changing() as database:
            before, changed_by = _row(database, owner, talk.id)
            by_another = changed_by not in (None, window.id)
            kept = self._marked(before) if by_another else ""
            changed = by_another and (not kept or kept != window.seen)
            if not talk.turns and not talk.pending:
                if not changed:
                    database.execute(_FORGET, (owner, talk.id))
                return talk
            if changed and kept != self.mark(talk):
                talk = replace(talk, id=window.other)
            text = self._talks.dump(talk)
            if len(text.encode()) > LARGEST:
                raise TalkError(
                    f"this conversation is longer than the {LARGEST // 1_000_000} MB that are kept of one; "
                    "export it, and begin a new one"
                )
            count = database.execute("SELECT count(*) FROM kept_talks WHERE owner = ?", (owner,)).fetchone()[0]
            if _row(database, owner, talk.id)[1] is None and count >= self._most:
                raise TalkError(f"{self._most:,} conversations are kept, and no more can be; delete some")
            head = dump_heads([head_of(talk)])[1:-1]
            values = (owner, talk.id, talk.updated, window.id, head, text)
            database.execute("INSERT OR REPLACE INTO kept_talks VALUES (?, ?, ?, ?, ?, ?)", values)
        return talk

    def open(self, owner: str, talk_id: str) -> Talk | None:
        """One of a person's own; None where there is none of that id.

        Raises:
            TalkError: as `Talks.load`.
        """
        text = self.text(owner, talk_id)
        return self._talks.load(text) if text else None

    def text(self, owner: str, talk_id: str) -> str:
        """One of a person's own as JSON, though it can be read no more; empty where there is none of that id."""
        found = self._database.rows("SELECT json FROM kept_talks WHERE owner = ? AND id = ?", owner, talk_id)
        return str(found[0][0]) if found else ""

    def forget(self, owner: str, talk_id: str) -> None:
        """Delete one of a person's own."""
        with self._database.changing() as database:
            database.execute(_FORGET, (owner, talk_id))

    def mark(self, talk: Talk) -> str:
        """Tells a conversation as it is now from how it was before any change, a new name too."""
        return hashlib.sha256(self._talks.dump(talk).encode()).hexdigest()[:32]

    def _marked(self, text: str) -> str:
        """The mark of what is kept; empty where that cannot be read."""
        try:
            return self.mark(self._talks.load(text))
        except TalkError:
            return ""


def _row(database: sqlite3.Connection, owner: str, talk_id: str) -> tuple[str, str | None]:
    """A conversation as it is kept, and the window that changed it last; None for the window where it is not kept."""
    statement = "SELECT json, changed_by FROM kept_talks WHERE owner = ? AND id = ?"
    return database.execute(statement, (owner, talk_id)).fetchone() or ("", None)
