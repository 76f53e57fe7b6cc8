"""How a statement is worded: whole or broken off, and whether it keeps who says so."""

from __future__ import annotations

import pytest

from qa.language.attribution import broken, unattributed


@pytest.mark.parametrize(
    "statement",
    [
        "The council voted against the plan.",
        "It wasn’t the first time.",
        "Prices rose by a tenth in March.",
        "“We are ready,” the mayor said.",
        "The ferry is out of service.",
        "The vote was put off because the hall had burnt.",
        "“We are ready” (Hester Vayle said so).",
        'He called it "a victory"',
    ],
)
def test_a_whole_sentence_is_no_fragment(statement: str) -> None:
    assert broken(statement) is None


@pytest.mark.parametrize(
    "statement",
    [
        "The name of the mayor:",
        "The council voted against the",
        "Hester Vayle, the mayor of Brannock.",
        "12 May 2025",
        "The head of the accident board, Agnes Tholdane.",
        "She said it was too soon to fill the seat",
        "“I said, those people came in boats.",
    ],
)
def test_fragments_are_told(statement: str) -> None:
    assert broken(statement) is not None


def test_a_claim_keeps_the_one_who_makes_it() -> None:
    source = "Union leaders claimed that the company had hidden the defects from inspectors."
    assert "claimed" in str(unattributed("The company had hidden the defects from inspectors.", source))
    assert unattributed("Union leaders claimed that the company had hidden the defects.", source) is None
    assert unattributed("According to the unions, the company had hidden the defects.", source) is None


def test_what_the_article_itself_says_needs_nobody() -> None:
    source = "The company hid the defects from inspectors, and shareholders feared a fall in the price."
    assert unattributed("The company hid the defects from inspectors.", source) is None
