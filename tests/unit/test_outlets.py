"""Publishers and places that a question names."""

from __future__ import annotations

import pytest

from qa.question.publishers import find_outlets, find_places

PAPERS = ("Bloomberg", "Reuters", "The Port Hallam Courier", "Tidewater", "The Estrane Weekly")


@pytest.mark.parametrize(
    ("question", "publishers"),
    [
        ("According to Bloomberg, who resigned?", ("Bloomberg",)),
        ("What did Reuters report about the strike?", ("Reuters",)),
        ("Who resigned, according to the Courier?", ("The Port Hallam Courier",)),
        ("What did the Estrane Weekly write about the tunnel?", ("The Estrane Weekly",)),
        ("How many marched according to Reuters and Tidewater?", ("Reuters",)),
        ("articles by Tidewater about the ferry", ("Tidewater",)),
    ],
)
def test_a_publisher_that_is_asked_is_found(question: str, publishers: tuple[str, ...]) -> None:
    found = find_outlets(question, PAPERS)
    assert found is not None
    assert found[0][:1] == publishers


@pytest.mark.parametrize(
    "question",
    [
        "Why did Bloomberg sell its terminal business?",
        "Who bought Reuters?",
        "Which courier was robbed?",
        "When is the weekly market?",
        "Did Michael Bloomberg win the election?",
    ],
)
def test_a_publisher_that_is_the_subject_is_no_limit(question: str) -> None:
    assert find_outlets(question, PAPERS) is None


def test_a_place_counts_behind_a_preposition() -> None:
    places = ("Lisbon", "Port Hallam")
    assert find_places("What happened in Port Hallam?", places) == ("Port Hallam",)
    assert find_places("Who is the mayor that Lisbon elected?", places) == ()
