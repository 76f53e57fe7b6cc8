"""What another encoder would find: `python -m evals.encoders --data DIR --archive ARCHIVE --encoder NAME`.

The questions of RealTime QA, asked as of their day of an archive that holds its articles, once with the default encoder
and once with another one. No second archive is made: of each question the POOL passages that are nearest by the
archive's own vectors are encoded by both, and each ranks them in its own way. All else of retrieval is as it ships.
Vectors are kept, and a run that was killed goes on.

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

#: Passages of a question that both encoders rank; retrieval takes the best 60 of them.
POOL = 80

_TOGETHER = 2_000  # passages encoded between two times of saving


class Pooled:
    """An archive whose nearest passages are found among a question's pool, by an encoder's vectors."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._pools: dict[Any, list[str]] = {}
        self._own: NDArray[np.float32] = np.zeros(0, np.float32)
        self._rows: dict[str, int] = {}
        self._vectors: NDArray[np.float16] = np.zeros((0, 0), np.float16)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._archive, name)

    def ask(self, own: NDArray[np.float32]) -> None:
        """Begin another question. Args: own: its vector by the archive's encoder."""
        self._own = own
        self._pools.clear()

    def use(self, rows: dict[str, int], vectors: NDArray[np.float16]) -> None:
        """Rank by these from now on."""
        self._rows, self._vectors = rows, vectors

    @property
    def asked(self) -> set[str]:
        """Ids of the passages that were ranked for the question."""
        return {i for ids in self._pools.values() for i in ids}

    def search_vectors(self, vector: NDArray[np.float32], limit: int, scope: Scope) -> list[str]:
        """As `Archive.search_vectors`."""
        if scope not in self._pools:
            self._pools[scope] = self._archive.search_vectors(self._own, POOL, scope, exactly=True)
        ids = self._pools[scope]
        if not self._rows or not ids:
            return ids[:limit]
        likeness = self._vectors[[self._rows[i] for i in ids]].astype(np.float32) @ vector
        return [ids[at] for at in np.argsort(-likeness, kind="stable")[:limit]]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where all went well, 1 with a message where the data or the archive is missing."""
    options = _parser().parse_args(arguments)
    try:
        quiz = realtimeqa.load(options.data, options.years)
        items = [item for item in quiz.items if item.findable][: options.limit]
        with Archive.open(options.archive) as archive:
            found = run(archive, items, options.encoder or str(default_model_folder()), options.cache / "encoders")
    except (DataMissing, DatelineError, OSError) as error:
        print(f"evals: {error}", file=sys.stderr)
        return 1
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return 0


def run(archive: Archive, items: Sequence[realtimeqa.Item], other: str, cache: Path) -> dict[str, Any]:
    """Find passages for each question with both encoders.

    Args:
        archive: holds the articles.
        items: the questions.
        other: the encoder beside the default, a name as in the settings.
        cache: folder for vectors.

    Returns:
        The ranks of the first passage that holds an answer, by encoder, None where none does.
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
        search(pooled, question, lambda vector=vector: vector)  # type: ignore[arg-type, misc] # it has what is asked of it
        wanted |= pooled.asked
    ids = sorted(wanted)
    rows = {passage_id: row for row, passage_id in enumerate(ids)}
    found: dict[str, Any] = {"questions": len(asked), "passages": len(ids), "ranks": {}}
    for name in (DEFAULT_EMBEDDER, other):
        embedder = PassageEmbeddings(name)
        pooled.use(rows, _vectors(archive, ids, embedder, cache))
        queries = embedder.encode_queries([question.core for _, question in asked])
        ranks = []
        for (item, question), before, vector in zip(asked, own, tqdm(queries, desc=Path(name).name), strict=True):
            pooled.ask(before)
            passages = search(pooled, question, lambda vector=vector: vector)  # type: ignore[arg-type, misc]
            ranks.append(hit_at([each.passage.text for each in passages], item.answers))
        found["ranks"]["default" if name == DEFAULT_EMBEDDER else "the other"] = ranks
    return found


def table(found: dict[str, Any]) -> str:
    """How often an answer stands among the first passages, with the paired difference."""
    (one, before), (other, after) = found["ranks"].items()
    lines = [f"{found['questions']} questions, {found['passages']:,} passages encoded by each", ""]
    lines += [f"| | {one} | {other} | {other} less {one} | 95 % interval |", "|---|---|---|---|---|"]
    for depth in DEPTHS:
        old, new = ([float(rank is not None and rank <= depth) for rank in ranks] for ranks in (before, after))
        change, (low, high) = difference(old, new)
        cells = f"{np.mean(old):.2%} | {np.mean(new):.2%} | {change:+.2%} | {low:+.2%} to {high:+.2%}"
        lines.append(f"| hit@{depth} | {cells} |")
    return "\n".join(lines)


def _vectors(archive: Archive, ids: Sequence[str], embedder: PassageEmbeddings, cache: Path) -> NDArray[np.float16]:
    """Of passages by an encoder, shape (n_passages, dimension); those of an earlier run are taken."""
    cache.mkdir(parents=True, exist_ok=True)
    kept = cache / f"{_mark(embedder)}.npz"
    known: dict[str, NDArray[np.float16]] = {}
    if kept.exists():
        with np.load(kept) as saved:
            known = dict(zip(saved["ids"].tolist(), saved["vectors"], strict=True))
    missing = [i for i in ids if i not in known]
    with tqdm(total=len(missing), desc=f"passages by {Path(embedder.name).name}", mininterval=5) as bar:
        for at in range(0, len(missing), _TOGETHER):
            some = archive.passages(missing[at : at + _TOGETHER])
            vectors = embedder.encode_documents([embedded_text(each.article, each.passage) for each in some])
            known |= {each.passage.passage_id: v.astype(np.float16) for each, v in zip(some, vectors, strict=True)}
            unfinished = kept.with_suffix(".unfinished.npz")
            np.savez(unfinished, ids=np.array(list(known)), vectors=np.array(list(known.values())))
            unfinished.rename(kept)
            bar.update(len(some))
    return np.array([known[i] for i in ids])


def _mark(embedder: PassageEmbeddings) -> str:
    """A name for an encoder's vectors: another one for other weights, which encode the same words otherwise."""
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
    parser.add_argument("--data", type=Path, required=True, help="folder that holds RealTime QA's two files")
    parser.add_argument("--archive", type=Path, required=True, help="archive that holds its articles")
    parser.add_argument("--encoder", help="the other one, as DATELINE_EMBEDDER names it (default: the same in float32)")
    parser.add_argument("--years", type=int, nargs="+", default=(), help="of the questions (default: all)")
    parser.add_argument("--limit", type=int, help="so many questions (default: all)")
    parser.add_argument("--cache", type=Path, default=DEFAULT, help="where vectors are kept")
    parser.add_argument("--json", type=Path, help="write the ranks here")
    return parser


if __name__ == "__main__":
    sys.exit(main())
