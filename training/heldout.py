"""Evaluate a reader on held-out articles, during training."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from evals.scores import exact_match, f1
from qa.reader.span_decoding import mark
from training.features import Batch, Example, collate
from training.groups import Group
from training.network import Reader

_BATCH = 48  # inputs

#: Start and end scores of a batch, shape (n_inputs, length) each.
Scorer = Callable[[Batch], tuple[NDArray[np.float32], NDArray[np.float32]]]


@dataclass(frozen=True)
class HeldOut:
    """Figures on held-out articles; shares 0..1.

    Attributes:
        f1: of the best span over all passages, for questions with an answer.
        em: exact match of the same span.
        refused: questions without an answer whose best span is below 0.
        kept: questions with an answer whose best span is above 0.
        right_passage: questions on several passages whose best span is in the right one.
    """

    f1: float
    em: float
    refused: float
    kept: float
    right_passage: float

    def line(self) -> str:
        """Format in one line."""
        return (
            f"F1 {self.f1:.1%}  EM {self.em:.1%}  right passage {self.right_passage:.1%}  "
            f"kept {self.kept:.1%}  refused {self.refused:.1%}"
        )

    def shares(self) -> dict[str, float]:
        """The shares by name."""
        return {k: round(v, 4) for k, v in asdict(self).items()}


def torch_scorer(model: Reader, device: str) -> Scorer:
    """A scorer that runs the network.

    Args:
        model: the reader.
        device: where it is.
    """

    def score(batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        model.eval()
        with torch.inference_mode(), torch.autocast(device, dtype=torch.bfloat16):
            starts, ends = model(batch.ids.to(device), batch.mask.to(device), batch.types.to(device))
        return starts.cpu().numpy(), ends.cpu().numpy()

    return score


def evaluate(groups: Sequence[Group], examples: Sequence[Example], score: Scorer) -> HeldOut:
    """Read held-out groups and compare with the right answers.

    Args:
        groups: with their right answers.
        examples: the encoded groups, in the same order.
        score: runs the model.
    """
    best: list[tuple[float, int, tuple[int, int]]] = [(-1e9, 0, (0, 0))] * len(groups)
    order = sorted(range(len(examples)), key=lambda i: examples[i].length)
    row: list[int] = []
    for position, i in enumerate(order):
        row.append(i)
        if sum(len(examples[j].packed) for j in row) < _BATCH and position < len(order) - 1:
            continue
        starts, ends = score(collate([examples[j] for j in row]))
        at = 0
        for j in row:
            for number, packed in enumerate(examples[j].packed):
                inside = slice(packed.first, packed.first + len(packed.offsets))
                marks = mark(starts[at, inside], ends[at, inside], packed.offsets, number, 1)
                if marks and marks[0].score > best[j][0]:
                    best[j] = (marks[0].score, number, marks[0].span)
                at += 1
        row = []
    return _figures(groups, best)


def _figures(groups: Sequence[Group], best: Sequence[tuple[float, int, tuple[int, int]]]) -> HeldOut:
    overlap, exact, refused, kept, passage = [], [], [], [], []
    for group, (score, page, span) in zip(groups, best, strict=True):
        words = group.pages[page].text[slice(*span)]
        if group.answer is None:
            refused.append(score < 0)
            continue
        kept.append(score > 0)
        overlap.append(f1(words, group.wanted))
        exact.append(exact_match(words, group.wanted))
        if len(group.pages) > 1:
            passage.append(page == group.answer[0])
    return HeldOut(
        f1=_share(overlap),
        em=_share(exact),
        refused=_share(refused),
        kept=_share(kept),
        right_passage=_share(passage),
    )


def _share(column: Sequence[float]) -> float:
    return float(np.mean(column)) if column else 0.0


def pick(count: int, seed: int, of: int) -> list[int]:
    """Choose indexes at random; the same seed gives the same indexes.

    Args:
        count: how many, at most.
        seed: decides which.
        of: number of indexes to choose from.
    """
    return sorted(random.Random(seed).sample(range(of), min(count, of)))
