"""How fast passages are found as an archive grows: `python -m benchmarks.retrieval --data DIR`.

Each question is also embedded by itself: that time is shown apart, and taken off the other figures. Growth of like work
is that of the questions for which both archives fill the list that is handed on, each by the median of its rounds.

DIR holds realtimeqa and reuters21578, of which archives of 5, 30 and 100 % are made once (`benchmarks.archives`): that
takes hours, and goes on where it was stopped. Each archive is asked in a process of its own, all of them in turns.

Examples:
  python -m benchmarks.retrieval --data data
  python -m benchmarks.retrieval --data data --questions 100 --json retrieval.json
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks.archives import CACHE, make
from benchmarks.measure import command, did_job, in_own_process, machine, quantile, spread
from benchmarks.questions import drawn
from evals.datasets.base import DataMissing, find
from evals.worker import peak_rss_gb
from ingest import Archive
from ingest.scope import Scope, publisher_key
from qa.limits import QuestionError
from qa.question import Question
from qa.retrieval import PASSAGES, retrieve

_AROUND = {"a week": 7, "a month": 31, "five years": 5 * 365}  # days before that of the question
_RECALL = 20
_ROUNDS = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where it went well."""
    if did_job(arguments, measure):
        return 0
    options = _parser().parse_args(arguments)
    try:
        archives = make(options.data, options.cache)
        find(options.data / "realtimeqa", "questions.jsonl")
    except DataMissing as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    for path in archives.values():
        Archive.open(path).close()  # what is derived is made before anything is timed
    asked = {"questions": str(options.data.absolute() / "realtimeqa"), "number": options.questions}
    rounds = [
        (share, in_own_process("benchmarks.retrieval", {"archive": str(path), **asked}))
        for _ in range(_ROUNDS)
        for share, path in archives.items()
    ]
    found: dict[str, Any] = {
        "machine": machine(),
        "archives": {share: _joined(s for at, s in rounds if at == share) for share in archives},
    }
    found["growth"] = _growth(found["archives"])
    found["growth_of_like_work"] = _growth_of_like_work(found["archives"])
    print(table(found))
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))
    return 0


def measure(archive: str, questions: str, number: int) -> dict[str, Any]:
    """Time one archive, in this process; seconds.

    Args:
        archive: its folder.
        questions: folder with `questions.jsonl[.gz]`, as of RealTime QA.
        number: how many to ask.
    """
    begun = time.perf_counter()
    with Archive.open(archive) as opened:
        found: dict[str, Any] = {"open": time.perf_counter() - begun, "passages": opened.n_passages}
        begun = time.perf_counter()
        opened.embedder.encode_queries(["Who won?"])
        found["load_embedder"] = time.perf_counter() - begun
        publishers = [name for name in opened.stats().publishers if name][:1]  # with the most articles
        found |= {"embed": [], "cold": {}, "warm": {}, "full": {}}
        asked = drawn(Path(questions), number)
        for name, kinds in _filters(publishers).items():
            times, full = [], []
            for at, (words, day) in enumerate(asked):
                try:
                    question = Question.parse(words, **kinds(day, at))
                except QuestionError:  # it names another time itself
                    continue
                begun = time.perf_counter()
                passages = retrieve(opened, question)
                ended = time.perf_counter()
                opened.embedder.encode_queries([question.core])
                alone = time.perf_counter() - ended
                times.append(ended - begun - alone)
                full.append(len(passages) == PASSAGES)
                found["embed"].append(alone)
            found["cold"][name], found["warm"][name], found["full"][name] = times[:1], times[1:], full[1:]
        scopes = {"none": Scope()}
        if publishers:
            scopes["publisher"] = Scope(publishers=frozenset(map(publisher_key, publishers)))
        found["recall"] = {name: list(_recalls(opened, [w for w, _ in asked], scope)) for name, scope in scopes.items()}
        return found | {"rss_gb": peak_rss_gb()}


def _filters(publishers: Sequence[str]) -> dict[str, Any]:
    """How each kind of question is limited, by its day and number."""
    kinds: dict[str, Any] = {"none": lambda day, at: {}}
    for name, days in _AROUND.items():
        kinds[name] = lambda day, at, days=days: {"published": (str(day - timedelta(days=days)), str(day))}
    if publishers:
        kinds["publisher"] = lambda day, at: {"publisher": publishers[at % len(publishers)]}
    return kinds


def _recalls(archive: Archive, questions: Sequence[str], scope: Scope) -> Iterator[float]:
    """Of each question, the share of the passages nearest to it that a search in a scope finds."""
    for vector in archive.embedder.encode_queries(questions):
        near = archive.search_vectors(vector, _RECALL, scope)
        exact = archive.search_vectors(vector, _RECALL, scope, exactly=True)
        yield len({*near} & {*exact}) / len(exact)


def _joined(rounds: Iterator[dict[str, Any]]) -> dict[str, Any]:
    """One archive's figures over all rounds."""
    every = list(rounds)
    filters = list(every[0]["warm"])
    return {
        "passages": every[0]["passages"],
        "open_s": quantile([each["open"] for each in every], 0.5),
        "load_embedder_s": quantile([each["load_embedder"] for each in every], 0.5),
        "embed": spread([second for each in every for second in each["embed"]]),
        "warm": {name: spread([second for each in every for second in each["warm"][name]]) for name in filters},
        "by_question": {name: _by_question(every, name) for name in filters},
        "cold_ms": {name: 1e3 * quantile([each["cold"][name][0] for each in every], 0.5) for name in filters},
        "recall_at_20": {name: sum(shares) / len(shares) for name, shares in every[0]["recall"].items()},
        "rss_gb": max(each["rss_gb"] for each in every),
    }


def _by_question(rounds: Sequence[dict[str, Any]], name: str) -> list[float | None]:
    """Median seconds of each question; None where fewer passages were found than are handed on."""
    medians = [quantile(seconds, 0.5) for seconds in zip(*(each["warm"][name] for each in rounds), strict=True)]
    return [second if full else None for second, full in zip(medians, rounds[0]["full"][name], strict=True)]


def _growth(archives: dict[int, Any]) -> dict[str, float]:
    """p95 of the largest archive over that of the smallest, by filter."""
    small, large = (archives[pick(archives)]["warm"] for pick in (min, max))
    return {name: large[name]["p95_ms"] / small[name]["p95_ms"] for name in small}


def _growth_of_like_work(archives: dict[int, Any]) -> dict[str, float | None]:
    """The same of the questions that fill the list in both, each by the median of its rounds; None where none does."""
    small, large = (archives[pick(archives)]["by_question"] for pick in (min, max))
    growth: dict[str, float | None] = {}
    for name in small:
        both = [(one, other) for one, other in zip(small[name], large[name], strict=True) if one and other]
        before, after = ([pair[side] for pair in both] for side in (0, 1))
        growth[name] = quantile(after, 0.95) / quantile(before, 0.95) if both else None
    return growth


def table(found: dict[str, Any]) -> str:
    """The figures in lines."""
    archives, filters = found["archives"], list(found["growth"])
    lines = [f"{'retrieval, ms (p50 / p95)':28}" + "".join(f"{name:>18}" for name in filters) + f"{'embedding':>18}"]
    for share, each in archives.items():
        cells = [each["warm"][name] for name in filters] + [each["embed"]]
        lines.append(
            f"{share:>3} %: {each['passages']:>9,} passages  "
            + "".join(f"{cell['p50_ms']:>9.1f} /{cell['p95_ms']:>7.1f}" for cell in cells)
        )
    lines.append(f"{'p95, largest / smallest':28}" + "".join(f"{found['growth'][name]:>18.2f}" for name in filters))
    like = [f"{growth:>18.2f}" if growth else f"{'-':>18}" for growth in found["growth_of_like_work"].values()]
    lines.append(f"{'the same, of like work':28}" + "".join(like))
    for share, each in archives.items():
        cold = ", ".join(f"{name} {each['cold_ms'][name]:.0f}" for name in filters)
        recall = ", ".join(f"{name} {share_found:.3f}" for name, share_found in each["recall_at_20"].items())
        lines.append(
            f"{share:>3} %: opened in {each['open_s']:.2f} s, embedder in {each['load_embedder_s']:.2f} s; first, ms: "
            f"{cold}; recall@20 {recall}; {each['rss_gb']:.2f} GB"
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
