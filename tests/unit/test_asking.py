"""Steps and parts of an answer, as a thread gives them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from langchain_core.runnables import RunnableLambda

from ingest.base.errors import DatelineError
from qa.base.answer import Answer
from qa.question.question import Question
from ui.state.asking import Step, ask_in_steps

ANSWER = Answer(Question.parse("Who?"), answered=True)


def chain(answer: Any, *, answered: bool = False) -> Any:
    begun = {"answer": ANSWER} if answered else {"question": ANSWER.question}
    return (
        RunnableLambda(lambda _: begun, name="understand")
        | RunnableLambda(lambda state: state if answered else state | {"candidates": [1, 2, 3]}, name="retrieve")
        | RunnableLambda(lambda state: state, name="read")
        | RunnableLambda(answer, name="answer")
    )


def two_parts(_: Any) -> Iterator[Answer]:
    yield ANSWER
    yield ANSWER


def test_steps_come_before_the_parts() -> None:
    told = list(ask_in_steps(chain(two_parts), {"question": "Who?"}))
    steps = [each for each in told if isinstance(each, Step)]
    assert steps == [Step("search"), Step("read", 3), Step("check")]
    assert [isinstance(each, Answer) for each in told[-2:]] == [True, True]


def test_where_all_is_said_at_once_there_are_no_steps() -> None:
    told = list(ask_in_steps(chain(lambda state: state["answer"], answered=True), {"question": "thanks"}))
    assert told == [ANSWER]


def test_an_error_reaches_whoever_listens() -> None:
    def fail(_: Any) -> Answer:
        raise DatelineError("no")

    with pytest.raises(DatelineError, match="no"):
        list(ask_in_steps(chain(fail), {"question": "Who?"}))


def test_who_stops_listening_stops_it_before_the_next_part() -> None:
    given: list[int] = []
    go_on, left = threading.Event(), threading.Event()

    def slow(_: Any) -> Iterator[Answer]:
        try:
            for number in range(3):
                given.append(number)
                yield ANSWER
                go_on.wait(10)
        finally:
            left.set()

    listening = ask_in_steps(chain(slow), {"question": "Who?"})
    while not isinstance(next(listening), Answer):
        pass
    listening.close()
    go_on.set()
    assert left.wait(10)
    assert given in ([0], [0, 1])
