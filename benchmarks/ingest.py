"""Measure how fast articles are ingested, beside LangChain: `python -m benchmarks.ingest [--data DIR] [--limit N]`.

Both sides ingest the same articles with the same model, each in its own process: Dateline, and LangChain's
RecursiveCharacterTextSplitter (1,000 characters, 200 shared) with HuggingFaceEmbeddings and Chroma, installed once in a
separate environment. DIR contains realtimeqa and reuters21578. Without it the sample archive is used; it is so small
that fixed costs count.

Examples:
  python -m benchmarks.ingest --json ingest.json
  python -m benchmarks.ingest --data data --limit 1000 --json ingest.json
  python -m benchmarks.ingest --data data --limit 20000 --no-langchain
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.corpus import Record, records, samples, write
from benchmarks.measure import command, did_job, in_own_process, machine
from evals.cache import DEFAULT as EVALS_CACHE
from evals.datasets.base import DataMissing
from evals.environments import EnvironmentFailed, offline, python_for
from evals.worker import peak_rss_gb
from ingest import Archive, ingest

_LIMIT = 1_000
_PROFILED = 0.2  # share of the articles that are profiled

#: Steps of ingestion: name, and the file and function that do the work.
STEPS = {
    "reading and dating": ("sources/intake.py", "read"),
    "cutting into passages": ("chunking/passages.py", "split_passages"),
    "encoding": ("embedding/embeddings.py", "encode_documents"),
    "writing to Chroma": ("store/chroma.py", "upsert"),
    "keyword index": ("index/keywords.py", "replace"),
    "index of vectors": ("index/vectors.py", "replace"),
    "looking for copies": ("index/stories.py", "replace"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    if did_job(arguments, measure):
        return 0
    options = _parser().parse_args(arguments)
    try:
        articles = records(options.data, options.limit or _LIMIT) if options.data else samples()[: options.limit]
    except DataMissing as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        characters = write(articles, scratch / "articles.jsonl")
        results: dict[str, Any] = {"machine": machine(), "articles": len(articles), "characters": characters}
        results |= in_own_process("benchmarks.ingest", {"folder": folder, "source": str(scratch / "articles.jsonl")})
        results["characters_per_s"] = characters / results["seconds"]
        results["passages_per_s"] = results["passages"] / results["seconds"]
        if options.langchain:
            try:
                results["langchain_seconds"] = _langchain(articles, scratch / "langchain", options.cache)
            except (EnvironmentFailed, subprocess.CalledProcessError) as error:
                print(f"benchmarks: {error}", file=sys.stderr)
                return 1
            results["langchain_characters_per_s"] = characters / results["langchain_seconds"]
            results["ratio"] = results["characters_per_s"] / results["langchain_characters_per_s"]
        write(articles[: max(1, int(_PROFILED * len(articles)))], scratch / "few.jsonl")
        profiled = {"folder": str(scratch / "profiled"), "source": str(scratch / "few.jsonl"), "profiled": True}
        results["steps"] = in_own_process("benchmarks.ingest", profiled)["steps"]
    print(table(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    return 0


def measure(folder: str, source: str, profiled: bool = False) -> dict[str, Any]:
    """Ingest a file twice, in this process.

    Args:
        folder: where to create the archive.
        source: file with the articles.
        profiled: return the share of time that each step takes, instead of times.
    """
    place = Path(folder) / "archive"
    with Archive.open(place, create=True) as archive:
        archive.embedder.encode_queries(["loaded before anything is timed"])
        if profiled:
            return {"steps": _steps(source, archive)}
        begun = time.perf_counter()
        report = ingest(source, archive)
        seconds = time.perf_counter() - begun
        again = time.perf_counter()
        second = ingest(source, archive)
        rerun = time.perf_counter() - again
        if second.unchanged != report.total or report.failed:
            raise RuntimeError(f"the second run: {second}; the first: {report}")
        facts = {"seconds": seconds, "rerun_seconds": rerun, "rerun_speedup": seconds / rerun}
        facts |= {"passages": archive.n_passages, "peak_rss_gb": peak_rss_gb()}
    size = sum(path.stat().st_size for path in place.rglob("*") if path.is_file())
    return facts | {"bytes_per_passage": size / facts["passages"]}


def _steps(source: str, archive: Archive) -> dict[str, float]:
    profile = cProfile.Profile()
    profile.runcall(ingest, source, archive)
    stats: dict[Any, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined] # typeshed leaves it out
    whole = max(row[3] for (_, _, function), row in stats.items() if function == "ingest")
    spent = {name: _spent(stats, *place) / whole for name, place in STEPS.items()}
    return spent | {"the rest": 1 - sum(spent.values())}


def _spent(stats: dict[Any, Any], file: str, function: str) -> float:
    """Seconds in a function, including everything that it calls."""
    return sum(
        float(row[3]) for (path, _, name), row in stats.items() if path.endswith(f"ingest/{file}") and name == function
    )


def _langchain(articles: Sequence[Record], folder: Path, cache: Path) -> float:
    """Seconds that LangChain takes for the same articles."""
    folder.mkdir()
    # An article without an address is named by its position in the file.
    lines = [{"url": f"article {at}", "day": 0, "title": "", **record} for at, record in enumerate(articles)]
    write(lines, folder / "articles.jsonl")
    job = {"system": "langchain", "folder": str(folder / "chroma"), "articles": str(folder / "articles.jsonl")}
    (folder / "job.json").write_text(json.dumps(job | {"out": str(folder / "index.jsonl")}))
    python = python_for("langchain", cache)
    subprocess.run([str(python), "-m", "evals.worker", str(folder / "job.json")], env=offline(), check=True)
    return float(json.loads((folder / "index.facts.json").read_text())["index_s"])


def table(results: dict[str, Any]) -> str:
    """Format the figures as text."""
    lines = [
        f"{results['articles']:,} articles, {results['characters']:,} characters, {results['passages']:,} passages",
        f"Dateline: {results['characters_per_s']:,.0f} characters/s, {results['passages_per_s']:.1f} passages/s, "
        f"peak {results['peak_rss_gb']:.2f} GB, {results['bytes_per_passage']:,.0f} bytes on disk a passage",
        f"again, unchanged: {results['rerun_seconds']:.2f} s, {results['rerun_speedup']:.0f} times as fast",
    ]
    if "ratio" in results:
        lines.append(
            f"LangChain: {results['langchain_characters_per_s']:,.0f} characters/s; ratio {results['ratio']:.2f}"
        )
    lines += [f"{100 * share:5.1f} %  {name}" for name, share in results["steps"].items()]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = command("benchmarks.ingest", __doc__)
    parser.add_argument(
        "--data", type=Path, help="folder that contains realtimeqa and reuters21578 (default: the samples)"
    )
    parser.add_argument("--limit", type=int, help=f"number of articles (default: {_LIMIT:,} of DIR, all samples)")
    parser.add_argument("--no-langchain", dest="langchain", action="store_false", help="do not measure LangChain")
    parser.add_argument("--cache", type=Path, default=EVALS_CACHE, help="folder of LangChain's environment")
    return parser


if __name__ == "__main__":
    sys.exit(main())
