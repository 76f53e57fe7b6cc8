"""How fast the default encoder runs as it ships, beside torch in float32: `python -m benchmarks.encoders`.

Passages of the samples, or of RealTime QA and Reuters-21578; in turns, since a machine is not the same from one minute
to the next. Says also how near the vectors are to those in float32.

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
_ARTICLES = 200  # enough for most numbers of passages


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where it went well."""
    parser = command("benchmarks.encoders", __doc__)
    parser.add_argument(
        "--data", type=Path, help="folder that holds realtimeqa and reuters21578 (default: the samples)"
    )
    parser.add_argument("--passages", type=int, default=256, help="how many (default: 256)")
    options = parser.parse_args(arguments)
    try:
        every = records(options.data, _ARTICLES) if options.data else samples()
    except DataMissing as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    texts = _texts(every)[: options.passages]
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
    whole = vectors["torch, float32"]
    found: dict[str, Any] = {"machine": machine(), "passages": len(texts), "encoders": {}}
    for name in encoders:
        likeness = np.einsum("ij,ij->i", vectors[name], whole)
        rate = {"passages_per_s": len(texts) / quantile(times[name], 0.5)}
        found["encoders"][name] = rate | {"cosine_mean": float(likeness.mean()), "cosine_least": float(likeness.min())}
        print(
            f"{name:17} {rate['passages_per_s']:6.1f} passages/s, cosine to float32: mean {likeness.mean():.4f}, "
            f"least {likeness.min():.4f}"
        )
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return 0


def _texts(every: Sequence[Record]) -> list[str]:
    """What is embedded of some articles; which encoder the archive has does not matter for that."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "articles.jsonl"
        write(every, source)
        with Archive.open(Path(folder) / "archive", create=True) as archive:
            ingest(source, archive)
            heads = sorted(archive.listing(), key=lambda head: head.article_id)
            return [embedded_text(head, each) for head in heads for each in archive.passages_of(head.article_id)]


if __name__ == "__main__":
    sys.exit(main())
