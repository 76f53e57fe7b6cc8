"""Example questions are chosen once for the archive as it is, and not again at every visit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from langchain_core.runnables import RunnableLambda

from ingest import Archive
from qa.base.answer import Answer
from qa.question.question import Question
from ui.state.database import PageDatabase
from ui.state.examples import ExampleQuestions


def test_examples_survive_a_restart_and_wait_after_a_change(
    copy_samples: Callable[[Path], Path], tmp_path: Path
) -> None:
    asked: list[str] = []

    def answer(question: str) -> Answer:
        asked.append(question)
        return Answer(Question.parse(question), answered=True)

    database = PageDatabase(tmp_path / "page.sqlite")
    with Archive.open(copy_samples(tmp_path / "archive")) as archive:
        examples = ExampleQuestions(archive, RunnableLambda(answer), database)
        questions = examples.questions()
        assert len(questions) == 4
        assert asked == questions
        archive.remove(archive.listing()[-1].article_id)
        assert examples.questions() == questions
        assert asked == questions
        after_restart = ExampleQuestions(archive, RunnableLambda(answer), database).questions()
        assert asked == [*questions, *after_restart]  # the archive is another one
        assert ExampleQuestions(archive, RunnableLambda(answer), database).questions() == after_restart
        assert asked == [*questions, *after_restart]
    database.close()
