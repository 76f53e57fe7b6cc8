"""How fast passages are found as an archive grows: `python -m benchmarks.retrieval --data DIR`.

DIR holds realtimeqa and reuters21578, of which archives of 5, 30 and 100 % are made once (`benchmarks.archives`): that
takes hours, and goes on where it was stopped. Each archive is opened in a process of its own, and they take turns of 25
questions, half a second each: so whatever else the machine does meets all alike, and the CPU's caches are those of a
server that is asked, not of one that another has just worked beside.

A question is cold when a process is asked it for the first time, with a filter: then its passages may have to be read
from the disk. It is warm when it is asked again. The time to embed it is shown apart, and taken off the other figures.
Growth of like work is that of the warm questions for which both archives fill the list that is handed on, each by its
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
from benchmarks.questions import drawn
from evals.datasets.base import DataMissing
from ingest import Archive

_STARTS, _ROUNDS = 2, 3  # fresh processes of each archive, and how often each asks each question
_TURN = 25  # questions

#: Of a filter and a question, what each time gave that it was asked, in the order of asking.
Times = dict[tuple[str, int], list[dict[str, Any]]]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where it went well."""
    options = _parser().parse_args(arguments)
    questions = options.data.absolute() / "realtimeqa"
    try:
        archives = make(options.data, options.cache)
        number = len(drawn(questions, options.questions))
    except DataMissing as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    for path in archives.values():
        Archive.open(path).close()  # what is derived is made before anything is timed
    os.environ["PYTHONHASHSEED"] = "0"  # of the processes that ask
    starts = [measure(archives, questions, number) for _ in range(_STARTS)]
    found: dict[str, Any] = {
        "machine": machine(),
        "archives": {share: _joined([start[share] for start in starts]) for share in archives},
    }
    small, large = (found["archives"][pick(archives)] for pick in (min, max))
    found["growth"] = _growth(small["warm"], large["warm"])
    found["growth_cold"] = _growth(small["cold"], large["cold"])
    found["growth_of_like_work"] = _growth_of_like_work(small["by_question"], large["by_question"])
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return 0


def measure(archives: dict[int, Path], questions: Path, number: int) -> dict[int, dict[str, Any]]:
    """Ask each archive each question with each filter, some rounds of it; what each gave, by its share.

    Args:
        archives: by share.
        questions: folder with `questions.jsonl[.gz]`, as of RealTime QA.
        number: how many to ask.
    """
    with ExitStack() as open_ones:
        asked = {s: open_ones.enter_context(AskedArchive(path, questions, number)) for s, path in archives.items()}
        times: dict[int, Times] = {share: defaultdict(list) for share in asked}
        filters = next(iter(asked.values())).opened["filters"]
        for name in filters:
            every = [*range(number)] * _ROUNDS
            for at in range(0, len(every), _TURN):
                for share, each in asked.items():
                    for question in every[at : at + _TURN]:
                        gave = each.ask(name, question)
                        if gave is not None:
                            times[share][name, question].append(gave)
        return {share: each.opened | each.ending() | {"times": times[share]} for share, each in asked.items()}


def _joined(starts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """One archive's figures over all starts."""
    filters = starts[0]["filters"]
    every = [gave for start in starts for times in start["times"].values() for gave in times]

    def seconds(name: str, rounds: slice) -> list[float]:
        of_filter = [times for start in starts for (of, _), times in start["times"].items() if of == name]
        return [gave["seconds"] for times in of_filter for gave in times[rounds]]

    return {
        "passages": starts[0]["passages"],
        "open_s": quantile([start["open"] for start in starts], 0.5),
        "load_embedder_s": quantile([start["load_embedder"] for start in starts], 0.5),
        "embed": spread([gave["embedding"] for gave in every]),
        "cold": {name: spread(seconds(name, slice(1))) for name in filters},
        "warm": {name: spread(seconds(name, slice(1, None))) for name in filters},
        "by_question": {name: _by_question(starts, name) for name in filters},
        "recall_at_20": starts[0]["recall"],
        "rss_gb": max(start["rss_gb"] for start in starts),
    }


def _by_question(starts: Sequence[dict[str, Any]], name: str) -> dict[int, float]:
    """Median seconds of each warm question that fills the list, by its number."""
    found = {}
    for (of, number), first in starts[0]["times"].items():
        if of == name and first[0]["full"]:
            again = [gave["seconds"] for start in starts for gave in start["times"][of, number][1:]]
            found[number] = quantile(again, 0.5)
    return found


def _growth(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float]:
    """p95 of the largest archive over that of the smallest, by filter."""
    return {name: large[name]["p95_ms"] / small[name]["p95_ms"] for name in small}


def _growth_of_like_work(small: dict[str, Any], large: dict[str, Any]) -> dict[str, float | None]:
    """The same of the questions that fill the list in both; None where none does."""
    growth: dict[str, float | None] = {}
    for name in small:
        both = small[name].keys() & large[name].keys()
        before, after = (quantile([by[name][at] for at in both], 0.95) if both else 1.0 for by in (small, large))
        growth[name] = after / before if both else None
    return growth


def table(found: dict[str, Any]) -> str:
    """The figures in lines."""
    archives, filters = found["archives"], list(found["growth"])
    lines = [f"{'retrieval, ms (p50 / p95)':33}" + "".join(f"{name:>16}" for name in [*filters, "embedding"])]
    for state in ("warm", "cold"):
        for share, each in archives.items():
            cells = [each[state][name] for name in filters] + [each["embed"]]
            lines.append(
                f"{state}, {share:>3} %: {each['passages']:>9,} passages  "
                + "".join(f"{cell['p50_ms']:>8.1f} /{cell['p95_ms']:>6.1f}" for cell in cells)
            )
    for words, growth in (
        ("p95, largest / smallest, warm", found["growth"]),
        ("the same, cold", found["growth_cold"]),
        ("the same, warm, of like work", found["growth_of_like_work"]),
    ):
        lines.append(f"{words:33}" + "".join(f"{growth[n]:>16.2f}" if growth[n] else f"{'-':>16}" for n in filters))
    for share, each in archives.items():
        recall = ", ".join(f"{name} {share_found:.3f}" for name, share_found in each["recall_at_20"].items())
        lines.append(
            f"{share:>3} %: opened in {each['open_s']:.2f} s, embedder in {each['load_embedder_s']:.2f} s; "
            f"recall@20 {recall}; {each['rss_gb']:.2f} GB"
        )
    return "\n".join(lines)


def _parser() -> argparse.ArgumentParser:
    parser = command("benchmarks.retrieval", __doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds realtimeqa and reuters21578")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where archives are kept")
    parser.add_argument("--questions", type=int, default=200, help="how many are asked with each filter")
    return parser


if __name__ == "__main__":
    sys.exit(main())
