"""The sample archive, and what it answers."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any

import pytest

from ingest import Archive, Article
from ingest.base.filters import Scope
from qa import Answer, ask
from tests.conftest import DATA

WITHDRAWN, EMBARGOED, CORRECTED, PASSED = (
    f"guid urn:newsml:tidewater.example:{name}"
    for name in ("20250403:TW1063", "20250616:TW1131", "20250327:TW1058", "20250422:TW1079")
)


@cache
def tune_questions() -> dict[str, dict[str, Any]]:
    lines = (DATA / "sample_questions.jsonl").read_text(encoding="utf-8").splitlines()
    return {question["id"]: question for question in map(json.loads, lines) if question["half"] == "tune"}


def by_identity(archive: Archive, identity: str) -> Article:
    return archive.article(Article(identity=identity, headline="", text="").article_id)


def found_ids(archive: Archive, question: str) -> set[str]:
    vector = archive.embedder.encode_queries([question])[0]
    ids = archive.search_vectors(vector, 500, Scope()) + archive.search_words(question, 500, Scope())
    return {passage_id.split(":")[0] for passage_id in ids}


def check_citations(answer: Answer, archive: Archive) -> None:
    """Every sentence is cited, and every quote stands in its article where the citation says."""
    assert answer.answered
    assert answer.sentences
    assert answer.citations
    for sentence in answer.sentences:
        assert sentence.citations
    for citation in answer.citations:
        article = archive.article(citation.article_id)
        assert citation.quote
        assert article.text[citation.start : citation.end] == citation.quote
        assert citation.version == article.version
        assert (citation.headline, citation.publisher) == (article.headline, article.publisher)


# what it holds


def test_the_sample_archive_is_not_small(samples: Archive) -> None:
    assert samples.n_articles >= 30
    coverage = samples.coverage()
    assert coverage.n_articles == samples.n_articles - 2
    assert (coverage.first, coverage.last) == ("2025-02-11", "2025-06-14")
    assert len(coverage.publishers) >= 5


@pytest.mark.parametrize(
    ("identity", "question"),
    [(WITHDRAWN, "Ulverne cannery Cape Morrow Canning 240 jobs"), (EMBARGOED, "Ines Tarrowby wins the Quayside Prize")],
)
def test_the_withdrawn_and_the_embargoed_article_are_not_found(samples: Archive, identity: str, question: str) -> None:
    article = by_identity(samples, identity)
    assert article.status == "canceled" or article.embargo
    found = found_ids(samples, question)
    assert found
    assert article.article_id not in found
    assert article.article_id not in {listed.article_id for listed in samples.listing()}
    assert article.article_id in {listed.article_id for listed in samples.listing(with_unavailable=True)}
    assert article.article_id not in {citation.article_id for citation in ask(question, archive=samples).citations}


def test_an_article_whose_embargo_has_passed_is_found(samples: Archive) -> None:
    article = by_identity(samples, PASSED)
    assert article.embargo
    assert article.article_id in found_ids(samples, article.headline)


def test_the_corrected_article_has_its_correction_and_the_new_fare(samples: Archive) -> None:
    article = by_identity(samples, CORRECTED)
    assert article.correction
    assert article.correction.startswith("Correction: An earlier version")
    assert "16 crowns" in article.text.split("\n\n")[0]
    assert "Correction" not in article.text
    assert "18 crowns" not in article.text


def test_one_story_was_carried_by_three_outlets(samples: Archive) -> None:
    lead = "Transport Minister Davin Pell resigned on Tuesday, five days after the publication of a document"
    articles = [samples.article(head.article_id) for head in samples.listing()]
    carried = [article for article in articles if article.text.startswith(lead)]
    assert {article.publisher for article in carried} == {"CP", "The Port Hallam Courier", "Saltreath Gazette"}
    assert len(carried) == 3


def test_every_passage_keeps_its_offsets(samples: Archive) -> None:
    for head in samples.listing(with_unavailable=True):
        article = samples.article(head.article_id)
        passages = samples.passages_of(head.article_id)
        assert passages
        assert [passage.start for passage in passages] == [0, *(passage.end for passage in passages[:-1])]
        assert passages[-1].end == len(article.text)
        for passage in passages:
            assert article.text[passage.start : passage.end] == passage.text
            assert passage.version == article.version
            for start, end in passage.sentences:
                assert passage.start <= start < end <= passage.end
                assert article.text[start:end].strip() == article.text[start:end]


def test_no_article_holds_furniture_or_a_dateline(samples: Archive) -> None:
    for head in samples.listing(with_unavailable=True):
        text = samples.article(head.article_id).text
        assert not re.search(r"(?i)newsletter|cookies|advertisement|\((?:reporting|editing) by|<\w+>", text), (
            head.headline
        )
        assert not re.match(r"[A-Z ]+(?:, \w+ \d+)? \(|date \d{4}", text), head.headline


# what it answers


@pytest.mark.parametrize("number", ["s-001", "s-023", "s-029", "s-058", "s-101"])
def test_a_plain_question_is_answered_with_its_evidence(samples: Archive, number: str) -> None:
    question = tune_questions()[number]
    answer = ask(question["question"], archive=samples)
    check_citations(answer, samples)
    quotes = [citation.quote for citation in answer.citations]
    assert any(evidence in quote for evidence in question["evidence"] for quote in quotes), quotes
    assert "[1]" in answer.text


@pytest.mark.parametrize("number", ["s-006", "s-099"])  # of the withdrawn article, of the embargoed one
def test_what_is_not_there_is_refused(samples: Archive, number: str) -> None:
    answer = ask(tune_questions()[number]["question"], archive=samples)
    assert not answer.answered
    assert answer.citations == ()
    assert answer.sentences == ()
    assert answer.short_answer is None
    assert "38 articles from 11 February 2025 to 14 June 2025" in answer.text
    assert answer.nearby
    for near in answer.nearby:
        assert f"“{near.headline}”" in answer.text
        assert samples.article(near.article_id).headline == near.headline
        assert near.article_id not in {by_identity(samples, i).article_id for i in (WITHDRAWN, EMBARGOED)}


def test_a_question_in_french_is_told_so(samples: Archive) -> None:
    answer = ask("Pourquoi le ministre des transports a-t-il démissionné en mars ?", archive=samples)
    assert not answer.answered
    assert answer.citations == ()
    assert "French" in answer.text
    assert "English" in answer.text


def test_the_same_question_gets_the_same_answer(samples: Archive) -> None:
    for number in ("s-029", "s-006"):
        question = tune_questions()[number]["question"]
        first = ask(question, archive=samples)
        assert ask(question, archive=samples) == first
        assert ask(f"  {question}\n", archive=samples).text == first.text


def test_a_range_of_dates_keeps_citations_in_it(samples: Archive) -> None:
    question = "Why did Davin Pell have to go?"
    for published in ("2025-03", ("2025-03-01", "2025-03-31"), ("2025-03-18", "2025-03-18")):
        answer = ask(question, archive=samples, published=published, caution="low")
        check_citations(answer, samples)
        assert all((citation.published or "").startswith("2025-03") for citation in answer.citations)
    assert not ask(question, archive=samples, published=(None, "2025-01-31")).answered


@pytest.mark.parametrize("publisher", ["saltreath GAZETTE", ["The Port Hallam Courier"], ["CP", "Nobody’s Herald"]])
def test_a_publisher_keeps_citations_to_it(samples: Archive, publisher: Any) -> None:
    answer = ask("Why did Davin Pell have to go?", archive=samples, publisher=publisher, caution="low")
    check_citations(answer, samples)
    allowed = {name.casefold() for name in ([publisher] if isinstance(publisher, str) else publisher)}
    assert {(citation.publisher or "").casefold() for citation in answer.citations} <= allowed


def test_a_refusal_says_which_part_was_asked(samples: Archive) -> None:
    answer = ask("Why did Davin Pell have to go?", archive=samples, published="1999", publisher="Tidewater")
    assert not answer.answered
    assert answer.nearby == ()
    assert "1999" in answer.text
    assert "Tidewater" in answer.text
