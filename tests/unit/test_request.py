"""A question with its options: checked once, and made of what a caller of the pipeline passes."""

from __future__ import annotations

import pytest

from qa.base.answer import Answer
from qa.base.request import Request
from qa.question.limits import QuestionError
from qa.question.question import ArchiveFacts, Question

ANSWER = Answer(Question.parse("Who resigned in March 2025?"), answered=True)


def test_a_string_a_mapping_and_a_request_are_the_same_request() -> None:
    request = Request("Who resigned?", caution="high", history=[ANSWER])
    options = {"question": "Who resigned?", "caution": "high", "history": (ANSWER,), "published": None, "other": 1}
    assert Request.of(options) == Request.of(request) == request
    assert Request.of(request) is request
    assert Request.of("Who resigned?") == Request.of({"question": "Who resigned?", "history": None})
    with pytest.raises(KeyError):
        Request.of({"published": "2025"})


def test_it_is_checked_when_it_is_made_the_question_first() -> None:
    with pytest.raises(QuestionError, match="empty"):
        Request("", history=["no answer"])  # type: ignore[list-item]
    with pytest.raises(QuestionError, match="history"):
        Request("Who resigned?", history=["no answer"])  # type: ignore[list-item]
    with pytest.raises(QuestionError, match="unknown style"):
        Request("Who resigned?", style="sung")  # type: ignore[arg-type]
    with pytest.raises(QuestionError, match="exclude each other"):
        Request("Who resigned in March 2025?", published="2024")


def test_values_that_can_be_read_only_once_are_kept() -> None:
    request = Request("Who resigned?", publisher=iter(["Wire"]), without=iter(["a"]), history=iter([ANSWER]))  # type: ignore[arg-type]
    assert request.understood.publishers == request.publisher == ("Wire",)
    assert (request.without, request.history) == (("a",), (ANSWER,))


def test_the_archive_adds_its_names_to_the_question_as_typed() -> None:
    request = Request("According to the Gull, who resigned in Ulverne in March 2025?", as_of="2025-04-01")
    facts = ArchiveFacts(("The Gull", "Tern"), ("Ulverne",), "2025-01-01")
    assert request.understood.publishers == ()
    question = request.understand(request.question, facts)
    assert question == Question.parse(request.question, as_of="2025-04-01", archive=facts)
    assert (question.publishers, question.places) == (("The Gull",), ("Ulverne",))
    assert question.published == ("2025-03-01", "2025-03-31")


def test_a_follow_up_is_understood_by_what_it_was_completed_to() -> None:
    request = Request("why?", as_of="2025-04-01")
    question = request.understand("Why did Davin Pell resign in March 2025?", ArchiveFacts())
    assert (question.kind, question.published) == ("why", ("2025-03-01", "2025-03-31"))


def test_a_distant_year_limits_only_an_archive_that_goes_back_so_far() -> None:
    request = Request("What happened in the ports in 1969?", as_of="2025-04-01")
    assert request.understood.published is None
    assert request.understand(request.question, ArchiveFacts(since="2020-01-01")).published is None
    old = request.understand(request.question, ArchiveFacts(since="1950-01-01"))
    assert old.published == ("1969-01-01", "1969-12-31")
