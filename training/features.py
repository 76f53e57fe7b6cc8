"""Examples as numbers: what the network reads, in files and in batches."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor

from evals.datasets.base import DataMissing
from qa.reader.span_inputs import STATEMENT, pack
from training.groups import Group
from training.statements import Statement

_POOL = 40  # batches that are sorted by length together
_ROUND = 8  # the length of a batch is a multiple of so many word pieces
_LONGEST = 320  # word pieces of a statement and its passage that are learned from
_SHUFFLED = 30  # word pieces by which lengths of statements are blurred before they are sorted


@dataclass(frozen=True)
class Reading:
    """A question with its passages, as the network reads it.

    Attributes:
        inputs: word pieces, for each passage.
        inside: first word piece of the passage and the one after its last, for each passage.
        gold: index of the passage that answers, and first and last word piece of the answer; None without an answer.
    """

    inputs: tuple[NDArray[np.int32], ...]
    inside: tuple[tuple[int, int], ...]
    gold: tuple[int, int, int] | None

    @property
    def length(self) -> int:
        """Word pieces of the longest input."""
        return max(map(len, self.inputs))


@dataclass(frozen=True)
class Checking:
    """A statement with a passage, as the network reads it.

    Attributes:
        ids: word pieces.
        label: one of `training.statements.LABELS`, by index.
    """

    ids: NDArray[np.int32]
    label: int


@dataclass(frozen=True)
class Batch:
    """Inputs side by side.

    Attributes:
        ids, mask: shape (n_inputs, length).
        inside: True where a span may begin or end, shape (n_inputs, length).
        group: the question of each input, shape (n_inputs,).
        starts, ends: True at the first and last word piece of the answer, shape (n_inputs, length).
        n_groups: number of questions.
    """

    ids: Tensor
    mask: Tensor
    inside: Tensor
    group: Tensor
    starts: Tensor
    ends: Tensor
    n_groups: int

    def to(self, device: str) -> Batch:
        """Copy to a device."""
        moved = {name: value.to(device) for name, value in vars(self).items() if isinstance(value, Tensor)}
        return Batch(**moved, n_groups=self.n_groups)


def encode_groups(tokenizer: Tokenizer, groups: Iterable[Group]) -> Iterator[Reading]:
    """Encode groups; those whose answer is outside of the first window are left out.

    Args:
        tokenizer: the encoder's.
        groups: questions with their pages.
    """
    for group in groups:
        packed = pack(tokenizer, group.question, group.pages)
        first: dict[int, int] = {}
        for number, item in enumerate(packed):
            first.setdefault(item.page, number)
        kept = [packed[number] for number in sorted(first.values())]
        if len(kept) < len(group.pages):
            continue
        gold = None
        if group.answer is not None:
            page, (start, end) = group.answer
            offsets = kept[page].offsets
            pieces = [i for i, (s, e) in enumerate(offsets) if s < end and e > start]
            if not pieces or offsets[-1][1] < end:
                continue
            gold = page, kept[page].first + pieces[0], kept[page].first + pieces[-1]
        yield Reading(
            tuple(np.array(item.ids, dtype=np.int32) for item in kept),
            tuple((item.first, item.first + len(item.offsets)) for item in kept),
            gold,
        )


def encode_statements(tokenizer: Tokenizer, statements: Iterable[Statement]) -> Iterator[Checking]:
    """Encode statements; a long passage keeps its beginning.

    Args:
        tokenizer: the encoder's.
        statements: each with its passage.
    """
    for statement in statements:
        packed = pack(tokenizer, statement.text, [statement.page], STATEMENT)
        if packed:
            yield Checking(np.array(packed[0].ids[:_LONGEST], dtype=np.int32), statement.label)


def save_examples(path: Path, reading: Sequence[Reading], checking: Sequence[Checking], made_of: str) -> None:
    """Write examples to one file, with all word pieces in a row.

    Args:
        path: file to write; an earlier one stays until this one is whole.
        reading: for the spans.
        checking: for support.
        made_of: what they were made of, for `load_examples`.
    """
    inputs = [ids for example in reading for ids in example.inputs]
    beside = path.with_suffix(".writing.npz")
    np.savez(
        beside,
        made_of=np.array(made_of),
        ids=np.concatenate([*inputs, *(example.ids for example in checking)]).astype(np.int32),
        lengths=np.array([len(ids) for ids in [*inputs, *(example.ids for example in checking)]], dtype=np.int32),
        passages=np.array([len(example.inputs) for example in reading], dtype=np.int32),
        inside=np.array([span for example in reading for span in example.inside], dtype=np.int32).reshape(-1, 2),
        gold=np.array([example.gold or (-1, -1, -1) for example in reading], dtype=np.int32).reshape(-1, 3),
        labels=np.array([example.label for example in checking], dtype=np.int32),
    )
    beside.replace(path)


def load_examples(path: Path) -> tuple[list[Reading], list[Checking], str]:
    """Read the examples that `save_examples` wrote, and what they were made of.

    Raises:
        DataMissing: the file is missing, cut, or no file of examples.
    """
    try:
        with np.load(path) as kept:
            made_of, ids, lengths, passages, inside, gold, labels = (
                kept[name] for name in ("made_of", "ids", "lengths", "passages", "inside", "gold", "labels")
            )
    except Exception as error:  # zipfile, zlib and numpy each raise their own types
        raise DataMissing(f"{path} cannot be read: {error}; make it with `python -m training.prepare`") from None
    rows = np.split(ids, np.cumsum(lengths)[:-1])
    reading, at = [], 0
    for count, answer in zip(passages.tolist(), gold.tolist(), strict=True):
        spans = tuple((start, end) for start, end in inside[at : at + count].tolist())
        reading.append(Reading(tuple(rows[at : at + count]), spans, None if answer[0] < 0 else tuple(answer)))
        at += count
    checking = [Checking(row, label) for row, label in zip(rows[at:], labels.tolist(), strict=True)]
    return reading, checking, str(made_of)


def reading_batches(examples: Sequence[Reading], inputs: int, seed: int) -> list[list[int]]:
    """Group questions of similar length into batches, in an order that the seed decides.

    Args:
        examples: all of them.
        inputs: number of inputs per batch, about.
        seed: of the order.

    Returns:
        The indexes of the examples of each batch.
    """
    rng = random.Random(seed)
    order = list(range(len(examples)))
    rng.shuffle(order)
    result: list[list[int]] = []
    size = _POOL * inputs
    for at in range(0, len(order), size):
        pool = sorted(order[at : at + size], key=lambda i: examples[i].length)
        made: list[list[int]] = []
        row: list[int] = []
        held = 0
        for i in pool:
            row.append(i)
            held += len(examples[i].inputs)
            if held >= inputs:
                made.append(row)
                row, held = [], 0
        if row:
            made.append(row)
        rng.shuffle(made)
        result += made
    return result


def checking_batches(examples: Sequence[Checking], inputs: int, rng: random.Random) -> list[list[int]]:
    """Group statements of similar length into batches.

    Args:
        examples: all of them.
        inputs: number of inputs per batch.
        rng: decides the order.

    Returns:
        The indexes of the examples of each batch.
    """
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].ids) + rng.random() * _SHUFFLED)
    rows = [order[at : at + inputs] for at in range(0, len(order), inputs)]
    rng.shuffle(rows)
    return rows


def padded(inputs: Sequence[Sequence[int] | NDArray[np.int32]], pad: int) -> tuple[Tensor, Tensor]:
    """Pad inputs to one length: ids and mask, each of shape (n_inputs, length).

    Args:
        inputs: word pieces.
        pad: the word piece to pad with.
    """
    length = -(-max(map(len, inputs)) // _ROUND) * _ROUND
    ids = torch.full((len(inputs), length), pad, dtype=torch.long)
    mask = torch.zeros_like(ids)
    for row, pieces in enumerate(inputs):
        ids[row, : len(pieces)] = torch.as_tensor(pieces)
        mask[row, : len(pieces)] = 1
    return ids, mask


def collate(examples: Sequence[Reading], pad: int) -> Batch:
    """Put questions side by side, padded to one length.

    Args:
        examples: questions.
        pad: the word piece to pad with.
    """
    ids, mask = padded([pieces for example in examples for pieces in example.inputs], pad)
    inside, starts, ends = (torch.zeros(ids.shape, dtype=torch.bool) for _ in range(3))
    row, group = 0, []
    for number, example in enumerate(examples):
        if example.gold is not None:
            passage, first, last = example.gold
            starts[row + passage, first] = True
            ends[row + passage, last] = True
        for begin, end in example.inside:
            inside[row, begin:end] = True
            group.append(number)
            row += 1
    return Batch(ids, mask, inside, torch.tensor(group), starts, ends, len(examples))
