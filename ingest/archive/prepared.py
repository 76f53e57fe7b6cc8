"""Articles split and embedded, and written to a store: passages first, then the records that point at them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ingest.base.article import Article, Passage
from ingest.chunking.passages import embedded_text, split_passages
from ingest.embedding.embeddings import PassageEmbeddings
from ingest.store.records import Entry, Standing, entry_of
from ingest.store.store import Store

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Prepared:
    """An article ready to be written.

    Attributes:
        article: with its text.
        passages: that it was split into.
        vectors: one for each passage, shape (n_passages, dimension).
    """

    article: Article
    passages: list[Passage]
    vectors: NDArray[np.float32]

    def entries(self) -> list[Entry]:
        """Its passages for the derived indexes."""
        pairs = zip(self.passages, self.vectors, strict=True)
        return [entry_of(self.article, passage, vector) for passage, vector in pairs]


def prepare(articles: Sequence[Article], embedder: PassageEmbeddings, passage_words: int) -> list[Prepared]:
    """Split and embed articles.

    Args:
        articles: no id twice.
        embedder: of the archive.
        passage_words: length of a passage.
    """
    split = [split_passages(article, passage_words) for article in articles]
    texts = [embedded_text(a, p) for a, passages in zip(articles, split, strict=True) for p in passages]
    vectors = embedder.encode_documents(texts)
    prepared, at = [], 0
    for article, passages in zip(articles, split, strict=True):
        prepared.append(Prepared(article, passages, vectors[at : at + len(passages)]))
        at += len(passages)
    return prepared


def put_passages(store: Store, prepared: Sequence[Prepared], between: Callable[[], None] = lambda: None) -> None:
    """Write the passages of articles; they are current only once the records point at them.

    Args:
        store: to write to.
        prepared: the articles.
        between: called after each request.
    """
    if prepared:
        passages = [(p.article, passage) for p in prepared for passage in p.passages]
        store.put_passages(passages, np.concatenate([p.vectors for p in prepared]), between)


def put_records(store: Store, prepared: Sequence[Prepared], standings: Sequence[Standing]) -> None:
    """Write the records of articles whose passages have been written.

    Args:
        store: to write to.
        prepared: the articles.
        standings: of each in its history.
    """
    if prepared:
        means = np.stack([p.vectors.mean(axis=0) for p in prepared])
        store.put_records([p.article for p in prepared], [len(p.passages) for p in prepared], standings, means)
