"""Dates as people and machines write them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.base.article import Published
from ingest.cleaning.dates import parse_date
from tests.examples import examples


@pytest.mark.parametrize(
    ("text", "iso", "precision"),
    [
        # ISO 8601
        ("2020", "2020", "year"),
        ("2020-07", "2020-07", "month"),
        ("2020-07-21", "2020-07-21", "day"),
        ("2020-07-21T14:30", "2020-07-21T14:30", "minute"),
        ("2020-07-21T14:30+01:00", "2020-07-21T14:30+01:00", "minute"),
        ("2020-07-21T14:30:05Z", "2020-07-21T14:30:05Z", "second"),
        ("  2020-07-21\n", "2020-07-21", "day"),
        # RFC 2822
        ("Tue, 21 Jul 2020 14:30:00 +0100", "2020-07-21T14:30:00+01:00", "second"),
        ("Tue, 21 Jul 2020 14:30:00 GMT", "2020-07-21T14:30:00+00:00", "second"),
        # words
        ("21 July 2020", "2020-07-21", "day"),
        ("July 21, 2020", "2020-07-21", "day"),
        ("Tuesday, July 21, 2020", "2020-07-21", "day"),
        ("21st July 2020", "2020-07-21", "day"),
        ("Sept. 3, 2020", "2020-09-03", "day"),
        ("July 2020", "2020-07", "month"),
        ("May 2020", "2020-05", "month"),
        ("July 21, 2020 2:30 p.m.", "2020-07-21T14:30", "minute"),
        ("July 21, 2020, 2:30 a.m.", "2020-07-21T02:30", "minute"),
        ("21 July 2020, 2:30 pm", "2020-07-21T14:30", "minute"),
        ("21 July 2020 14:30", "2020-07-21T14:30", "minute"),
        # numbers that can be read in one way only
        ("31/12/2020", "2020-12-31", "day"),
        ("12/31/2020", "2020-12-31", "day"),
        ("04/04/2020", "2020-04-04", "day"),
        ("21.07.2020", "2020-07-21", "day"),
        ("03.04.2020", "2020-04-03", "day"),
        ("31/12/2020 9:05", "2020-12-31T09:05", "minute"),
    ],
)
def test_a_date_is_read_with_the_precision_it_was_given_in(text: str, iso: str, precision: str) -> None:
    published = parse_date(text)
    assert (published.iso, published.precision) == (iso, precision)


@pytest.mark.parametrize("text", ["1595341800", "1595341800000"])
def test_seconds_and_milliseconds_since_1970(text: str) -> None:
    published = parse_date(text)
    assert published.start == datetime(2020, 7, 21, 14, 30, tzinfo=UTC)
    assert published.precision == "second"


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2020",  # a day in April, or in March
        "3/4/2020 14:30",
        "2020-02-30",
        "2020-13-01",
        "30 February 2020",
        "31/02/2020",
        "32.01.2020",
        "13/13/2020",
        "nonsense",
        "soon after lunch",
        "the third of never",
        "",
        "   ",
        "-",
        "17",
    ],
)
def test_what_is_ambiguous_impossible_or_no_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(text)


@pytest.mark.parametrize("text", ["21 July", "July 21", "Tuesday", "yesterday", "today", "2 hours ago", "last week"])
def test_a_date_without_a_year_is_refused_and_not_guessed_from_the_clock(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_date(text)


def moment(text: str) -> datetime | None:
    try:
        return parse_date(text).start
    except ValueError:
        return None


@pytest.mark.parametrize("text", ["July 21, 2020 2:30 p.m. EST", "21 July 2020, 2:30 p.m. (EST)"])
def test_a_zone_in_letters_is_heeded_or_refused(text: str) -> None:
    assert moment(text) in (None, datetime(2020, 7, 21, 19, 30, tzinfo=UTC))


@given(st.text(max_size=30) | st.from_regex(r"[0-9]{1,4}[-/. ][0-9]{1,2}[-/. ][0-9]{1,4}[T ]?[0-9:Z+-]{0,12}"))
@example("9999-12-31T23:59:59-05:00")
@example("99999999999999")
@example("9999999999999")
@examples(100)
def test_any_text_is_a_date_or_refused_as_a_value(text: str) -> None:
    try:
        published = parse_date(text)
    except ValueError:
        return
    assert Published.parse(published.iso) == published


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("2020-07-21 14:30:00 UTC", "2020-07-21T14:30:00Z"),
        ("2020-07-21T14:30:00 +0100", "2020-07-21T14:30:00+01:00"),
        ("2020-07-21T14:30+01", "2020-07-21T14:30+01:00"),
        ("20200721", "2020-07-21"),
        ("20200721T143000Z", "2020-07-21T14:30:00Z"),
        ("2020-7-1", "2020-07-01"),
    ],
)
def test_dates_as_databases_write_them(text: str, iso: str) -> None:
    assert parse_date(text).iso == iso


def test_a_story_is_filtered_by_the_day_that_it_is_dated() -> None:
    evening = Published.parse("2020-07-21T22:00-04:00")
    day = Published.parse("2020-07-21")
    assert evening.start.isoformat() == "2020-07-22T02:00:00+00:00"
    assert day.epoch <= evening.local_epoch <= day.end_epoch
