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
        for candidate, span, context in self._sentences(candidates):
            certainty = confidence(question, asked, context)
            short = find_short_answer(question, context.text) if certainty else None
            evidence.append(Evidence(candidate.found, span, context.text, certainty, short))
        return sorted(evidence, key=lambda e: (-e.confidence, e.found.passage.passage_id, e.span))

    def _sentences(self, candidates: Sequence[Candidate]) -> list[tuple[Candidate, Span, Context]]:
        from qa.roles import Context

        places = [(c, i) for c in candidates[: self.passages] for i in range(len(c.passage.sentences))]
        texts = [_words(candidate, index) for candidate, index in places]
        result = []
        for (candidate, index), text, encoded in zip(places, texts, self._embedder.encode_words(texts), strict=True):
            spans = candidate.passage.sentences
            context = Context(
                text=text,
                before=" ".join(_words(candidate, i) for i in range(max(0, index - 2), index)),
                after=_words(candidate, index + 1) if index + 1 < len(spans) else "",
                passage=f"{candidate.found.article.headline}\n{candidate.passage.text}",
                encoded=encoded,
                leads=candidate.passage.ordinal == 0 and index == 0,
            )
            result.append((candidate, spans[index], context))
        return result


def _words(candidate: Candidate, index: int) -> str:
    start, end = candidate.passage.sentences[index]
    return candidate.passage.text[start - candidate.passage.start : end - candidate.passage.start]
