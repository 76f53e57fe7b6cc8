"""Articles, passages and points in time: ids, versions and what they turn into."""

from __future__ import annotations

import json
import re
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime

import pytest

from ingest.base.article import Article, Passage, Published

ARTICLE = Article(
    identity="guid pier-1",
    headline="Saltreath to close old pier",
    text="The harbour board voted on Monday to close the old pier.",
    published=Published.parse("2025-05-03T09:30+01:00"),
    publisher="The Saltreath Echo",
    place="Saltreath",
    authors=("Ida Marsh", "Bo Orde"),
    url="https://echo.example/pier",
    language="en",
    dateline="SALTREATH, May 3, 2025 (Tidewater)",
    source="desk/pier.txt",
    position="line 4",
)

CHANGES = {
    "headline": "Old pier closes",
    "text": "The harbour board voted on Monday to keep the old pier.",
    "published": Published.parse("2025-05-04"),
    "publisher": "The Greer Post",
    "place": "Greer",
    "authors": ("Ida Marsh",),
    "url": "https://echo.example/quay",
    "language": "cy",
    "dateline": "GREER (Tidewater)",
    "status": "withheld",
    "embargo": Published.parse("2025-06-01"),
    "correction": "Correction: the vote was on Monday.",
}


def test_id_is_16_hexadecimal_digits_and_version_12() -> None:
    assert re.fullmatch(r"[0-9a-f]{16}", ARTICLE.article_id)
    assert re.fullmatch(r"[0-9a-f]{12}", ARTICLE.version)


def test_id_follows_the_identity() -> None:
    assert replace(ARTICLE, identity="guid pier-2").article_id != ARTICLE.article_id


@pytest.mark.parametrize("field", CHANGES)
def test_id_stays_and_version_changes_with_what_the_article_says(field: str) -> None:
    changed = replace(ARTICLE, **{field: CHANGES[field]})
    assert changed.article_id == ARTICLE.article_id
    assert changed.version != ARTICLE.version


@pytest.mark.parametrize(("field", "value"), [("source", "desk/other.jsonl"), ("position", "line 9")])
def test_version_stays_where_only_the_file_differs(field: str, value: str) -> None:
    assert replace(ARTICLE, **{field: value}).version == ARTICLE.version


def test_ids_are_the_same_in_every_run() -> None:
    # Archives outlive the program that made them; a change here would orphan every article in them.
    assert Article(identity="guid pier-1", headline="h", text="t").article_id == "de279e08d79e8f39"


def test_what_was_not_said_is_none() -> None:
    bare = Article(identity="file /x", headline="h", text="t")
    facts = bare.facts()
    silent = ("published", "publisher", "place", "url", "language", "dateline", "embargo", "correction")
    assert [facts[name] for name in silent] == [None] * len(silent)
    assert bare.authors == ()
    assert bare.status == "usable"


def test_dictionary_goes_through_json() -> None:
    loaded = json.loads(json.dumps(ARTICLE.to_dict()))
    assert loaded["article_id"] == ARTICLE.article_id
    assert loaded["version"] == ARTICLE.version
    assert loaded["published"] == "2025-05-03T09:30+01:00"
    assert loaded["embargo"] is None
    assert loaded["authors"] == ["Ida Marsh", "Bo Orde"]


def test_an_article_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        ARTICLE.text = "Something else."


def test_passage_id_names_article_version_and_place() -> None:
    passage = Passage("aaaa", "bbbb", 3, 10, 14, "Yes.", ((10, 14),))
    assert passage.passage_id == "aaaa:bbbb:3"


@pytest.mark.parametrize(
    ("text", "precision", "start"),
    [
        ("2020", "year", datetime(2020, 1, 1, tzinfo=UTC)),
        ("2020-07", "month", datetime(2020, 7, 1, tzinfo=UTC)),
        ("2020-07-21", "day", datetime(2020, 7, 21, tzinfo=UTC)),
        ("2020-07-21T14:30", "minute", datetime(2020, 7, 21, 14, 30, tzinfo=UTC)),
        ("2020-07-21 14:30", "minute", datetime(2020, 7, 21, 14, 30, tzinfo=UTC)),
        ("2020-07-21T14:30Z", "minute", datetime(2020, 7, 21, 14, 30, tzinfo=UTC)),
        ("2020-07-21T14:30+01:00", "minute", datetime(2020, 7, 21, 13, 30, tzinfo=UTC)),
        ("2020-07-21T14:30:05-0530", "second", datetime(2020, 7, 21, 20, 0, 5, tzinfo=UTC)),
        ("2020-07-21T00:30+02:00", "minute", datetime(2020, 7, 20, 22, 30, tzinfo=UTC)),
        (" 2020-02-29 ", "day", datetime(2020, 2, 29, tzinfo=UTC)),
        ("1898-11-02", "day", datetime(1898, 11, 2, tzinfo=UTC)),
    ],
)
def test_iso_is_read_as_exactly_as_it_was_given(text: str, precision: str, start: datetime) -> None:
    published = Published.parse(text)
    assert published.precision == precision
    assert published.start == start
    assert published.epoch == start.timestamp()
    assert str(published) == published.iso == text.strip().replace(" ", "T")


def test_date_is_that_of_the_articles_own_zone() -> None:
    assert Published.parse("2020-07-21T00:30+02:00").date == "2020-07-21"


@pytest.mark.parametrize(
    "text",
    [
        "", "today", "20-07-21", "2020-7-21", "2020-13", "2020-00-10", "2020-02-30", "2019-02-29", "2020-07-21T25:00",
        "2020-07-21T14:61", "2020-07-21T14:30:00+25:00", "2020-07-21 and later", "2020/07/21", "0000-01-01",
    ],
)  # fmt: skip
def test_what_is_no_iso_date_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Published.parse(text)


def test_a_moment_before_the_first_year_is_refused_as_a_value() -> None:
    with pytest.raises(ValueError, match=r"."):
        Published.parse("0001-01-01T00:00+05:00")


def seconds(moment: datetime) -> int:
    return int(moment.timestamp())


@pytest.mark.parametrize(
    ("text", "following"),
    [
        ("2020", datetime(2021, 1, 1, tzinfo=UTC)),
        ("2020-02", datetime(2020, 3, 1, tzinfo=UTC)),
        ("2020-12", datetime(2021, 1, 1, tzinfo=UTC)),
        ("2020-07-21", datetime(2020, 7, 22, tzinfo=UTC)),
        ("2020-12-31", datetime(2021, 1, 1, tzinfo=UTC)),
        ("2020-07-21T14:30+01:00", datetime(2020, 7, 21, 13, 31, tzinfo=UTC)),
        ("2020-07-21T14:30:05Z", datetime(2020, 7, 21, 14, 30, 6, tzinfo=UTC)),
    ],
)
def test_end_is_the_second_before_what_follows(text: str, following: datetime) -> None:
    assert Published.parse(text).end_epoch == seconds(following) - 1


@pytest.mark.parametrize("text", ["9999", "9999-12", "9999-12-31", "9999-12-31T23:59"])
def test_the_last_year_has_an_end_too(text: str) -> None:
    published = Published.parse(text)
    assert published.end_epoch >= published.epoch


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("2020", "2020"),
        ("2020-07", "July 2020"),
        ("2020-07-21", "21 July 2020"),
        ("2020-07-01", "1 July 2020"),
        ("2020-07-21T14:30", "21 July 2020"),
        ("2020-07-21T00:30:10+02:00", "21 July 2020"),
    ],
)
def test_in_words(text: str, words: str) -> None:
    assert Published.parse(text).in_words() == words
