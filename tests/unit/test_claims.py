"""Statements made true and untrue by rule, for training the verifier and for measuring the check."""

from __future__ import annotations

import random

import pytest

from evals.corruptions import RULES, corrupt
from evals.rewordings import reword
from ingest.chunking.sentences import sentence_spans
from training.claims import make_claims, stated
from training.questions import Asked, Paragraph

pytestmark = pytest.mark.part("evals", "training")

PASSAGE = (
    "On Tuesday, Secretary Michael Pompeo met Dominic Raab in London, and he praised the ban on Huawei. Raab said that "
    "14 networks were concerned. Prime Minister Boris Johnson was not there because he had left in July 2020. The ban "
    "was welcomed by Washington, which had asked for it since 2018."
)
NAMES = ("Theresa May", "Beijing", "Michael Pompeo", "Ivo Sedley")


@pytest.mark.parametrize("kind", [kind for kind, _, _ in RULES])
def test_each_rule_makes_some_sentence_untrue(kind: str) -> None:
    rule = next(rule for name, rule, _ in RULES if name == kind)
    sentences = [PASSAGE[slice(*span)] for span in sentence_spans(PASSAGE)]
    made = [
        text
        for seed in range(20)
        for sentence in sentences
        if (text := rule(random.Random(seed), sentence, PASSAGE, NAMES)) is not None
    ]
    assert made
    assert not any(text in sentences for text in made)


def test_the_same_seed_makes_the_same() -> None:
    sentence = PASSAGE[slice(*sentence_spans(PASSAGE)[1])]
    one, other = (corrupt(random.Random(3), sentence, PASSAGE, NAMES) for _ in range(2))
    assert one == other
    assert one is not None
    assert one.text not in PASSAGE


def test_a_reworded_sentence_has_no_word_of_its_own() -> None:
    spans = sentence_spans(PASSAGE)
    words = {word.strip(".,").lower() for word in PASSAGE.split()} | {"stated", "and", "while"}
    for seed in range(30):
        for at in range(len(spans)):
            said = reword(random.Random(seed), PASSAGE[slice(*spans[at])], PASSAGE, spans, at)
            assert {word.strip(".,").lower() for word in said.split()} <= words


@pytest.mark.parametrize(
    ("question", "answer", "statement"),
    [
        ("Who praised the ban?", "Pompeo", "Pompeo praised the ban."),
        ("Which minister resigned in July?", "Raab", "Raab resigned in July."),
        ("When did Johnson leave London?", "2020", "Johnson did leave London in 2020."),
        ("How tall is it?", "14 metres", "How tall is it? 14 metres"),
    ],
)
def test_a_question_and_its_answer_become_a_statement(question: str, answer: str, statement: str) -> None:
    assert statement in {stated(random.Random(seed), question, answer) for seed in range(20)}


def test_claims_are_of_both_kinds_and_the_same_for_the_same_seed() -> None:
    start = PASSAGE.index("Dominic Raab")
    asked = tuple(
        Asked(f"q{number}", f"Who met Pompeo in London {number} times?", (start, start + 12)) for number in range(40)
    )
    paragraphs = [Paragraph("Huawei", PASSAGE, asked), Paragraph("Huawei", PASSAGE.replace("Raab", "Hunt"), ())]
    places = [(0, number) for number in range(40)]
    claims = list(make_claims(paragraphs, places, 1))
    assert claims == list(make_claims(paragraphs, places, 1))
    assert 0.2 < sum(claim.supported for claim in claims) / len(claims) < 0.8
