"""Evaluate a reader on held-out articles, with passages beside the right one."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from evals.scores import exact_match, f1
from qa.reader.span_decoding import mark
from qa.reader.span_inputs import pack
from training.groups import Group, Mix, make_groups
from training.negatives import find_negatives
from training.questions import Paragraph

if TYPE_CHECKING:
    from training.figures import Model

_SEED = 7


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

    def shares(self) -> dict[str, float]:
        """The shares by name."""
        return {k: round(v, 4) for k, v in asdict(self).items()}


def held_out_groups(held: Sequence[Paragraph], out: Path, count: int) -> list[Group]:
    """Make groups of held-out questions: each with passages from the retriever, about half also as near-misses.

    Args:
        held: paragraphs of held-out articles.
        out: folder that caches the search for passages.
        count: how many questions.
    """
    pairs = [(own, index) for own, paragraph in enumerate(held) for index in range(len(paragraph.questions))]
    asked = [pairs[i] for i in pick(count, _SEED, len(pairs))]
    mix = Mix(negatives=1.0, near_misses=0.6, alone=0.4, both=0.0)
    return list(make_groups(held, asked, find_negatives(held, asked, out), mix, _SEED))


def evaluate(model: Model, tokenizer: Any, groups: Sequence[Group]) -> HeldOut:
    """Read held-out groups and compare with the right answers.

    Args:
        model: one form of the weights.
        tokenizer: the encoder's.
        groups: with their right answers.
    """
    best = []
    for group in groups:
        packed = pack(tokenizer, group.question, group.pages)
        marks = [
            candidate
            for item, scores in zip(packed, model.scores(packed), strict=True)
            for candidate in mark(scores.starts, scores.ends, item.offsets, item.page, 1)
        ]
        chosen = max(marks, key=lambda item: item.score)
        best.append((chosen.score, chosen.page, chosen.span))
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
