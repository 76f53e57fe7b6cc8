"""Days, months and spells of time as words name them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.dates.periods import find_periods, range_in_words
from qa.dates.rules import NoSuchDay

TODAY = date(2020, 7, 30)  # a Thursday
WORDS = (
    "in on since before until between and from to the last past next this early late mid end of start "
    "week month year decade century weekend quarter half first Q3 Monday Friday May March February 29 30 "
    "31 3rd 2020 1999 9999 1400 ago two few several 999 summer winter '90s 1990s nineties today yesterday "
    "tomorrow 2021-02-29 31/12/2020 12/2020 1-5 1998-2002 twentieth"
).split()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("on 2020-07-21", "2020-07-21", "2020-07-21"),
        ("on 21/07/2020", "2020-07-21", "2020-07-21"),
        ("on the 3rd of November", "2019-11-03", "2019-11-03"),
        ("Sept. 3rd 2018", "2018-09-03", "2018-09-03"),
        ("on 29 February", "2020-02-29", "2020-02-29"),
        ("in July 2020", "2020-07-01", "2020-07-31"),
        ("in March", "2020-03-01", "2020-03-31"),
        ("in August", "2019-08-01", "2019-08-31"),
        ("last July", "2019-07-01", "2019-07-31"),
        ("in early July", "2020-07-01", "2020-07-10"),
        ("at the end of May 2019", "2019-05-21", "2019-05-31"),
        ("in 2015", "2015-01-01", "2015-12-31"),
        ("in the 1990s", "1990-01-01", "1999-12-31"),
        ("in the late '70s", "1977-01-01", "1979-12-31"),
        ("in Q3 2019", "2019-07-01", "2019-09-30"),
        ("in the first half of 2018", "2018-01-01", "2018-06-30"),
        ("last winter", "2019-12-01", "2020-02-29"),
        ("yesterday", "2020-07-29", "2020-07-29"),
        ("this week", "2020-07-27", "2020-07-30"),
        ("last week", "2020-07-20", "2020-07-26"),
        ("the week before last", "2020-07-13", "2020-07-19"),
        ("last Thursday", "2020-07-23", "2020-07-23"),
        ("on Thursday", "2020-07-30", "2020-07-30"),
        ("in the past three days", "2020-07-27", "2020-07-30"),
        ("two weeks ago", "2020-07-13", "2020-07-19"),
        ("since the election on 3 November", "2019-11-03", "2020-07-30"),
        ("before 2015", None, "2014-12-31"),
        ("until 14 July", None, "2020-07-14"),
        ("after March 2019", "2019-04-01", "2020-07-30"),
        ("between March and May", "2020-03-01", "2020-05-31"),
        ("between November and February", "2019-11-01", "2020-02-29"),
        ("from March to May 2019", "2019-03-01", "2019-05-31"),
        ("13 to 19 July", "2020-07-13", "2020-07-19"),
        ("1-5 July 2020", "2020-07-01", "2020-07-05"),
        ("1998-2002", "1998-01-01", "2002-12-31"),
        ("the week of 13 July", "2020-07-13", "2020-07-19"),
        ("the first week of May", "2020-05-01", "2020-05-07"),
        ("in the last week of February 2020", "2020-02-23", "2020-02-29"),
        ("at the end of last year", "2019-10-01", "2019-12-31"),
        ("on Thursday 12 March 2020", "2020-03-12", "2020-03-12"),
        ("from Jan-Mar 2020", "2020-01-01", "2020-03-31"),
        ("in Sept '19", "2019-09-01", "2019-09-30"),
        ("last Christmas", "2019-12-25", "2019-12-26"),
        ("over Easter 2019", "2019-04-19", "2019-04-22"),
        ("on New Year's Day", "2020-01-01", "2020-01-01"),
        ("no later than 2018", None, "2018-12-31"),
        ("up to and including 5 May 2019", None, "2019-05-05"),
        ("from 3 March onwards", "2020-03-03", "2020-07-30"),
    ],
)
def test_words_for_time_are_reckoned_from_the_day(text: str, first: str | None, last: str | None) -> None:
    (period,) = find_periods(f"What happened {text}?", TODAY)
    assert (period.first and period.first.isoformat(), period.last and period.last.isoformat()) == (first, last)


@pytest.mark.parametrize(
    "text", ["May said so", "Will they march?", "on 5/6/2020", "2,000 people", "Friday the 13th", "a 20-year-old"]
)
def test_words_that_only_look_like_a_time_are_none(text: str) -> None:
    assert find_periods(text, TODAY) == []


@pytest.mark.parametrize("text", ["on 31 February 2021", "on 2021-02-30", "between May 2020 and March 2020"])
def test_a_time_that_does_not_exist_is_told(text: str) -> None:
    with pytest.raises(NoSuchDay):
        find_periods(text, TODAY)


@given(st.text(alphabet=st.sampled_from("0123456789 -/.,") | st.characters(max_codepoint=0x2FF)), st.dates())
def test_any_text_gives_periods_or_is_told(text: str, today: date) -> None:
    check_periods(text, today)


@given(st.lists(st.sampled_from(WORDS), max_size=8).map(" ".join), st.dates())
def test_any_words_for_time_give_periods_or_are_told(text: str, today: date) -> None:
    check_periods(text, today)


def check_periods(text: str, today: date) -> None:
    try:
        found = find_periods(text, today)
    except NoSuchDay:
        return
    for period in found:
        assert 0 <= period.start < period.end <= len(text)
        assert not (period.first and period.last) or period.first <= period.last or period.form in ("since", "after")


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        ("2020-07-01", "2020-07-31", "1 to 31 July 2020"),
        ("2019-12-28", "2020-01-03", "28 December 2019 to 3 January 2020"),
        ("2020-07-21", "2020-07-21", "on 21 July 2020"),
        ("2020-07", "2020-07", "in July 2020"),
        ("2020-01-01", "2020-12-31", "in 2020"),
        ("2020-07-21", None, "since 21 July 2020"),
        (None, "2020", "until 2020"),
    ],
)
def test_a_range_is_said_in_words(first: str | None, last: str | None, words: str) -> None:
    assert range_in_words(first, last) == words
