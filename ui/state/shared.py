"""Store answers that can be opened from a link. Each has an unguessable id."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from ui.state.conversations import Conversation, ConversationCodec, ConversationError, Turn, now
from ui.state.database import PageDatabase

#: Number of links that there can be.
MOST = 20_000

_TABLES = """
CREATE TABLE IF NOT EXISTS shared (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, made TEXT NOT NULL, question TEXT NOT NULL, seal TEXT NOT NULL,
    json TEXT NOT NULL, UNIQUE (owner, seal)
);
"""


@dataclass(frozen=True)
class Link:
    """A link to an answer.

    Attributes:
        id: the id in the link.
        owner: who made it; None without sign-in.
        made: when, ISO 8601 in UTC.
        question: the question that was answered.
    """

    id: str
    owner: str | None
    made: str
    question: str


class SharedAnswers:
    """The table of shared answers."""

    def __init__(self, database: PageDatabase, codec: ConversationCodec, most: int = MOST) -> None:
        """Open the table.

        Args:
            database: the database with the table.
            codec: reads and writes conversations.
            most: number of links that there can be.
        """
        self._database, self._codec, self._most = database, codec, most
        database.prepare(_TABLES)

    def share(self, owner: str | None, turn: Turn) -> str:
        """Store an answer for a link. The same answer gets the same link.

        Args:
            owner: who makes the link; None without sign-in.
            turn: the question and its answer.

        Returns:
            The id in the link.

        Raises:
            ConversationError: this server did not give the answer, or there are too many links.
        """
        self._codec.check([turn])
        question = turn.words
        text = self._codec.dump(Conversation.begin().asking(question).with_turn(turn))
        with self._database.changing() as database:
            own = database.execute("SELECT id FROM shared WHERE owner = ? AND seal = ?", (owner or "", turn.seal))
            if row := own.fetchone():
                return str(row[0])
            if database.execute("SELECT count(*) FROM shared").fetchone()[0] >= self._most:
                raise ConversationError(f"there are {self._most:,} links to answers, which is the limit; remove some")
            made = secrets.token_hex(16)
            values = (made, owner or "", now(), question, turn.seal, text)
            database.execute("INSERT INTO shared VALUES (?, ?, ?, ?, ?, ?)", values)
            return made

    def open(self, link: str) -> Conversation:
        """Open the answer of a link as a new conversation that is not saved yet.

        Raises:
            ConversationError: there is no such link, or the answer cannot be read.
        """
        rows = self._database.rows("SELECT json FROM shared WHERE id = ?", link)
        if not rows:
            raise ConversationError("this link does not lead to an answer: it was removed, or it is incomplete")
        return replace(self._codec.load(rows[0][0]), id=Conversation.begin().id)

    def links(self) -> list[Link]:
        """All links, newest first."""
        rows = self._database.rows("SELECT id, owner, made, question FROM shared ORDER BY made DESC, id")
        return [Link(link, owner or None, made, question) for link, owner, made, question in rows]

    def take_back(self, link: str) -> bool:
        """Remove a link, and say whether it existed."""
        with self._database.changing() as database:
            return database.execute("DELETE FROM shared WHERE id = ?", (link,)).rowcount > 0
