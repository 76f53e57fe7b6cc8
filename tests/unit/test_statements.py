"""The rules of the check: numbers, dates, names, quotations, and what is turned into its opposite."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.base.article import Published
from qa.language.numbers import missing_dates, missing_figures
from qa.language.polarity import turned
from qa.reader.span_inputs import Page
from qa.verification.quotations import misquoted, quotations
from qa.verification.verify import Source, StatementCheck, best_sentences, exchanged, missing_names

TUESDAY = Published.parse("2020-07-21")


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        ("1.5m people", "1,500,000 people"),
        ("$3.2 billion", "3.2bn dollars"),
        ("21 people", "twenty-one people"),
        ("about 40%", "39 percent"),
        ("more than 100 homes", "104 homes"),
        ("two dozen ships", "24 ships"),
        ("a 71-year-old", "aged 71"),
        ("5G networks and COVID-19", "networks and the virus"),
        ("one of the ships", "a ship"),
    ],
)
def test_numbers_agree_however_they_are_written(statement: str, source: str) -> None:
    assert missing_figures(statement, source, TUESDAY) == []


@pytest.mark.parametrize(
    ("statement", "source", "missing"),
    [
        ("8 people died", "nine people died", ["8"]),
        ("$5 million", "5 percent", ["$5 million"]),
        ("more than 100 homes", "98 homes", ["100"]),
        ("1.5m people", "1.5 billion people", ["1.5m"]),
    ],
)
def test_another_number_is_missing(statement: str, source: str, missing: list[str]) -> None:
    assert missing_figures(statement, source, TUESDAY) == missing


@pytest.mark.parametrize(
    ("statement", "source", "missing"),
    [
        ("On 21 July 2020 he said so.", "he said on Tuesday", []),
        ("In July 2020 he said so.", "he said on July 20", []),
        ("On 20 July he said so.", "he said on Tuesday", ["20 July"]),
        ("He left in 2019.", "He left in 2018.", ["in 2019"]),
        ("From 13 to 19 July 2020 it was banned.", "Last week, it was banned", []),
    ],
)
def test_dates_are_resolved_against_the_article(statement: str, source: str, missing: list[str]) -> None:
    found = missing_dates(statement, source, TUESDAY)
    assert [words.removeprefix("in ").removeprefix("In ") for words in found] == [
        words.removeprefix("in ") for words in missing
    ]


def test_who_asks_does_not_offer() -> None:
    offered = "The nurses called off their strike after the government offered a rise of 6.5 percent."
    assert "offered" in str(turned("The nurses asked for a rise of 6.5 percent.", offered))
    assert turned("The government offered a rise of 6.5 percent.", offered) is None


class FirstPage:
    """Finds all in the whole passage, and nothing in a part of it."""

    def support(self, statement: str, pages: Sequence[Page]) -> list[float]:
        return [0.9 if page.heading else 0.1 for page in pages]


def test_the_linked_sentences_have_to_support_it_by_themselves() -> None:
    source = Source("The harbour was closed on Monday. The mayor blamed the storm.", heading="Harbour closed")
    verdict = StatementCheck(FirstPage()).check("The harbour was closed on Monday.", [source])
    assert verdict.reason == "the passage does not say so"
    assert verdict.support == 0.1


def test_names_stand_in_the_source_or_name_the_same() -> None:
    source = "U.S. Secretary of State Michael Pompeo met Foreign Secretary Dominic Raab in London."
    assert missing_names("Pompeo met Raab in London, the capital of Britain.", source) == []
    assert missing_names("Pompeo met Raab in France.", source) == ["France"]
    assert missing_names("Michael Pompeo met the foreign secretary of the United States.", source) == []
    assert missing_names("Boris Johnson met Raab.", source) == ["Boris Johnson"]
    assert missing_names("Met by Raab.", source) == []


ARTICLE = (
    "Secretary Michael Pompeo met Dominic Raab in London.\n\n“Well done,” Pompeo said. “We support those sovereign "
    "choices.” Raab said China must “follow the rules”.\n\nThe plan is a big step. He called it “a victory”."
)


@pytest.mark.parametrize(
    "statement",
    [
        "Pompeo said “well done”.",
        'Pompeo said "we support those sovereign choices".',
        "Raab said China must “follow the rules”.",
        "China must “follow … rules”, Raab said.",
        "The two met in London.",
    ],
)
def test_what_was_said_may_be_quoted(statement: str) -> None:
    assert misquoted(statement, [ARTICLE]) is None


@pytest.mark.parametrize(
    "statement",
    [
        "Raab said “well done”.",
        "Pompeo called the plan “a big step”.",
        "Pompeo said “well made”.",
        "He said “never again”.",
    ],
)
def test_what_was_not_said_so_may_not(statement: str) -> None:
    assert misquoted(statement, [ARTICLE]) is not None


def test_all_kinds_of_quotation_marks_are_seen() -> None:
    assert quotations('He said “one”, "two" and «three».') == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        ("Britain did not ban Huawei.", "Last week, the U.K. banned Huawei."),
        ("Shares fell 3%.", "Shares rose 3%."),
        ("He agreed to resign.", "He refused to resign."),
        ("He said he will stay.", "He said he will not stay."),
        ("She left before the vote.", "She left after the vote."),
        ("The report was published on May 21.", "The report will be published on May 21."),
        ("He resigned.", "He may resign."),
    ],
)
def test_the_opposite_is_seen(statement: str, source: str) -> None:
    assert turned(statement, source) is not None


@pytest.mark.parametrize(
    ("statement", "source"),
    [
        ("The court did not accept it.", "The court did not accept the appeal."),
        ("Shares rose 3%.", "Shares rose 3% after the first fall in a year."),
        ("The ferry ran aground.", "The ferry ran aground, and nobody was hurt."),
        ("The report will appear in May.", "The report will be published in May."),
        ("He resigned on Monday.", "He said he would resign; on Monday he resigned."),
    ],
)
def test_what_keeps_its_direction_passes(statement: str, source: str) -> None:
    assert turned(statement, source) is None


def test_names_in_each_others_place_are_seen() -> None:
    source = "On Tuesday Secretary Michael Pompeo praised Foreign Secretary Dominic Raab for his decision on Huawei."
    turned_round = (
        "On Tuesday Secretary Dominic Raab praised Foreign Secretary Michael Pompeo for his decision on Huawei."
    )
    assert exchanged(turned_round, source) is not None
    assert exchanged("Dominic Raab was praised by Michael Pompeo for his decision on Huawei.", source) is None
    assert exchanged(source, source) is None


class Always:
    """A model of support that says always the same."""

    def __init__(self, support: float) -> None:
        self._support = support

    def support(self, statement: str, pages: Sequence[Page]) -> list[float]:
        return [self._support] * len(pages)


def test_the_check_says_why_a_statement_fails() -> None:
    check = StatementCheck(Always(0.9))
    source = Source("Shares of Tern rose 3% on Tuesday.", "Tern gains (21 July 2020)", "Tidewater", TUESDAY)
    assert check.check("Shares of Tern rose 3% on 21 July 2020.", [source]).reason is None
    assert check.check("Shares of Tern rose 3% on 21 July 2020.", []).reason == "it cites no passage"
    assert check.check("Shares of Tern rose 4%.", [source]).reason == "the number “4%” does not stand in the passage"
    assert "name “Gull”" in str(check.check("Shares of Gull rose 3%.", [source]).reason)
    assert "address" in str(check.check("Shares of Tern rose: see https://evil.example/x", [source]).reason)
    assert "address" in str(check.check("Shares of Tern rose ![x](y)", [source]).reason)
    assert check.check("It rained and snowed.", [source]).reason == "no sentence of the passage is about it"
    assert "of the news" in str(check.check("The passage says that shares of Tern rose.", [source]).reason)
    assert StatementCheck(Always(0.1)).check("Shares of Tern rose.", [source]).reason == "the passage does not say so"


def test_the_best_sentences_cover_a_statement() -> None:
    text = "The ferry ran aground. It rained. The captain, Jonas Reddick, was not on the bridge."
    found = best_sentences("The ferry ran aground while captain Reddick was not on the bridge.", [text])
    assert [text[slice(*span)] for _, span in found] == [
        "The ferry ran aground.",
        "The captain, Jonas Reddick, was not on the bridge.",
    ]
