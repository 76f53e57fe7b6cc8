"""Run one system in its own process, with its own memory and packages: `python -m evals.worker JOB`.

A job is a JSON file with `system`, `folder`, and either `articles` (a JSON Lines file) to index or `questions` (a JSON
Lines file of id, question, until and optionally `without`, addresses to leave out when the question is asked once more)
to answer, and `out`, a file to write with one JSON line per question. This file does not import Dateline, because it
also runs where only another system is installed.
"""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from evals.systems import MODULES, Searcher

#: Number of passages to retrieve; if they have fewer than WORDS words, more are retrieved, which is not timed.
LIMIT = 24
WORDS = 2_000

_MOST = 400  # passages


def main() -> None:
    """Do the job in the file that the first argument names."""
    job = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    system: Searcher = importlib.import_module(f"evals.systems.{MODULES[job['system']]}").System(job["folder"])
    work = index if "articles" in job else ask
    facts = work(system, job)
    facts["peak_rss_gb"] = peak_rss_gb()
    Path(job["out"]).with_suffix(".facts.json").write_text(json.dumps(facts), encoding="utf-8")


def index(system: Searcher, job: dict[str, Any]) -> dict[str, float]:
    """Index the articles of a job.

    Args:
        system: indexes them.
        job: with `articles`.
    """
    articles = list(_lines(job["articles"]))
    start = time.perf_counter()
    passages = system.index(articles)
    seconds = time.perf_counter() - start
    return {"index_s": seconds, "articles": getattr(system, "taken", len(articles)), "passages": passages}


def ask(system: Searcher, job: dict[str, Any]) -> dict[str, float]:
    """Ask every question of a job, after one that loads the models and is not counted.

    Args:
        system: answers them.
        job: with `questions` and `out`.
    """
    from tqdm import tqdm

    questions = list(_lines(job["questions"]))
    system.open()
    system.search(questions[0]["question"], questions[0]["until"], LIMIT)
    with Path(job["out"]).open("w", encoding="utf-8") as file:
        for record in tqdm(questions, desc=f"{job['system']}: asking"):
            file.write(json.dumps({"id": record["id"], **_one(system, record)}, ensure_ascii=False) + "\n")
    return {"stale": float(getattr(system, "stale", False))}


def _one(system: Any, record: dict[str, Any]) -> dict[str, Any]:
    question, until = record["question"], record["until"]
    if not hasattr(system, "answer"):
        return _search(system, question, until)
    result: dict[str, Any] = system.answer(question, until)
    if record.get("without") is not None:
        again = system.answer(question, until, record["without"]) if record["without"] else result
        result["withdrawn"] = {name: again[name] for name in ANSWER_FIELDS}
    return result


#: Fields of an answer besides its passages.
ANSWER_FIELDS = ("answered", "short", "confidence", "quotes", "exact", "uncited")


def _search(system: Searcher, question: str, until: int) -> dict[str, Any]:
    start = time.perf_counter()
    passages = system.search(question, until, LIMIT)
    seconds = time.perf_counter() - start
    limit = LIMIT
    while len(passages) == limit < _MOST and sum(len(text.split()) for text in passages) < WORDS:
        limit *= 2
        passages = system.search(question, until, limit)
    return {"passages": passages, "seconds": seconds, "search_seconds": seconds}


def peak_rss_gb() -> float:
    """Peak memory of this process, in 1e9 bytes."""
    status = Path("/proc/self/status")
    if status.exists():  # getrusage returns the parent's peak, if that was higher when it started this process
        kilobytes = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]
        return int(kilobytes) * 1024 / 1e9
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e9


def _lines(path: str) -> Any:
    with Path(path).open(encoding="utf-8") as file:
        yield from map(json.loads, file)


if __name__ == "__main__":
    main()
