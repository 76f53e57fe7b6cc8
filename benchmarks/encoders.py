"""Measure how fast the default encoder runs, beside torch in float32: `python -m benchmarks.encoders`.

It encodes passages of the samples, or of RealTime QA and Reuters-21578. The encoders take turns, because the speed of a
machine varies from minute to minute. It also compares the vectors with those in float32.

Examples:
  python -m benchmarks.encoders
  python -m benchmarks.encoders --data data --passages 512 --json encoders.json
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpus import Record, records, samples, write
from benchmarks.measure import command, machine, quantile
from evals.datasets.base import DataMissing
from ingest import Archive, ingest
from ingest.chunking.passages import embedded_text
from ingest.embedding.embeddings import PassageEmbeddings
from ingest.embedding.encoders import default_model_folder
from ingest.embedding.int8 import Int8Encoder

_ROUNDS = 3
_ARTICLES = 200  # enough for most values of --passages


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    parser = command("benchmarks.encoders", __doc__)
    parser.add_argument(
        "--data", type=Path, help="folder that contains realtimeqa and reuters21578 (default: the samples)"
    )
    parser.add_argument("--passages", type=int, default=256, help="number of passages (default: 256)")
    options = parser.parse_args(arguments)
    try:
        articles = records(options.data, _ARTICLES) if options.data else samples()
    except DataMissing as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    texts = _texts(articles)[: options.passages]
    encoders = {
        "torch, float32": PassageEmbeddings(str(default_model_folder())),
        "onnxruntime, int8": PassageEmbeddings("int8", Int8Encoder()),
        "as it ships here": PassageEmbeddings(),
    }
    times: dict[str, list[float]] = {name: [] for name in encoders}
    vectors = {}
    for _ in range(_ROUNDS):
        for name, encoder in encoders.items():
            begun = time.perf_counter()
            vectors[name] = encoder.encode_documents(texts)
            times[name].append(time.perf_counter() - begun)
    reference = vectors["torch, float32"]
    results: dict[str, Any] = {"machine": machine(), "passages": len(texts), "encoders": {}}
    for name in encoders:
        similarity = np.einsum("ij,ij->i", vectors[name], reference)
        rate = {"passages_per_s": len(texts) / quantile(times[name], 0.5)}
        results["encoders"][name] = rate | {
            "cosine_mean": float(similarity.mean()),
            "cosine_least": float(similarity.min()),
        }
        print(
            f"{name:17} {rate['passages_per_s']:6.1f} passages/s, cosine to float32: mean {similarity.mean():.4f}, "
            f"least {similarity.min():.4f}"
        )
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    return 0


def _texts(articles: Sequence[Record]) -> list[str]:
    """The texts that are embedded for some articles; they do not depend on the archive's encoder."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "articles.jsonl"
        write(articles, source)
        with Archive.open(Path(folder) / "archive", create=True) as archive:
            ingest(source, archive)
            heads = sorted(archive.listing(), key=lambda head: head.article_id)
            return [embedded_text(head, passage) for head in heads for passage in archive.passages_of(head.article_id)]


if __name__ == "__main__":
    sys.exit(main())
