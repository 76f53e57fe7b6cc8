"""Answers that a link opens again: each under an id that nobody guesses."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, replace

from ui.state.conversations import Talk, TalkError, Talks, Turn, now
from ui.state.database import PageDatabase

#: How many there may be.
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
        id: what stands in it.
        owner: who made it; None where nobody signs in.
        made: when, ISO 8601 in UTC.
        question: that was answered.
    """

    id: str
    owner: str | None
    made: str
    question: str


class SharedAnswers:
    """The table of them."""

    def __init__(self, database: PageDatabase, talks: Talks, most: int = MOST) -> None:
        """Args: database: has the table; talks: reads and writes answers; most: how many there may be."""
        self._database, self._talks, self._most = database, talks, most
        database.prepare(_TABLES)

    def share(self, owner: str | None, turn: Turn) -> str:
        """Keep an answer for a link; the same one for the same answer.

        Args:
            owner: who makes the link; None where nobody signs in.
            turn: the question and its answer.

        Returns:
            The id that stands in the link.

        Raises:
            TalkError: this server did not give the answer, or there are too many links.
        """
        self._talks.check([turn])
        question = turn.words
        text = self._talks.dump(Talk.begin().asking(question).with_turn(turn))
        with self._database.changing() as database:
            own = database.execute("SELECT id FROM shared WHERE owner = ? AND seal = ?", (owner or "", turn.seal))
            if row := own.fetchone():
                return str(row[0])
            if database.execute("SELECT count(*) FROM shared").fetchone()[0] >= self._most:
                raise TalkError(f"there are {self._most:,} links to answers, and no more can be made; remove some")
            made = secrets.token_hex(16)
            values = (made, owner or "", now(), question, turn.seal, text)
            database.execute("INSERT INTO shared VALUES (?, ?, ?, ?, ?, ?)", values)
            return made

    def open(self, link: str) -> Talk:
        """The answer of a link, as a conversation of its own that nobody keeps yet.

        Raises:
            TalkError: there is none, or it cannot be read.
        """
        found = self._database.rows("SELECT json FROM shared WHERE id = ?", link)
        if not found:
            raise TalkError("this link leads to no answer: it was taken back, or is not whole")
        return replace(self._talks.load(found[0][0]), id=Talk.begin().id)

    def links(self) -> list[Link]:
        """All links, the newest first."""
        rows = self._database.rows("SELECT id, owner, made, question FROM shared ORDER BY made DESC, id")
        return [Link(each, owner or None, made, question) for each, owner, made, question in rows]

    def take_back(self, link: str) -> bool:
        """Let a link lead to nothing; whether there was one."""
        with self._database.changing() as database:
            return database.execute("DELETE FROM shared WHERE id = ?", (link,)).rowcount > 0
