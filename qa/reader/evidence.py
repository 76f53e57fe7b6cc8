"""Evidence: a sentence that may answer the question."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ingest.archive.archive import Found
from ingest.base.article import Article, Span
from qa.base.answer import Carrier, Citation
from qa.question.question import Question
from qa.retrieval.retrieval import Candidate


@dataclass(frozen=True)
class Evidence:
    """A sentence that may answer the question.

    Attributes:
        hit: its passage with the facts of the article.
        span: its offsets in the article's text.
        quote: its exact words.
        confidence: probability that it answers the question, 0..1.
        short: the few words in it that answer, or None.
    """

    hit: Found
    span: Span
    quote: str
    confidence: float
    short: str | None = None


def quote_of(candidate: Candidate, sentence: Span) -> str:
    """The words of a sentence of a passage.

    Args:
        candidate: the passage.
        sentence: offsets of the sentence in the article's text.
    """
    start = candidate.passage.start
    return candidate.passage.text[sentence[0] - start : sentence[1] - start]


def is_within(question: Question, candidate: Candidate) -> bool:
    """Whether a passage was published in the range that the question's words set, or mentions it.

    Args:
        question: what is asked; without a range in its words, every passage is within.
        candidate: the passage.
    """
    published, scope = candidate.hit.article.published, question.scope
    if question.period is None or published is None or question.dates_occur_in(candidate.passage.text):
        return True
    return (scope.after or -math.inf) <= published.local_epoch <= (scope.before or math.inf)


def cite(evidence: Evidence) -> Citation:
    """Make the citation of a sentence."""
    article, passage = evidence.hit.article, evidence.hit.passage
    return Citation(
        article_id=passage.article_id,
        version=passage.version,
        headline=article.headline,
        publisher=article.publisher,
        published=article.published.iso if article.published else None,
        url=article.url,
        quote=evidence.quote,
        start=evidence.span[0],
        end=evidence.span[1],
        place=article.place,
        correction=article.correction,
        also_carried_by=tuple(map(_carrier, evidence.hit.carriers)),
    )


def _carrier(article: Article) -> Carrier:
    published = article.published.iso if article.published else None
    return Carrier(article.article_id, article.headline, article.publisher, published, article.url)
