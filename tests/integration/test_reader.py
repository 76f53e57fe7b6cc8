"""Questions that a few words cannot answer, whose sentences are compared by the embedder."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from ingest.archive.archive import Found
from ingest.base.article import Article
from ingest.chunking.passages import split_passages
from ingest.embedding.embeddings import load_embedder
from qa.question.question import Question
from qa.reader.evidence import Evidence
from qa.reader.reader import SpanReader
from qa.retrieval.retrieval import Candidate
from tests.unit.test_reader import Marker

LIKE = "The ferry sank because both of its engines failed in a heavy swell."
UNLIKE = "The assembly voted for a new library because children had asked for one."
WHY = "Why did the ferry sink?"


def candidates(*texts: str) -> list[Candidate]:
    articles = [Article(identity=str(n), headline="News", text=text) for n, text in enumerate(texts)]
    return [Candidate(Found(p, article), 1.0) for article in articles for p in split_passages(article)]


def read(question: str, found: Sequence[Candidate], scores: dict[str, float]) -> list[Evidence]:
    return SpanReader(Marker(scores), load_embedder()).read(Question.parse(question), found)


def test_of_two_sentences_that_are_marked_alike_the_one_like_the_question_is_surer() -> None:
    found = read(WHY, candidates(UNLIKE, LIKE), {"because": 1.0})
    assert [each.quote for each in found] == [LIKE, UNLIKE]
    assert found[0].confidence > found[1].confidence


def test_a_sentence_is_given_whole_and_once() -> None:
    text = f"It rained. {LIKE} {UNLIKE}"
    found = read(WHY, candidates(text), {"engines": 1.0, "engines failed": 0.5, "heavy swell": 0.0})
    assert [each.quote for each in found] == [LIKE]
    assert text[slice(*found[0].span)] == LIKE


@pytest.mark.parametrize("question", ["Did the ferry sink?", "What happened to the ferry?"])
def test_where_no_few_words_can_answer_there_is_no_short_answer(question: str) -> None:
    (found,) = read(question, candidates(LIKE), {"The ferry sank": 9.0})
    assert (found.short, found.quote) == (None, LIKE)


@pytest.mark.parametrize("question", [WHY, "How did the ferry sink?", "What did Odo Crail say about the ferry?"])
def test_a_short_answer_to_a_broad_question_stands_in_its_sentence(question: str) -> None:
    (found,) = read(question, candidates(LIKE), {"both of its engines failed": 2.0})
    assert found.short is None or found.short in found.quote


def test_a_broad_question_is_read_to_the_end_however_sure_the_first_are() -> None:
    marker = Marker({"engines": 200.0})
    found = candidates(LIKE, LIKE, *(f"The harbour was quiet on day {n}." for n in range(18)))
    SpanReader(marker, load_embedder()).read(Question.parse(WHY), found)
    assert len(marker.pages) == 20


def test_a_broad_question_without_candidates_or_marks_has_no_evidence() -> None:
    assert read(WHY, [], {"engines": 1.0}) == []
    assert read(WHY, candidates(LIKE), {}) == []


def test_the_same_sentences_get_the_same_evidence() -> None:
    texts = candidates(UNLIKE, LIKE, "The harbour was closed because of the wreck.")
    assert read(WHY, texts, {"because": 1.0}) == read(WHY, texts, {"because": 1.0})
