"""The signs of vectors, a bit for each number: what many are compared by before their numbers are.

Method: those that share most signs with a vector, and of these the ones that its numbers go with best, since a number
that is nearly 0 says little by its sign (Gordo, Perronnin, Gong and Lazebnik, "Asymmetric distances for binary
embeddings", PAMI 2014).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    #: Numbers of rows.
    Rows = NDArray[np.intp]

_COUNTED, _WEIGHED = 32_768, 512  # at once: so few that memory of before is used again, not mapped anew
_FAR = 4_000  # rows that are picked quickly each time
_TIMES = 5  # as many are weighed as are wanted


class Signs:
    """The signs of the vectors of an index, in memory."""

    def __init__(self, signs: NDArray[np.uint64]) -> None:
        """Args: signs: as `signs_of` gives them."""
        self._signs = np.ascontiguousarray(signs.T)
        self._expected: list[tuple[Rows, NDArray[np.uint64]]] = []

    def expect(self, rows: Rows) -> None:
        """Have the signs of some rows side by side, until they are forgotten: the same array may be asked for again."""
        if _FAR < len(rows) <= self._signs.shape[1] // 2:
            self._expected.append((rows, self._signs.take(rows, 1)))

    def forget(self, rows: Rows) -> None:
        """Do so no longer."""
        self._expected = [each for each in self._expected if each[0] is not rows]

    def likely(self, vector: NDArray[np.float32], rows: Rows, number: int) -> Rows:
        """So many of some rows, those whose vectors are most likely near another one.

        Args:
            vector: shape (dimension,).
            rows: more than `number`.
            number: how many are wanted.
        """
        if len(rows) > _TIMES * number:
            rows = self._sharing(signs_of(vector[np.newaxis])[0], rows, _TIMES * number)
        against = np.concatenate([self._against(vector, some) for some in _parts(rows, _WEIGHED)])
        kept: Rows = rows[np.argpartition(against, number)[:number]]
        return kept

    def _sharing(self, signs: NDArray[np.uint64], rows: Rows, number: int) -> Rows:
        """Those that differ in the fewest signs; of those that differ in as many, the first."""
        unlike = self._unlike(signs, rows)
        farthest = np.searchsorted(np.bincount(unlike).cumsum(), number)  # counting is quicker than sorting
        near = np.flatnonzero(unlike <= farthest)
        at_edge = np.flatnonzero(unlike[near] == farthest)
        return rows[np.delete(near, at_edge[len(at_edge) - (len(near) - number) :])]

    def _unlike(self, signs: NDArray[np.uint64], rows: Rows) -> NDArray[np.uint16]:
        """Of each row, in how many signs its vector differs from another one's."""
        for expected, theirs in self._expected:
            if expected is rows:
                return _all_differing(theirs, signs)
        n_rows = self._signs.shape[1]
        if 2 * len(rows) > n_rows:  # quicker than to pick that many
            counts = _all_differing(self._signs, signs)
            return counts if len(rows) == n_rows else counts.take(rows)
        return np.concatenate([_differing(self._signs.take(some, 1), signs) for some in _parts(rows, _COUNTED)])

    def _against(self, vector: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
        """Of each row, the sum of a vector's numbers where the row has a minus: the lower, the more alike."""
        minus = np.unpackbits(np.ascontiguousarray(self._signs.take(rows, 1).T).view(np.uint8), axis=1)
        summed: NDArray[np.float32] = minus[:, : len(vector)].astype(np.float32) @ vector
        return summed


def signs_of(vectors: NDArray[Any]) -> NDArray[np.uint64]:
    """A bit for each number of some vectors, set where it is below 0, 64 in one; shape (n_vectors, n_words)."""
    bits = np.packbits(np.signbit(vectors), axis=1)
    padded = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8)))
    return np.ascontiguousarray(padded).view(np.uint64)


def _all_differing(signs: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """`_differing`, some at a time."""
    every = range(0, signs.shape[1], _COUNTED)
    return np.concatenate([_differing(signs[:, at : at + _COUNTED], other) for at in every])


def _differing(signs: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """In how many bits each of some signs, a column each, differs from others."""
    counts = np.zeros(signs.shape[1], np.uint16)
    for word, of_other in zip(signs, other, strict=True):
        counts += np.bitwise_count(word ^ of_other)
    return counts


def _parts(rows: Rows, size: int) -> list[Rows]:
    return [rows[at : at + size] for at in range(0, len(rows), size)]
