from __future__ import annotations

import pytest

from qa.question.question import Question
from qa.reader.roles import Context, agent, excluded

BAN = "Last week, the U.K. banned China’s Huawei from its networks, citing the impact of U.S. sanctions."


def context(text: str, before: str = "", after: str = "") -> Context:
    return Context(text, before, after)


@pytest.mark.parametrize(
    ("question", "text", "before", "expected"),
    [
        ("Why did Britain ban Huawei?", BAN, "", 1.0),
        ("When did the U.S. ban Huawei?", BAN, "", 0.0),
        ("Why did China ban Huawei?", BAN, "", 0.0),
        ("What did Odo Crail win?", "He won the cup.", "Odo Crail played on.", 0.5),
        ("What did Odo Crail win?", "Neve Tarn said he won the cup.", "Odo Crail played on.", 0.0),
        ("What did Odo Crail say?", "Odo Crail, in town on Monday, said no.", "", 1.0),
        ("What did Odo Crail say?", "Neve Tarn said no to Odo Crail.", "", 0.0),
        ("What did Odo Crail say?", "The cup is lost, according to Odo Crail.", "", 1.0),
        ("What did Odo Crail say?", "Neve Tarn said Odo Crail had lost.", "", 0.0),
        ("What did Odo Crail say?", "Odo Crail, the captain of the club, said no.", "", 1.0),
        ("What did Odo Crail say?", "Odo Crail, who plays for the club, also said no.", "", 1.0),
        ("What did Odo Crail say?", "“No,” said Odo Crail on Monday.", "", 1.0),
        (
            "What did Odo Crail say?",
            "But he told the club it was no loss.",
            "Odo Crail should win, Neve Tarn said.",
            0.0,
        ),
        ("What did Odo Crail say?", "But he told the club it was no loss.", "Neve Tarn won. Odo Crail said no.", 0.5),
        ("What did Odo Crail say?", "But he told the club it was no loss.", "Odo Crail played on.", 0.5),
        ("What did Odo Crail win?", "Neve Tarn won against Odo Crail.", "", 0.0),
        ("What has the Trump administration attacked?", "The Trump administration has attacked it.", "", 1.0),
        ("What has Trump attacked?", "The Trump administration has attacked it.", "", 0.0),
        ("What was sold?", BAN, "", 1.0),
    ],
)
def test_who_acts_is_told_from_who_is_only_named(question: str, text: str, before: str, expected: float) -> None:
    assert agent(Question.parse(question), context(text, before)) == expected


def test_the_speaker_may_stand_behind_the_end_of_a_quotation() -> None:
    goes_on = context("“We support that.", after="We think, well done,” Odo Crail said.")
    assert agent(Question.parse("What did Odo Crail say?"), goes_on) == 1.0


@pytest.mark.parametrize(
    ("question", "text", "out"),
    [
        ("How many nurses joined?", "The nurses joined the strike.", True),
        ("How many nurses joined?", "About 1,900 nurses joined.", False),
        ("When did the strike begin?", "The strike began in the rain.", True),
        ("When did the strike begin?", "The strike began on Monday.", False),
        ("Where did Odo Crail speak in Ulverne?", "Odo Crail spoke in Ulverne.", True),
        ("Who is the captain of the Tern?", "The Tern was hired by Odo Crail.", True),
        ("Who is the captain of the Tern?", "Odo Crail is the captain of the Tern.", False),
        ("Who is Odo Crail?", "Odo Crail waited.", True),
        ("Who is Odo Crail?", "Harbour Master Odo Crail waited.", False),
        ("Who is Odo Crail?", "Odo Crail, a former pilot, waited.", False),
        ("How old is Odo Crail?", "Odo Crail waited 18 minutes.", True),
        ("How old is Odo Crail?", "Odo Crail, 52, waited.", False),
    ],
)
def test_a_sentence_without_what_is_asked_for_cannot_answer(question: str, text: str, out: bool) -> None:
    assert excluded(Question.parse(question), context(text)) is out
