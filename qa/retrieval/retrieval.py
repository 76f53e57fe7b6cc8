"""Retrieve the passages that may contain the answer, by keyword and dense search, fused."""

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

#: Number of passages that are retrieved.
PASSAGES = 32

_DEPTH = 60  # passages of each ranking
_RRF = 60  # the constant of reciprocal rank fusion
_NEWS = 14 * 86_400  # seconds before the day of a question in which articles are news
_SHINGLE = 5  # words
_EQUAL = 0.9  # share of its shingles that an identical passage shares
_REPEATS = 0.6  # share of its shingles that a repeated passage shares with a better one


@dataclass(frozen=True)
class Candidate:
    """A passage that may contain the answer.

    Attributes:
        passage: its text and offsets.
        hit: the passage with the facts of its article.
        score: the score of rank fusion; higher is better.
        repeats: passages that say the same and were left out.
    """

    hit: Found
    score: float
    repeats: tuple[Found, ...] = ()

    @property
    def passage(self) -> Passage:
        """Its text and offsets."""
        return self.hit.passage


def retrieve(archive: Archive, question: Question, limit: int = PASSAGES) -> list[Candidate]:
    """The passages that match a question best, best first; passages that repeat a better one are left out.

    For a story that several articles carry, the passages come from one of them, and the others are listed with it.

    Args:
        archive: the archive to search.
        question: the question with its limits.
        limit: the greatest number of passages.
    """
    return search(archive, question, lambda: archive.embedder.encode_queries([question.core])[0], limit)


def search(
    archive: Archive, question: Question, embed: Callable[[], NDArray[np.float32]], limit: int = PASSAGES
) -> list[Candidate]:
    """Retrieve as `retrieve` does, with a custom vector for the question.

    Method: reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) of BM25 and cosine similarity.

    Args:
        archive: the archive to search.
        question: the question with its limits.
        embed: returns the question's vector, shape (dimension,), while the keyword searches run.
        limit: the greatest number of passages.
    """
    scopes = _scopes(question)
    wordings = [(question.core, scope) for scope in scopes]
    if question.dates:  # articles of another time may mention this one
        wordings.append((question.text, question.open_scope))
    # Embedding and both searches run mostly outside of Python's lock.
    by_words = _threads(os.getpid()).map(lambda query: archive.search_words(query[0], _DEPTH, query[1]), wordings)
    vector = embed()
    rankings = [*(archive.search_vectors(vector, _DEPTH, scope) for scope in scopes), *by_words]
    fused = fuse(rankings)
    hits = archive.passages([passage_id for passage_id, _ in fused[: 2 * limit]])
    scores = dict(fused)
    candidates = [Candidate(hit, scores[hit.passage.passage_id]) for hit in hits]
    if question.places:
        candidates = _raise_places(candidates, question.places)
    return one_carrier(archive, question, without_repeats(candidates))[:limit]


@functools.cache
def _threads(process: int) -> ThreadPoolExecutor:
    """Threads that are kept: a new thread for each search would have to allocate its memory again.

    Args:
        process: id of this process; a fork does not have the threads of its parent.
    """
    return ThreadPoolExecutor(cores(), "keywords")


def _scopes(question: Question) -> list[Scope]:
    """The question's scope; beside it the days around it or the newest articles, and those of the conversation."""
    scope = question.scope
    scopes = [scope]
    if question.wider is not None:
        scopes.append(question.wider)
    elif question.as_of and question.published is None and scope.before is not None:
        scopes.append(replace(scope, after=scope.before - _NEWS))
    if question.near:
        scopes.append(replace(question.open_scope if question.dates else scope, only=frozenset(question.near)))
    return scopes


def _raise_places(candidates: Sequence[Candidate], places: Sequence[str]) -> list[Candidate]:
    """Move candidates up that were filed from a place, as if one more ranking listed them."""
    filed = [candidate for candidate in candidates if candidate.hit.article.place in places]
    bonus = {id(candidate): 1 / (_RRF + rank) for rank, candidate in enumerate(filed, 1)}
    raised = [replace(candidate, score=candidate.score + bonus.get(id(candidate), 0.0)) for candidate in candidates]
    return sorted(raised, key=lambda candidate: (-candidate.score, candidate.passage.passage_id))


def fuse(rankings: Sequence[Sequence[str]]) -> list[tuple[str, float]]:
    """Fuse rankings by reciprocal rank: ids with their scores, best first, ties by id."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, passage_id in enumerate(ranking, 1):
            scores[passage_id] = scores.get(passage_id, 0.0) + 1 / (_RRF + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def without_repeats(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates in order; one that mostly repeats an earlier one becomes one of its repeats."""
    kept: list[Candidate] = []
    holders: dict[int, int] = {}  # for each shingle a bit set of the kept candidates that have it
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
            kept[match] = Candidate(better.hit, better.score, (*better.repeats, candidate.hit))
    return kept


def one_carrier(archive: Archive, question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
    """The candidates in order, with one carrier for each story, which lists the others.

    It is the carrier of the best passage; of carriers with the same passage, the one that was published first. A
    passage that another carrier has in other words, or that only it has, is kept.

    Args:
        archive: the archive that was searched.
        question: carriers after its day, and articles that it leaves out, are not listed.
        candidates: in the order of retrieval, without repeats.
    """
    scope = replace(question.open_scope, publishers=frozenset())
    ids = [hit.passage.article_id for candidate in candidates for hit in (candidate.hit, *candidate.repeats)]
    stories = archive.stories(ids, scope)
    read = functools.cache(lambda article_id: [(_shingles(p.text), p) for p in archive.passages_of(article_id)])
    shown: dict[str, Found] = {}
    kept: dict[str, Candidate] = {}
    for candidate in candidates:
        story = stories[candidate.passage.article_id]
        origin = story.origin
        if origin not in shown:
            first = min(_equals(candidate, stories), key=_published_first)
            shown[origin] = replace(first, origin=origin, carriers=stories[first.passage.article_id].others)
        passage = _in_carrier(candidate.passage, shown[origin].passage, read)
        if passage is None:
            hit = replace(candidate.hit, origin=origin, carriers=story.others)
        else:
            hit = replace(shown[origin], passage=passage)
        repeats = tuple(other for other in (candidate.hit, *candidate.repeats) if other.passage != hit.passage)
        kept.setdefault(hit.passage.passage_id, Candidate(hit, candidate.score, repeats))
    return list(kept.values())


def _equals(candidate: Candidate, stories: Mapping[str, Story]) -> list[Found]:
    """The passage, and the identical passages of other carriers of its story."""
    if not candidate.repeats:
        return [candidate.hit]
    own = _shingles(candidate.passage.text)
    return [candidate.hit] + [
        other
        for other in candidate.repeats
        if stories[other.passage.article_id].origin == stories[candidate.passage.article_id].origin
        and len(own & _shingles(other.passage.text)) >= _EQUAL * len(own)
    ]


def _published_first(hit: Found) -> tuple[float, str]:
    published = hit.article.published
    return (published.epoch if published else math.inf, hit.passage.article_id)


def _in_carrier(
    passage: Passage, carrier: Passage, read: Callable[[str], list[tuple[frozenset[int], Passage]]]
) -> Passage | None:
    """The passage of a carrier that says the same as a passage of another carrier; None where there is none.

    Args:
        passage: a passage of any carrier of the story.
        carrier: any passage of the carrier.
        read: returns the passages of an article, each with its shingles.
    """
    if passage.article_id == carrier.article_id:
        return passage
    own = _shingles(passage.text)
    others = [(len(own & shingles), other) for shingles, other in read(carrier.article_id)]
    if not own or sum(shared for shared, _ in others) < _REPEATS * len(own):
        return None
    return max(others, key=lambda other: (other[0], -other[1].ordinal))[1]


@functools.lru_cache(maxsize=256)  # the passages of one question are compared more than once
def _shingles(text: str) -> frozenset[int]:
    """The shingles of a text as hashes; numbers, because Python's garbage collector visits every tuple."""
    words = terms(text)
    if len(words) < _SHINGLE:
        return frozenset([hash(tuple(words))] if words else [])
    return frozenset(map(hash, zip(*(words[at:] for at in range(_SHINGLE)), strict=False)))


class ArchiveRetriever(BaseRetriever):
    """An archive as a LangChain retriever, which returns documents with character offsets.

    Attributes:
        archive: the archive to search.
        limit: the greatest number of documents.
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
    """A candidate as a LangChain document; `article.text[start:end]` is its content."""
    passage, article = candidate.passage, candidate.hit.article
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
            "also_carried_by": [carrier.article_id for carrier in candidate.hit.carriers],
        },
    )
