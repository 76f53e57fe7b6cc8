"""Measure speed and memory with unusual archives: `python -m benchmarks.odd`.

The articles are generated: many of one line, and one of 100,000 words. They are ingested; then half of them are
withheld. Passages are retrieved before and after that, for date ranges that match nothing and that match everything.

Examples:
  python -m benchmarks.odd --json odd.json
  python -m benchmarks.odd --articles 1000
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks.corpus import Record, write
from benchmarks.measure import command, did_job, in_own_process, machine, spread
from evals.worker import peak_rss_gb
from ingest import Archive, ingest
from qa.question.question import Question
from qa.retrieval.retrieval import retrieve

_WORDS = "ferry toll harbour bakery comet choir mill bridge mayor council vote storm tide school strike budget".split()
_QUESTIONS = 60
_RANGES: dict[str, dict[str, Any]] = {
    "none": {},
    "nothing": {"published": "1950"},
    "all": {"published": ("2000", "2030")},
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    if did_job(arguments, measure):
        return 0
    parser = command("benchmarks.odd", __doc__)
    parser.add_argument("--articles", type=int, default=10_000, help="number of short articles (default: 10,000)")
    parser.add_argument("--words", type=int, default=100_000, help="length of the long article (default: 100,000)")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        job = {"folder": folder, "articles": options.articles, "words": options.words}
        results: dict[str, Any] = {"machine": machine()} | in_own_process("benchmarks.odd", job)
    print(table(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    return 0


def made_up(number: int, words: int) -> list[Record]:
    """Generate articles of one line with one long article in their middle; the same every time.

    Args:
        number: how many articles.
        words: length of the long one.
    """
    draw = random.Random(5)

    def line(at: int) -> str:
        return f"Notice {at}: the {' '.join(draw.choices(_WORDS, k=9))} cost {draw.randrange(10_000)} florins."

    lines = [{"guid": f"odd:{at}", "title": f"Notice {at}", "text": line(at)} for at in range(number)]
    lines[number // 2]["text"] = " ".join(line(at) for at in range(words // len(line(0).split())))
    return [record | {"published": f"20{at % 25:02}-0{at % 9 + 1}-11"} for at, record in enumerate(lines)]


def measure(folder: str, articles: int, words: int) -> dict[str, Any]:
    """Ingest the articles and retrieve passages, in this process.

    Args:
        folder: where to create the archive.
        articles: how many articles.
        words: length of the long one.
    """
    source = Path(folder) / "odd.jsonl"
    characters = write(made_up(articles, words), source)
    with Archive.open(Path(folder) / "archive", create=True) as archive:
        archive.embedder.encode_queries(["loaded before anything is timed"])
        begun = time.perf_counter()
        report = ingest(source, archive)
        seconds = time.perf_counter() - begun
        facts: dict[str, Any] = {"articles": report.added, "passages": archive.n_passages, "seconds": seconds}
        facts |= {"characters_per_s": characters / seconds, "ingest_peak_rss_gb": peak_rss_gb()}
        facts["before"] = {name: _search(archive, limits) for name, limits in _RANGES.items()}
        heads = archive.listing()[::2]
        for at in range(0, len(heads), 500):
            archive.write([replace(archive.article(h.article_id), status="withheld") for h in heads[at : at + 500]])
        facts["withheld"] = len(heads)
        facts["after"] = {name: _search(archive, limits) for name, limits in _RANGES.items()}
    return facts | {"peak_rss_gb": peak_rss_gb()}


def _search(archive: Archive, limits: dict[str, Any]) -> dict[str, float]:
    draw = random.Random(6)
    times, passages = [], 0
    for _ in range(_QUESTIONS):
        question = Question.parse(f"What did the {' '.join(draw.choices(_WORDS, k=3))} cost?", **limits)
        begun = time.perf_counter()
        passages += len(retrieve(archive, question))
        times.append(time.perf_counter() - begun)
    return spread(times) | {"found": passages / _QUESTIONS}


def table(results: dict[str, Any]) -> str:
    """Format the figures as text."""
    lines = [
        f"{results['articles']:,} articles, {results['passages']:,} passages: {results['seconds']:.0f} s, "
        f"{results['characters_per_s']:,.0f} characters/s, peak {results['ingest_peak_rss_gb']:.2f} GB"
    ]
    for when, words in (("before", "all available"), ("after", f"{results['withheld']:,} articles withheld")):
        for name, times in results[when].items():
            lines.append(
                f"{words}, range {name:8} p50 {times['p50_ms']:.1f} ms, p95 {times['p95_ms']:.1f} ms, "
                f"{times['found']:.0f} passages"
            )
    return "\n".join([*lines, f"peak over everything {results['peak_rss_gb']:.2f} GB"])


if __name__ == "__main__":
    sys.exit(main())
