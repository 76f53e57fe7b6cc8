"""Follow-ups that a chat model completes, and what of its words is taken."""

from __future__ import annotations

from datetime import date

import pytest

from qa.base.answer import Answer, Citation, Sentence
from qa.dialogue.followup import resolve
from qa.dialogue.rewriting import ModelResolver, RuleResolver
from qa.question.question import Question
from tests.chat import ScriptedChat, scripted

TODAY = date(2025, 5, 30)
QUOTE = "Davin Pell resigned as transport minister in March."
CITED = Citation("a", "1", "Pell resigns", "Tidewater", "2025-03-20", None, QUOTE, 0, len(QUOTE))
HISTORY = [
    Answer(Question("Who resigned in March?", "who"), True, (Sentence(QUOTE, (CITED,)),), "Davin Pell", confidence=0.9)
]


def test_what_the_model_writes_is_asked_where_nothing_is_added_or_forgotten() -> None:
    chat = scripted("Question: Why did Davin Pell resign in March?\nDates: none")
    resolved = ModelResolver(chat).resolve("why did he resign?", HISTORY, TODAY)
    assert resolved.text == "Why did Davin Pell resign in March?"
    assert resolved.articles == ("a",)
    assert resolved.dates is None
    assert isinstance(chat.model, ScriptedChat)
    assert "Davin Pell" in str(chat.model.heard[0][-1].content)


def test_dates_that_the_model_reads_are_handed_on() -> None:
    chat = scripted("Question: What did Davin Pell do in March?\nDates: 2025-03-01 to 2025-03-31")
    resolved = ModelResolver(chat).resolve("and what did he do in March?", HISTORY, TODAY)
    assert resolved.dates == ("2025-03-01", "2025-03-31")


@pytest.mark.parametrize(
    "reply",
    [
        "",
        "He resigned because of the tunnel.",
        "Question: Why did Marta Vayle resign?",
        "Question: Why did Davin Pell resign in 2019?",
        "Question: Why did 12 ministers resign?",
        "Question: Who is Davin Pell?",
        f"Question: Why did Davin Pell resign {'very ' * 100}?",
        ConnectionError("down"),
    ],
)
def test_otherwise_the_rules_complete_it(reply: object) -> None:
    by_rules = resolve("why did he resign?", HISTORY, TODAY)
    assert ModelResolver(scripted(reply)).resolve("why did he resign?", HISTORY, TODAY) == by_rules
    assert RuleResolver().resolve("why did he resign?", HISTORY, TODAY) == by_rules


@pytest.mark.parametrize("typed", ["thanks", "go on", "hello"])
def test_small_talk_is_not_sent_to_a_model(typed: str) -> None:
    chat = scripted("Question: x?")
    assert ModelResolver(chat).resolve(typed, HISTORY, TODAY) == resolve(typed, HISTORY, TODAY)
    assert isinstance(chat.model, ScriptedChat)
    assert chat.model.heard == []


def test_the_first_question_is_not_sent_to_a_model() -> None:
    chat = scripted("Question: x?")
    assert ModelResolver(chat).resolve("Who resigned?", [], TODAY).text == "Who resigned?"
    assert isinstance(chat.model, ScriptedChat)
    assert chat.model.heard == []
