"""What people think of answers, kept with all that an answer rests on, and given out as questions that evals/ asks."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from ui.state.conversations import Talk, TalkError, Turn, now
from ui.state.database import PageDatabase

Rating = Literal["up", "down"]

#: Characters of a comment.
LONGEST = 2_000

#: How many answers may be rated.
MOST = 100_000

_TABLES = """
CREATE TABLE IF NOT EXISTS feedback (
    talk TEXT NOT NULL, seal TEXT NOT NULL, who TEXT, at TEXT NOT NULL, rating TEXT, comment TEXT NOT NULL,
    answer TEXT NOT NULL, PRIMARY KEY (talk, seal)
);
"""


class Feedback:
    """The table of it: one opinion an answer of a conversation, the last one."""

    def __init__(self, database: PageDatabase) -> None:
        """Args: database: has the table."""
        self._database = database
        database.prepare(_TABLES)

    def rate(self, talk: Talk, turn: Turn, rating: Rating, who: str | None) -> None:
        """A thumb; the same one again takes it back."""
        before, comment = self._of(talk, turn)
        self._put(talk, turn, None if before == rating else rating, comment, who)

    def comment(self, talk: Talk, turn: Turn, comment: str, who: str | None) -> None:
        """What somebody says of an answer; an empty comment takes it back.

        Raises:
            TalkError: it is too long.
        """
        if len(comment) > LONGEST:
            raise TalkError(f"the comment has {len(comment):,} characters, and {LONGEST:,} are kept; shorten it")
        self._put(talk, turn, self._of(talk, turn)[0], comment.strip(), who)

    def comment_on(self, talk: Talk, turn: Turn) -> str:
        """What was said of an answer; empty where nothing was."""
        return self._of(talk, turn)[1]

    def ratings(self, talk_id: str, seals: Sequence[str]) -> dict[int, Rating]:
        """The thumbs of a conversation, by turn from 0.

        Args:
            talk_id: of the conversation.
            seals: of its turns.
        """
        given = dict(self._database.rows("SELECT seal, rating FROM feedback WHERE talk = ?", talk_id))
        return {number: given[seal] for number, seal in enumerate(seals) if given.get(seal)}

    def questions(self) -> Iterator[dict[str, Any]]:
        """All of it, the first one first, as questions that `python -m evals.run feedback` asks."""
        rows = self._database.rows(
            "SELECT talk, seal, who, at, rating, comment, answer FROM feedback ORDER BY at, seal"
        )
        for talk, seal, who, at, rating, comment, answer in rows:
            name = hashlib.sha256(f"{talk} {seal}".encode()).hexdigest()[:12]
            yield _question(f"f-{name}", who, at, rating, comment, json.loads(answer))

    def _of(self, talk: Talk, turn: Turn) -> tuple[Rating | None, str]:
        statement = "SELECT rating, comment FROM feedback WHERE talk = ? AND seal = ?"
        found = self._database.rows(statement, talk.id, turn.seal)
        return (found[0][0], found[0][1]) if found else (None, "")

    def _put(self, talk: Talk, turn: Turn, rating: Rating | None, comment: str, who: str | None) -> None:
        key = (talk.id, turn.seal)
        with self._database.changing() as database:
            database.execute("DELETE FROM feedback WHERE talk = ? AND seal = ?", key)
            if rating is None and not comment:
                return
            if database.execute("SELECT count(*) FROM feedback").fetchone()[0] >= MOST:
                raise TalkError(f"{MOST:,} answers are rated, and no more can be")
            answer = json.dumps(turn.answer.to_dict(), ensure_ascii=False)
            values = (*key, who, now(), rating, comment, answer)
            database.execute("INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?)", values)


def _question(
    name: str, who: str | None, at: str, rating: Rating | None, comment: str, answer: dict[str, Any]
) -> dict[str, Any]:
    """A question with what is right, as far as a thumb says so.

    A thumb up says that the answer is right: its quotes are evidence, or refusing was. A thumb down says only that it
    is not, so what is right is left open (`answerable` is None), as it is where no quote was given.
    """
    understood = answer["understood"]
    # To ask it the same again: what its words say is read from them, as of the day that it was asked.
    given = {
        "published": None if understood["period"] else understood["published"] or [None, None],
        "publisher": None if understood["outlet"] else understood["publishers"],
        "as_of": understood["as_of"] or (at[:10] if understood["period"] else None),
        "caution": understood["caution"],
    }
    quotes = list(dict.fromkeys(citation["quote"] for citation in answer["citations"]))
    answerable = bool(answer["answered"]) if rating == "up" and (quotes or not answer["answered"]) else None
    return {
        "id": name,
        "kind": understood["kind"],
        "question": understood["text"],
        "answerable": answerable,
        "evidence": quotes if answerable else [],
        "short": [],
        "rating": rating,
        "comment": comment,
        "who": who,
        "at": at,
        "typed": answer["question"],
        "given": given,
        "fingerprint": answer["fingerprint"],
        "answer": answer,
    }
