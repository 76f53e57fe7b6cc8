"""Score one answer: EM and F1 as in SQuAD, hits among passages, and rankings of evidence."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from evals.text import holds, normalise

#: Depths at which retrieval is scored.
DEPTHS = (1, 4, 10, 20)

#: Numbers of words, from the start of the first passage, within which an answer should occur.
WORD_BUDGETS = (500, 2_000)

_PERMUTED = 5  # right choices; more than this count only in their own order


def joined(answers: Sequence[str]) -> list[str]:
    """Join several right choices to one answer, in every order."""
    if len(answers) > _PERMUTED:
        return [" ".join(answers)]
    return [" ".join(order) for order in itertools.permutations(answers)]


def exact_match(answer: str, references: Sequence[str]) -> float:
    """1.0 if the answer is one of the references after SQuAD's normalisation, else 0.0.

    Args:
        answer: of the system.
        references: right answers.
    """
    return float(any(normalise(answer) == normalise(reference) for reference in references))


def f1(answer: str, references: Sequence[str]) -> float:
    """Best word overlap with a reference, 0..1 (Rajpurkar et al., 2016).

    Args:
        answer: of the system.
        references: right answers.
    """
    return max(_f1(normalise(answer).split(), normalise(reference).split()) for reference in references)


def _f1(answer: list[str], reference: list[str]) -> float:
    if not answer or not reference:
        return float(answer == reference)
    shared = (Counter(answer) & Counter(reference)).total()
    if not shared:
        return 0.0
    precision, recall = shared / len(answer), shared / len(reference)
    return 2 * precision * recall / (precision + recall)


def hit_at(passages: Sequence[str], answers: Sequence[str]) -> int | None:
    """Rank, from 1, of the first passage that contains an answer; None if no passage does.

    Args:
        passages: best first.
        answers: right answers; one is enough.
    """
    return next((rank for rank, text in enumerate(passages, 1) if any(holds(text, a) for a in answers)), None)


def hit_within(passages: Sequence[str], answers: Sequence[str], words: int) -> bool:
    """Whether the first words of the passages, read one after another, contain an answer.

    Args:
        passages: best first.
        answers: right answers; one is enough.
        words: how many words count.
    """
    left = words
    for text in passages:
        passage_words = text.split()
        if any(holds(" ".join(passage_words[:left]), answer) for answer in answers):
            return True
        left -= len(passage_words)
        if left <= 0:
            return False
    return False


def retrieval_metrics(passages: Sequence[str], answers: Sequence[str]) -> dict[str, float]:
    """`hit@k` for each depth and `hit_Nw` for each number of words, 1.0 or 0.0.

    Args:
        passages: best first.
        answers: right answers; one is enough.
    """
    rank = hit_at(passages, answers)
    at_depth = {f"hit@{k}": float(rank is not None and rank <= k) for k in DEPTHS}
    return at_depth | {f"hit_{n}w": float(hit_within(passages, answers, n)) for n in WORD_BUDGETS}


def ranking_metrics(relevant: Sequence[bool], n_relevant: int) -> dict[str, float]:
    """Metrics of a ranking: `hits@4`, `hits@10`, `mrr@10`, `map@10`, `recall@10`.

    Average precision is the mean of the precision at each relevant item, over the relevant items that could be among
    the first ten.

    Args:
        relevant: for each retrieved item, best first, whether it is relevant; each relevant item occurs once.
        n_relevant: number of relevant items in all, at least 1.
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
    """Accuracy against coverage as the confidence threshold falls, and the area under the risk curve.

    Method: Geifman and El-Yaniv, "Selective classification for deep neural networks", 2017. The area is the mean, over
    all coverages, of one minus the accuracy of the answered questions, 0..1; lower is better. Answers with equal
    confidence count with their mean.

    Args:
        confidence: of each answer.
        right: of each answer, 1.0 or 0.0.

    Returns:
        (coverage, accuracy) at each answer, most confident first, and the area.
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
