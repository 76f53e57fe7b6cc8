"""Store ratings and comments with the full answers, and export them as questions for evals/."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from typing import Any, Literal

from ui.state.conversations import Conversation, ConversationError, Turn, now
from ui.state.database import PageDatabase

Rating = Literal["up", "down"]

#: Characters that a comment may have.
LONGEST = 2_000

#: Number of answers that can be rated.
MOST = 100_000

_TABLES = """
CREATE TABLE IF NOT EXISTS feedback (
    talk TEXT NOT NULL, seal TEXT NOT NULL, who TEXT, at TEXT NOT NULL, rating TEXT, comment TEXT NOT NULL,
    answer TEXT NOT NULL, PRIMARY KEY (talk, seal)
);
"""


class Feedback:
    """The table of feedback. It has the last rating and comment for each answer of a conversation."""

    def __init__(self, database: PageDatabase) -> None:
        """Open the table in a database."""
        self._database = database
        database.prepare(_TABLES)

    def rate(self, conversation: Conversation, turn: Turn, rating: Rating, who: str | None) -> None:
        """Rate an answer. The same rating again removes it.

        Args:
            conversation: the conversation.
            turn: its turn with the answer.
            rating: the rating.
            who: the signed-in person; None without sign-in.
        """
        before, comment = self._of(conversation, turn)
        self._put(conversation, turn, None if before == rating else rating, comment, who)

    def comment(self, conversation: Conversation, turn: Turn, comment: str, who: str | None) -> None:
        """Comment on an answer. An empty comment removes it.

        Args:
            conversation: the conversation.
            turn: its turn with the answer.
            comment: the comment.
            who: the signed-in person; None without sign-in.

        Raises:
            ConversationError: the comment is too long.
        """
        if len(comment) > LONGEST:
            raise ConversationError(f"the comment has {len(comment):,} characters; shorten it to {LONGEST:,}")
        self._put(conversation, turn, self._of(conversation, turn)[0], comment.strip(), who)

    def comment_on(self, conversation: Conversation, turn: Turn) -> str:
        """The comment on an answer; empty if there is none.

        Args:
            conversation: the conversation.
            turn: its turn with the answer.
        """
        return self._of(conversation, turn)[1]

    def ratings(self, conversation_id: str, seals: Sequence[str]) -> dict[int, Rating]:
        """The ratings of a conversation, by index of the turn.

        Args:
            conversation_id: id of the conversation.
            seals: seals of its turns.
        """
        ratings = dict(self._database.rows("SELECT seal, rating FROM feedback WHERE talk = ?", conversation_id))
        return {number: ratings[seal] for number, seal in enumerate(seals) if ratings.get(seal)}

    def questions(self) -> Iterator[dict[str, Any]]:
        """All feedback, oldest first, as questions for `python -m evals.run feedback`."""
        rows = self._database.rows(
            "SELECT talk, seal, who, at, rating, comment, answer FROM feedback ORDER BY at, seal"
        )
        for conversation, seal, who, at, rating, comment, answer in rows:
            name = hashlib.sha256(f"{conversation} {seal}".encode()).hexdigest()[:12]
            yield _question(f"f-{name}", who, at, rating, comment, json.loads(answer))

    def _of(self, conversation: Conversation, turn: Turn) -> tuple[Rating | None, str]:
        statement = "SELECT rating, comment FROM feedback WHERE talk = ? AND seal = ?"
        rows = self._database.rows(statement, conversation.id, turn.seal)
        return (rows[0][0], rows[0][1]) if rows else (None, "")

    def _put(
        self, conversation: Conversation, turn: Turn, rating: Rating | None, comment: str, who: str | None
    ) -> None:
        key = (conversation.id, turn.seal)
        with self._database.changing() as database:
            database.execute("DELETE FROM feedback WHERE talk = ? AND seal = ?", key)
            if rating is None and not comment:
                return
            if database.execute("SELECT count(*) FROM feedback").fetchone()[0] >= MOST:
                raise ConversationError(f"{MOST:,} answers have feedback already, which is the limit")
            answer = json.dumps(turn.answer.to_dict(), ensure_ascii=False)
            values = (*key, who, now(), rating, comment, answer)
            database.execute("INSERT INTO feedback VALUES (?, ?, ?, ?, ?, ?, ?)", values)


def _question(
    name: str, who: str | None, at: str, rating: Rating | None, comment: str, answer: dict[str, Any]
) -> dict[str, Any]:
    """Build a question for evals/ with the expected answer, as far as the rating shows it.

    A thumb up means that the answer is right: its quotes are evidence, or the refusal was correct. A thumb down means
    only that it is wrong, so the expected answer stays open (`answerable` is None). It stays open without quotes, too.
    """
    understood = answer["understood"]
    # To ask the same question again: what its text says is read from the text, as of the day that it was asked.
    options = {
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
        "given": options,
        "fingerprint": answer["fingerprint"],
        "answer": answer,
    }
