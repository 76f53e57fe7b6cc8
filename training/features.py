"""Groups as numbers, and batches of inputs of similar length."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from tokenizers import Tokenizer
from torch import Tensor

from qa.reader.span_inputs import Packed, pack
from training.groups import Group

_POOL = 40  # batches that are sorted by length together
_ROUND = 16  # the length of a batch is a multiple of so many word pieces


class Sized(Protocol):
    """An element of a batch."""

    @property
    def packed(self) -> tuple[Packed, ...]:
        """The inputs of the element."""

    @property
    def length(self) -> int:
        """Word pieces of its longest input."""


@dataclass(frozen=True)
class Example:
    """A group as the model reads it.

    Attributes:
        packed: one input per page.
        gold: input, and first and last word piece of the answer in its passage; None if there is no answer.
    """

    packed: tuple[Packed, ...]
    gold: tuple[int, int, int] | None

    @property
    def length(self) -> int:
        """Word pieces of its longest input."""
        return max(len(packed.ids) for packed in self.packed)


@dataclass(frozen=True)
class Batch:
    """Inputs side by side.

    Attributes:
        ids, types, mask: shape (n_inputs, length).
        inside: True where a span may begin or end, shape (n_inputs, length).
        group: the group of each input, shape (n_inputs,).
        starts, ends: True at the first and last word piece of the answer, shape (n_inputs, length).
        n_groups: number of groups.
    """

    ids: Tensor
    types: Tensor
    mask: Tensor
    inside: Tensor
    group: Tensor
    starts: Tensor
    ends: Tensor
    n_groups: int

    def to(self, device: str) -> Batch:
        """Copy to a device."""
        return Batch(
            ids=self.ids.to(device),
            types=self.types.to(device),
            mask=self.mask.to(device),
            inside=self.inside.to(device),
            group=self.group.to(device),
            starts=self.starts.to(device),
            ends=self.ends.to(device),
            n_groups=self.n_groups,
        )


def encode(tokenizer: Tokenizer, groups: Iterable[Group]) -> Iterator[Example]:
    """Encode groups; those whose answer is outside of the first window are left out.

    Args:
        tokenizer: the encoder's.
        groups: questions with their pages.
    """
    for group in groups:
        packed = pack(tokenizer, group.question, group.pages)
        first: dict[int, int] = {}
        for number, input_ in enumerate(packed):
            first.setdefault(input_.page, number)
        kept = tuple(packed[number] for number in sorted(first.values()))
        if len(kept) < len(group.pages):
            continue
        if group.answer is None:
            yield Example(kept, None)
            continue
        page, (start, end) = group.answer
        offsets = kept[page].offsets
        inside = [i for i, (s, e) in enumerate(offsets) if s < end and e > start]
        if inside and offsets[-1][1] >= end:
            yield Example(kept, (page, inside[0], inside[-1]))


def batches(examples: Sequence[Sized], inputs: int, seed: int) -> list[list[int]]:
    """Group examples of similar length into batches, in an order that the seed decides.

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
            held += len(examples[i].packed)
            if held >= inputs:
                made.append(row)
                row, held = [], 0
        if row:
            made.append(row)
        rng.shuffle(made)
        result += made
    return result


def padded(inputs: Sequence[Packed], device: str) -> tuple[Tensor, Tensor, Tensor]:
    """Pad inputs to one length: ids, mask and types, each of shape (n_inputs, length).

    Args:
        inputs: word pieces.
        device: where the tensors are.
    """
    length = -(-max(len(packed.ids) for packed in inputs) // _ROUND) * _ROUND
    ids, mask, types = (torch.zeros((len(inputs), length), dtype=torch.long) for _ in range(3))
    for row, packed in enumerate(inputs):
        size = len(packed.ids)
        ids[row, :size], types[row, :size] = torch.tensor(packed.ids), torch.tensor(packed.types)
        mask[row, :size] = 1
    return ids.to(device), mask.to(device), types.to(device)


def collate(examples: Sequence[Example]) -> Batch:
    """Put examples side by side, padded to one length."""
    inputs = [(number, packed) for number, example in enumerate(examples) for packed in example.packed]
    ids, mask, types = padded([packed for _, packed in inputs], "cpu")
    inside, starts, ends = (torch.zeros(ids.shape, dtype=torch.bool) for _ in range(3))
    row = 0
    for example in examples:
        for number, packed in enumerate(example.packed):
            inside[row, packed.first : packed.first + len(packed.offsets)] = True
            if example.gold is not None and example.gold[0] == number:
                starts[row, packed.first + example.gold[1]] = True
                ends[row, packed.first + example.gold[2]] = True
            row += 1
    group = torch.tensor([number for number, _ in inputs])
    return Batch(ids, types, mask, inside, group, starts, ends, len(examples))
