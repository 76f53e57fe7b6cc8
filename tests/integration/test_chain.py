from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable

from ingest import Archive
from qa import Answer, ArchiveRetriever, QuestionError, ask, build_chain
from qa.base.answer import Sentence
from qa.generation.quoting import QuotingAnswerer
from qa.question.question import Caution, Question
from qa.reader.evidence import Evidence, cite
from qa.retrieval.retrieval import Candidate
from qa.retrieval.suggestions import suggest

QUESTION = "What is the harbour tunnel going to cost now?"
TWICE = "Who is the mayor of Brannock?"  # two articles say it


def test_invoke_stream_batch_and_ainvoke_agree(samples: Archive) -> None:
    chain = build_chain(samples)
    assert isinstance(chain, Runnable)
    whole = chain.invoke(TWICE)
    parts = list(chain.stream(TWICE))
    assert len(parts) == len(whole.sentences) > 1
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    assert total == whole
    assert chain.batch([TWICE, {"question": TWICE}]) == [whole, whole]
    with ThreadPoolExecutor() as pool:  # the browser tests keep an event loop running in this thread
        assert pool.submit(lambda: asyncio.run(chain.ainvoke(TWICE))).result() == whole
    assert ask(TWICE, samples) == whole


def test_the_retriever_gives_documents_with_offsets_of_their_articles(samples: Archive) -> None:
    retriever = ArchiveRetriever(archive=samples, limit=5, publisher="Tidewater")
    assert isinstance(retriever, BaseRetriever)
    documents = retriever.invoke("Why did the ferry run aground?")
    assert len(documents) == 5
    for document in documents:
        facts = document.metadata
        article = samples.article(facts["article_id"])
        assert article.text[facts["start"] : facts["end"]] == document.page_content
        assert facts["publisher"] == "Tidewater"


class OneSure:
    """A reader that is sure of the first sentence of the first candidate."""

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[Evidence]:
        passage = candidates[0].passage
        start, end = passage.sentences[0]
        quote = passage.text[start - passage.start : end - passage.start]
        return [Evidence(candidates[0].hit, (start, end), quote, 1.0)]


class Writer:
    """A writing answerer: a sentence with a citation, one without, one with a quote that is not in the article."""

    def answer(self, question: Question, evidence: Sequence[Evidence]) -> Iterator[Answer]:
        citation = cite(evidence[0])
        for sentence in (
            Sentence("In other words, so it was.", (citation,)),
            Sentence("Nobody knows this.", ()),
            Sentence("This was misquoted.", (replace(citation, quote=citation.quote.swapcase()),)),
            Sentence("This was misplaced.", (replace(citation, start=citation.start + 1),)),
            Sentence("This is of an older text.", (replace(citation, version="0" * 12),)),
            Sentence("This article never was.", (replace(citation, article_id="0" * 16),)),
        ):
            yield Answer(question, True, (sentence,), confidence=0.9)


def test_a_writing_answerer_fits_in_and_what_is_not_supported_is_not_said(samples: Archive) -> None:
    answer = build_chain(samples, reader=OneSure(), answerer=Writer()).invoke(QUESTION)
    assert [sentence.text for sentence in answer.sentences] == ["In other words, so it was."]


def test_where_nothing_is_supported_the_answer_is_a_refusal(samples: Archive) -> None:
    class Inventor:
        def answer(self, question: Question, evidence: Sequence[Evidence]) -> Iterator[Answer]:
            yield Answer(question, True, (Sentence("It was the butler.", ()),), confidence=1.0)

    answer = build_chain(samples, reader=OneSure(), answerer=Inventor()).invoke(QUESTION)
    assert not answer.answered
    assert not answer.citations


def test_any_reader_can_take_the_place_of_the_first(samples: Archive) -> None:
    answer = build_chain(samples, reader=OneSure(), answerer=QuotingAnswerer(0.99)).invoke(QUESTION)
    assert answer.answered
    assert answer.confidence == 1.0


def test_a_bad_question_is_an_error_in_the_chain_too(samples: Archive) -> None:
    with pytest.raises(QuestionError):
        build_chain(samples).invoke("")


def test_examples_are_answered_by_the_archive(samples: Archive) -> None:
    chain = build_chain(samples)
    examples = suggest(samples, chain)
    assert len(examples) == 4
    assert all(chain.invoke(example).answered for example in examples)


def test_an_article_that_is_left_out_is_not_cited(samples: Archive) -> None:
    cited = {citation.article_id for citation in ask(QUESTION, samples).citations}
    again = ask(QUESTION, samples, without=cited)
    assert cited
    assert cited.isdisjoint(citation.article_id for citation in again.citations)
    assert cited.isdisjoint(near.article_id for near in again.nearby)


def test_more_caution_answers_no_more(samples: Archive) -> None:
    questions = [QUESTION, "Who is the captain of the Grey Petrel?", "How tall is the lighthouse on Gull Point?"]
    cautions: tuple[Caution, ...] = ("high", "normal", "low")
    answered = [sum(ask(each, samples, caution=caution).answered for each in questions) for caution in cautions]
    assert answered == sorted(answered)
