"""How one answer is scored: EM and F1 as in SQuAD, where the right words stand among passages, ranked evidence."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evals.text import holds, normalise

#: Depths at which retrieval is scored.
DEPTHS = (1, 4, 10, 20)

#: Numbers of words, from the first passage on, within which the answer should stand.
WORD_BUDGETS = (500, 2_000)

_PERMUTED = 5  # right choices; more than this are taken in their order only


def joined(answers: Sequence[str]) -> list[str]:
    """Several right choices as one answer, in any order."""
    if len(answers) > _PERMUTED:
        return [" ".join(answers)]
    return [" ".join(order) for order in itertools.permutations(answers)]


def exact_match(given: str, references: Sequence[str]) -> float:
    """1.0 where the answer is one of the references, as SQuAD compares them; else 0.0."""
    return float(any(normalise(given) == normalise(reference) for reference in references))


def f1(given: str, references: Sequence[str]) -> float:
    """The best overlap in words with a reference, 0..1 (Rajpurkar et al., 2016)."""
    return max(_f1(normalise(given).split(), normalise(reference).split()) for reference in references)


def _f1(given: list[str], reference: list[str]) -> float:
    if not given or not reference:
        return float(given == reference)
    shared = (Counter(given) & Counter(reference)).total()
    if not shared:
        return 0.0
    precision, recall = shared / len(given), shared / len(reference)
    return 2 * precision * recall / (precision + recall)


def hit_at(passages: Sequence[str], answers: Sequence[str]) -> int | None:
    """Rank, from 1, of the first passage that holds an answer; None where none does."""
    return next((rank for rank, text in enumerate(passages, 1) if any(holds(text, a) for a in answers)), None)


def hit_within(passages: Sequence[str], answers: Sequence[str], words: int) -> bool:
    """Whether an answer stands within the first so many words of the passages, read one after another."""
    left = words
    for text in passages:
        found = text.split()
        if any(holds(" ".join(found[:left]), answer) for answer in answers):
            return True
        left -= len(found)
        if left <= 0:
            return False
    return False


def retrieval_metrics(passages: Sequence[str], answers: Sequence[str]) -> dict[str, float]:
    """`hit@k` for each depth and `hit_Nw` for each budget of words, 1.0 or 0.0."""
    rank = hit_at(passages, answers)
    at_depth = {f"hit@{k}": float(rank is not None and rank <= k) for k in DEPTHS}
    return at_depth | {f"hit_{n}w": float(hit_within(passages, answers, n)) for n in WORD_BUDGETS}


def ranking_metrics(relevant: Sequence[bool], n_relevant: int) -> dict[str, float]:
    """Of a ranking: `hits@4`, `hits@10`, `mrr@10`, `map@10`, `recall@10`.

    Average precision is the mean, over the relevant ones that could stand among the first ten, of the precision where
    each stands.

    Args:
        relevant: of each that was found, best first, whether it is relevant; each relevant one counts once.
        n_relevant: how many there are in all, at least 1.
    """
    ranks = [rank for rank, yes in enumerate(relevant[:10], 1) if yes]
    precisions = [number / rank for number, rank in enumerate(ranks, 1)]
    return {
        "hits@4": float(bool(ranks) and ranks[0] <= 4),
        "hits@10": float(bool(ranks)),
        "mrr@10": 1 / ranks[0] if ranks else 0.0,
        "map@10": sum(precisions) / min(n_relevant, 10),
        "recall@10": len(ranks) / n_relevant,
    }


def risk_coverage(
    confidence: Sequence[float] | NDArray[np.float64], right: Sequence[float] | NDArray[np.float64]
) -> tuple[list[tuple[float, float]], float]:
    """Accuracy against coverage as the confidence threshold falls, and the area under the risk.

    Method: Geifman and El-Yaniv, "Selective classification for deep neural networks", 2017; the area is the mean, over
    all coverages, of one minus the accuracy of what is answered, 0..1, lower is better. Equal confidences come in
    together: each counts with their mean.

    Args:
        confidence: of each answer.
        right: of each, 1.0 or 0.0.

    Returns:
        (coverage, accuracy) at each answer, the surest first, and the area.
    """
    if not len(confidence):
        return [], float("nan")
    order = np.argsort(-np.asarray(confidence), kind="stable")
    sure, good = np.asarray(confidence)[order], np.asarray(right, dtype=float)[order]
    starts = np.flatnonzero(np.r_[True, sure[1:] != sure[:-1]])
    sizes = np.diff(np.r_[starts, len(good)])
    good = np.repeat(np.add.reduceat(good, starts) / sizes, sizes)
    covered = np.arange(1, len(good) + 1)
    accuracy = np.cumsum(good) / covered
    curve = [(float(c), float(a)) for c, a in zip(covered / len(good), accuracy, strict=True)]
    return curve, float(1 - accuracy.mean())
