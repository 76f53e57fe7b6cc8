"""What in the passages answers the question, and how surely.

`EvidenceReader` is all that the rest knows; `SimilarityReader` weighs what an embedding model and the words themselves
tell, and needs no training of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ingest.archive import Found
from ingest.article import Span
from qa.question import Question
from qa.retrieval import Candidate
from qa.spans import find_short_answer

if TYPE_CHECKING:
    from ingest.embeddings import SentenceTransformerEmbeddings
    from qa.roles import Context


_BEFORE = 2  # sentences that a pronoun may point back to


@dataclass(frozen=True)
class Evidence:
    """A sentence that may answer.

    Attributes:
        found: its passage, with the facts of the article.
        span: its offsets in the article's text.
        quote: its words, exactly.
        confidence: probability that it answers, 0..1.
        short: the few words of it that answer, or None.
    """

    found: Found
    span: Span
    quote: str
    confidence: float
    short: str | None = None


class EvidenceReader(Protocol):
    """Finds the sentences that answer."""

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[Evidence]:
        """The sentences of the candidates, the surest first; an empty list where there is none."""


class SimilarityReader:
    """Scores sentences by similarity, shared words and the kind of answer."""

    #: How many of the candidates are read; sentences in the others are too unlike the question.
    passages = 12

    def __init__(self, embedder: SentenceTransformerEmbeddings) -> None:
        """Args: embedder: the one that the archive was made with."""
        self._embedder = embedder

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[Evidence]:
        """The sentences of the candidates, the surest first."""
        from qa.features import confidence

        asked = self._embedder.encode_words([question.text])[0]
        evidence = []
        for candidate, span, context in self._contexts(candidates):
            certainty = confidence(question, asked, context)
            short = find_short_answer(question, context.text) if certainty else None
            evidence.append(Evidence(candidate.found, span, context.text, certainty, short))
        return sorted(evidence, key=lambda e: (-e.confidence, e.found.passage.passage_id, e.span))

    def _contexts(self, candidates: Sequence[Candidate]) -> list[tuple[Candidate, Span, Context]]:
        from qa.roles import Context

        read = candidates[: self.passages]
        places = [(candidate, index) for candidate in read for index in range(len(candidate.passage.sentences))]
        texts = [_sentences(candidate)[index] for candidate, index in places]
        by_place = {(c.passage.article_id, c.passage.ordinal): c for c in candidates}
        result = []
        for (candidate, index), text, encoded in zip(places, texts, self._embedder.encode_words(texts), strict=True):
            passage = candidate.passage
            neighbours = [by_place.get((passage.article_id, passage.ordinal + step)) for step in (-1, 1)]
            before, after = (_sentences(neighbour) if neighbour else [] for neighbour in neighbours)
            row = [*before, *_sentences(candidate), *after]
            at = len(before) + index
            context = Context(
                text=text,
                before=" ".join(row[max(0, at - _BEFORE) : at]),
                after=" ".join(row[at + 1 : at + 2]),
                passage=f"{candidate.found.article.headline}\n{passage.text}",
                encoded=encoded,
            )
            result.append((candidate, passage.sentences[index], context))
        return result


def _sentences(candidate: Candidate) -> list[str]:
    passage = candidate.passage
    return [passage.text[start - passage.start : end - passage.start] for start, end in passage.sentences]
