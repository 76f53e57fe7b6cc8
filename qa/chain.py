"""The whole as one LangChain runnable: question in, answer out.

    understand -> retrieve -> read -> answer, each part of it checked

Each step can be replaced: any EvidenceReader reads, and any Answerer answers, quoting or writing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any, Protocol, TypedDict

from langchain_core.runnables import Runnable, RunnableLambda

from ingest.archive.archive import Archive
from ingest.archive.coverage import Coverage
from ingest.base.article import Published
from qa.archive_questions.catalogue import Listing, look_up
from qa.archive_questions.intents import find_intent
from qa.base.answer import REFUSAL, Answer, Nearby
from qa.chat.models import ChatModel
from qa.dates.periods import range_in_words
from qa.dialogue.rewriting import ModelResolver, Resolver, RuleResolver
from qa.generation.quoting import QuotingAnswerer
from qa.question.limits import MAX_QUESTION, QuestionError, range_in
from qa.question.question import Known, Question
from qa.reader.evidence import Evidence
from qa.reader.reader import EvidenceReader, load_reader
from qa.retrieval.retrieval import Candidate, retrieve
from qa.verification.verify import CitationCheck

_NEAREST = 3  # headlines that a refusal names
_RELATIVE = re.compile(r"\b(?:this|last|past|next|previous|ago|today|yesterday|tonight|\w+day)\b", re.IGNORECASE)
_FACTS = ("published", "publisher", "without", "caution", "as_of", "style")


class Answerer(Protocol):
    """Makes an answer of evidence."""

    def answer(self, question: Question, evidence: Sequence[Evidence]) -> Iterator[Answer]:
        """Parts of the answer as they come, which add up to it; nothing where the evidence is not enough."""


class _State(TypedDict, total=False):
    """What the steps hand on; where `said` is there, nothing is left to do."""

    question: Question
    candidates: list[Candidate]
    evidence: list[Evidence]
    note: str | None
    refusal: str
    said: Answer


def build_chain(
    archive: Archive,
    reader: EvidenceReader | None = None,
    answerer: Answerer | None = None,
    chat: ChatModel | None = None,
) -> Runnable[str | Mapping[str, Any], Answer]:
    """The runnable over an archive.

    Its input is the question, or a mapping with `question` and optionally `published`, `publisher`, `without`,
    `caution`, `as_of`, `style` and `history`, as in `qa.ask`. `stream` gives parts that add up to the answer.

    Args:
        archive: an open one; it stays the caller's to close.
        reader: in place of the one that the archive's settings name.
        answerer: in place of the QuotingAnswerer, or of the WritingAnswerer where there is a chat model.
        chat: writes the answers, and completes follow-up questions; None leaves both to rules.
    """
    if answerer is None:
        answerer = _writing(chat, archive) if chat else QuotingAnswerer()
    steps = _Steps(archive, reader, answerer, ModelResolver(chat) if chat else RuleResolver())
    return (
        RunnableLambda(steps.understand, name="understand")
        | RunnableLambda(steps.retrieve, name="retrieve")
        | RunnableLambda(steps.read, name="read")
        | RunnableLambda(steps.answer, name="answer")
    )


def _writing(chat: ChatModel, archive: Archive) -> Answerer:
    from qa.generation.writing import WritingAnswerer
    from qa.verification.support import load_support_model
    from qa.verification.verify import StatementCheck

    return WritingAnswerer(chat, archive, StatementCheck(load_support_model()))


class _Steps:
    """The steps, bound to their archive."""

    def __init__(self, archive: Archive, reader: EvidenceReader | None, answerer: Answerer, resolver: Resolver) -> None:
        self.archive = archive
        self.reader = reader
        self.answerer = answerer
        self.resolver = resolver

    def understand(self, asked: str | Mapping[str, Any]) -> _State:
        given = {"question": asked} if isinstance(asked, str) else asked
        facts: dict[str, Any] = {name: given[name] for name in _FACTS if given.get(name) is not None}
        first = Question.parse(given["question"], **facts)  # a bad one is told as it was typed
        today = date.fromisoformat(first.as_of) if first.as_of else datetime.now(UTC).date()
        resolved = self.resolver.resolve(first.text, _answers(given.get("history")), today)
        if resolved.reply is not None:
            return {"question": first, "said": Answer(first, answered=True, note=resolved.reply)}
        coverage = self.archive.coverage()
        known = Known(coverage.publishers, coverage.places, coverage.first)
        question = Question.parse(resolved.text[:MAX_QUESTION], **facts, known=known)
        question = replace(
            question,
            typed=first.text if resolved.text != first.text else None,
            near=resolved.articles,
            told=resolved.told,
        )
        if resolved.dates and question.published is None and given.get("published") is None:
            question = replace(question, published=resolved.dates, period=range_in_words(*resolved.dates))
        state = self._within(question, coverage)
        intent = find_intent(question.text, coverage.publishers, today)
        if intent is None:
            return state
        question = state["question"] if state["note"] is None else question
        return {"question": question, "said": _listed(question, look_up(self.archive, question, intent))}

    def _within(self, question: Question, coverage: Coverage) -> _State:
        """A range that a question's words set, and that holds none of the articles, is no limit but its subject."""
        if question.period is None or not coverage.first or not coverage.last:
            return {"question": question, "note": None}
        if self._is_told(question):
            return {"question": replace(question, published=None), "note": None}
        if _meets(question, coverage):
            return {"question": question, "note": None}
        if not _RELATIVE.search(question.period) and not re.search(r"\d{4}", question.period):
            # "in March", of an archive that ends last June, is the last March that it knows.
            last = date.fromisoformat(coverage.last[:10])
            known = replace(question, published=range_in(question.text, last, coverage.first)[0])
            if _meets(known, coverage):
                return {"question": known, "note": None}
        note = f"Of what was {question.limits} the archive holds nothing; {describe_coverage(coverage, subject='it')}"
        return {"question": replace(question, published=None), "note": note}

    def _is_told(self, question: Question) -> bool:
        """Whether the articles that a conversation is about speak of the time themselves: then it is their subject."""
        texts = [self.archive.article(i).text for i in self.archive.versions(question.near)]
        return any(map(question.is_told_in, texts))

    def retrieve(self, state: _State) -> _State:
        if "said" in state:
            return state
        question = state["question"]
        foreign = question.foreign_language(self.archive.embedder.languages)
        if foreign is not None and foreign[1]:
            return {**state, "candidates": [], "refusal": _foreign(foreign[0], self.archive)}
        note = _foreign(foreign[0], self.archive) if foreign else ""
        return {**state, "candidates": retrieve(self.archive, question), "refusal": note}

    def read(self, state: _State) -> _State:
        if "said" in state:
            return state
        if self.reader is None:
            self.reader = load_reader(self.archive.settings.reader, self.archive.embedder)
        return {**state, "evidence": self.reader.read(state["question"], state["candidates"])}

    def answer(self, state: _State) -> Iterator[Answer]:
        fingerprint = self.archive.fingerprint
        if "said" in state:
            yield replace(state["said"], fingerprint=fingerprint)
            return
        given = False
        for part in self._drafted(state):
            note = " ".join(filter(None, (state["note"], part.note))) or None
            yield replace(part, note=note, fingerprint=fingerprint)
            given = True
        if not given:
            yield replace(self._refuse(state), fingerprint=fingerprint)

    def _drafted(self, state: _State) -> Iterator[Answer]:
        check = CitationCheck(self.archive)
        for draft in self.answerer.answer(state["question"], state["evidence"]):
            part = check.check(draft)
            if part.answered:
                yield _dated(part, state["question"])

    def _refuse(self, state: _State) -> Answer:
        near = _nearest(state["candidates"])
        best = state["evidence"][0].confidence if state["evidence"] else 0.0
        words = [
            REFUSAL,
            state["refusal"],
            state.get("note") or describe_coverage(self.archive.coverage(), state["question"]),
        ]
        if near:
            words.append("Nearest headlines: " + "; ".join(f"“{article.headline}”" for article in near) + ".")
        return Answer(
            question=state["question"],
            answered=False,
            confidence=best,
            refusal=" ".join(part for part in words if part),
            nearby=near,
        )


def _answers(history: Any) -> Sequence[Answer]:
    turns = tuple(history or ())
    if not all(isinstance(turn, Answer) for turn in turns):
        raise QuestionError("history takes the answers that ask gave before, the last one last")
    return turns


def _dated(part: Answer, question: Question) -> Answer:
    """A part whose sentences have their day in front where that is not of the range that the question's words set."""
    if question.period is None or question.published is None:
        return part
    first, last = question.published
    sentences, outside = [], False
    for sentence in part.sentences:
        days = [citation.published[:10] for citation in sentence.citations if citation.published]
        near = any((first and day < first) or (last and day > last) for day in days)
        outside = outside or near
        sentences.append(replace(sentence, day=Published.parse(days[0]).in_words()) if near else sentence)
    note = f"Not all of this was published {range_in_words(first, last)}; what was not has its date in front."
    return replace(part, sentences=tuple(sentences), note=note) if outside else part


def _meets(question: Question, coverage: Coverage) -> bool:
    """Whether a question's range and the archive have days in common."""
    first, last = question.published or (None, None)
    return (not first or first <= (coverage.last or "")) and (not last or last >= (coverage.first or ""))


def _listed(question: Question, listing: Listing) -> Answer:
    """The answer to a question about the archive."""
    words = listing.words()
    if not listing.articles:
        return Answer(question, answered=False, refusal=words)
    return Answer(question, answered=True, confidence=1.0, note=words, nearby=listing.articles)


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
    if question is None or not question.limits:
        return covered
    return f"{covered} Only a part was asked: {question.limits}."


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
