"""Find the sentences in the passages that answer the question, with their confidence.

`EvidenceReader` is the interface. `SpanReader` implements it with a model that marks the spans that answer in each
passage: stories that say the same support one another, and the sentences around the best spans are the evidence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ingest.base.article import Span
from ingest.cleaning.dateline import MONTHS
from qa.language.names import agreement
from qa.question.kinds import asks_for_overview, asks_for_state
from qa.question.question import Question
from qa.reader.calibration import SENTENCES, WORDS, Curve
from qa.reader.evidence import Evidence, is_within, quote_of
from qa.reader.overview import read_events
from qa.reader.roles import Context, excluded
from qa.reader.short_answer import fits, key, trim
from qa.reader.span_decoding import Mark
from qa.reader.span_inputs import Page
from qa.reader.span_models import SpanModel, load_span_model
from qa.retrieval.retrieval import Candidate

if TYPE_CHECKING:
    from ingest.embedding.embeddings import PassageEmbeddings

_DATED = re.compile(rf"\b(?:1[5-9]|20)\d\d\b|\b(?:{'|'.join(MONTHS)})\b")
_FIRST = 12  # passages that are read first; the rest only where these do not decide
_OVERWHELMING = 0.97  # confidence at which the rest is not read,
_SUPPORTING = 0.5  # where another story has the same words with this confidence
_MARKS = 3  # spans of a passage
_WRONG_KIND = 4.0  # logits that a span of another kind than was asked for loses
_WRONG_AGENT = 3.0  # logits that a sentence loses where somebody else acts than the question asks about
_RANK = 0.35  # logits that a passage loses with each e-fold of its rank in retrieval
_AGE = 0.9  # logits that a passage loses with each e-fold of its age
_FRESH = 3 * 86_400  # seconds of age that cost almost nothing
_OUTSIDE = 1.5  # logits that a passage loses which is outside the range that the question's words set
_UNDATED = 365 * 86_400  # the assumed age of an article without a date, in seconds
_SUPPORT = 0.5  # share of the support by other stories that counts, since they are not independent
_SIMILARITY = 10.0  # logits for each unit of cosine similarity of a sentence to a broad question
_NEUTRAL = 0.45  # similarity at which that is 0
_COMPARED = 24  # sentences that are compared with a broad question


class EvidenceReader(Protocol):
    """Finds the sentences that answer."""

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[Evidence]:
        """Score the sentences of the candidates, the most confident first; an empty list where there are none.

        Args:
            question: what is asked.
            candidates: in the order of retrieval.
        """


@dataclass(frozen=True)
class Finding:
    """A marked span in its sentence.

    Attributes:
        candidate: the passage that it was marked in.
        sentence: offsets of the sentence in the article's text.
        words: the span, trimmed to what was asked.
        score: logits relative to "no answer".
    """

    candidate: Candidate
    sentence: Span
    words: str
    score: float


@dataclass(frozen=True)
class Weighed:
    """A finding with the support of the others.

    Attributes:
        finding: the finding.
        score: logits, with the support of other stories.
        short: the few words that answer; None where the question needs a sentence.
    """

    finding: Finding
    score: float
    short: str | None


class SpanReader:
    """Reads with a model that marks spans."""

    #: The most candidates that are read.
    passages = 32

    def __init__(self, model: SpanModel, embedder: PassageEmbeddings) -> None:
        """Combine a model and an embedder.

        Args:
            model: marks the spans.
            embedder: the embedder of the archive.
        """
        self._model = model
        self._embedder = embedder

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[Evidence]:
        """Score the sentences of the candidates, the most confident first.

        Args:
            question: what is asked.
            candidates: in the order of retrieval.
        """
        if asks_for_overview(question.text):
            return read_events(question, candidates, self._embedder)
        day = as_of(question, candidates)
        findings = self.find(question, candidates[:_FIRST], day=day)
        if not question.wants_sentences:
            evidence = _evidence(self.weigh(question, findings), WORDS)
            if _is_overwhelming(evidence):
                return evidence
        findings += self.find(question, candidates[_FIRST : self.passages], rank=_FIRST, day=day)
        return _evidence(self.weigh(question, findings), SENTENCES if question.wants_sentences else WORDS)

    def find(
        self, question: Question, candidates: Sequence[Candidate], *, rank: int = 0, day: int | None = None
    ) -> list[Finding]:
        """Mark spans in some candidates; the findings are in no order.

        Args:
            question: what is asked.
            candidates: in the order of retrieval.
            rank: rank of the first of them, from 0.
            day: the time from which their age counts, seconds since 1970; None where age does not matter.
        """
        findings = []
        for number, (candidate, marks) in enumerate(zip(candidates, self._marks(question, candidates), strict=True)):
            prior = -_RANK * math.log(1 + rank + number) - _AGE * math.log1p(_age(candidate, day) / _FRESH)
            prior -= 0.0 if is_within(question, candidate) else _OUTSIDE
            for mark in marks:
                sentence = _sentence_at(candidate, mark.span)
                if sentence is None or (candidate.passage.article_id, *sentence) in question.already_cited:
                    continue
                words = _words(candidate, mark.span, sentence)
                if not re.search(r"[^\W_]", words):
                    continue
                penalty = 0.0 if fits(question, words) else _WRONG_KIND
                words = words[slice(*trim(question, words))]
                penalty += _WRONG_AGENT if excluded(question, _context(candidate, sentence)) else 0.0
                findings.append(Finding(candidate, sentence, words, mark.score + prior - penalty))
        return findings

    def _marks(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Mark]]:
        """The marked spans of each candidate; only a passage that mentions the time is asked with the time."""
        all_marks: list[list[Mark]] = [[] for _ in candidates]
        is_dated = [question.dates_occur_in(candidate.passage.text) for candidate in candidates]
        for words, dated in ((question.text, True), (question.core, False)):
            numbers = [number for number, is_this in enumerate(is_dated) if is_this == dated]
            pages = [Page(heading(candidates[number]), candidates[number].passage.text) for number in numbers]
            for number, marks in zip(numbers, self._model.mark(words, pages, _MARKS) if numbers else [], strict=True):
                all_marks[number] = marks
        return all_marks

    def weigh(self, question: Question, findings: Sequence[Finding]) -> list[Weighed]:
        """Add the support of other stories to the scores of findings; the result is in no order.

        Args:
            question: what is asked.
            findings: in any order.
        """
        if question.wants_sentences:
            return self._sentences(question, findings)
        weighed = []
        for group in _groups(findings, names=question.kind in ("who", "where", "what")):
            # Each story counts once, however many mentions or copies it has.
            best: dict[str, float] = {}
            for finding in group:
                story = finding.candidate.hit.story
                best[story] = max(best.get(story, -math.inf), finding.score)
            score = max(best.values())
            score += _SUPPORT * (_log_sum(best.values()) - score)
            leader = max(group, key=lambda finding: (finding.score, finding.candidate.passage.passage_id))
            weighed += [Weighed(f, score if f is leader else f.score, f.words) for f in group]
        return weighed

    def _sentences(self, question: Question, findings: Sequence[Finding]) -> list[Weighed]:
        """For a broad question: add the similarity of the marked sentences to the question."""
        best: dict[tuple[str, Span], Finding] = {}
        for finding in sorted(findings, key=lambda f: (-f.score, f.candidate.passage.passage_id, f.sentence)):
            best.setdefault((finding.candidate.passage.article_id, finding.sentence), finding)
        compared = list(best.values())[:_COMPARED]
        if not compared:
            return []
        quotes = [quote_of(finding.candidate, finding.sentence) for finding in compared]
        vectors = self._embedder.encode_documents(quotes, urgent=True)
        similarities = vectors @ self._embedder.encode_queries([question.core])[0]
        few = question.kind != "yes/no"
        return [
            Weighed(f, f.score + _SIMILARITY * (float(similarity) - _NEUTRAL), f.words if few else None)
            for f, similarity in zip(compared, similarities, strict=True)
        ]


def load_reader(name: str, embedder: PassageEmbeddings) -> EvidenceReader:
    """Load a reader: the one that is shipped, or any other model that marks spans.

    Args:
        name: the reader in the settings; empty for the one that is shipped.
        embedder: the embedder of the archive.

    Raises:
        ReaderError: its files are missing or altered, or it marks no spans.
    """
    return SpanReader(load_span_model(name), embedder)


def as_of(question: Question, candidates: Sequence[Candidate]) -> int | None:
    """The time from which the age of passages counts, where newer passages are preferred.

    Args:
        question: what is asked.
        candidates: the passages that were retrieved.

    Returns:
        When the newest of the articles was published, seconds since 1970, where the question has an `as_of` or asks for
        the present state; None where `published` was passed, or the question names a year or month.
    """
    if (
        (question.published and not question.period)
        or _DATED.search(question.text)
        or not (question.as_of or asks_for_state(question.text))
    ):
        return None
    dates = [c.hit.article.published.epoch for c in candidates if c.hit.article.published]
    return max(dates, default=None)


def _age(candidate: Candidate, day: int | None) -> int:
    """The age of a passage on a day, in seconds; 0 where age does not matter."""
    if day is None:
        return 0
    published = candidate.hit.article.published
    return day - published.epoch if published else _UNDATED


def heading(candidate: Candidate) -> str:
    """The headline and date that the model reads before a passage."""
    article = candidate.hit.article
    date = f" ({article.published.in_words()})" if article.published else ""
    return f"{article.headline}{date}"


def _evidence(weighed: Iterable[Weighed], confidence: Curve) -> list[Evidence]:
    """The best evidence of each sentence, the most confident first."""
    best: dict[tuple[str, Span], Weighed] = {}
    for item in sorted(weighed, key=lambda w: (-w.score, w.finding.candidate.passage.passage_id, w.finding.sentence)):
        best.setdefault((item.finding.candidate.passage.article_id, item.finding.sentence), item)
    return [
        Evidence(
            item.finding.candidate.hit,
            item.finding.sentence,
            quote_of(item.finding.candidate, item.finding.sentence),
            confidence(item.score),
            item.short,
        )
        for item in best.values()
    ]


def _groups(findings: Sequence[Finding], *, names: bool) -> list[list[Finding]]:
    """Group findings that say the same.

    Args:
        findings: in any order.
        names: whether they may be names; then "Biden" goes with "Joe Biden", but not with both him and "Jill Biden".
    """
    groups: list[list[Finding]] = []
    for finding in sorted(findings, key=lambda f: (-f.score, f.candidate.passage.passage_id, f.sentence, f.words)):
        for members in groups:
            if all(_say_the_same(finding.words, other.words, names) for other in members):
                members.append(finding)
                break
        else:
            groups.append([finding])
    return groups


def _say_the_same(one: str, other: str, names: bool) -> bool:
    one_key = key(one)
    return one_key == key(other) or bool(names and one_key and one[:1].isupper() and agreement(one, other) == 1.0)


def _log_sum(scores: Iterable[float]) -> float:
    values = list(scores)
    peak = max(values)
    return peak + math.log(sum(math.exp(value - peak) for value in values))


def _sentence_at(candidate: Candidate, span: Span) -> Span | None:
    """The sentence with the most characters of a span of the passage; None where none has any."""
    passage = candidate.passage
    start, end = span[0] + passage.start, span[1] + passage.start
    overlaps = [(min(end, e) - max(start, s), (s, e)) for s, e in passage.sentences]
    most = max(overlaps, default=(0, (0, 0)))
    return most[1] if most[0] > 0 else None


def _words(candidate: Candidate, span: Span, sentence: Span) -> str:
    """The part of a span of the passage that is in a sentence."""
    start, end = (place - candidate.passage.start for place in sentence)
    return candidate.passage.text[max(span[0], start) : min(span[1], end)]


def _context(candidate: Candidate, sentence: Span) -> Context:
    """A sentence with the two before it, to which a pronoun may refer, and the one after it."""
    row = candidate.passage.sentences
    at = row.index(sentence)
    texts = [quote_of(candidate, other) for other in row[max(0, at - 2) : at + 2]]
    here = min(at, 2)
    return Context(texts[here], " ".join(texts[:here]), " ".join(texts[here + 1 :]))


def _is_overwhelming(evidence: Sequence[Evidence]) -> bool:
    if not evidence or evidence[0].confidence < _OVERWHELMING:
        return False
    first = key(evidence[0].short or "")
    agree = [e for e in evidence if e.confidence >= _SUPPORTING and e.short and key(e.short) == first]
    return len({e.hit.story for e in agree}) > 1
