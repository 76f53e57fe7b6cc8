"""Answer what happened from several articles: the best sentence of each event, in order of time."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ingest.base.article import Span
from ingest.index.keywords import terms
from qa.question.question import Question
from qa.reader.calibration import EVENTS
from qa.reader.evidence import Evidence, is_within, quote_of
from qa.retrieval.retrieval import Candidate

if TYPE_CHECKING:
    from ingest.embedding.embeddings import PassageEmbeddings

# Terms that are no topic.
_EMPTY = frozenset("what happen news event been summari summaris tell me go else everyth".split())
_EVENTS = 7  # the most events
_FLOOR = 0.35  # confidence that a further event needs, as a share of the best one's
_SAME_DAYS = 3 * 86_400  # seconds; articles further apart are about different events
_SAME_STORY = 0.5  # share of the stems of headline and sentence that two articles of one event share

_PASSAGES = 20  # the most passages that are read
_OPENING_BONUS = 0.02  # similarity that the first sentence of an article has over its best one,
_OPENING = 0.7  # where its own similarity is at least this share of the best
_DEPENDENT_PENALTY = 0.1  # similarity that a sentence loses which depends on the one before it
_DEPENDENT = re.compile(
    r"^(?:[“\"]|(?:\w+ ){0,4}(?:[Hh]e|[Ss]he|[Ii]t|[Tt]hey)\b|(?:But|And|This|That|These|Those|His|Her|Their|Its)\b)"
)
_ANY = 0.5  # similarity of a first sentence to a question without a topic


def choose_events(
    evidence: Sequence[Evidence], threshold: float, same: Callable[[Evidence, Evidence], bool]
) -> list[Evidence]:
    """Choose one sentence for each event, the oldest event first, those without a date last.

    Args:
        evidence: the sentences, the most confident first.
        threshold: the least confidence of an answer.
        same: whether two sentences say the same.
    """
    if not evidence or evidence[0].confidence < threshold:
        return []
    floor = _FLOOR * evidence[0].confidence
    chosen: list[Evidence] = []
    for sentence in evidence:
        if len(chosen) == _EVENTS or sentence.confidence < floor:
            break
        if not any(_one_event(sentence, other) or same(sentence, other) for other in chosen):
            chosen.append(sentence)
    return sorted(chosen, key=_moment)


def _one_event(one: Evidence, other: Evidence) -> bool:
    if one.hit.story == other.hit.story:
        return True
    if abs(_moment(one)[0] - _moment(other)[0]) > _SAME_DAYS:
        return False
    stems, other_stems = (
        set(terms(f"{one.hit.article.headline} {one.quote}")),
        set(terms(f"{other.hit.article.headline} {other.quote}")),
    )
    return len(stems & other_stems) >= _SAME_STORY * max(1, min(len(stems), len(other_stems)))


def _moment(evidence: Evidence) -> tuple[float, str]:
    published = evidence.hit.article.published
    return (published.epoch if published else float("inf"), evidence.hit.passage.passage_id)


def read_events(question: Question, candidates: Sequence[Candidate], embedder: PassageEmbeddings) -> list[Evidence]:
    """Score the sentences of passages by their similarity to a question about a course of events.

    Args:
        question: what is asked.
        candidates: in the order of retrieval.
        embedder: the embedder of the archive.

    Returns:
        The sentences, the most confident first.
    """
    sentences = [
        (candidate, sentence)
        for candidate in [candidate for candidate in candidates if is_within(question, candidate)][:_PASSAGES]
        for sentence in candidate.passage.sentences
        if (candidate.passage.article_id, *sentence) not in question.already_cited
    ]
    if not sentences:
        return []
    quotes = [quote_of(candidate, sentence) for candidate, sentence in sentences]
    vectors = embedder.encode_documents(quotes, urgent=True)
    similarities = (vectors @ embedder.encode_queries([question.core])[0]).tolist()
    topical = set(terms(question.core)) - _EMPTY  # "what happened in May" has no topic
    best: dict[str, float] = {}
    for (candidate, _), similarity in zip(sentences, similarities, strict=True):
        article = candidate.passage.article_id
        best[article] = max(best.get(article, 0.0), similarity)
    evidence = []
    for (candidate, sentence), quote, similarity in zip(sentences, quotes, similarities, strict=True):
        # The first sentence of an article says what happened, so it is preferred where it is about the topic.
        most = best[candidate.passage.article_id]
        opens = _opens(candidate, sentence)
        score = most + _OPENING_BONUS if opens and similarity >= _OPENING * most else similarity
        score -= _DEPENDENT_PENALTY * bool(_DEPENDENT.search(quote))
        if not topical:
            score = _ANY if opens else 0.0
        evidence.append(Evidence(candidate.hit, sentence, quote, EVENTS(score)))
    return sorted(evidence, key=lambda e: (-e.confidence, e.hit.passage.passage_id, e.span))


def _opens(candidate: Candidate, sentence: Span) -> bool:
    return candidate.passage.ordinal == 0 and sentence == candidate.passage.sentences[0]
