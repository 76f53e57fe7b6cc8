"""Which questions are about the archive itself."""

from __future__ import annotations

import json
from datetime import date

import pytest

from qa.archive_questions.intents import find_intent
from tests.conftest import DATA

PAPERS = (
    "Coastal Press", "Saltreath Gazette", "The Estrane Weekly", "The Port Hallam Courier", "Tidewater",
)  # fmt: skip
ROWS = [json.loads(line) for line in (DATA / "archive_questions.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(
    ("question", "kind", "phrase"),
    [
        ("How many articles mention Hester Vayle?", "count", "Hester Vayle"),
        ("How often is Odo Crail mentioned?", "count", "Odo Crail"),
        ("how many articles do you have?", "count", None),
        ("What period do you cover?", "span", None),
        ("When was the tunnel first mentioned?", "span", "tunnel"),
        ("Which outlets covered the march?", "publishers", "march"),
        ("What is the latest on the tunnel?", "latest", "tunnel"),
        ("List the articles about the ferry in May", "list", "ferry"),
        ("Do you have anything on the cup final?", "list", "cup final"),
        ("Show me the Tidewater stories about water", "list", "water"),
    ],
)
def test_what_is_asked_of_the_archive_is_told(question: str, kind: str, phrase: str | None) -> None:
    intent = find_intent(question, PAPERS, date(2025, 6, 30))
    assert intent is not None
    assert (intent.kind, intent.phrase) == (kind, phrase)


@pytest.mark.parametrize(
    "question",
    [
        "How many people mentioned the strike?",
        "Which articles of the constitution were changed?",
        "What is the latest death toll?",
        "Which report blamed the pump?",
        "What did the latest report on the ferry say?",
        "Who covered for the minister?",
        "Who resigned in March?",
    ],
)
def test_other_questions_are_none(question: str) -> None:
    assert find_intent(question, PAPERS, date(2025, 6, 30)) is None


@pytest.mark.parametrize(("half", "floor"), [(0, 0.96), (1, 0.78)])
def test_most_that_others_wrote_are_told_apart(half: int, floor: float) -> None:
    rows = ROWS[half::2]
    found = [find_intent(row["question"], PAPERS, date.fromisoformat(row["as_of"])) for row in rows]
    right = sum((f.kind if f else "none") == row["intent"] for f, row in zip(found, rows, strict=True))
    assert right / len(rows) >= floor
