"""A conversation: questions that build on those before them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.api import ask

if TYPE_CHECKING:
    from ingest.archive.archive import Archive
    from ingest.base.settings import Settings
    from qa.base.answer import Answer


class Conversation:
    """Questions to one archive, each of which may lean on those before: "and what did he say about Hong Kong?".

    Attributes:
        turns: the answers so far, the last one last; each holds its question as it was understood.

    Example:
        >>> talk = Conversation("my-archive")
        >>> talk.ask("Who resigned in March?").short_answer
        'Davin Pell'
        >>> talk.ask("why?").question.text
        'Why Davin Pell resigned in March?'
    """

    def __init__(self, archive: Archive | Settings | str | Path | None = None, **limits: Any) -> None:
        """Begin one.

        Args:
            archive: as for `qa.ask`.
            limits: what `qa.ask` takes beside the question, for all questions of this conversation.
        """
        self._archive = archive
        self._limits = limits
        self.turns: tuple[Answer, ...] = ()

    def ask(self, question: str, **limits: Any) -> Answer:
        """Ask the next question.

        Args:
            question: in the words of a reader.
            limits: what `qa.ask` takes beside the question, for this one.

        Raises:
            QuestionError, ArchiveError, ReaderError: as `qa.ask`; the conversation stays as it was.
        """
        answer = ask(question, self._archive, **{**self._limits, **limits}, history=self.turns)
        self.turns = (*self.turns, answer)
        return answer

    def undo(self) -> None:
        """Take the last question back, as if it had not been asked."""
        self.turns = self.turns[:-1]
