"""How fast articles go in, beside LangChain's own parts: `python -m benchmarks.ingest [--data DIR] [--limit N]`.

The same articles, the same model, each side in a process of its own: Dateline, and LangChain's
RecursiveCharacterTextSplitter (1,000 characters, 200 shared) with HuggingFaceEmbeddings and Chroma, which is installed
apart, once. DIR holds realtimeqa and reuters21578; without it the sample archive is taken, which is small: then fixed
costs count.

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
_PROFILED = 0.2  # share of the articles that the profile is made of

#: What the time is spent on: words for it, file and function.
STEPS = {
    "reading and dating": ("sources.py", "read"),
    "cutting into passages": ("passages.py", "split_passages"),
    "encoding": ("embeddings.py", "encode_documents"),
    "writing to Chroma": ("connection.py", "upsert"),
    "keyword index": ("lexical.py", "replace"),
    "index of vectors": ("vectors.py", "replace"),
    "looking for copies": ("origins.py", "replace"),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where it went well."""
    if did_job(arguments, measure):
        return 0
    options = _parser().parse_args(arguments)
    try:
        every = records(options.data, options.limit or _LIMIT) if options.data else samples()[: options.limit]
    except DataMissing as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        characters = write(every, scratch / "articles.jsonl")
        found: dict[str, Any] = {"machine": machine(), "articles": len(every), "characters": characters}
        found |= in_own_process("benchmarks.ingest", {"folder": folder, "source": str(scratch / "articles.jsonl")})
        found["characters_per_s"] = characters / found["seconds"]
        found["passages_per_s"] = found["passages"] / found["seconds"]
        if options.langchain:
            try:
                found["langchain_seconds"] = _langchain(every, scratch / "langchain", options.cache)
            except (EnvironmentFailed, subprocess.CalledProcessError) as error:
                print(f"benchmarks: {error}", file=sys.stderr)
                return 1
            found["langchain_characters_per_s"] = characters / found["langchain_seconds"]
            found["ratio"] = found["characters_per_s"] / found["langchain_characters_per_s"]
        write(every[: max(1, int(_PROFILED * len(every)))], scratch / "few.jsonl")
        profiled = {"folder": str(scratch / "profiled"), "source": str(scratch / "few.jsonl"), "profiled": True}
        found["steps"] = in_own_process("benchmarks.ingest", profiled)["steps"]
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return 0


def measure(folder: str, source: str, profiled: bool = False) -> dict[str, Any]:
    """Ingest a file twice, in this process.

    Args:
        folder: where the archive goes.
        source: a file of articles.
        profiled: say what the time is spent on, in shares of it, in place of how long it took.
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
    whole = max(each[3] for (_, _, function), each in stats.items() if function == "ingest")
    spent = {name: _spent(stats, *place) / whole for name, place in STEPS.items()}
    return spent | {"the rest": 1 - sum(spent.values())}


def _spent(stats: dict[Any, Any], file: str, function: str) -> float:
    """Seconds in a function and all that it calls."""
    return sum(float(each[3]) for (path, _, name), each in stats.items() if (Path(path).name, name) == (file, function))


def _langchain(every: Sequence[Record], folder: Path, cache: Path) -> float:
    """Seconds that LangChain's parts take for the same articles."""
    folder.mkdir()
    # Articles of a file without an address are named by their place in it.
    lines = [{"url": f"article {at}", "day": 0, "title": "", **record} for at, record in enumerate(every)]
    write(lines, folder / "given.jsonl")
    job = {"system": "langchain", "folder": str(folder / "chroma"), "articles": str(folder / "given.jsonl")}
    (folder / "job.json").write_text(json.dumps(job | {"out": str(folder / "index.jsonl")}))
    python = python_for("langchain", cache)
    subprocess.run([str(python), "-m", "evals.worker", str(folder / "job.json")], env=offline(), check=True)
    return float(json.loads((folder / "index.facts.json").read_text())["index_s"])


def table(found: dict[str, Any]) -> str:
    """The figures in lines."""
    lines = [
        f"{found['articles']:,} articles, {found['characters']:,} characters, {found['passages']:,} passages",
        f"Dateline: {found['characters_per_s']:,.0f} characters/s, {found['passages_per_s']:.1f} passages/s, "
        f"peak {found['peak_rss_gb']:.2f} GB, {found['bytes_per_passage']:,.0f} bytes on disk a passage",
        f"again, unchanged: {found['rerun_seconds']:.2f} s, {found['rerun_speedup']:.0f} times as fast",
    ]
    if "ratio" in found:
        lines.append(f"LangChain: {found['langchain_characters_per_s']:,.0f} characters/s; ratio {found['ratio']:.2f}")
    lines += [f"{100 * share:5.1f} %  {name}" for name, share in found["steps"].items()]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = command("benchmarks.ingest", __doc__)
    parser.add_argument(
        "--data", type=Path, help="folder that holds realtimeqa and reuters21578 (default: the samples)"
    )
    parser.add_argument("--limit", type=int, help=f"how many articles (default: {_LIMIT:,} of DIR, all samples)")
    parser.add_argument("--no-langchain", dest="langchain", action="store_false", help="leave LangChain's parts out")
    parser.add_argument("--cache", type=Path, default=EVALS_CACHE, help="where the alternatives are installed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
