"""MinHash sketches of all texts in memory, 256 bytes each; comparing one with 20,000 takes a millisecond."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ingest.duplicates.fingerprints import PLACES, is_candidate

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Sketches:
    """Finds candidates for near-duplicates by their sketches."""

    def __init__(self) -> None:
        self._values = np.zeros((64, PLACES), dtype=np.uint32)
        self._sizes: list[int] = []
        self._texts: list[int] = []
        self._rows: dict[int, int] = {}

    def put(self, text: int, values: NDArray[np.uint32], size: int) -> None:
        """Add a text.

        Args:
            text: number of the text.
            values: its sketch, of shape (PLACES,).
            size: number of its shingles; a text without any is never a candidate.
        """
        if size == 0:
            return
        if len(self._texts) == len(self._values):
            self._values = np.concatenate([self._values, np.zeros_like(self._values)])
        self._rows[text] = len(self._texts)
        self._values[len(self._texts)] = values
        self._texts.append(text)
        self._sizes.append(size)

    def drop(self, text: int) -> None:
        """Remove a text if it is present; the last text moves to its row."""
        row = self._rows.pop(text, None)
        if row is None:
            return
        last, size = self._texts.pop(), self._sizes.pop()
        if last != text:
            self._values[row] = self._values[len(self._texts)]
            self._texts[row], self._sizes[row], self._rows[last] = last, size, row

    def candidates(self, values: NDArray[np.uint32], size: int) -> list[int]:
        """The texts that are worth comparing with another text.

        Args:
            values: sketch of the other text, of shape (PLACES,).
            size: number of its shingles.
        """
        if size == 0:
            return []
        agreeing = (self._values[: len(self._texts)] == values).sum(axis=1)
        return [
            self._texts[row]
            for row in np.flatnonzero(agreeing).tolist()
            if is_candidate(int(agreeing[row]), size, self._sizes[row])
        ]
