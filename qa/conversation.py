"""A conversation: questions that build on those before them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from qa.api import answer_request
from qa.base.request import Request

if TYPE_CHECKING:
    from ingest.archive.archive import Archive
    from ingest.base.settings import Settings
    from qa.base.answer import Answer


class Conversation:
    """Questions to one archive, each of which may refer to those before: "and what did he say about Hong Kong?".

    Attributes:
        turns: the answers so far, the last one last; each holds its question as it was understood.

    Example:
        >>> talk = Conversation("my-archive")
        >>> talk.ask("Who resigned in March?").short_answer
        'Davin Pell'
        >>> talk.ask("why?").question.text
        'Why Davin Pell resigned in March?'
    """

    def __init__(self, archive: Archive | Settings | str | Path | None = None, **options: Any) -> None:
        """Begin a conversation.

        Args:
            archive: as for `qa.ask`.
            options: options of `qa.ask` for all questions of this conversation.
        """
        self._archive = archive
        self._options = options
        self.turns: tuple[Answer, ...] = ()

    def ask(self, question: str, **options: Any) -> Answer:
        """Ask the next question.

        Args:
            question: in the words of a reader.
            options: options of `qa.ask` for this question.

        Raises:
            QuestionError, ArchiveError, ReaderError: as `qa.ask`; the conversation is then unchanged.
        """
        request = Request(question, **{**self._options, **options}, history=self.turns)
        answer = answer_request(request, self._archive)
        self.turns = (*self.turns, answer)
        return answer

    def undo(self) -> None:
        """Remove the last question and its answer."""
        self.turns = self.turns[:-1]
