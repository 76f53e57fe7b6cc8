"""Measure how long a whole answer takes, by step, alone and with other users: `python -m benchmarks.answer`.

It asks the archives of 30 and 100 % that `benchmarks.archives` made, or the sample archive if there are none. Each
archive runs in its own process. The first question loads the models and is not counted.

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

from benchmarks.archives import CACHE, existing_archives
from benchmarks.measure import command, did_job, in_own_process, machine, spread
from benchmarks.questions import draw_questions
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
    """Collects the seconds that each step of the chain took."""

    def __init__(self) -> None:
        self.seconds: dict[str, list[float]] = defaultdict(list)
        self._begun: dict[UUID, tuple[str, float]] = {}
        self._lock = threading.Lock()

    def on_chain_start(self, *_: Any, run_id: UUID, **facts: Any) -> None:
        """Remember when the step began."""
        self._begun[run_id] = (str(facts.get("name")), time.perf_counter())

    def on_chain_end(self, *_: Any, run_id: UUID, **facts: Any) -> None:
        """Record how long the step took."""
        name, begun = self._begun.pop(run_id, ("", 0.0))
        if name in _STEPS:
            with self._lock:
                self.seconds[name].append(time.perf_counter() - begun)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    if did_job(arguments, measure):
        return 0
    options = _parser().parse_args(arguments)
    archives = {share: path for share, path in existing_archives(options.cache).items() if share in _SHARES}
    if options.data is None or not archives:
        archives = {}
        print(
            "benchmarks: asking the sample archive; for a large one run `benchmarks.archives` and pass --data",
            file=sys.stderr,
        )
    try:
        questions = draw_questions(options.data / "realtimeqa", options.questions) if archives else []
    except DataMissing as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    texts = [text for text, _ in questions]
    results: dict[str, Any] = {"machine": machine(), "archives": {}}
    with tempfile.TemporaryDirectory() as folder:
        for name, path in archives.items() or [("samples", _samples(Path(folder) / "archive"))]:
            job = {"archive": str(path), "questions": texts}
            results["archives"][name] = in_own_process("benchmarks.answer", job)
    print(table(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    return 0


def _samples(place: Path) -> Path:
    with Archive.open(place, create=True) as archive:
        ingest(sample_sources(), archive)
    return place


def measure(archive: str, questions: list[str]) -> dict[str, Any]:
    """Measure one archive, in this process.

    Args:
        archive: folder of the archive.
        questions: the questions; if empty, those that the archive suggests.
    """
    with Archive.open(archive) as opened:
        chain = build_chain(opened)
        asked = questions or suggest(opened, chain, _SUGGESTED)
        begun = time.perf_counter()
        chain.invoke(asked[0])
        first = time.perf_counter() - begun
        steps, times = Steps(), []
        for question in asked:
            begun = time.perf_counter()
            chain.invoke(question, config={"callbacks": [steps]})
            times.append(time.perf_counter() - begun)
        figures = {"passages": opened.n_passages, "first_ms": 1e3 * first, "whole": spread(times)}
        figures["steps"] = {name: spread(steps.seconds[name]) for name in _STEPS if steps.seconds[name]}
        figures["at_once"] = {str(number): _together(chain, asked, number) for number in _AT_ONCE}
        return figures | {"peak_rss_gb": peak_rss_gb()}


def _together(chain: Any, questions: Sequence[str], number: int) -> dict[str, float]:
    """Let several users ask at once; each asks the next question as soon as one is answered."""

    def ask(question: str) -> float:
        begun = time.perf_counter()
        chain.invoke(question)
        return time.perf_counter() - begun

    begun = time.perf_counter()
    with ThreadPoolExecutor(number) as askers:
        times = list(askers.map(ask, questions))
    return {"questions_per_s": len(questions) / (time.perf_counter() - begun), **spread(times)}


def table(results: dict[str, Any]) -> str:
    """Format the figures as text."""
    lines = []
    for name, figures in results["archives"].items():
        whole = figures["whole"]
        lines.append(
            f"{name}: {figures['passages']:,} passages; the first answer {figures['first_ms']:.0f} ms, the others p50 "
            f"{whole['p50_ms']:.0f} ms, p95 {whole['p95_ms']:.0f} ms ({whole['number']}); "
            f"{figures['peak_rss_gb']:.2f} GB"
        )
        lines += [
            f"    {step:12} p50 {times['p50_ms']:6.1f} ms, p95 {times['p95_ms']:6.1f} ms"
            for step, times in figures["steps"].items()
        ]
        lines += [
            f"    {number:>2} at once: {times['questions_per_s']:.2f} questions/s, p50 {times['p50_ms']:.0f} ms, "
            f"p95 {times['p95_ms']:.0f} ms"
            for number, times in figures["at_once"].items()
        ]
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = command("benchmarks.answer", __doc__)
    parser.add_argument("--data", type=Path, help="folder that contains realtimeqa, the source of the questions")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder of the archives")
    parser.add_argument("--questions", type=int, default=100, help="number of questions (default: 100)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
