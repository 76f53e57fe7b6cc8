"""Which passages may hold the answer: keyword and dense search, fused."""

from __future__ import annotations

import functools
import math
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from ingest.archive.archive import Archive, Found, Story
from ingest.base.article import Passage
from ingest.base.filters import Scope
from ingest.embedding.runtime import cores
from ingest.index.keywords import terms
from qa.question.question import Question

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: How many passages are handed on.
PASSAGES = 32

_DEPTH = 60  # of each of the two rankings
_RRF = 60  # the constant of reciprocal rank fusion
_NEWS = 14 * 86_400  # seconds before the day of a question in which coverage is news
_SHINGLE = 5  # words
_EQUAL = 0.9  # share of a passage's shingles that stand in one that says the same in the same words
_REPEATS = 0.6  # share of a passage's shingles that stand in a better one


@dataclass(frozen=True)
class Candidate:
    """A passage that may hold the answer.

    Attributes:
        passage: its words and where they stand.
        found: the same, with the facts of its article.
        score: by rank fusion; higher is better.
        repeats: passages that say the same and were left out for it.
    """

    found: Found
    score: float
    repeats: tuple[Found, ...] = ()

    @property
    def passage(self) -> Passage:
        """Its words and where they stand."""
        return self.found.passage


def retrieve(archive: Archive, question: Question, limit: int = PASSAGES) -> list[Candidate]:
    """The passages that fit a question best, best first; those that repeat a better one are left out.

    Of a story that several articles carry, passages of one of them are shown, with the others named.

    Args:
        archive: where to search.
        question: with its range of dates and publishers.
        limit: how many at the most.
    """
    return search(archive, question, lambda: archive.embedder.encode_queries([question.core])[0], limit)


def search(
    archive: Archive, question: Question, embed: Callable[[], NDArray[np.float32]], limit: int = PASSAGES
) -> list[Candidate]:
    """The same, with a vector of one's own for the question.

    Method: reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) of BM25 and cosine similarity.

    Args:
        archive: where to search.
        question: with its range of dates and publishers.
        embed: gives the question's vector, shape (dimension,); words are searched beside it.
        limit: how many at the most.
    """
    scopes = _scopes(question)
    wordings = [(question.core, scope) for scope in scopes]
    if question.dates:  # what was published at another time may speak of this one
        wordings.append((question.text, question.open_scope))
    # Embedding and either search run mostly outside of Python's lock.
    beside = _beside(os.getpid())
    by_words = beside.map(lambda wanted: archive.search_words(wanted[0], _DEPTH, wanted[1]), wordings)
    vector = embed()
    rankings = [*(archive.search_vectors(vector, _DEPTH, scope) for scope in scopes), *by_words]
    fused = fuse(rankings)
    found = archive.passages([passage_id for passage_id, _ in fused[: 2 * limit]])
    scores = dict(fused)
    candidates = [Candidate(each, scores[each.passage.passage_id]) for each in found]
    if question.places:
        candidates = _nearest_first(candidates, question.places)
    return one_carrier(archive, question, without_repeats(candidates))[:limit]


@functools.cache
def _beside(process: int) -> ThreadPoolExecutor:
    """Threads that stay: a new one for each search would have to be given its memory anew.

    Args:
        process: the number of this one; a fork has none of the threads of its parent.
    """
    return ThreadPoolExecutor(cores(), "keywords")


def _scopes(question: Question) -> list[Scope]:
    """What is asked, and beside it the days around, or the newest of it again, and what a conversation is about."""
    scope = question.scope
    scopes = [scope]
    if question.wider is not None:
        scopes.append(question.wider)
    elif question.as_of and question.published is None and scope.before is not None:
        scopes.append(replace(scope, after=scope.before - _NEWS))
    if question.near:
        scopes.append(replace(question.open_scope if question.dates else scope, only=frozenset(question.near)))
    return scopes


def _nearest_first(candidates: Sequence[Candidate], places: Sequence[str]) -> list[Candidate]:
    """Candidates with those that were filed from a place moved up, as by one ranking more."""
    filed = [each for each in candidates if each.found.article.place in places]
    more = {id(each): 1 / (_RRF + rank) for rank, each in enumerate(filed, 1)}
    raised = [replace(each, score=each.score + more.get(id(each), 0.0)) for each in candidates]
    return sorted(raised, key=lambda each: (-each.score, each.passage.passage_id))


def fuse(rankings: Sequence[Sequence[str]]) -> list[tuple[str, float]]:
    """Reciprocal rank fusion: ids with their scores, best first, ties by id."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, passage_id in enumerate(ranking, 1):
            scores[passage_id] = scores.get(passage_id, 0.0) + 1 / (_RRF + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def without_repeats(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates in their order, each that mostly repeats an earlier one named there instead."""
    kept: list[Candidate] = []
    holders: dict[int, int] = {}  # of each shingle, which of those that are kept have it, a bit for each
    for candidate in candidates:
        own = _shingles(candidate.passage.text)
        shared: Counter[int] = Counter()
        for bits, count in Counter(holders[shingle] for shingle in own if shingle in holders).items():
            shared.update({i: count for i in range(bits.bit_length()) if bits >> i & 1})
        match = min((i for i, count in shared.items() if count >= _REPEATS * len(own)), default=None)
        if match is None:
            for shingle in own:
                holders[shingle] = holders.get(shingle, 0) | 1 << len(kept)
            kept.append(candidate)
        else:
            better = kept[match]
            kept[match] = Candidate(better.found, better.score, (*better.repeats, candidate.found))
    return kept


def one_carrier(archive: Archive, question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates in their order, of each story from one carrier, with the others named.

    That is the carrier of the best passage; of carriers with the same passage, the one that was published first. What
    another carrier has in other words, or alone, stays.

    Args:
        archive: where they are from.
        question: limits by its day, and by the articles that are left out, who is named as another carrier.
        candidates: in the order of retrieval, without repeats.
    """
    scope = replace(question.open_scope, publishers=frozenset())
    ids = [found.passage.article_id for each in candidates for found in (each.found, *each.repeats)]
    stories = archive.stories(ids, scope)
    read = functools.cache(lambda article_id: [(_shingles(p.text), p) for p in archive.passages_of(article_id)])
    shown: dict[str, Found] = {}
    kept: dict[str, Candidate] = {}
    for each in candidates:
        origin = stories[each.passage.article_id].origin
        if origin not in shown:
            first = min(_equals(each, stories), key=_published_first)
            shown[origin] = replace(first, origin=origin, carriers=stories[first.passage.article_id].others)
        passage = _in_carrier(each.passage, shown[origin].passage, read)
        found = replace(shown[origin], passage=passage) if passage else replace(each.found, origin=origin)
        if passage is None:
            found = replace(found, carriers=stories[each.passage.article_id].others)
        repeats = tuple(other for other in (each.found, *each.repeats) if other.passage != found.passage)
        kept.setdefault(found.passage.passage_id, Candidate(found, each.score, repeats))
    return list(kept.values())


def _equals(candidate: Candidate, stories: Mapping[str, Story]) -> list[Found]:
    """The passage and those of other carriers of its story that say the same in the same words."""
    if not candidate.repeats:
        return [candidate.found]
    own = _shingles(candidate.passage.text)
    return [candidate.found] + [
        other
        for other in candidate.repeats
        if stories[other.passage.article_id].origin == stories[candidate.passage.article_id].origin
        and len(own & _shingles(other.passage.text)) >= _EQUAL * len(own)
    ]


def _published_first(found: Found) -> tuple[float, str]:
    published = found.article.published
    return (published.epoch if published else math.inf, found.passage.article_id)


def _in_carrier(
    passage: Passage, carrier: Passage, read: Callable[[str], list[tuple[frozenset[int], Passage]]]
) -> Passage | None:
    """The passage of a carrier that says what a passage of its story says; None where none does.

    Args:
        passage: of any carrier.
        carrier: any passage of the carrier.
        read: gives the passages of an article, each with its shingles.
    """
    if passage.article_id == carrier.article_id:
        return passage
    own = _shingles(passage.text)
    others = [(len(own & shingles), other) for shingles, other in read(carrier.article_id)]
    if not own or sum(shared for shared, _ in others) < _REPEATS * len(own):
        return None
    return max(others, key=lambda each: (each[0], -each[1].ordinal))[1]


@functools.lru_cache(maxsize=256)  # those of a question, whose passages are compared more than once
def _shingles(text: str) -> frozenset[int]:
    """A number for each run of words; numbers, since Python's garbage collector looks at every tuple."""
    words = terms(text)
    if len(words) < _SHINGLE:
        return frozenset([hash(tuple(words))] if words else [])
    return frozenset(map(hash, zip(*(words[at:] for at in range(_SHINGLE)), strict=False)))


class ArchiveRetriever(BaseRetriever):
    """An archive as a LangChain retriever: questions in, documents with character offsets out.

    Attributes:
        archive: where to search.
        limit: how many documents at the most.
        published: range of publication, as `qa.ask` takes it.
        publisher: one publisher or several.
    """

    model_config = ConfigDict(arbitrary_types_allowed=True)

    archive: Archive
    limit: int = PASSAGES
    published: Any = None
    publisher: Any = None

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        question = Question.parse(query, self.published, self.publisher)
        return [to_document(candidate) for candidate in retrieve(self.archive, question, self.limit)]


def to_document(candidate: Candidate) -> Document:
    """A candidate as LangChain has it; `article.text[start:end]` is its content."""
    passage, article = candidate.passage, candidate.found.article
    return Document(
        id=passage.passage_id,
        page_content=passage.text,
        metadata={
            "article_id": passage.article_id,
            "version": passage.version,
            "start": passage.start,
            "end": passage.end,
            "headline": article.headline,
            "publisher": article.publisher,
            "published": article.published and article.published.iso,
            "url": article.url,
            "score": candidate.score,
            "also_carried_by": [carrier.article_id for carrier in candidate.found.carriers],
        },
    )
