"""A question with its options, as a caller asks it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from qa.base.answer import Answer
from qa.question.limits import QuestionError, Range
from qa.question.question import ArchiveFacts, Caution, Question, Style


@dataclass(frozen=True)
class Request:
    """A question and its options; invalid ones raise an error before anything is loaded.

    Attributes:
        question: what was typed.
        published: range of publication; None to read it from the question, (None, None) for no limit.
        publisher: one name or several; None to read them from the question, an empty collection for no limit.
        without: ids of articles that may not be used.
        caution: the confidence that an answer needs.
        as_of: the day as of which to answer; None for now.
        style: "quote" or "written"; None for written, where there is a chat model.
        history: the answers to the questions before this one, the last one last.
        understood: the question as its own words are understood, without the history and the archive.

    Raises:
        QuestionError: the question or an option is invalid.
    """

    question: str
    published: Range = None
    publisher: str | Collection[str] | None = None
    without: Collection[str] = ()
    caution: Caution = "normal"
    as_of: str | date | None = None
    style: Style | None = None
    history: Sequence[Answer] = ()
    understood: Question = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not (self.publisher is None or isinstance(self.publisher, str)):
            object.__setattr__(self, "publisher", tuple(self.publisher))
        object.__setattr__(self, "without", tuple(self.without))
        object.__setattr__(self, "history", tuple(self.history))
        object.__setattr__(self, "understood", self._parse(self.question))
        if not all(isinstance(answer, Answer) for answer in self.history):
            raise QuestionError("history takes the answers that ask returned before, the last one last")

    @classmethod
    def of(cls, asked: Request | str | Mapping[str, Any]) -> Request:
        """The request that a caller of the pipeline means.

        Args:
            asked: a request, a question, or a mapping with `question` and any of the other attributes. None stands for
                an option's default, and other keys are ignored.
        """
        if isinstance(asked, Request):
            return asked
        if isinstance(asked, str):
            return cls(asked)
        options = {option.name for option in fields(cls) if option.init} - {"question"}
        return cls(asked["question"], **{k: v for k, v in asked.items() if k in options and v is not None})

    def understand(self, text: str, archive: ArchiveFacts) -> Question:
        """The question as it is understood in a conversation about an archive.

        Args:
            text: the self-contained question; what was typed, unless that is a follow-up.
            archive: what the archive has that the question may name.

        Raises:
            QuestionError: what it names contradicts an option.
        """
        question = self.understood if text == self.understood.text else self._parse(text)
        return question.with_facts(archive, self.published, self.publisher)

    def _parse(self, text: str) -> Question:
        return Question.parse(
            text, self.published, self.publisher, self.without, self.caution, self.as_of, style=self.style
        )
