"""Whether a time limits the coverage that is asked for, or is what a question is about."""

from __future__ import annotations

from datetime import date

import pytest

from evals.datasets.dialogues import load_dated
from evals.dialogues import dated
from evals.results import SystemResult
from qa.dates.timing import find_timing

TODAY = date(2021, 9, 20)


@pytest.mark.parametrize(
    "question",
    [
        "What did Pompeo say in July 2020?",
        "Who resigned in March?",
        "How many people died in the summer of 2019?",
        "What did the judge say in yesterday's ruling?",
        "2019: who won?",
        "What was written last week about the 2015 deal?",
        "articles of July 2020 about Huawei",
        "What did the papers write about it in 1962?",
        "how did fares change in 2018 and 2019",
    ],
)
def test_a_time_of_coverage_is_the_scope(question: str) -> None:
    assert find_timing(question, TODAY).scope is not None


@pytest.mark.parametrize(
    "question",
    [
        "What happened on 9/11?",
        "Who won the 1998 World Cup?",
        "Where did the September 11 attacks take place?",
        "Is the 2030 target still reachable?",
        "Who was shot in Dallas on 22 November 1963?",
        "How long has it been since 1989?",
        "Who was born in 1950?",
        "Who won Euro 2020?",
        "What does the Sunday Times say?",
        "Who wrote “1984”?",
        "Why did the protests of 2019 begin?",
        "Who will win in 2050?",
        "What happened to the man who was elected in 2016?",
    ],
)
def test_a_time_that_is_part_of_the_subject_is_no_scope(question: str) -> None:
    assert find_timing(question, TODAY).scope is None


def test_the_narrower_of_two_times_counts() -> None:
    scope = find_timing("Who won in 2020, in July 2020?", TODAY).scope
    assert scope is not None
    assert str(scope.first) == "2020-07-01"


def test_two_times_that_are_compared_are_both_searched() -> None:
    scope = find_timing("Was inflation in 2019 higher than in 2020?", TODAY).scope
    assert scope is not None
    assert (str(scope.first), str(scope.last)) == ("2019-01-01", "2020-12-31")


@pytest.mark.parametrize(("half", "floor"), [("tune", 0.98), ("test", 0.92)])
def test_the_range_is_right_for_most_questions_written_by_others(half: str, floor: float) -> None:
    figures = SystemResult(dated(load_dated(half), shown=False), {}).figures()
    assert (figures["right_range"] or 0) >= floor
    assert (figures["right_range_scope"] or 0) >= 0.95


def test_a_distant_time_that_the_archive_covers_is_the_scope() -> None:
    question = "Who resigned in March 1987?"
    assert find_timing(question, TODAY).scope is None
    assert find_timing(question, TODAY, since=date(1987, 2, 26)).scope is not None
