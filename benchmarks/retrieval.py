"""Measure how fast passages are retrieved as an archive grows: `python -m benchmarks.retrieval --data DIR`.

DIR contains realtimeqa and reuters21578. Archives of 5, 30 and 100 % of them are built once (`benchmarks.archives`);
that takes hours, and an interrupted run continues. Each archive is opened in its own process, and the archives take
turns of 25 questions, about half a second each. So other load on the machine affects all archives alike, and the CPU
caches are as warm as those of a busy server.

A question is cold when a process is asked it for the first time with a filter: its passages may have to be read from
disk. It is warm when it is asked again. The time to embed it is shown separately and is not part of the other figures.
Growth at equal work compares only warm questions for which both archives return a full list of passages, each by its
median.

Examples:
  python -m benchmarks.retrieval --data data
  python -m benchmarks.retrieval --data data --questions 100 --json retrieval.json
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.archives import CACHE, make
from benchmarks.asked import AskedArchive
from benchmarks.measure import command, machine, quantile, spread
from benchmarks.questions import draw_questions
from evals.datasets.base import DataMissing
from ingest import Archive

_STARTS, _ROUNDS = 2, 3  # fresh processes per archive, and how often each asks every question
_TURN = 25  # questions

#: The times of each filter and question, in the order of asking.
Times = dict[tuple[str, int], list[dict[str, Any]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    options = _parser().parse_args(arguments)
    questions = options.data.absolute() / "realtimeqa"
    try:
        archives = make(options.data, options.cache)
        number = len(draw_questions(questions, options.questions))
    except DataMissing as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    for path in archives.values():
        Archive.open(path).close()  # derived indexes are built before anything is timed
    os.environ["PYTHONHASHSEED"] = "0"  # for the processes of the archives
    starts = [measure(archives, questions, number) for _ in range(_STARTS)]
    results: dict[str, Any] = {
        "machine": machine(),
        "archives": {share: _joined([start[share] for start in starts]) for share in archives},
    }
    small, large = (results["archives"][pick(archives)] for pick in (min, max))
    results["growth"] = _growth(small["warm"], large["warm"])
    results["growth_cold"] = _growth(small["cold"], large["cold"])
    results["growth_of_like_work"] = _growth_at_equal_work(small["by_question"], large["by_question"])
    print(table(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    return 0


def measure(archives: dict[int, Path], questions: Path, number: int) -> dict[int, dict[str, Any]]:
    """Ask every archive all questions with each filter, several times; return the times of each archive by its share.

    Args:
        archives: folders of the archives, by share.
        questions: folder with `questions.jsonl[.gz]`, in the form of RealTime QA.
        number: how many questions to ask.
    """
    with ExitStack() as open_ones:
        asked = {s: open_ones.enter_context(AskedArchive(path, questions, number)) for s, path in archives.items()}
        times: dict[int, Times] = {share: defaultdict(list) for share in asked}
        filters = next(iter(asked.values())).opened["filters"]
        for name in filters:
            numbers = [*range(number)] * _ROUNDS
            for at in range(0, len(numbers), _TURN):
                for share, archive in asked.items():
                    for question in numbers[at : at + _TURN]:
                        time = archive.ask(name, question)
                        if time is not None:
                            times[share][name, question].append(time)
        return {share: archive.opened | archive.ending() | {"times": times[share]} for share, archive in asked.items()}


def _joined(starts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The figures of one archive over all starts."""
    filters = starts[0]["filters"]
    all_times = [time for start in starts for times in start["times"].values() for time in times]

    def seconds(name: str, rounds: slice) -> list[float]:
        of_filter = [times for start in starts for (of, _), times in start["times"].items() if of == name]
        return [time["seconds"] for times in of_filter for time in times[rounds]]

    return {
        "passages": starts[0]["passages"],
        "open_s": quantile([start["open"] for start in starts], 0.5),
        "load_embedder_s": quantile([start["load_embedder"] for start in starts], 0.5),
        "embed": spread([time["embedding"] for time in all_times]),
        "cold": {name: spread(seconds(name, slice(1))) for name in filters},
        "warm": {name: spread(seconds(name, slice(1, None))) for name in filters},
        "by_question": {name: _by_question(starts, name) for name in filters},
        "recall_at_20": starts[0]["recall"],
        "rss_gb": max(start["rss_gb"] for start in starts),
    }


def _by_question(starts: Sequence[dict[str, Any]], name: str) -> dict[int, float]:
    """Median seconds of each warm question with a full list of passages, by its number."""
    medians = {}
    for (of, number), first in starts[0]["times"].items():
        if of == name and first[0]["full"]:
            warm = [time["seconds"] for start in starts for time in start["times"][of, number][1:]]
            medians[number] = quantile(warm, 0.5)
    return medians


def _growth(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float]:
    """p95 of the largest archive divided by that of the smallest, by filter."""
    return {name: large[name]["p95_ms"] / small[name]["p95_ms"] for name in small}


def _growth_at_equal_work(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float | None]:
    """The same for questions with a full list in both archives; None if there are none."""
    growth: dict[str, float | None] = {}
    for name in small:
        both = small[name].keys() & large[name].keys()
        before, after = (quantile([by[name][at] for at in both], 0.95) if both else 1.0 for by in (small, large))
        growth[name] = after / before if both else None
    return growth


def table(results: dict[str, Any]) -> str:
    """Format the figures as text."""
    archives, filters = results["archives"], list(results["growth"])
    lines = [f"{'retrieval, ms (p50 / p95)':33}" + "".join(f"{name:>16}" for name in [*filters, "embedding"])]
    for state in ("warm", "cold"):
        for share, figures in archives.items():
            cells = [figures[state][name] for name in filters] + [figures["embed"]]
            lines.append(
                f"{state}, {share:>3} %: {figures['passages']:>9,} passages  "
                + "".join(f"{cell['p50_ms']:>8.1f} /{cell['p95_ms']:>6.1f}" for cell in cells)
            )
    for words, growth in (
        ("p95, largest / smallest, warm", results["growth"]),
        ("the same, cold", results["growth_cold"]),
        ("the same, warm, at equal work", results["growth_of_like_work"]),
    ):
        lines.append(f"{words:33}" + "".join(f"{growth[n]:>16.2f}" if growth[n] else f"{'-':>16}" for n in filters))
    for share, figures in archives.items():
        recall = ", ".join(
            f"{name} {share_of_nearest:.3f}" for name, share_of_nearest in figures["recall_at_20"].items()
        )
        lines.append(
            f"{share:>3} %: opened in {figures['open_s']:.2f} s, embedder in {figures['load_embedder_s']:.2f} s; "
            f"recall@20 {recall}; {figures['rss_gb']:.2f} GB"
        )
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = command("benchmarks.retrieval", __doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that contains realtimeqa and reuters21578")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder of the archives")
    parser.add_argument("--questions", type=int, default=200, help="number of questions per filter")
    return parser


if __name__ == "__main__":
    sys.exit(main())
