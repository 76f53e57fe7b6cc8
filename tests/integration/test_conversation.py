"""Conversations, and questions with dates and publishers, over the sample archive."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest

from ingest import Archive
from qa import Answer, Conversation, Question, QuestionError, ask


def test_follow_ups_lean_on_the_answers_before(samples: Archive) -> None:
    talk = Conversation(samples)
    assert talk.ask("Who resigned in March 2025?").short_answer == "Davin Pell"
    why = talk.ask("why?")
    assert why.question.text == "Why Davin Pell resigned in March 2025?"
    assert why.question.typed == "why?"
    assert "overhaul" in why.text
    assert talk.ask("thanks").citations == ()
    assert len(talk.turns) == 3
    talk.undo()
    assert len(talk.turns) == 2


def test_more_of_a_story_quotes_nothing_twice(samples: Archive) -> None:
    talk = Conversation(samples)
    first = talk.ask("What happened to the ferry Silver Tern?")
    second = talk.ask("go on")
    assert second.question.already_cited
    assert not {c.quote for c in first.citations} & {c.quote for c in second.citations}


def test_a_change_of_subject_carries_nothing(samples: Archive) -> None:
    talk = Conversation(samples)
    talk.ask("Who resigned in March 2025?")
    question = "How many nurses went on strike in Estrane?"
    answer = talk.ask(question)
    assert answer.question.text == question
    assert answer.question.near == ()
    assert answer.to_dict()["text"] == ask(question, samples).to_dict()["text"]


def test_a_long_history_and_one_of_another_archive_do_no_harm(samples: Archive, archive: Archive) -> None:
    answer = ask("Who resigned in March 2025?", samples)
    assert ask("why?", samples, history=[answer] * 500).answered
    elsewhere = ask("why?", archive, history=[answer])
    assert not elsewhere.answered
    assert not elsewhere.citations
    with pytest.raises(QuestionError, match="history"):
        ask("why?", samples, history=["Davin Pell"])  # type: ignore[list-item]


def test_a_range_in_the_words_limits_what_is_searched(samples: Archive) -> None:
    answer = ask("Who resigned last week?", samples, as_of="2025-03-25")
    assert answer.question.published == ("2025-03-17", "2025-03-23")
    assert answer.short_answer == "Davin Pell"
    assert "2025-03-17" <= (answer.citations[0].published or "")[:10] <= "2025-03-23"


def test_what_is_told_soon_after_is_found_and_said_to_be_outside(samples: Archive) -> None:
    answer = ask("Who resigned on 17 March 2025?", samples)
    assert answer.short_answer == "Davin Pell"
    assert answer.question.published == ("2025-03-17", "2025-03-17")
    assert "Not all of this was published on 17 March 2025" in answer.text
    assert "18 March 2025: " in answer.text
    assert not ask("Who resigned?", samples, published="2025-03-17").answered


def test_a_range_outside_the_archive_is_told_with_what_there_is(samples: Archive) -> None:
    answer = ask("Who won the cup in 1998?", samples)
    assert not answer.answered
    assert "in 1998" in answer.text
    assert "11 February 2025 to 14 June 2025" in answer.text


def test_a_month_without_a_year_is_the_last_that_the_archive_knows(samples: Archive) -> None:
    assert ask("Who resigned in March?", samples).question.published == ("2025-03-01", "2025-03-31")


def test_as_of_a_day_nothing_later_is_known_and_the_newer_wins(samples: Archive) -> None:
    question = "Who is the transport minister?"
    assert ask(question, samples, as_of="2025-03-10").short_answer == "Davin Pell"
    later = ask(question, samples, as_of=date(2025, 5, 30))
    assert later.short_answer == "Hester Vayle"
    assert later.sentences[0].day
    assert all((c.published or "") < "2025-05-31" for c in later.citations)
    assert ask(question, samples).short_answer == "Hester Vayle"


def test_a_publisher_in_the_words_is_asked_alone(samples: Archive) -> None:
    question = "how many people marched against the tunnel?"
    gazette = ask(f"According to the Gazette, {question}", samples)
    courier = ask(f"According to the Courier, {question}", samples)
    assert gazette.short_answer == "2,500"
    assert "4,000" in (courier.short_answer or "")
    assert {c.publisher for c in gazette.citations} == {"Saltreath Gazette"}
    everybody = ask(f"According to the Gazette, {question}", samples, publisher=())
    assert everybody.question.publishers == ()


@pytest.mark.parametrize(
    "question", ["summarise the tunnel protests", "What happened at the ferry inquiry?", "what happened in February"]
)
def test_a_course_of_events_is_told_in_order(samples: Archive, question: str) -> None:
    answer = ask(question, samples, as_of="2025-06-30")
    assert 1 < len(answer.sentences) <= 7
    days = [(sentence.citations[0].published or "9999")[:10] for sentence in answer.sentences]
    assert days == sorted(days)
    assert all(sentence.day for sentence in answer.sentences)
    quotes = [sentence.text for sentence in answer.sentences]
    assert len(set(quotes)) == len(quotes)
    articles = [sentence.citations[0].article_id for sentence in answer.sentences]
    assert all(one != other for one, other in pairwise(articles))


def test_a_course_of_events_that_is_not_told_is_refused(samples: Archive) -> None:
    assert not ask("What happened on the moon?", samples).answered


def test_an_answer_says_how_its_question_was_understood(samples: Archive) -> None:
    told = ask("Who resigned in March 2025?", samples).to_dict()
    assert told["question"] == "Who resigned in March 2025?"
    assert told["understood"]["published"] == ("2025-03-01", "2025-03-31")
    assert told["understood"]["limits"] == "published 1 to 31 March 2025"
    assert isinstance(ask("thanks", samples), Answer)
    assert isinstance(ask("thanks", samples).question, Question)
