"""Relative words for time in articles, against the article's date."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.base.article import Published
from qa.dates.moments import annotate, find_moments, resolved

DAY = Published.parse("2020-07-21")  # a Tuesday


def noted(text: str, published: Published | None = DAY) -> str:
    return annotate(text, find_moments(text, published))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Last week, the harbour was closed.", "13 to 19 July 2020"),
        ("The minister resigned on Tuesday.", "21 July 2020"),
        ("The minister resigned on Friday.", "17 July 2020"),
        ("The council will meet on Friday.", "24 July 2020"),
        ("She said the court would sit on Monday.", "27 July 2020"),
        ("The report will be published on August 3.", "3 August 2020"),
        ("The ship was towed away on March 3.", "3 March 2020"),
        ("They were told so in November.", "November 2019"),
        ("The case will be heard in May.", "May 2021"),
        ("Prices rose by a tenth last year.", "2019"),
        ("He told them yesterday.", "20 July 2020"),
        ("Divers are to go down next week.", "27 July to 2 August 2020"),
        ("The bridge opened two years ago.", "2018"),
    ],
)
def test_words_are_resolved_as_the_verb_says(text: str, words: str) -> None:
    (moment,) = find_moments(text, DAY)
    assert moment.words() == words
    assert f"[{words}]" in noted(text)


@pytest.mark.parametrize(
    "text",
    [
        "The minister resigned on 3 March 2019.",
        "Shops are open every Friday.",
        "Talks on the Good Friday deal went on.",
        "The Sunday Times said so.",
        "Almost two years ago the bridge opened.",
        "A year later he came back.",
        "The following Monday she left.",
        "More people walk than ever today.",
        "The Friday deadline.",
        "Theresa May said she may march.",
        "The vote had been called for Thursday.",
        "He fell ill in late June.",
    ],
)
def test_what_may_mean_another_time_is_left_alone(text: str) -> None:
    assert noted(text) == text


def test_an_article_without_a_date_resolves_nothing() -> None:
    for published in (None, Published.parse("2020"), Published.parse("2020-07")):
        assert find_moments("The minister resigned on Tuesday, last week and yesterday.", published) == []


def test_the_words_that_answer_are_matched_with_their_moment() -> None:
    text = "He resigned on Friday, and she will be sworn in on Monday."
    moments = find_moments(text, DAY)
    assert [m.words() for m in moments] == ["17 July 2020", "27 July 2020"]
    start = text.index("Monday")
    assert resolved((start, start + 6), moments) == moments[1]
    assert resolved((0, len(text)), moments) is None
    assert resolved((0, 5), moments) is None


@given(st.text(max_size=200))
def test_notes_only_add_to_a_text(text: str) -> None:
    moments = find_moments(text, DAY)
    assert len(annotate(text, moments)) >= len(text)
    assert all(0 <= m.start < m.end <= len(text) for m in moments)
