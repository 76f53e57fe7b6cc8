"""The whole as one LangChain runnable: question in, answer out.

    understand -> retrieve -> read -> answer, each part of it checked

Each step can be replaced: any EvidenceReader reads, and any Answerer answers, quoting or writing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypedDict

from langchain_core.runnables import Runnable, RunnableLambda

from ingest.archive import Archive
from ingest.article import Published
from ingest.coverage import Coverage
from qa.answer import REFUSAL, Answer, Nearby
from qa.extractive import QuotingAnswerer
from qa.question import Question
from qa.reader import Evidence, EvidenceReader, load_reader
from qa.retrieval import Candidate, retrieve
from qa.verify import CitationCheck

_NEAREST = 3  # headlines that a refusal names


class Answerer(Protocol):
    """Makes an answer of evidence."""

    def answer(self, question: Question, evidence: Sequence[Evidence]) -> Iterator[Answer]:
        """Parts of the answer as they come, which add up to it; nothing where the evidence is not enough."""


class _State(TypedDict, total=False):
    """What the steps hand on."""

    question: Question
    candidates: list[Candidate]
    evidence: list[Evidence]
    refusal: str


def build_chain(
    archive: Archive, reader: EvidenceReader | None = None, answerer: Answerer | None = None
) -> Runnable[str | Mapping[str, Any], Answer]:
    """The runnable over an archive.

    Its input is the question, or a mapping with `question` and optionally `published`, `publisher`, `without` and
    `caution`, as in `qa.ask`. `stream` gives parts that add up to the answer.

    Args:
        archive: an open one; it stays the caller's to close.
        reader: in place of the one that the archive's settings name.
        answerer: in place of the QuotingAnswerer.
    """
    steps = _Steps(archive, reader, answerer or QuotingAnswerer())
    return (
        RunnableLambda(steps.understand, name="understand")
        | RunnableLambda(steps.retrieve, name="retrieve")
        | RunnableLambda(steps.read, name="read")
        | RunnableLambda(steps.answer, name="answer")
    )


class _Steps:
    """The steps, bound to their archive."""

    def __init__(self, archive: Archive, reader: EvidenceReader | None, answerer: Answerer) -> None:
        self.archive = archive
        self.reader = reader
        self.answerer = answerer

    def understand(self, asked: str | Mapping[str, Any]) -> _State:
        if isinstance(asked, str):
            return {"question": Question.parse(asked)}
        facts = {
            name: asked[name]
            for name in ("published", "publisher", "without", "caution")
            if asked.get(name) is not None
        }
        return {"question": Question.parse(asked["question"], **facts)}

    def retrieve(self, state: _State) -> _State:
        question = state["question"]
        foreign = question.foreign_language(self.archive.embedder.languages)
        if foreign is not None and foreign[1]:
            return {**state, "candidates": [], "refusal": _foreign(foreign[0], self.archive)}
        note = _foreign(foreign[0], self.archive) if foreign else ""
        return {**state, "candidates": retrieve(self.archive, question), "refusal": note}

    def read(self, state: _State) -> _State:
        if self.reader is None:
            self.reader = load_reader(self.archive.settings.reader, self.archive.embedder)
        return {**state, "evidence": self.reader.read(state["question"], state["candidates"])}

    def answer(self, state: _State) -> Iterator[Answer]:
        check = CitationCheck(self.archive)
        fingerprint = self.archive.fingerprint
        given = False
        for draft in self.answerer.answer(state["question"], state["evidence"]):
            part = check.check(draft)
            if part.answered:
                given = True
                yield replace(part, fingerprint=fingerprint)
        if not given:
            yield replace(self._refuse(state), fingerprint=fingerprint)

    def _refuse(self, state: _State) -> Answer:
        near = _nearest(state["candidates"])
        best = state["evidence"][0].confidence if state["evidence"] else 0.0
        words = [REFUSAL, state["refusal"], describe_coverage(self.archive.coverage(), state["question"])]
        if near:
            words.append("Nearest headlines: " + "; ".join(f"“{article.headline}”" for article in near) + ".")
        return Answer(
            question=state["question"].text,
            answered=False,
            confidence=best,
            refusal=" ".join(part for part in words if part),
            nearby=near,
        )


def describe_coverage(coverage: Coverage, question: Question | None = None, subject: str = "It") -> str:
    """In words, what an archive covers and which part of it was asked."""
    if not coverage.n_articles:
        return f"{subject} is empty: add articles with `dateline ingest PATH`."
    count = f"{coverage.n_articles:,} article{'' if coverage.n_articles == 1 else 's'}"
    if coverage.first and coverage.last:
        first, last = (Published.parse(date).in_words() for date in (coverage.first, coverage.last))
        span = f"from {first} to {last}" if first != last else f"of {first}"
        covered = f"{subject} covers {count} {span}."
    else:
        covered = f"{subject} covers {count} without dates."
    if question is None or not describe_scope(question):
        return covered
    return f"{covered} Only a part was asked: {describe_scope(question)}."


def describe_scope(question: Question) -> str:
    """In words, the range of dates and the publishers that a question is asked of."""
    parts = []
    first, last = question.published or (None, None)
    dates = [Published.parse(date).in_words() if date else None for date in (first, last)]
    if first and last:
        parts.append(f"published {dates[0]}" if first == last else f"published {dates[0]} to {dates[1]}")
    elif first or last:
        parts.append(f"published since {dates[0]}" if first else f"published until {dates[1]}")
    if question.publishers:
        parts.append(f"by {' or '.join(question.publishers)}")
    return ", ".join(parts)


def _foreign(language: str, archive: Archive) -> str:
    return (
        f"The question seems to be in {language}; the embedder {archive.settings.embedder} knows English only. "
        "Ask in English, or make an archive with a multilingual embedder (DATELINE_EMBEDDER)."
    )


def _nearest(candidates: Sequence[Candidate]) -> tuple[Nearby, ...]:
    articles = {candidate.passage.article_id: candidate.found.article for candidate in candidates}
    return tuple(
        Nearby(article_id, a.headline, a.publisher, a.published.iso if a.published else None, a.url)
        for article_id, a in list(articles.items())[:_NEAREST]
    )
