from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.question.question import Question
from qa.reader.short_answer import fits, key, trim

WHO, WHEN, WHERE = "Who resigned?", "When did it sink?", "Where did it sink?"
HOW_MANY, HOW_MUCH, HOW_COLD = "How many seats did the party win?", "How much did the ferry cost?", "How cold was it?"
WHAT, COUNTRY, WHY = "What sank?", "Which country won?", "Why did it sink?"
QUESTIONS = (WHO, WHEN, WHERE, HOW_MANY, HOW_MUCH, HOW_COLD, WHAT, COUNTRY, WHY, "What did Odo Crail say?", "Did it?")


def kept(question: str, words: str) -> str:
    start, end = trim(Question.parse(question), words)
    return words[start:end]


# What is kept


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("Transport Minister Hester Vayle", "Hester Vayle"),
        ("Dr. Odo Crail", "Odo Crail"),
        ("the former Prime Minister Hester Vayle", "Hester Vayle"),
        ("Queen Orsola", "Orsola"),
        ("Odo Crail’s", "Odo Crail"),
        ("Minister of Health Hester Vayle's", "Hester Vayle"),
        ("Israel Defence Forces", "Israel Defence Forces"),
        ("State Farm", "State Farm"),
        ("Prince Odo and Prince Davin", "Prince Odo and Prince Davin"),
        ("U.S. Secretary of State Hester Vayle", "Hester Vayle"),
        ("British Prime Minister Hester Vayle", "Hester Vayle"),
        ("British Airways", "British Airways"),
        ("Odo Crail", "Odo Crail"),
        ("President", "President"),
        ("the prime minister", "the prime minister"),
        ("a coastguard", "a coastguard"),
        ("Hester Vayle, transport minister", "Hester Vayle, transport minister"),
    ],
)
def test_a_title_in_front_of_a_name_goes_where_a_person_is_asked_for(words: str, left: str) -> None:
    assert kept(WHO, words) == left


@pytest.mark.parametrize("words", ["Transport Minister Hester Vayle", "Queen Orsola"])
def test_a_title_stays_where_something_else_is_asked_for(words: str) -> None:
    assert kept(WHAT, words) == words


@pytest.mark.parametrize(
    "words", ["the Prime Minister", "the Transport Minister", "Secretary of State", "Prince of Oskell"]
)
def test_an_office_without_a_name_stays_whole(words: str) -> None:
    assert kept(WHO, words) == words


@pytest.mark.parametrize("words", ["General Ferries", "Justice Department", "State Lottery"])
def test_a_body_whose_name_begins_like_a_title_stays_whole(words: str) -> None:
    assert kept("Which company owns the ferry?", words) == words


@pytest.mark.parametrize(
    ("question", "words", "left"),
    [
        (WHEN, "on Monday", "Monday"),
        (WHEN, "In 1996,", "1996"),
        (WHEN, "since last week", "last week"),
        (WHERE, "at Oskell", "Oskell"),
        (WHERE, "near Oskell", "near Oskell"),
        (WHEN, "before Friday", "before Friday"),
        (HOW_MANY, "at least 12", "at least 12"),
        (WHERE, "in the port of Oskell.", "the port of Oskell"),
        (HOW_MANY, "of 218 seats", "218"),
        (WHAT, "on Monday", "on Monday"),
        (WHO, "by Odo Crail", "by Odo Crail"),
        (WHEN, "in", "in"),
        (WHERE, "Inverness", "Inverness"),
    ],
)
def test_a_preposition_in_front_of_a_date_place_or_number_goes(question: str, words: str, left: str) -> None:
    assert kept(question, words) == left


@pytest.mark.parametrize(
    ("question", "words", "left"),
    [
        (HOW_MANY, "218 seats", "218"),
        (HOW_MANY, "about 218 seats", "about 218"),
        (HOW_MANY, "218 votes", "218 votes"),
        (HOW_MANY, "seats", "seats"),
        (HOW_MANY, "1,900 seats", "1,900"),
        (HOW_MUCH, "$1.5 million", "$1.5 million"),
        ("How many miles is it?", "12 miles", "12"),
        ("How many members of party 7 left?", "party 7", "party 7"),
        (WHAT, "218 seats", "218 seats"),
    ],
)
def test_a_unit_that_the_question_names_goes_behind_a_number(question: str, words: str, left: str) -> None:
    assert kept(question, words) == left


@pytest.mark.parametrize(
    ("words", "left"), [("-5 degrees", "-5 degrees"), ("–5 degrees", "–5 degrees"), (".5 degrees", ".5 degrees")]
)
def test_the_sign_and_the_point_of_a_number_stay(words: str, left: str) -> None:
    assert kept(HOW_COLD, words) == left


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("“Odo Crail”", "Odo Crail"),
        ("McDonald’s", "McDonald’s"),
        ("5 p.m.", "5 p.m."),
        ("Oskell Ferries Inc.", "Oskell Ferries Inc."),
        ("the Crails’", "the Crails"),
        ("  Odo Crail, ", "Odo Crail"),
        ("Odo Crail.", "Odo Crail"),
        ("— the ferry —", "the ferry"),
        ("the U.S.", "the U.S."),
        ("the U.S.,", "the U.S."),
        ("U.S.-led", "U.S.-led"),
        ("Odo J.", "Odo J."),
        ("World Ferry Board (WFB)", "World Ferry Board (WFB)"),
        ("World Ferry Board (WFB).", "World Ferry Board (WFB)"),
        ("(WFB)", "WFB"),
        ("(World Ferry Board", "World Ferry Board"),
    ],
)
def test_marks_at_the_ends_go_and_those_that_belong_to_a_word_stay(words: str, left: str) -> None:
    assert kept(WHAT, words) == left


@pytest.mark.parametrize("words", ["", "...", "”", " "])
def test_words_without_a_letter_are_left_as_they_are(words: str) -> None:
    assert kept(WHO, words) == words


PARTS = st.lists(
    st.one_of(
        st.text(max_size=4),
        st.sampled_from(
            [
                "in ",
                "On ",
                "’s",
                "'s ",
                "Mr. ",
                "the ",
                "Prime Minister ",
                "U.S.",
                "(",
                ")",
                " seats",
                "218",
                "-5 ",
                "“",
            ]
        ),
    ),
    max_size=6,
).map("".join)


@given(st.one_of(st.text(), PARTS), st.sampled_from(QUESTIONS))
def test_what_is_kept_lies_inside_the_words_whatever_they_are(words: str, question: str) -> None:
    start, end = trim(Question.parse(question), words)
    assert 0 <= start <= end <= len(words)


@given(PARTS, st.sampled_from(QUESTIONS))
def test_something_is_kept_of_words_that_hold_a_letter_or_figure(words: str, question: str) -> None:
    if re.search(r"[^\W_]", words):
        assert re.search(r"[^\W_]", kept(question, words))


def test_something_is_kept_of_a_stray_possessive() -> None:
    assert "s" in kept(WHERE, "at 's")


# What fits


@pytest.mark.parametrize(
    ("question", "words", "expected"),
    [
        (COUNTRY, "Britain", True),
        (COUNTRY, "the U.K.", True),
        (COUNTRY, "Ulverne", True),  # countries that no list has
        (COUNTRY, "the ferry", False),
        (COUNTRY, "1996", False),
        (COUNTRY, "seven", False),
        ("What Baltic nation won?", "the ferry", False),
        (HOW_MANY, "218", True),
        (HOW_MANY, "twelve", True),
        (HOW_MANY, "about a dozen", True),
        (HOW_MANY, "nobody", True),
        (HOW_MANY, "Oskell", False),
        (HOW_MUCH, "$1.5 million", True),
        (HOW_MUCH, "a fortune", False),
        (WHEN, "Monday", True),
        (WHEN, "last week", True),
        (WHEN, "1996", True),
        (WHEN, "after the ferry had sunk", True),
        (WHEN, "at dawn", True),
        (WHEN, "Christmas Day", True),
        (WHEN, "Odo Crail", False),
        (WHO, "Odo Crail", True),
        (WHO, "a coastguard", True),
        (WHO, "1996", False),
        (WHO, "“218”", False),
        (WHO, "...", False),
        (WHERE, "Oskell", True),
        (WHERE, "1996.", False),
        (WHAT, "1996", True),
        (WHAT, "the ferry", True),
        (WHY, "anything at all", True),
    ],
)
def test_words_fit_where_they_are_of_the_kind_that_is_asked_for(question: str, words: str, expected: bool) -> None:
    assert fits(Question.parse(question), words) is expected


@given(st.one_of(st.text(), PARTS), st.sampled_from(QUESTIONS))
def test_any_words_either_fit_or_do_not(words: str, question: str) -> None:
    assert fits(Question.parse(question), words) in (True, False)


# What says the same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The Ferry", "ferry"),
        ("Odo Crail’s", "odo crail"),
        ("“Odo  Crail”,", "Odo Crail"),
        ("the U.S.", "US"),
        ("1,900", "1900"),
        ("−5", "-5"),
        ("well-known", "well known"),
        ("an island", "the island"),
    ],
)
def test_two_spans_say_the_same_whatever_their_marks_and_articles(one: str, other: str) -> None:
    assert key(one) == key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Odo Crail", "Hester Crail"),
        ("218", "219"),
        ("3.5 percent", "35 percent"),
        ("$5 million", "£5 million"),
        ("-5 degrees", "5 degrees"),
        ("−5", "5"),
        ("-$5 million", "$5 million"),
        ("5%", "5"),
        ("₹5", "₩5"),
        ("C++", "C#"),
        ("किला", "कला"),
    ],
)
def test_two_spans_that_differ_do_not_say_the_same(one: str, other: str) -> None:
    assert key(one) != key(other)


@given(st.one_of(st.text(), PARTS))
def test_a_key_is_small_letters_with_single_blanks(words: str) -> None:
    found = key(words)
    assert found == " ".join(found.split())
    assert not re.search(r"[A-Z“”‘’'\",!?()]", found)
