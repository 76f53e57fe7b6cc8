"""Questions of a conversation, made to stand alone."""

from __future__ import annotations

from datetime import date

import pytest

from qa.base.answer import Answer, Citation, Sentence
from qa.dialogue.followup import resolve
from qa.question.question import Question

TODAY = date(2025, 6, 30)


def answered(question: str, quote: str, short: str | None = None, headline: str = "News") -> Answer:
    cited = Citation("a1", "v1", headline, "Gull", "2025-03-18", None, quote, 0, len(quote))
    return Answer(Question.parse(question, (None, None)), True, (Sentence(quote, (cited,)),), short, 0.9)


PELL = answered(
    "Who resigned in March 2025?", "Transport Minister Davin Pell resigned on Tuesday.", "Davin Pell", "Pell quits"
)
VAYLE = answered("What did Hester Vayle say about the harbour tunnel?", "“No,” Vayle said. She would not go.", None)
FERRY = answered("Where did the ferry run aground?", "The ferry ran aground on Merrin Reef in Estrane.", "Merrin Reef")


@pytest.mark.parametrize(
    ("before", "typed", "understood"),
    [
        (PELL, "why?", "Why Davin Pell resigned in March 2025?"),
        (PELL, "What did he say about the ferry?", "What did Davin Pell say about the ferry?"),
        (PELL, "and who replaced him?", "Who replaced Davin Pell?"),
        (PELL, "when was his successor named?", "When was Davin Pell’s successor named?"),
        (PELL, "and in April 2025?", "Who resigned in April 2025?"),
        (PELL, "who else?", "Who else resigned in March 2025?"),
        (PELL, "what else happened that day?", "What else happened on 18 March 2025?"),
        (PELL, "What happened the month before?", "What happened in February 2025?"),
        (VAYLE, "and Davin Pell?", "What did Davin Pell say about the harbour tunnel?"),
        (VAYLE, "what did she say about the ferry?", "What did Hester Vayle say about the ferry?"),
        (VAYLE, "how much will it cost?", "How much will the harbour tunnel cost?"),
        (VAYLE, "no, I meant the bridge", "What did the bridge say about the harbour tunnel?"),
        (VAYLE, "what's the latest?", "What is the latest on the harbour tunnel?"),
        (FERRY, "when?", "When did the ferry run aground?"),
        (FERRY, "how many people live there?", "How many people live in Estrane?"),
        (FERRY, "what about the tanker?", "Where did the tanker run aground?"),
    ],
)
def test_what_a_question_leaves_out_comes_from_the_one_before(before: Answer, typed: str, understood: str) -> None:
    found = resolve(typed, [before], TODAY)
    if typed.startswith("no, I meant"):  # which part is meant cannot be told; it is shown and can be put right
        assert "the bridge" in found.text
    else:
        assert found.text == understood
    assert found.articles == ("a1",)


@pytest.mark.parametrize(
    "question",
    [
        "Who won the cup final at Quayside Park?",
        "Is it true that Estrane banned garden hoses?",
        "How many nurses went on strike in Port Hallam this week?",
        "Did Maren Oskell say that she will stand again?",
        "What did the police say when they arrested Odo Crail?",
    ],
)
def test_a_question_that_says_all_itself_is_left_as_it_is(question: str) -> None:
    found = resolve(question, [PELL], TODAY)
    assert found.text == question
    assert found.articles == ()


@pytest.mark.parametrize("words", ["thanks", "Thank you!", "ok, great", "hello", "bye", "no thanks"])
def test_words_that_ask_nothing_are_answered_without_a_search(words: str) -> None:
    assert resolve(words, [PELL], TODAY).reply
    assert resolve(words, [], TODAY).reply


@pytest.mark.parametrize("words", ["go on", "yes please", "Tell me more", "what happened next?", "anything else?"])
def test_more_of_a_story_leaves_out_what_was_told(words: str) -> None:
    found = resolve(words, [PELL], TODAY)
    assert found.reply is None
    assert found.already_cited == (("a1", 0, len(PELL.citations[0].quote)),)


def test_nothing_is_carried_where_nothing_was_asked() -> None:
    assert resolve("why?", [], TODAY).text == "why?"
    assert resolve("What did he say?", [], TODAY).articles == ()


def test_of_a_long_history_the_last_turns_count() -> None:
    assert resolve("why?", [FERRY] * 500 + [PELL], TODAY).text == "Why Davin Pell resigned in March 2025?"


def test_a_refusal_is_followed_up_too() -> None:
    refused = Answer(Question.parse("What did Odo Crail say about the harbour tunnel?"), answered=False)
    assert resolve("and about the ferry?", [refused], TODAY).text.startswith("What did Odo Crail say")
    assert "Odo Crail" in resolve("when did he leave?", [refused], TODAY).text


@pytest.mark.parametrize("words", ["(", "why" * 500, "?? ??", "it", "\u202e he \u202c", "and and and", "what about"])
def test_odd_words_are_no_trouble(words: str) -> None:
    for history in ([], [PELL], [VAYLE, FERRY]):
        assert isinstance(resolve(words, history, TODAY).text, str)
