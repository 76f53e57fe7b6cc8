from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa.base.answer import Answer, Carrier, Citation, Sentence
from qa.question.question import Question
from ui.render.confidence import confidence_line

TODAY = date(2025, 4, 20)


def cited(name: str, publisher: str | None = None, published: str | None = "2025-03-18", **facts: Any) -> Citation:
    return Citation(name, "v", name, publisher or f"{name} Post", published, None, "x", 0, 1, **facts)


def carrier(name: str) -> Carrier:
    return Carrier(name, name, "CP", None, None)


def line(*citations: Citation, confidence: float = 0.8, as_of: str | None = None, written: bool = False) -> str:
    sentences = tuple(Sentence("x", (citation,)) for citation in citations)
    question = Question.parse("Who?", as_of=as_of)
    return confidence_line(Answer(question, True, sentences, confidence=confidence, written=written), TODAY)


def test_independent_sources_are_counted_in_words() -> None:
    assert line(cited("a"), cited("b")) == (
        "Two independent sources, the newest from 18 March 2025. Quoted word for word. Likely correct."
    )
    assert line(cited("a")).startswith("One source, from 18 March 2025.")
    assert line(*(cited(f"a{n}") for n in range(13))).startswith("13 independent sources, ")


def test_a_story_and_its_copies_are_one_source() -> None:
    assert line(cited("a", also_carried_by=(carrier("b"), carrier("c")))).startswith("One source, ")
    assert line(cited("a", also_carried_by=(carrier("b"),)), cited("b", also_carried_by=(carrier("a"),))).startswith(
        "One source, "
    )
    chain = (cited("a", also_carried_by=(carrier("c"),)), cited("b", also_carried_by=(carrier("d"),)))
    assert line(*chain, cited("e", also_carried_by=(carrier("c"), carrier("d")))).startswith("One source, ")
    assert line(cited("a"), cited("a")).startswith("One source, ")


def test_reports_of_one_publisher_are_not_independent() -> None:
    assert line(cited("a", "Gull"), cited("b", "Gull")).startswith("Two reports from one source, the newest from")
    assert line(cited("a", "Gull"), cited("b", "Gull"), cited("c", "Tern")).startswith("Two independent sources, ")


@pytest.mark.parametrize(
    ("published", "shown"),
    [
        ("2025-04-20T08:00+01:00", "published today"),
        ("2025-04-19", "published yesterday"),
        ("2025-04-17", "3 days old"),
        ("2025-03-21", "30 days old"),
        ("2025-03-20", "from 20 March 2025"),
        ("2025-04-21", "from 21 April 2025"),
        ("2025-04", "from April 2025"),
        ("2020", "from 2020"),
        (None, "undated"),
    ],
)
def test_an_age_is_said_while_it_says_something(published: str | None, shown: str) -> None:
    assert line(cited("a", published=published)).startswith(f"One source, {shown}. ")


def test_an_age_is_of_the_day_as_of_which_it_was_asked() -> None:
    assert line(cited("a"), as_of="2025-03-21").startswith("One source, 3 days old on 21 March 2025. ")
    assert line(cited("a"), as_of="2025-03-18").startswith("One source, published that day. ")


def test_the_newest_counts() -> None:
    assert "the newest 3 days old" in line(cited("a", published="2025-04-17"), cited("b"), cited("c", published=None))
    assert "sources, undated." in line(cited("a", published=None), cited("b", published=None))


def test_a_correction_and_a_writer_are_named() -> None:
    assert "It was corrected. Quoted" in line(cited("a", correction="x"))
    assert "One of them was corrected." in line(cited("a", correction="x"), cited("b"))
    assert "Written by a model, each sentence checked." in line(cited("a"), written=True)


@pytest.mark.parametrize(
    ("confidence", "said"),
    [
        (0.65, "Likely correct."),
        (0.64, "Uncertain: check the source."),
        (0.35, "Uncertain: check the source."),
        (0.34, "Doubtful: check the source."),
    ],
)
def test_how_sure_it_is_goes_by_the_thresholds(confidence: float, said: str) -> None:
    assert line(cited("a"), confidence=confidence).endswith(said)


@given(st.floats(0, 1))
def test_no_probability_is_ever_shown(confidence: float) -> None:
    shown = line(cited("a"), cited("b"), confidence=confidence)
    assert re.findall(r"\d+", shown) == ["18", "2025"]
    assert "%" not in shown


def test_what_cites_nothing_has_no_such_line() -> None:
    assert confidence_line(Answer(Question.parse("Who?"), False), TODAY) == ""
