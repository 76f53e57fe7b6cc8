"""The question-answering pipeline as a LangChain Runnable.

    understand -> retrieve -> read -> answer, each sentence of it checked

Each step can be replaced: any EvidenceReader reads, and any Answerer answers, by quoting or by writing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, Protocol, TypedDict

from langchain_core.runnables import Runnable, RunnableLambda

from ingest.archive.archive import Archive
from ingest.archive.coverage import Coverage
from ingest.base.article import Published
from qa.archive_questions.catalogue import Listing, look_up
from qa.archive_questions.intents import find_intent
from qa.base.answer import REFUSAL, Answer, Nearby
from qa.base.request import Request
from qa.chat.models import ChatModel
from qa.dates.periods import range_in_words
from qa.dialogue.rewriting import ModelResolver, Resolver, RuleResolver
from qa.generation.quoting import QuotingAnswerer
from qa.question.limits import MAX_QUESTION, range_in
from qa.question.question import ArchiveFacts, Question
from qa.reader.evidence import Evidence
from qa.reader.reader import EvidenceReader, load_reader
from qa.retrieval.retrieval import Candidate, retrieve
from qa.verification.verify import CitationCheck

_NEAREST = 3  # headlines that a refusal names
_RELATIVE = re.compile(r"\b(?:this|last|past|next|previous|ago|today|yesterday|tonight|\w+day)\b", re.IGNORECASE)


class Answerer(Protocol):
    """Makes an answer of evidence."""

    def answer(self, question: Question, evidence: Sequence[Evidence]) -> Iterator[Answer]:
        """Parts of the answer as they are made, which add up to it; none where the evidence is too weak.

        Args:
            question: what is asked.
            evidence: sentences that may answer it, the most confident first.
        """


class _State(TypedDict, total=False):
    """What a step passes to the next one; where `answer` is set, nothing is left to do."""

    question: Question
    candidates: list[Candidate]
    evidence: list[Evidence]
    note: str | None
    refusal: str
    answer: Answer


def build_chain(
    archive: Archive,
    reader: EvidenceReader | None = None,
    answerer: Answerer | None = None,
    chat: ChatModel | None = None,
) -> Runnable[Request | str | Mapping[str, Any], Answer]:
    """The pipeline over an archive.

    Its input is a question, a `Request`, or a mapping with `question` and optionally `published`, `publisher`,
    `without`, `caution`, `as_of`, `style` and `history`, as in `qa.ask`. `stream` gives parts that add up.

    Args:
        archive: an open archive; the caller closes it.
        reader: used in place of the reader that the archive's settings name.
        answerer: used in place of the QuotingAnswerer, or of the WritingAnswerer where there is a chat model.
        chat: writes the answers and completes follow-up questions; None leaves both to rules.
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
    """The steps of the pipeline over one archive."""

    def __init__(self, archive: Archive, reader: EvidenceReader | None, answerer: Answerer, resolver: Resolver) -> None:
        self.archive = archive
        self.reader = reader
        self.answerer = answerer
        self.resolver = resolver

    def understand(self, asked: Request | str | Mapping[str, Any]) -> _State:
        request = Request.of(asked)
        typed = request.understood
        resolved = self.resolver.resolve(typed.text, request.history, typed.today)
        if resolved.reply is not None:
            return {"question": typed, "answer": Answer(typed, answered=True, note=resolved.reply)}
        coverage = self.archive.coverage()
        facts = ArchiveFacts(coverage.publishers, coverage.places, coverage.first)
        question = replace(
            request.understand(resolved.text[:MAX_QUESTION], facts),
            typed=typed.text if resolved.text != typed.text else None,
            near=resolved.articles,
            already_cited=resolved.already_cited,
        )
        if resolved.dates and question.published is None and request.published is None:
            question = replace(question, published=resolved.dates, period=range_in_words(*resolved.dates))
        state = self._within(question, coverage)
        intent = find_intent(question.text, coverage.publishers, typed.today)
        if intent is None:
            return state
        question = state["question"] if state["note"] is None else question
        return {"question": question, "answer": _listed(question, look_up(self.archive, question, intent))}

    def _within(self, question: Question, coverage: Coverage) -> _State:
        """Drop a range that the question's words set where the archive has no article in it."""
        if question.period is None or not coverage.first or not coverage.last:
            return {"question": question, "note": None}
        if self._is_subject(question):
            return {"question": replace(question, published=None), "note": None}
        if _overlaps(question, coverage):
            return {"question": question, "note": None}
        if not _RELATIVE.search(question.period) and not re.search(r"\d{4}", question.period):
            # In an archive that ends last June, "in March" is the last March that it covers.
            last = date.fromisoformat(coverage.last[:10])
            covered = replace(question, published=range_in(question.text, last, coverage.first)[0])
            if _overlaps(covered, coverage):
                return {"question": covered, "note": None}
        note = f"The archive has nothing {question.limits}; {describe_coverage(coverage, subject='it')}"
        return {"question": replace(question, published=None), "note": note}

    def _is_subject(self, question: Question) -> bool:
        """Whether the articles that a conversation is about mention the time themselves: then it is their subject."""
        texts = [self.archive.article(i).text for i in self.archive.versions(question.near)]
        return any(map(question.dates_occur_in, texts))

    def retrieve(self, state: _State) -> _State:
        if "answer" in state:
            return state
        question = state["question"]
        foreign = question.foreign_language(self.archive.embedder.languages)
        if foreign is not None and foreign[1]:
            return {**state, "candidates": [], "refusal": _foreign(foreign[0], self.archive)}
        note = _foreign(foreign[0], self.archive) if foreign else ""
        return {**state, "candidates": retrieve(self.archive, question), "refusal": note}

    def read(self, state: _State) -> _State:
        if "answer" in state:
            return state
        if self.reader is None:
            self.reader = load_reader(self.archive.settings.reader, self.archive.embedder)
        return {**state, "evidence": self.reader.read(state["question"], state["candidates"])}

    def answer(self, state: _State) -> Iterator[Answer]:
        fingerprint = self.archive.fingerprint
        if "answer" in state:
            yield replace(state["answer"], fingerprint=fingerprint)
            return
        answered = False
        for part in self._parts(state):
            note = " ".join(filter(None, (state["note"], part.note))) or None
            yield replace(part, note=note, fingerprint=fingerprint)
            answered = True
        if not answered:
            yield replace(self._refuse(state), fingerprint=fingerprint)

    def _parts(self, state: _State) -> Iterator[Answer]:
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


def _dated(part: Answer, question: Question) -> Answer:
    """Put the date of publication before each sentence that was published outside the range of the question's words."""
    if question.period is None or question.published is None:
        return part
    first, last = question.published
    sentences, outside = [], False
    for sentence in part.sentences:
        days = [citation.published[:10] for citation in sentence.citations if citation.published]
        is_outside = any((first and day < first) or (last and day > last) for day in days)
        outside = outside or is_outside
        sentences.append(replace(sentence, day=Published.parse(days[0]).in_words()) if is_outside else sentence)
    published = range_in_words(first, last)
    note = f"Not all of this was published {published}; sentences from another time begin with their date."
    return replace(part, sentences=tuple(sentences), note=note) if outside else part


def _overlaps(question: Question, coverage: Coverage) -> bool:
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
    """What an archive covers, and which part of it was searched, for display.

    Args:
        coverage: of the archive.
        question: names the limits of the search; None where there are none.
        subject: the word that stands for the archive.
    """
    if not coverage.n_articles:
        return f"{subject} is empty: add articles with `dateline ingest PATH`."
    count = f"{coverage.n_articles:,} article{'' if coverage.n_articles == 1 else 's'}"
    if coverage.first and coverage.last:
        first, last = (Published.parse(day).in_words() for day in (coverage.first, coverage.last))
        span = f"from {first} to {last}" if first != last else f"of {first}"
        covered = f"{subject} covers {count} {span}."
    else:
        covered = f"{subject} covers {count} without dates."
    if question is None or not question.limits:
        return covered
    return f"{covered} Only a part of it was searched: {question.limits}."


def _foreign(language: str, archive: Archive) -> str:
    return (
        f"The question seems to be in {language}; the embedder {archive.settings.embedder} supports English only. "
        "Ask in English, or create an archive with a multilingual embedder (DATELINE_EMBEDDER)."
    )


def _nearest(candidates: Sequence[Candidate]) -> tuple[Nearby, ...]:
    articles = {candidate.passage.article_id: candidate.hit.article for candidate in candidates}
    return tuple(
        Nearby(article_id, a.headline, a.publisher, a.published.iso if a.published else None, a.url)
        for article_id, a in list(articles.items())[:_NEAREST]
    )
