"""Run a system over articles and questions: index once, then ask everything, each in its own process."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.cache import dateline_folder
from evals.environments import code_of, offline, python_for
from evals.systems import OURS

_INDEXED = "index.facts.json"


class SystemFailed(Exception):
    """A worker failed; its messages are above."""


@dataclass(frozen=True)
class Outcome:
    """Answers of a system.

    Attributes:
        answers: what `evals.worker` wrote for each question, in order.
        facts: `articles`, `passages`, `peak_rss_gb` while asking, `index_s` and `index_peak_rss_gb`; the last two are
            None if the index existed before or was built in several runs.
    """

    answers: list[dict[str, Any]]
    facts: dict[str, float | None]


def run_system(
    system: str,
    cache: Path,
    name: str,
    articles: Sequence[dict[str, Any]],
    questions: Sequence[dict[str, Any]],
    *,
    fresh: bool = False,
) -> Outcome:
    """Index the articles, unless that was done before, and ask the questions.

    Args:
        system: its name on the command line.
        cache: folder of the indexes.
        name: identifies the articles.
        articles: url, title, published, authors, text.
        questions: id, question, until (YYYYMMDD); and `without`, addresses to leave out when the question is asked once
            more, or None.
        fresh: rebuild the index.

    Raises:
        SystemFailed, EnvironmentFailed: it cannot be run.
    """
    python = python_for(system, cache)
    folder = dateline_folder(cache, name) if system in OURS else cache / f"{name}-{system}-{code_of(system)}"
    if fresh and system not in OURS[1:]:
        shutil.rmtree(folder, ignore_errors=True)
    if not (folder / _INDEXED).exists():
        _index(python, system, folder, articles)
    indexed = json.loads((folder / _INDEXED).read_text(encoding="utf-8"))
    out = folder / "ask.jsonl"
    _work(
        python,
        {"system": system, "folder": str(folder), "questions": _lines(folder, "questions", questions), "out": str(out)},
    )
    asked = json.loads(out.with_suffix(".facts.json").read_text(encoding="utf-8"))
    with out.open(encoding="utf-8") as file:
        answers = [json.loads(line) for line in file]
    return Outcome(answers, {**indexed, **asked})


def _index(python: Path, system: str, folder: Path, articles: Sequence[dict[str, Any]]) -> None:
    whole = not (folder / "archive").exists()
    if system not in OURS:  # the other systems cannot continue an interrupted run
        shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    out = folder / "index.jsonl"
    _work(
        python,
        {"system": system, "folder": str(folder), "articles": _lines(folder, "input", articles), "out": str(out)},
    )
    facts = json.loads(out.with_suffix(".facts.json").read_text(encoding="utf-8"))
    facts["index_peak_rss_gb"] = facts.pop("peak_rss_gb")
    if not whole:
        facts["index_s"] = facts["index_peak_rss_gb"] = None
    (folder / _INDEXED).write_text(json.dumps(facts), encoding="utf-8")


def _lines(folder: Path, name: str, records: Sequence[dict[str, Any]]) -> str:
    path = folder / f"{name}.jsonl"
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(record, ensure_ascii=False) + "\n" for record in records)
    return str(path)


def _work(python: Path, job: dict[str, Any]) -> None:
    path = Path(job["folder"]) / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    done = subprocess.run([str(python), "-m", "evals.worker", str(path)], env=offline(), check=False)
    if done.returncode:
        raise SystemFailed(f"{job['system']} ended with {done.returncode}; its messages are above")
