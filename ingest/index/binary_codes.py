"""Binary codes of vectors, one bit for the sign of each number: they pick the vectors that are worth comparing.

Method: first the vectors whose codes share the most bits with the question's, by Hamming distance; then, of these, the
ones with the best asymmetric distance, which weighs each bit by the question's number, since the sign of a number near
0 says little (Gordo, Perronnin, Gong and Lazebnik, "Asymmetric distances for binary embeddings", PAMI 2014).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    #: Row numbers.
    Rows = NDArray[np.intp]

_COUNTED, _WEIGHED = 32_768, 512  # rows at once: so few that their memory is used again, not mapped anew
_TIMES = 5  # so many times the wanted number are weighed


class Signs:
    """The binary codes of the vectors of an index, in memory."""

    def __init__(self, signs: NDArray[np.uint64]) -> None:
        """Args: signs: as `signs_of` gives them."""
        self._signs = np.ascontiguousarray(signs.T)
        self._expected: list[tuple[Rows, NDArray[np.uint64]]] = []

    def expect(self, rows: Rows) -> None:
        """Copy the codes of some rows next to each other, for later calls with the same array, until `forget`."""
        if len(rows) <= self._signs.shape[1] // 2:
            self._expected.append((rows, self._signs.take(rows, 1)))

    def forget(self, rows: Rows) -> None:
        """Drop the copy. Args: rows: the same array."""
        self._expected = [copied for copied in self._expected if copied[0] is not rows]

    def likely(self, vector: NDArray[np.float32], rows: Rows, number: int) -> Rows:
        """The rows whose vectors are most likely near to another vector.

        Args:
            vector: shape (dimension,).
            rows: to choose from; more than `number`.
            number: of rows to return.
        """
        if len(rows) > _TIMES * number:
            rows = self._sharing(signs_of(vector[np.newaxis])[0], rows, _TIMES * number)
        against = np.concatenate([self._against(vector, some) for some in _parts(rows, _WEIGHED)])
        kept: Rows = rows[np.argpartition(against, number)[:number]]
        return kept

    def _sharing(self, signs: NDArray[np.uint64], rows: Rows, number: int) -> Rows:
        """The rows that differ in the fewest bits; of rows at the same distance, the first."""
        unlike = self._unlike(signs, rows)
        farthest = np.searchsorted(np.bincount(unlike).cumsum(), number)  # counting is faster than sorting
        near = np.flatnonzero(unlike <= farthest)
        at_edge = np.flatnonzero(unlike[near] == farthest)
        return rows[np.delete(near, at_edge[len(at_edge) - (len(near) - number) :])]

    def _unlike(self, signs: NDArray[np.uint64], rows: Rows) -> NDArray[np.uint16]:
        """The Hamming distance of each row to a code."""
        for expected, theirs in self._expected:
            if expected is rows:
                return _all_differing(theirs, signs)
        n_rows = self._signs.shape[1]
        if 2 * len(rows) > n_rows:  # faster than picking that many
            counts = _all_differing(self._signs, signs)
            return counts if len(rows) == n_rows else counts.take(rows)
        return np.concatenate([_differing(self._signs.take(some, 1), signs) for some in _parts(rows, _COUNTED)])

    def _against(self, vector: NDArray[np.float32], rows: Rows) -> NDArray[np.float32]:
        """The sum of a vector's numbers where each row has a minus: the lower, the nearer."""
        minus = np.unpackbits(np.ascontiguousarray(self._signs.take(rows, 1).T).view(np.uint8), axis=1)
        summed: NDArray[np.float32] = minus[:, : len(vector)].astype(np.float32) @ vector
        return summed


def signs_of(vectors: NDArray[Any]) -> NDArray[np.uint64]:
    """Binary codes: a bit for each number, set where it is below 0, 64 bits a word; shape (n_vectors, n_words)."""
    bits = np.packbits(np.signbit(vectors), axis=1)
    padded = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8)))
    return np.ascontiguousarray(padded).view(np.uint64)


def _all_differing(signs: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """`_differing` in batches."""
    every = range(0, signs.shape[1], _COUNTED)
    return np.concatenate([_differing(signs[:, at : at + _COUNTED], other) for at in every])


def _differing(signs: NDArray[np.uint64], other: NDArray[np.uint64]) -> NDArray[np.uint16]:
    """The Hamming distance of each code, one in each column, to another code."""
    counts = np.zeros(signs.shape[1], np.uint16)
    for word, of_other in zip(signs, other, strict=True):
        counts += np.bitwise_count(word ^ of_other)
    return counts


def _parts(rows: Rows, size: int) -> list[Rows]:
    return [rows[at : at + size] for at in range(0, len(rows), size)]
