"""Compare encoders by what they retrieve: `python -m evals.encoders --data DIR --archive ARCHIVE --encoder NAME`.

It asks the questions of RealTime QA, as of their day, on an archive of its articles: once with the default encoder and
once with another one. No second archive is built: for each question, both encoders rank the same POOL passages, those
nearest by the archive's own vectors. The rest of retrieval is as shipped. Vectors are cached, and an interrupted run
continues.

Examples:
  python -m benchmarks.archives --data data
  python -m evals.encoders --data data/realtimeqa --archive .cache/benchmarks/archive-100
  python -m evals.encoders --data data/realtimeqa --archive my-archive --encoder models/bge-small --json bge.json
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tqdm import tqdm

from evals.cache import DEFAULT
from evals.compare import difference
from evals.datasets import realtimeqa
from evals.datasets.base import DataMissing
from evals.scores import DEPTHS, hit_at
from ingest import Archive, DatelineError
from ingest.base.filters import Scope
from ingest.base.settings import DEFAULT_EMBEDDER
from ingest.chunking.passages import embedded_text
from ingest.embedding.embeddings import PassageEmbeddings
from ingest.embedding.encoders import default_model_folder
from qa.question.limits import QuestionError
from qa.question.question import Question
from qa.retrieval.retrieval import search

if TYPE_CHECKING:
    from numpy.typing import NDArray

#: Passages per question that both encoders rank; retrieval takes the best 60 of them.
POOL = 80

_TOGETHER = 2_000  # passages to encode before saving


class Pooled:
    """An archive whose vector search ranks a pool of passages per question, by the vectors of any encoder."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._pools: dict[Any, list[str]] = {}
        self._own: NDArray[np.float32] = np.zeros(0, np.float32)
        self._rows: dict[str, int] = {}
        self._vectors: NDArray[np.float16] = np.zeros((0, 0), np.float16)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._archive, name)

    def ask(self, own: NDArray[np.float32]) -> None:
        """Start another question.

        Args:
            own: its vector by the archive's encoder.
        """
        self._own = own
        self._pools.clear()

    def use(self, rows: dict[str, int], vectors: NDArray[np.float16]) -> None:
        """Rank by these vectors from now on.

        Args:
            rows: row of each passage id in the vectors.
            vectors: shape (n_passages, dimension).
        """
        self._rows, self._vectors = rows, vectors

    @property
    def asked(self) -> set[str]:
        """Ids of the passages in the pools of the current question."""
        return {i for ids in self._pools.values() for i in ids}

    def search_vectors(self, vector: NDArray[np.float32], limit: int, scope: Scope) -> list[str]:
        """Search like `Archive.search_vectors`, but within the pool.

        Args:
            vector: of the question.
            limit: most ids to return.
            scope: filters.
        """
        if scope not in self._pools:
            self._pools[scope] = self._archive.search_vectors(self._own, POOL, scope, exactly=True)
        ids = self._pools[scope]
        if not self._rows or not ids:
            return ids[:limit]
        likeness = self._vectors[[self._rows[i] for i in ids]].astype(np.float32) @ vector
        return [ids[at] for at in np.argsort(-likeness, kind="stable")[:limit]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success, 1 with a message if the data or the archive is missing."""
    options = _parser().parse_args(arguments)
    try:
        quiz = realtimeqa.load(options.data, options.years)
        items = [item for item in quiz.items if item.findable][: options.limit]
        with Archive.open(options.archive) as archive:
            results = run(archive, items, options.encoder or str(default_model_folder()), options.cache / "encoders")
    except (DataMissing, DatelineError, OSError) as error:
        print(f"evals: {error}", file=sys.stderr)
        return 1
    print(table(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    return 0


def run(archive: Archive, items: Sequence[realtimeqa.Item], other: str, cache: Path) -> dict[str, Any]:
    """Retrieve passages for each question with both encoders.

    Args:
        archive: contains the articles.
        items: the questions.
        other: the encoder to compare with the default; a name as in the settings.
        cache: folder of the vectors.

    Returns:
        Rank of the first passage with an answer for each question, by encoder; None if no passage has one.
    """
    asked = []
    for item in items:
        try:
            asked.append((item, Question.parse(item.question, as_of=item.until)))
        except QuestionError:
            continue
    pooled = Pooled(archive)
    own = archive.embedder.encode_queries([question.core for _, question in asked])
    wanted: set[str] = set()
    for (_, question), vector in zip(asked, tqdm(own, desc="pools"), strict=True):
        pooled.ask(vector)
        search(pooled, question, lambda vector=vector: vector)  # type: ignore[arg-type, misc] # it acts as an Archive
        wanted |= pooled.asked
    ids = sorted(wanted)
    rows = {passage_id: row for row, passage_id in enumerate(ids)}
    results: dict[str, Any] = {"questions": len(asked), "passages": len(ids), "ranks": {}}
    for name in (DEFAULT_EMBEDDER, other):
        embedder = PassageEmbeddings(name)
        pooled.use(rows, _vectors(archive, ids, embedder, cache))
        queries = embedder.encode_queries([question.core for _, question in asked])
        ranks = []
        for (item, question), before, vector in zip(asked, own, tqdm(queries, desc=Path(name).name), strict=True):
            pooled.ask(before)
            passages = search(pooled, question, lambda vector=vector: vector)  # type: ignore[arg-type, misc]
            ranks.append(hit_at([candidate.passage.text for candidate in passages], item.answers))
        results["ranks"]["default" if name == DEFAULT_EMBEDDER else "the other"] = ranks
    return results


def table(results: dict[str, Any]) -> str:
    """Format how often the first passages contain an answer, with the paired difference."""
    (one, before), (other, after) = results["ranks"].items()
    lines = [f"{results['questions']} questions, {results['passages']:,} passages encoded by each", ""]
    lines += [f"| | {one} | {other} | {other} less {one} | 95 % interval |", "|---|---|---|---|---|"]
    for depth in DEPTHS:
        old, new = ([float(rank is not None and rank <= depth) for rank in ranks] for ranks in (before, after))
        change, (low, high) = difference(old, new)
        cells = f"{np.mean(old):.2%} | {np.mean(new):.2%} | {change:+.2%} | {low:+.2%} to {high:+.2%}"
        lines.append(f"| hit@{depth} | {cells} |")
    return "\n".join(lines)


def _vectors(archive: Archive, ids: Sequence[str], embedder: PassageEmbeddings, cache: Path) -> NDArray[np.float16]:
    """Vectors of passages by an encoder, shape (n_passages, dimension); uses those of earlier runs."""
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"{_mark(embedder)}.npz"
    vectors_by_id: dict[str, NDArray[np.float16]] = {}
    if kept.exists():
        with np.load(kept) as saved:
            vectors_by_id = dict(zip(saved["ids"].tolist(), saved["vectors"], strict=True))
    missing = [i for i in ids if i not in vectors_by_id]
    with tqdm(total=len(missing), desc=f"passages by {Path(embedder.name).name}", mininterval=5) as bar:
        for at in range(0, len(missing), _TOGETHER):
            batch = archive.passages(missing[at : at + _TOGETHER])
            vectors = embedder.encode_documents([embedded_text(entry.article, entry.passage) for entry in batch])
            vectors_by_id |= {
                entry.passage.passage_id: v.astype(np.float16) for entry, v in zip(batch, vectors, strict=True)
            }
            unfinished = kept.with_suffix(".unfinished.npz")
            np.savez(unfinished, ids=np.array(list(vectors_by_id)), vectors=np.array(list(vectors_by_id.values())))
            unfinished.rename(kept)
            bar.update(len(batch))
    return np.array([vectors_by_id[i] for i in ids])


def _mark(embedder: PassageEmbeddings) -> str:
    """A name for the vectors of an encoder, which changes with its weights."""
    probe = embedder.encode_documents(["The ferry to Saltreath sails again on Monday, the harbour office said."])
    return hashlib.sha256(np.round(probe, 3).tobytes()).hexdigest()[:12]


def _parser() -> argparse.ArgumentParser:
    text, _, examples = (__doc__ or "").partition("\n\nExamples:\n")
    parser = argparse.ArgumentParser(
        prog="python -m evals.encoders",
        description=text,
        epilog=f"Examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that contains the two files of RealTime QA")
    parser.add_argument("--archive", type=Path, required=True, help="archive that contains its articles")
    parser.add_argument(
        "--encoder", help="encoder to compare, as in DATELINE_EMBEDDER (default: the default in float32)"
    )
    parser.add_argument("--years", type=int, nargs="+", default=(), help="years of the questions (default: all)")
    parser.add_argument("--limit", type=int, help="number of questions (default: all)")
    parser.add_argument("--cache", type=Path, default=DEFAULT, help="folder of the vectors")
    parser.add_argument("--json", type=Path, help="write the ranks to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
