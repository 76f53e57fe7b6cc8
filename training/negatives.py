"""Hard negatives: passages that rank high for a question by words or by meaning, but do not contain the answer.

As in dense passage retrieval (Karpukhin et al., EMNLP 2020), where the best results of BM25 without the answer helped
most, and RocketQA (Qu et al., NAACL 2021), which takes them from the retriever in use.
"""

from __future__ import annotations

import hashlib
import random
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import zip_longest
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from ingest.base.filters import Scope
from ingest.embedding.int8 import default_encoder
from ingest.index.keywords import KeywordIndex
from ingest.store.records import Entry
from training.questions import Paragraph, holds

_DEPTH = 12  # of each of the two rankings


def find_negatives(paragraphs: Sequence[Paragraph], asked: Sequence[tuple[int, int]], out: Path) -> list[list[int]]:
    """Find, for each question, near paragraphs that do not contain its answer, nearest first.

    Args:
        paragraphs: all candidates.
        asked: for each question, the index of its paragraph and its index there.
        out: folder that caches the result.

    Returns:
        Indexes of paragraphs, alternating between those by words and by meaning, of the same article and of others.
    """
    key = hashlib.sha256(repr([(p.text, p.questions) for p in paragraphs] + list(asked)).encode()).hexdigest()[:12]
    kept = out / f"negatives-{key}.npy"
    if kept.exists():
        return [[int(i) for i in row if i >= 0] for row in np.load(kept)]
    by_words = _by_words(paragraphs, asked)
    by_meaning = _by_meaning(paragraphs, asked)
    table = np.full((len(asked), 2 * _DEPTH), -1, dtype=np.int32)
    for row, ((own, index), words, meaning) in enumerate(zip(asked, by_words, by_meaning, strict=True)):
        question = paragraphs[own].questions[index]
        answer = paragraphs[own].text[slice(*question.answer)]
        both = [i for pair in zip_longest(words, meaning) for i in pair if i is not None]
        negatives = [i for i in dict.fromkeys(both) if i != own and not holds(paragraphs[i].text, answer)]
        table[row, : len(negatives)] = negatives[: 2 * _DEPTH]
    out.mkdir(parents=True, exist_ok=True)
    beside = out / f"{kept.stem}.writing.npy"
    np.save(beside, table)
    beside.replace(kept)
    return [[int(i) for i in row if i >= 0] for row in table]


def draw(rng: random.Random, paragraphs: Sequence[Paragraph], own: int, ranked: Sequence[int], count: int) -> list[int]:
    """Draw some of a question's negatives, from its own article and from others; nearer ones are more likely.

    Args:
        rng: decides which.
        paragraphs: all of them.
        own: index of the paragraph of the question.
        ranked: indexes of its negatives, nearest first.
        count: how many.
    """
    same = [i for i in ranked if paragraphs[i].title == paragraphs[own].title]
    others = [i for i in ranked if paragraphs[i].title != paragraphs[own].title]
    drawn: list[int] = []
    for _ in range(count):
        pool = [i for i in (same if rng.random() < 0.5 and same else others or same) if i not in drawn]
        if pool:
            drawn.append(pool[min(int(rng.expovariate(0.4)), len(pool) - 1)])
    return drawn


def _by_words(paragraphs: Sequence[Paragraph], asked: Sequence[tuple[int, int]]) -> list[list[int]]:
    with tempfile.TemporaryDirectory() as folder:
        index = KeywordIndex(Path(folder))
        facts = {"article_id": "-", "publisher": "", "published": 0, "available": 0}
        index.replace([], [Entry(str(i), p.title, p.text, facts) for i, p in enumerate(paragraphs)])
        rankings = []
        for own, at in tqdm(asked, desc="negatives by words"):
            rankings.append([int(i) for i in index.search(paragraphs[own].questions[at].text, _DEPTH, Scope())])
        index.close()
    return rankings


def _by_meaning(paragraphs: Sequence[Paragraph], asked: Sequence[tuple[int, int]]) -> list[list[int]]:
    texts = _vectors([f"{p.title}\n{p.text}" for p in paragraphs], "paragraphs encoded")
    questions = _vectors([paragraphs[own].questions[at].text for own, at in asked], "questions encoded")
    rankings: list[list[int]] = []
    for start in range(0, len(questions), 512):
        scores = questions[start : start + 512] @ texts.T
        best = np.argpartition(-scores, min(_DEPTH, len(texts) - 1), axis=1)[:, :_DEPTH]
        for row, columns in zip(scores, best, strict=True):
            rankings.append([int(i) for i in columns[np.argsort(-row[columns])]])
    return rankings


def _vectors(texts: Sequence[str], label: str) -> NDArray[np.float32]:
    """Vectors of the shipped embedder, which have unit length."""
    encoder = default_encoder()
    with ThreadPoolExecutor(encoder.at_once) as threads:
        vectors = threads.map(lambda text: encoder.encode_documents([text])[0], texts)
        return np.stack(list(tqdm(vectors, total=len(texts), desc=label, mininterval=10)))
