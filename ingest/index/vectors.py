"""The index of vectors: the vectors of all passages in one file, to compare those in a scope with a question.

Chroma searches all passages in a few milliseconds however many there are, but its own filters make it a hundred times
slower (`docs/scale.md`). Here columns in memory say which passages are in a scope, and these are compared: every one
where they are few, and otherwise those whose binary codes are nearest to the question's. The index is derived, and
built again whenever it and Chroma disagree.
"""

from __future__ import annotations

import json
import mmap
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ingest.base.filters import UNDATED, Scope
from ingest.index.binary_codes import Signs, signs_of
from ingest.store.records import Entry, hash_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from ingest.index.binary_codes import Rows

_ROWS, _VECTORS, _SIGNS, _STATE = "rows", "vectors", "signs", "state.json"
_VERSION = 1
_ROW = np.dtype(
    [
        ("article", "<u8"),  # ids and versions are hexadecimal digits; 0 where the row is free
        ("version", "<u8"),
        ("ordinal", "<u4"),
        ("published", "<i8"),
        ("available", "<i8"),
        ("publisher", "<u8"),
    ]
)
_VALUE = np.dtype("<f2")  # ranks as float32 does, in half the space
_BATCH = 8_192  # vectors read at once where all are read
_COMPARED = 512  # vectors at once: so few that their memory is used again, not mapped anew
# Up to so many vectors are all compared: 16,000 of 384 dimensions take 7 ms on two cores, and 30 ms at the median where
# 15 processes share these. The binary codes would find 0.94 of the nearest 20 (`python -m benchmarks.vectors`).
_EXACT = 16_000
_TIMES, _LEAST = 14, 800  # of more vectors, so many times the wanted number are compared, and no fewer than so many
_READ_AHEAD, _POPULATE_READ = 2**28, 22  # bytes; the advice of Linux, which mmap does not name
_DATED = 8  # a range of dates with less than this part of all rows is looked up by date
_KEPT = 4  # scopes whose rows are kept
_FEW = 8  # numbers that are compared one by one


class VectorIndex:
    """Passages by their vectors.

    A file in its folder says with which revision of which archive it agrees; later changes may be in the index already,
    or not.
    """

    def __init__(self, folder: Path) -> None:
        """Open the index in a folder, or create an empty one."""
        self._folder = folder
        self._open()

    def _open(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._dimension = int(self._state().get("dimension", 0))
        rows, vectors = self._folder / _ROWS, self._folder / _VECTORS
        is_filled = self._dimension and rows.exists() and vectors.exists()
        # Either file may end in the middle of a write that was interrupted.
        size = min(rows.stat().st_size // _ROW.itemsize, vectors.stat().st_size // self._width) if is_filled else 0
        for path, width in ((rows, _ROW.itemsize), (vectors, self._width)):
            with path.open("ab") as file:
                file.truncate(size * width)
        self._rows = np.fromfile(rows, dtype=_ROW)
        self._load()
        self._read_ahead()

    @property
    def _width(self) -> int:
        return self._dimension * _VALUE.itemsize

    def _state(self) -> dict[str, Any]:
        try:
            state = json.loads((self._folder / _STATE).read_text())
            return state if state["version"] == _VERSION else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def _load(self) -> None:
        """Map the vectors and fill the columns, after a change of the rows."""
        size = len(self._rows) * self._width
        self._mapped = _map(self._folder / _VECTORS, size) if size else None
        self._vectors = np.frombuffer(self._mapped or b"", _VALUE).reshape(len(self._rows), self._dimension)
        self._columns = {name: np.ascontiguousarray(self._rows[name]) for name in _ROW.names or ()}
        self._used = self._columns["article"] != 0
        self._signs = self._read_signs()
        self._by_key: tuple[NDArray[np.uint64], Rows] | None = None
        self._by_date: tuple[NDArray[np.int64], Rows] | None = None
        self._moments: NDArray[np.int64] | None = None  # at which an article becomes available
        self._kept: dict[tuple[frozenset[str], int], Rows] = {}  # rows of the last lasting scopes

    def _read_ahead(self) -> None:
        """Read the vectors into memory; otherwise the first questions would wait for them page by page."""
        if self._mapped is not None and len(self._mapped) <= _READ_AHEAD and sys.platform == "linux":
            with suppress(OSError):  # a kernel before 5.14
                self._mapped.madvise(_POPULATE_READ)

    def _read_signs(self) -> Signs:
        """The binary codes from their file, which is made from the vectors where it does not fit them."""
        path, words = self._folder / _SIGNS, -(-self._dimension // 64)
        signs = np.fromfile(path, np.uint64) if path.exists() else np.zeros(0, np.uint64)
        if len(signs) != words * len(self._rows):
            parts = [signs_of(self._vectors[at : at + _BATCH]) for at in range(0, len(self._rows), _BATCH)]
            signs = np.concatenate(parts) if parts else np.zeros(0, np.uint64)
            signs.tofile(path)
        return Signs(signs.reshape(len(self._rows), words))

    def revision(self, of: str = "") -> int | None:
        """Revision of the archive with which the index agrees; None where it does not.

        Args:
            of: key of the archive; the folder may hold the index of another one.
        """
        state = self._state()
        return state.get("revision") if state.get("of") == of else None

    def agree(self, revision: int, of: str = "") -> None:
        """Remember with which revision of which archive the index agrees.

        Args:
            revision: of the archive.
            of: key of the archive.
        """
        for name in (_ROWS, _VECTORS):
            with (self._folder / name).open("rb") as file:
                os.fsync(file.fileno())
        state, new = self._folder / _STATE, self._folder / f"{_STATE}.new"
        facts = {"version": _VERSION, "revision": revision, "of": of, "dimension": self._dimension}
        new.write_text(json.dumps(facts))
        new.replace(state)

    @property
    def count(self) -> int:
        """Number of passages."""
        return int(self._used.sum())

    def ids(self) -> set[str]:
        """Ids of all passages."""
        return {self._id(row) for row in np.flatnonzero(self._used).tolist()}

    def replace(self, article_ids: Iterable[str], entries: Sequence[Entry]) -> None:
        """Remove the passages of some articles and add others.

        Args:
            article_ids: of the articles to remove, where they exist.
            entries: passages to add, with their vectors.
        """
        removed = _numbers(int(article_id, 16) for article_id in article_ids)
        old = np.flatnonzero(np.isin(self._columns["article"], removed) & self._used)
        if len(old):
            self._free(old)
        if entries:
            self._append(entries)
        self._load()

    def _free(self, rows: Rows) -> None:
        self._rows[rows] = np.zeros(1, dtype=_ROW)
        with (self._folder / _ROWS).open("r+b") as file:
            for row in rows.tolist():
                file.seek(row * _ROW.itemsize)
                file.write(bytes(_ROW.itemsize))

    def _append(self, entries: Sequence[Entry]) -> None:
        vectors = np.stack([entry.vector for entry in entries if entry.vector is not None]).astype(_VALUE)
        self._dimension = self._dimension or vectors.shape[1]
        new = np.array([_row(entry) for entry in entries], dtype=_ROW)
        for name, values in ((_VECTORS, vectors), (_SIGNS, signs_of(vectors)), (_ROWS, new)):
            with (self._folder / name).open("ab") as file:
                file.write(values.tobytes())
        self._rows = np.concatenate([self._rows, new])

    def compact(self) -> None:
        """Write the files again where most of their rows are free."""
        if 2 * self.count >= len(self._rows):
            return
        kept = np.flatnonzero(self._used)
        vectors = self._folder / f"{_VECTORS}.new"
        with vectors.open("wb") as file:
            for at in range(0, len(kept), _BATCH):
                file.write(self._vectors[kept[at : at + _BATCH]].tobytes())
        (self._folder / _STATE).unlink(missing_ok=True)  # until `agree`, since the two files do not fit
        self._rows = self._rows[kept]
        self._rows.tofile(self._folder / _ROWS)
        vectors.replace(self._folder / _VECTORS)
        (self._folder / _SIGNS).unlink()
        self._load()

    def abandon(self) -> None:
        """Drop what was written in part, after a failure, so that each new row has its own vector."""
        self._open()

    def clear(self) -> None:
        """Delete all passages."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._open()

    # searching

    def rows_in(self, scope: Scope) -> Rows:
        """Numbers of the rows whose passages a scope admits."""
        if not scope.is_lasting:
            return self._look_up(scope)
        if self._moments is None:
            self._moments = np.unique(self._columns["available"])
        key = scope.publishers, int(np.searchsorted(self._moments, scope.now, "right"))
        rows = self._kept.pop(key, None)
        if rows is None:
            rows = self._look_up(scope)
            if len(rows) > _EXACT:
                self._signs.expect(rows)
        self._kept[key] = rows  # the last one asked for is dropped last
        if len(self._kept) > _KEPT:
            self._signs.forget(self._kept.pop(next(iter(self._kept))))
        return rows

    def _look_up(self, scope: Scope) -> Rows:
        dated = self._dated(scope)
        if dated is None:
            return np.flatnonzero(self._admitted(self._columns.__getitem__, scope) & self._used)
        fits = self._admitted(lambda name: self._columns[name].take(dated), scope)
        return dated.compress(fits & self._used.take(dated))

    def _dated(self, scope: Scope) -> Rows | None:
        """Rows in a scope's range of dates; None where it has no range, or where testing all rows is as fast."""
        if scope.after is None and scope.before is None:
            return None
        if self._by_date is None:
            order = np.argsort(self._columns["published"], kind="stable")
            self._by_date = self._columns["published"][order], order
        dates, order = self._by_date
        first = int(np.searchsorted(dates, UNDATED + 1 if scope.after is None else scope.after))
        last = len(dates) if scope.before is None else int(np.searchsorted(dates, scope.before, "right"))
        if _DATED * (last - first) > len(dates):
            return None
        rows: Rows = np.sort(order[first:last])
        return rows

    def admitted(self, passage_ids: Sequence[str], scope: Scope) -> list[str]:
        """Those passages that exist and that a scope admits, in the order of their ids.

        Args:
            passage_ids: of the passages.
            scope: which articles may be found.
        """
        rows, exists = self._find(passage_ids)
        fits = self._admitted(lambda name: self._columns[name].take(rows), scope) & exists
        return [passage_id for passage_id, fit in zip(passage_ids, fits.tolist(), strict=True) if fit]

    def nearest(self, vector: NDArray[np.float32], rows: Rows, limit: int, *, exactly: bool = False) -> list[str]:
        """Ids of the passages in some rows that are nearest to a vector, best first.

        Where the rows are many, only those are compared that are likely by their binary codes: that misses few (recall
        in `docs/scale.md`), and reads few of the vectors from their file.

        Args:
            vector: of unit length, shape (dimension,).
            rows: as `rows_in` gives them.
            limit: number of ids at most.
            exactly: compare all rows.
        """
        if not exactly and len(rows) > _EXACT:
            rows = self.likely(vector, rows, limit)
        likeness = np.empty(len(rows), dtype=np.float32)
        for at in range(0, len(rows), _COMPARED):
            some = slice(at, at + _COMPARED)
            likeness[some] = _widened(self._vectors.take(rows[some], axis=0)) @ vector
        if len(rows) > limit:
            best = np.argpartition(-likeness, limit)[:limit]
            rows, likeness = rows[best], likeness[best]
        ranked = sorted(zip((-likeness).tolist(), map(self._id, rows.tolist()), strict=True))
        return [passage_id for _, passage_id in ranked]

    def likely(self, vector: NDArray[np.float32], rows: Rows, limit: int) -> Rows:
        """The rows that `nearest` compares where it does not compare all.

        Args:
            vector: of unit length, shape (dimension,).
            rows: as `rows_in` gives them.
            limit: number of passages that are wanted.
        """
        number = max(_LEAST, _TIMES * limit)
        return self._signs.likely(vector, rows, number) if len(rows) > 2 * number else rows

    def _id(self, row: int) -> str:
        article, version, ordinal, *_ = self._rows[row].tolist()
        return f"{article:016x}:{version:012x}:{ordinal}"

    def _admitted(self, column: Callable[[str], Any], scope: Scope) -> NDArray[np.bool_]:
        """`Scope.admits` for many rows. Args: column: gives a column by its name."""
        fits: NDArray[np.bool_] = column("available") <= scope.now
        if scope.after is not None or scope.before is not None:
            published = column("published")
            fits &= published != UNDATED
            if scope.after is not None:
                fits &= published >= scope.after
            if scope.before is not None:
                fits &= published <= scope.before
        if scope.publishers:
            fits &= _is_any(column("publisher"), _numbers(map(hash_of, scope.publishers)))
        if scope.only:
            fits &= _is_any(column("article"), _numbers(int(article_id, 16) for article_id in scope.only))
        if scope.without:
            fits &= ~_is_any(column("article"), _numbers(int(article_id, 16) for article_id in scope.without))
        return fits

    def _find(self, passage_ids: Sequence[str]) -> tuple[Rows, NDArray[np.bool_]]:
        """The row of each passage, and whether it exists."""
        if not len(self._rows) or not passage_ids:
            return np.zeros(len(passage_ids), np.intp), np.zeros(len(passage_ids), np.bool_)
        if self._by_key is None:
            keys = _keys(*(self._columns[name] for name in ("article", "version", "ordinal")))
            order = np.argsort(keys, kind="stable")
            self._by_key = keys[order], order
        keys, order = self._by_key
        article, version, ordinal = (np.array(part, np.uint64) for part in zip(*map(_parts, passage_ids), strict=True))
        rows = order[np.minimum(np.searchsorted(keys, _keys(article, version, ordinal)), len(keys) - 1)]
        exists = (self._columns["article"][rows] == article) & (self._columns["version"][rows] == version)
        return rows, exists & (self._columns["ordinal"][rows] == ordinal)


def _map(path: Path, size: int) -> mmap.mmap:
    """The first bytes of a file, for reading."""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ)


def _widened(vectors: NDArray[np.float16]) -> NDArray[np.float32]:
    """Finite numbers as float32, by shifting their bits: six times as fast as `astype`."""
    bits = vectors.view(np.int16).astype(np.int32)  # extends the sign
    bits <<= 13
    bits &= np.int32(-0x70002000)  # sign, exponent and fraction; 0x8fffe000
    wide = bits.view(np.float32)
    wide *= np.float32(2.0**112)  # from one exponent bias to the other
    return wide


def _row(entry: Entry) -> tuple[int, int, int, int, int, int]:
    facts = entry.metadata
    return (*_parts(entry.passage_id), facts["published"], facts["available"], hash_of(facts["publisher"]))


def _parts(passage_id: str) -> tuple[int, int, int]:
    article, version, ordinal = passage_id.split(":")
    return int(article, 16), int(version, 16), int(ordinal)


def _keys(article: Any, version: Any, ordinal: Any) -> NDArray[np.uint64]:
    """One number for each passage; the multiplication is meant to wrap around."""
    mixed: NDArray[np.uint64] = article.astype(np.uint64) ^ (version.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15))
    keys: NDArray[np.uint64] = mixed ^ (ordinal.astype(np.uint64) * np.uint64(0xC2B2AE3D27D4EB4F))
    return keys


def _is_any(column: Any, values: NDArray[np.uint64]) -> NDArray[np.bool_]:
    """Which numbers of a column are among some values; a few values are faster compared one by one."""
    if len(values) > _FEW:
        return np.isin(column, values)
    fits = np.zeros(len(column), np.bool_)
    for value in values:
        fits |= column == value
    return fits


def _numbers(values: Iterable[int]) -> NDArray[np.uint64]:
    return np.array(list(values), dtype=np.uint64)
