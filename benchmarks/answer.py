"""How long a whole answer takes, by step, alone and among others: `python -m benchmarks.answer`.

Over the archives of 30 and 100 % that `benchmarks.archives` made, or over the sample archive where there are none. Each
is asked in a process of its own, after one question that loads the models and is not counted.

Examples:
  python -m benchmarks.answer --json answer.json
  python -m benchmarks.answer --data data --questions 100
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from langchain_core.callbacks import BaseCallbackHandler

from benchmarks.archives import CACHE, made
from benchmarks.measure import command, did_job, in_own_process, machine, spread
from benchmarks.questions import drawn
from evals.datasets.base import DataMissing
from evals.worker import peak_rss_gb
from ingest import Archive, ingest
from ingest.samples import sample_sources
from qa import build_chain
from qa.retrieval.suggestions import suggest

_SHARES = (30, 100)
_AT_ONCE = (1, 4, 16)
_SUGGESTED = 20
_STEPS = ("understand", "retrieve", "read", "answer")


class Steps(BaseCallbackHandler):
    """Seconds that each step of the chain took, of every question."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self._begun: dict[UUID, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def on_chain_start(self, *_: Any, run_id: UUID, **facts: Any) -> None:
        """Remember when it began."""
        self._begun[run_id] = (str(facts.get("name")), time.perf_counter())

    def on_chain_end(self, *_: Any, run_id: UUID, **facts: Any) -> None:
        """Note how long it took."""
        name, begun = self._begun.pop(run_id, ("", 0.0))
        if name in _STEPS:
            with self._lock:
                self.seconds[name].append(time.perf_counter() - begun)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where it went well."""
    if did_job(arguments, measure):
        return 0
    options = _parser().parse_args(arguments)
    archives = {share: path for share, path in made(options.cache).items() if share in _SHARES}
    if options.data is None or not archives:
        archives = {}
        print("benchmarks: the sample archive is asked; --data and `benchmarks.archives` make it news", file=sys.stderr)
    try:
        questions = drawn(options.data / "realtimeqa", options.questions) if archives else []
    except DataMissing as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    words = [words for words, _ in questions]
    found: dict[str, Any] = {"machine": machine(), "archives": {}}
    with tempfile.TemporaryDirectory() as folder:
        for name, path in archives.items() or [("samples", _samples(Path(folder) / "archive"))]:
            job = {"archive": str(path), "questions": words}
            found["archives"][name] = in_own_process("benchmarks.answer", job)
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return 0


def _samples(place: Path) -> Path:
    with Archive.open(place, create=True) as archive:
        ingest(sample_sources(), archive)
    return place


def measure(archive: str, questions: list[str]) -> dict[str, Any]:
    """Ask an archive, in this process.

    Args:
        archive: its folder.
        questions: what is asked; empty for those that the archive itself suggests.
    """
    with Archive.open(archive) as opened:
        chain = build_chain(opened)
        asked = questions or suggest(opened, chain, _SUGGESTED)
        begun = time.perf_counter()
        chain.invoke(asked[0])
        first = time.perf_counter() - begun
        steps, times = Steps(), []
        for words in asked:
            begun = time.perf_counter()
            chain.invoke(words, config={"callbacks": [steps]})
            times.append(time.perf_counter() - begun)
        found = {"passages": opened.n_passages, "first_ms": 1e3 * first, "whole": spread(times)}
        found["steps"] = {name: spread(steps.seconds[name]) for name in _STEPS if steps.seconds[name]}
        found["at_once"] = {str(number): _together(chain, asked, number) for number in _AT_ONCE}
        return found | {"peak_rss_gb": peak_rss_gb()}


def _together(chain: Any, asked: Sequence[str], number: int) -> dict[str, float]:
    """So many askers, who share the questions and ask as soon as they are answered."""

    def ask(words: str) -> float:
        begun = time.perf_counter()
        chain.invoke(words)
        return time.perf_counter() - begun

    begun = time.perf_counter()
    with ThreadPoolExecutor(number) as askers:
        times = list(askers.map(ask, asked))
    return {"questions_per_s": len(asked) / (time.perf_counter() - begun), **spread(times)}


def table(found: dict[str, Any]) -> str:
    """The figures in lines."""
    lines = []
    for name, each in found["archives"].items():
        whole = each["whole"]
        lines.append(
            f"{name}: {each['passages']:,} passages; the first answer {each['first_ms']:.0f} ms, the others p50 "
            f"{whole['p50_ms']:.0f} ms, p95 {whole['p95_ms']:.0f} ms ({whole['number']}); {each['peak_rss_gb']:.2f} GB"
        )
        lines += [
            f"    {step:12} p50 {times['p50_ms']:6.1f} ms, p95 {times['p95_ms']:6.1f} ms"
            for step, times in each["steps"].items()
        ]
        lines += [
            f"    {number:>2} at once: {times['questions_per_s']:.2f} questions/s, p50 {times['p50_ms']:.0f} ms, "
            f"p95 {times['p95_ms']:.0f} ms"
            for number, times in each["at_once"].items()
        ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = command("benchmarks.answer", __doc__)
    parser.add_argument("--data", type=Path, help="folder that holds realtimeqa, whose questions are asked")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where archives are kept")
    parser.add_argument("--questions", type=int, default=100, help="how many are asked (default: 100)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
