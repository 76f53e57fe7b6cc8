"""Save the conversations of signed-in people on the server. Only the owner can open a conversation."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from dataclasses import dataclass, replace

from ui.state.conversations import Conversation, ConversationCodec, ConversationError
from ui.state.database import PageDatabase
from ui.state.summaries import Summary, dump_summaries, load_summaries, summarize

#: Number of conversations that one person can save.
MOST = 1_000

#: Bytes of JSON that one conversation may have.
LARGEST = 5_000_000

_TABLES = """
CREATE TABLE IF NOT EXISTS kept_talks (
    owner TEXT NOT NULL, id TEXT NOT NULL, updated TEXT NOT NULL, changed_by TEXT NOT NULL, head TEXT NOT NULL,
    json TEXT NOT NULL, PRIMARY KEY (owner, id)
);
"""


_DELETE = "DELETE FROM kept_talks WHERE owner = ? AND id = ?"

_ID = re.compile(r"[\w-]{22}", re.ASCII)


@dataclass(frozen=True)
class Window:
    """A browser window in which a conversation is open.

    Attributes:
        id: id of the window.
        seen: mark of the conversation when it was last opened or saved there; empty if it began there.
        other: id for a copy of the conversation if another window has changed it.
    """

    id: str
    seen: str
    other: str

    @classmethod
    def parse(cls, text: str) -> Window:
        """Parse the description that the browser sends.

        Raises:
            ConversationError: it is invalid.
        """
        window, seen, other = [*text.split(" "), "", "", ""][:3]
        if not _ID.fullmatch(window) or not _ID.fullmatch(other):
            raise ConversationError("the browser did not send the id of this window; reload the page")
        return cls(window, seen, other)


class SavedConversations:
    """The table of saved conversations."""

    def __init__(self, database: PageDatabase, codec: ConversationCodec, most: int = MOST) -> None:
        """Open the table.

        Args:
            database: the database with the table.
            codec: reads and writes conversations.
            most: number of conversations that one person can save.
        """
        self._database, self._codec, self._most = database, codec, most
        database.prepare(_TABLES)

    def summaries(self, owner: str) -> list[Summary]:
        """The conversations of a person, newest first."""
        statement = "SELECT head FROM kept_talks WHERE owner = ? ORDER BY updated DESC, id"
        return [summary for (text,) in self._database.rows(statement, owner) for summary in load_summaries(f"[{text}]")]

    def save(self, owner: str, conversation: Conversation, window: Window) -> Conversation:
        """Save a conversation.

        Args:
            owner: its owner.
            conversation: the conversation. An empty one is deleted: its first question was stopped.
            window: the window in which it was changed.

        Returns:
            The conversation. It has another id if another window has changed it in the meantime: both are saved.

        Raises:
            ConversationError: it is too long, or there are too many.
        """
        with self._database.changing() as database:
            before, changed_by = _row(database, owner, conversation.id)
            by_another = changed_by not in (None, window.id)
            mark = self._marked(before) if by_another else ""
            changed = by_another and (not mark or mark != window.seen)
            if not conversation.turns and not conversation.pending:
                if not changed:
                    database.execute(_DELETE, (owner, conversation.id))
                return conversation
            if changed and mark != self.mark(conversation):
                conversation = replace(conversation, id=window.other)
            text = self._codec.dump(conversation)
            if len(text.encode()) > LARGEST:
                raise ConversationError(
                    f"this conversation is longer than the limit of {LARGEST // 1_000_000} MB; "
                    "export it and start a new one"
                )
            count = database.execute("SELECT count(*) FROM kept_talks WHERE owner = ?", (owner,)).fetchone()[0]
            if _row(database, owner, conversation.id)[1] is None and count >= self._most:
                raise ConversationError(f"{self._most:,} conversations are saved, which is the limit; delete some")
            summary = dump_summaries([summarize(conversation)])[1:-1]
            values = (owner, conversation.id, conversation.updated, window.id, summary, text)
            database.execute("INSERT OR REPLACE INTO kept_talks VALUES (?, ?, ?, ?, ?, ?)", values)
        return conversation

    def open(self, owner: str, conversation_id: str) -> Conversation | None:
        """Open a conversation of a person; None if it does not exist.

        Args:
            owner: the person.
            conversation_id: its id.

        Raises:
            ConversationError: it cannot be read; see `ConversationCodec.load`.
        """
        text = self.text(owner, conversation_id)
        return self._codec.load(text) if text else None

    def text(self, owner: str, conversation_id: str) -> str:
        """The JSON of a conversation, even if it cannot be read any more; empty if it does not exist.

        Args:
            owner: its owner.
            conversation_id: its id.
        """
        rows = self._database.rows("SELECT json FROM kept_talks WHERE owner = ? AND id = ?", owner, conversation_id)
        return str(rows[0][0]) if rows else ""

    def delete(self, owner: str, conversation_id: str) -> None:
        """Delete a conversation of a person.

        Args:
            owner: the person.
            conversation_id: its id.
        """
        with self._database.changing() as database:
            database.execute(_DELETE, (owner, conversation_id))

    def mark(self, conversation: Conversation) -> str:
        """A hash that changes whenever the conversation changes, including its name."""
        return hashlib.sha256(self._codec.dump(conversation).encode()).hexdigest()[:32]

    def _marked(self, text: str) -> str:
        """The mark of a saved conversation; empty if it cannot be read."""
        try:
            return self.mark(self._codec.load(text))
        except ConversationError:
            return ""


def _row(database: sqlite3.Connection, owner: str, conversation_id: str) -> tuple[str, str | None]:
    """The JSON of a saved conversation, and the window that changed it last; None if it is not saved."""
    statement = "SELECT json, changed_by FROM kept_talks WHERE owner = ? AND id = ?"
    return database.execute(statement, (owner, conversation_id)).fetchone() or ("", None)
