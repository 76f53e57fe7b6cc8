from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.language import expressions
from qa.language.names import agreement, find_names, form


def words(text: str, spans: list[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in spans]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Did the U.S. suspend its treaty with Hong Kong?", ["U.S.", "Hong Kong"]),
        ("Yesterday the minister said no.", []),
        ("The U.K. banned China’s Huawei Technologies.", ["U.K.", "China", "Huawei Technologies"]),
        ("Through which group do they act?", []),
        ("The Bank of Ulverne sued Odo Crail.", ["Bank of Ulverne", "Odo Crail"]),
    ],
)
def test_names_are_found_and_words_that_begin_a_sentence_are_not(text: str, names: list[str]) -> None:
    assert [name.text for name in find_names(text)] == names


@given(st.text())
def test_a_name_is_what_stands_at_its_offsets(text: str) -> None:
    for name in find_names(text):
        assert text[name.start : name.end] == name.text


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Pompeo", "Michael Pompeo", 1.0),
        ("Davin Pell", "Marta Pell", 0.0),
        ("U.K.", "Britain", 1.0),
        ("British", "the United Kingdom", 1.0),
        ("Beijing", "China", 0.8),
        ("Washington", "U.S.", 0.8),
        ("U.S.", "U.K.", 0.0),
        ("who", "World Health Organization", 0.0),
        ("WHO", "World Health Organization", 1.0),
        ("Transport Minister Hester Vayle", "Vayle", 1.0),
    ],
)
def test_names_agree_when_they_name_the_same(one: str, other: str, expected: float) -> None:
    assert agreement(one, other) == agreement(other, one) == expected


@pytest.mark.parametrize(
    ("name", "expected"), [("Britain", "noun"), ("British", "adjective"), ("U.K.", "both"), ("Odo Crail", "name")]
)
def test_a_countrys_name_is_told_from_its_adjective(name: str, expected: str) -> None:
    assert form(name) == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("They met on Tuesday, May 5, 2020 in town.", ["on Tuesday, May 5, 2020"]),
        ("Last week it closed; in 1996 it opened at 9 a.m.", ["Last week", "in 1996", "at 9 a.m."]),
        ("She may march on.", []),
    ],
)
def test_times_are_found(text: str, found: list[str]) -> None:
    assert [word.removeprefix("at ") for word in words(text, expressions.times(text))] == [
        word.removeprefix("at ") for word in found
    ]


def test_numbers_have_their_units_and_dates_are_none() -> None:
    text = "On May 5, 2020 about 1,900 nurses got $1.5 million, 6.5 percent more, over two years at G-7 level."
    assert words(text, expressions.numbers(text)) == ["1,900", "$1.5 million", "6.5 percent", "two years"]
    assert words(text, expressions.amounts(text)) == ["$1.5 million"]


def test_places_stand_behind_their_prepositions() -> None:
    text = "He spoke in the ornate Green Room at Lancaster House on Tuesday in May."
    assert words(text, expressions.places(text)) == ["Green Room", "Lancaster House"]
