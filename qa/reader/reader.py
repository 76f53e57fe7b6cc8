"""What in the passages answers the question, and how surely.

`EvidenceReader` is all that the rest knows. `SpanReader` has a model mark the words that answer in each passage, lets
articles that say the same support one another, and gives the sentences around the best of them.
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
_FIRST = 12  # passages that are read first; the rest only where these leave a doubt
_OVERWHELMING = 0.97  # confidence at which the rest is not read,
_SUPPORTING = 0.5  # where another story has the same words with this confidence
_MARKS = 3  # spans of a passage
_MISFIT = 4.0  # logits that a span of another kind than was asked for loses
_OTHER = 3.0  # logits that a sentence loses where another acts than the one that is asked about
_RANK = 0.35  # logits that a passage loses with each e-fold of its rank in retrieval
_AGE = 0.9  # logits that a passage loses with each e-fold of its age
_FRESH = 3 * 86_400  # seconds in which that has not begun yet
_OUTSIDE = 1.5  # logits that a passage loses which is not of the range that the question's words set
_UNDATED = 365 * 86_400  # seconds that an article without a date is taken to be old
_SUPPORT = 0.5  # share that counts of what stories with the same words add: they are not independent
_LIKE = 10.0  # logits a unit of cosine similarity of a sentence to a broad question
_LIKENESS = 0.45  # similarity at which that is 0
_COMPARED = 24  # sentences that are compared with a broad question


class EvidenceReader(Protocol):
    """Finds the sentences that answer."""

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[Evidence]:
        """The sentences of the candidates, the surest first; an empty list where there is none."""


@dataclass(frozen=True)
class Finding:
    """A marked span in its sentence.

    Attributes:
        candidate: where it stands.
        sentence: offsets in the article's text.
        words: the span, cut to what was asked.
        score: logits over "no answer here".
    """

    candidate: Candidate
    sentence: Span
    words: str
    score: float


@dataclass(frozen=True)
class Weighed:
    """A finding beside the others.

    Attributes:
        finding: itself.
        score: logits, with the support of other articles.
        short: the few words that answer; None where few words cannot.
    """

    finding: Finding
    score: float
    short: str | None


class SpanReader:
    """Reads with a model that marks spans."""

    #: How many of the candidates are read.
    passages = 32

    def __init__(self, model: SpanModel, embedder: PassageEmbeddings) -> None:
        """Args: model: marks the spans; embedder: the one that the archive was made with."""
        self._model = model
        self._embedder = embedder

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[Evidence]:
        """The sentences of the candidates, the surest first."""
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
        """The marked spans of some candidates, in no order.

        Args:
            question: what is asked.
            candidates: in the order of retrieval.
            rank: of the first of them, from 0.
            day: the moment from which their age counts, seconds since 1970; None where age does not matter.
        """
        found = []
        for number, (candidate, marks) in enumerate(zip(candidates, self._marks(question, candidates), strict=True)):
            prior = -_RANK * math.log(1 + rank + number) - _AGE * math.log1p(_age(candidate, day) / _FRESH)
            prior -= 0.0 if is_within(question, candidate) else _OUTSIDE
            for mark in marks:
                sentence = _sentence_at(candidate, mark.span)
                if sentence is None or (candidate.passage.article_id, *sentence) in question.told:
                    continue
                words = _words(candidate, mark.span, sentence)
                if not re.search(r"[^\W_]", words):
                    continue
                against = 0.0 if fits(question, words) else _MISFIT
                words = words[slice(*trim(question, words))]
                against += _OTHER if excluded(question, _context(candidate, sentence)) else 0.0
                found.append(Finding(candidate, sentence, words, mark.score + prior - against))
        return found

    def _marks(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Mark]]:
        """Of each candidate the marked spans; one that speaks of the time that is asked for is asked with it."""
        found: list[list[Mark]] = [[] for _ in candidates]
        telling = [question.is_told_in(candidate.passage.text) for candidate in candidates]
        for words, tells in ((question.text, True), (question.core, False)):
            own = [number for number, each in enumerate(telling) if each == tells]
            pages = [Page(heading(candidates[i]), candidates[i].passage.text) for i in own]
            for number, marks in zip(own, self._model.mark(words, pages, _MARKS) if own else [], strict=True):
                found[number] = marks
        return found

    def weigh(self, question: Question, findings: Sequence[Finding]) -> list[Weighed]:
        """Findings with what speaks for each, in logits, in no order."""
        if question.wants_sentences:
            return self._sentences(question, findings)
        weighed = []
        for group in _groups(findings, names=question.kind in ("who", "where", "what")):
            # Each story counts once: the probability that one of them is right, not the number of mentions or copies.
            best: dict[str, float] = {}
            for each in group:
                story = each.candidate.found.story
                best[story] = max(best.get(story, -math.inf), each.score)
            score = max(best.values())
            score += _SUPPORT * (_log_sum(best.values()) - score)
            leader = max(group, key=lambda each: (each.score, each.candidate.passage.passage_id))
            weighed += [Weighed(each, score if each is leader else each.score, each.words) for each in group]
        return weighed

    def _sentences(self, question: Question, findings: Sequence[Finding]) -> list[Weighed]:
        """Of a broad question: the sentences that the model marks and that are like the question."""
        best: dict[tuple[str, Span], Finding] = {}
        for each in sorted(findings, key=lambda f: (-f.score, f.candidate.passage.passage_id, f.sentence)):
            best.setdefault((each.candidate.passage.article_id, each.sentence), each)
        compared = list(best.values())[:_COMPARED]
        if not compared:
            return []
        quotes = [quote_of(each.candidate, each.sentence) for each in compared]
        vectors = self._embedder.encode_documents(quotes, urgent=True)
        likeness = vectors @ self._embedder.encode_queries([question.core])[0]
        few = question.kind != "yes/no"
        return [
            Weighed(each, each.score + _LIKE * (float(like) - _LIKENESS), each.words if few else None)
            for each, like in zip(compared, likeness, strict=True)
        ]


def load_reader(name: str, embedder: PassageEmbeddings) -> EvidenceReader:
    """The reader of a name: the one that is installed, or any other model that marks spans.

    Args:
        name: as in the settings; empty for the one that is installed.
        embedder: the one that the archive was made with.

    Raises:
        ReaderError: its files are missing or altered, or it marks no spans.
    """
    return SpanReader(load_span_model(name), embedder)


def as_of(question: Question, candidates: Sequence[Candidate]) -> int | None:
    """The moment from which the age of passages counts: who asks as of a day asks for the news of that day.

    Args:
        question: what is asked.
        candidates: what was found for it.

    Returns:
        When the newest of the articles was published, seconds since 1970, where a day was named or the state of things
        is asked for; None where a range of dates is given, or the question names a year or month.
    """
    if (
        (question.published and not question.period)
        or _DATED.search(question.text)
        or not (question.as_of or asks_for_state(question.text))
    ):
        return None
    dates = [each.found.article.published.epoch for each in candidates if each.found.article.published]
    return max(dates, default=None)


def _age(candidate: Candidate, day: int | None) -> int:
    """Seconds from its publication to that moment."""
    if day is None:
        return 0
    published = candidate.found.article.published
    return day - published.epoch if published else _UNDATED


def heading(candidate: Candidate) -> str:
    """Headline and date, as the model sees them in front of a passage."""
    article = candidate.found.article
    date = f" ({article.published.in_words()})" if article.published else ""
    return f"{article.headline}{date}"


def _evidence(weighed: Iterable[Weighed], confidence: Curve) -> list[Evidence]:
    """One piece of evidence a sentence, the surest first."""
    best: dict[tuple[str, Span], Weighed] = {}
    for each in sorted(weighed, key=lambda w: (-w.score, w.finding.candidate.passage.passage_id, w.finding.sentence)):
        best.setdefault((each.finding.candidate.passage.article_id, each.finding.sentence), each)
    return [
        Evidence(
            each.finding.candidate.found,
            each.finding.sentence,
            quote_of(each.finding.candidate, each.finding.sentence),
            confidence(each.score),
            each.short,
        )
        for each in best.values()
    ]


def _groups(findings: Sequence[Finding], *, names: bool) -> list[list[Finding]]:
    """Findings that say the same, together.

    Args:
        findings: in any order.
        names: whether they may be names; then "Biden" goes with "Joe Biden", but not with both him and "Jill Biden".
    """
    groups: list[list[Finding]] = []
    for each in sorted(findings, key=lambda f: (-f.score, f.candidate.passage.passage_id, f.sentence, f.words)):
        for members in groups:
            if all(_say_the_same(each.words, other.words, names) for other in members):
                members.append(each)
                break
        else:
            groups.append([each])
    return groups


def _say_the_same(one: str, other: str, names: bool) -> bool:
    mine = key(one)
    return mine == key(other) or bool(names and mine and one[:1].isupper() and agreement(one, other) == 1.0)


def _log_sum(scores: Iterable[float]) -> float:
    values = list(scores)
    peak = max(values)
    return peak + math.log(sum(math.exp(value - peak) for value in values))


def _sentence_at(candidate: Candidate, span: Span) -> Span | None:
    """The sentence that holds most of a span of the passage; None where none does."""
    passage = candidate.passage
    start, end = span[0] + passage.start, span[1] + passage.start
    overlaps = [(min(end, e) - max(start, s), (s, e)) for s, e in passage.sentences]
    most = max(overlaps, default=(0, (0, 0)))
    return most[1] if most[0] > 0 else None


def _words(candidate: Candidate, span: Span, sentence: Span) -> str:
    """What of a span of the passage lies in a sentence."""
    start, end = (place - candidate.passage.start for place in sentence)
    return candidate.passage.text[max(span[0], start) : min(span[1], end)]


def _context(candidate: Candidate, sentence: Span) -> Context:
    """A sentence with two before it, to which a pronoun may point, and one behind it."""
    row = candidate.passage.sentences
    at = row.index(sentence)
    texts = [quote_of(candidate, each) for each in row[max(0, at - 2) : at + 2]]
    here = min(at, 2)
    return Context(texts[here], " ".join(texts[:here]), " ".join(texts[here + 1 :]))


def _is_overwhelming(evidence: Sequence[Evidence]) -> bool:
    if not evidence or evidence[0].confidence < _OVERWHELMING:
        return False
    first = key(evidence[0].short or "")
    agree = [e for e in evidence if e.confidence >= _SUPPORTING and e.short and key(e.short) == first]
    return len({e.found.story for e in agree}) > 1
