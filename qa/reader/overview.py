"""What happened, over several articles: the best sentence of each event, in order of time."""

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

# Terms of a question that names no topic.
_EMPTY = frozenset("what happen news event been summari summaris tell me go else everyth".split())
_EVENTS = 7  # at most
_FLOOR = 0.35  # share of the surest sentence's confidence that a further event needs
_SAME_DAYS = 3 * 86_400  # seconds within which two articles may tell of one event
_SAME_STORY = 0.5  # share of a headline's and sentence's stems that two articles of one event have in common

_TOLD = 20  # passages of which a course of events is told
_LEAD = 0.02  # similarity that the sentence which opens an article has over the best of it,
_OPENING = 0.7  # where its own is this share of it, or more
_LEANS = 0.1  # similarity that a sentence loses which does not stand without the one before it
_LEANING = re.compile(
    r"^(?:[“\"]|(?:\w+ ){0,4}(?:[Hh]e|[Ss]he|[Ii]t|[Tt]hey)\b|(?:But|And|This|That|These|Those|His|Her|Their|Its)\b)"
)
_ANY = 0.5  # similarity of an opening sentence to a question that names no topic


def choose_events(
    evidence: Sequence[Evidence], threshold: float, same: Callable[[Evidence, Evidence], bool]
) -> list[Evidence]:
    """One sentence an event, the oldest event first, those without a date last.

    Args:
        evidence: the surest first.
        threshold: confidence below which nothing is told.
        same: whether two sentences say the same.
    """
    if not evidence or evidence[0].confidence < threshold:
        return []
    floor = _FLOOR * evidence[0].confidence
    chosen: list[Evidence] = []
    for each in evidence:
        if len(chosen) == _EVENTS or each.confidence < floor:
            break
        if not any(_one_event(each, other) or same(each, other) for other in chosen):
            chosen.append(each)
    return sorted(chosen, key=_moment)


def _one_event(one: Evidence, other: Evidence) -> bool:
    if one.found.story == other.found.story:
        return True
    mine, theirs = _moment(one)[0], _moment(other)[0]
    if abs(mine - theirs) > _SAME_DAYS:
        return False
    ours, others = (
        set(terms(f"{one.found.article.headline} {one.quote}")),
        set(terms(f"{other.found.article.headline} {other.quote}")),
    )
    return len(ours & others) >= _SAME_STORY * max(1, min(len(ours), len(others)))


def _moment(evidence: Evidence) -> tuple[float, str]:
    published = evidence.found.article.published
    return (published.epoch if published else float("inf"), evidence.found.passage.passage_id)


def read_events(question: Question, candidates: Sequence[Candidate], embedder: PassageEmbeddings) -> list[Evidence]:
    """The sentences that are most like a question for a course of events, and those that open their articles.

    Args:
        question: what is asked.
        candidates: in the order of retrieval.
        embedder: the one that the archive was made with.

    Returns:
        The surest first.
    """
    found = [
        (candidate, sentence)
        for candidate in [each for each in candidates if is_within(question, each)][:_TOLD]
        for sentence in candidate.passage.sentences
        if (candidate.passage.article_id, *sentence) not in question.told
    ]
    if not found:
        return []
    vectors = embedder.encode_documents([quote_of(*each) for each in found], urgent=True)
    likeness = (vectors @ embedder.encode_queries([question.core])[0]).tolist()
    topical = set(terms(question.core)) - _EMPTY  # "what happened in May" asks for all of it
    best: dict[str, float] = {}
    for (candidate, _), like in zip(found, likeness, strict=True):
        article = candidate.passage.article_id
        best[article] = max(best.get(article, 0.0), like)
    evidence = []
    for (candidate, sentence), like in zip(found, likeness, strict=True):
        # The sentence that opens an article says what happened: it stands for the others where it is about that.
        most = best[candidate.passage.article_id]
        opens = _opens(candidate, sentence)
        worth = most + _LEAD if opens and like >= _OPENING * most else like
        worth -= _LEANS * bool(_LEANING.search(quote_of(candidate, sentence)))
        if not topical:
            worth = _ANY if opens else 0.0
        evidence.append(Evidence(candidate.found, sentence, quote_of(candidate, sentence), EVENTS(worth)))
    return sorted(evidence, key=lambda e: (-e.confidence, e.found.passage.passage_id, e.span))


def _opens(candidate: Candidate, sentence: Span) -> bool:
    return candidate.passage.ordinal == 0 and sentence == candidate.passage.sentences[0]
