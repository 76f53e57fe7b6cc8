"""How fast and how completely the nearest passages in a scope are found: `python -m benchmarks.vectors`.

It needs no data: the vectors are random, near topics of 20 vectors each, and a question is near one of the topics.
Each is asked in a random scope of each size, warm: comparing all vectors, those that are likely by their binary codes,
and as the index does by itself.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import quantile
from ingest.index.vectors import VectorIndex
from ingest.store.records import Entry

_DIMENSION, _TOPIC, _BATCH = 384, 20, 10_000
_LIMIT, _RECALL, _QUESTIONS = 60, 20, 40
_SIZES = (1_000, 4_000, 8_000, 11_500, 16_000, 20_000, 46_000, 115_000, 230_000)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where it went well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.vectors", description=__doc__)
    parser.add_argument("--vectors", type=int, default=230_000, help="number of vectors")
    number, draw = parser.parse_args(arguments).vectors, np.random.default_rng(7)
    print("in scope    all, ms fastest / p50    codes, ms       recall@20: codes    as shipped")
    with tempfile.TemporaryDirectory() as folder:
        index = VectorIndex(Path(folder))
        topics = _unit(draw.normal(size=(number // _TOPIC, _DIMENSION)))
        for at in range(0, number, _BATCH):
            vectors = _near(topics[draw.integers(len(topics), size=min(_BATCH, number - at))], draw)
            index.replace([], [_entry(at + i, vector) for i, vector in enumerate(vectors, 1)])
        questions = _near(topics[draw.integers(len(topics), size=_QUESTIONS)], draw)
        for size in (size for size in _SIZES if size <= number):
            print(_row(index, questions, size, draw))
    return 0


def _row(index: VectorIndex, questions: Any, size: int, draw: np.random.Generator) -> str:
    times, recall = defaultdict[str, list[float]](list), defaultdict[str, list[float]](list)
    for question in questions:
        rows = np.sort(draw.permutation(index.count)[:size])
        exact = set(index.nearest(question, rows, _LIMIT, exactly=True)[:_RECALL])
        for way in ("all", "codes", "shipped"):
            start = time.perf_counter()
            compared = index.likely(question, rows, _LIMIT) if way == "codes" else rows
            nearest = index.nearest(question, compared, _LIMIT, exactly=way != "shipped")
            times[way].append(1e3 * (time.perf_counter() - start))
            recall[way].append(len(exact & set(nearest[:_RECALL])) / _RECALL)
    all_ms, codes_ms = (f"{min(times[way]):.1f} / {quantile(times[way], 0.5):.1f}" for way in ("all", "codes"))
    return f"{size:8,}{all_ms:>25}{codes_ms:>13}{np.mean(recall['codes']):26.3f}{np.mean(recall['shipped']):14.3f}"


def _unit(vectors: Any) -> Any:
    return (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype(np.float32)


def _near(vectors: Any, draw: np.random.Generator) -> Any:
    return _unit(vectors + _unit(draw.normal(size=vectors.shape)))


def _entry(number: int, vector: Any) -> Entry:
    facts = {"article_id": f"{number:016x}", "published": 0, "available": 0, "publisher": ""}
    return Entry(f"{number:016x}:000000000000:0", "", "", facts, vector)


if __name__ == "__main__":
    sys.exit(main())
