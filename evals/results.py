"""Results of a run: one row per question, figures with intervals over them, and the JSON format."""

from __future__ import annotations

import json
import os
import platform
import shlex
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.operating import accuracy_at, best_of, calibration_error, refusal_curve, refused_at
from evals.scores import risk_coverage
from ingest.embedding.runtime import cores

#: Resamples of a bootstrap.
RESAMPLES = 2_000

#: Keys that the figures of every system have; null if the system cannot do it.
KEYS = (
    *("hit@1", "hit@4", "hit@10", "hit@20", "hit_500w", "hit_2000w"),
    *("short_em", "short_f1", "short_em_forced", "short_f1_forced"),
    *("answered", "citation_hit", "cited_words", "citations_exact", "uncited_sentences"),
    *("refused_when_withdrawn", "aurc", "p50_s", "p95_s", "peak_rss_gb", "questions", "articles", "passages"),
)

_LEVEL = (2.5, 97.5)  # percentiles of an interval
_MANY = 2_000  # with more questions, figures by confidence are resampled only a tenth as often


@dataclass(frozen=True)
class Row:
    """One question, as one system answered it.

    Attributes:
        id: of the question.
        question: its text.
        metrics: figures of this question; a figure over all questions is the mean of those that are not None.
        seconds: from the question to the whole answer.
        detail: more about the answer, for people who look at it; JSON values.
        confidence: of the answer with refusing switched off; None if the system has no confidence.
        right: whether that answer is right, 1.0 or 0.0.
        withdrawn: confidence when the articles with the answer are left out; None if that was not asked.
        cluster: rows of one cluster, such as a paragraph, are resampled together; None for a row on its own.
    """

    id: str
    question: str
    metrics: dict[str, float | None]
    seconds: float | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    confidence: float | None = None
    right: float | None = None
    withdrawn: float | None = None
    cluster: str | None = None

    def to_dict(self) -> dict[str, Any]:
        """Convert to JSON values."""
        return {
            "id": self.id,
            "question": self.question,
            "confidence": self.confidence,
            "right": self.right,
            "seconds": self.seconds,
            "metrics": self.metrics,
            **self.detail,
        }


@dataclass(frozen=True)
class SystemResult:
    """All results of one system.

    Attributes:
        rows: in the order of the questions.
        facts: figures without rows: memory, articles, passages, seconds of indexing.
    """

    rows: Sequence[Row]
    facts: dict[str, float | None]

    def figures(self) -> dict[str, float | None]:
        """All figures of a system: means of the metrics, times, area under the risk curve, and facts."""
        columns = _columns(self.rows)
        figures = dict.fromkeys(KEYS) | {name: _mean(column) for name, column in columns.items()}
        for prefix, seconds in (("", [row.seconds for row in self.rows]), ("search_", columns.pop("search_s", []))):
            measured = [value for value in seconds if value is not None]
            for p in (50, 95):
                figures[f"{prefix}p{p}_s"] = float(np.percentile(measured, p)) if measured else None
        figures.pop("search_s", None)
        derived = {name: _derive(name, self.rows) for name in _DERIVED}
        kept = {name: value for name, value in derived.items() if value is not None or name in KEYS}
        return {**figures, **kept, "questions": len(self.rows), **self.facts}

    def curve(self) -> list[tuple[float, float]]:
        """(coverage, accuracy), most confident first."""
        return risk_coverage(*_scored(self.rows))[0]

    def refusals(self) -> list[dict[str, float]]:
        """Figures at each refusal threshold, for questions on a given paragraph; empty for others."""
        return _refusals(self.rows)

    def intervals(self) -> dict[str, tuple[float, float]]:
        """95 % bootstrap intervals, over questions or their clusters, of all metrics and of figures by confidence."""
        clusters = [row.cluster or row.id for row in self.rows]
        intervals = {}
        for name, column in _columns(self.rows).items():
            kept = [(value, cluster) for value, cluster in zip(column, clusters, strict=True) if value is not None]
            if kept:
                intervals[name] = interval([value for value, _ in kept], [cluster for _, cluster in kept])
        for name in _DERIVED:
            if _derive(name, self.rows) is not None:
                intervals[name] = _drawn_again(name, self.rows)
        return intervals


def interval(values: Sequence[float], clusters: Sequence[str] | None = None) -> tuple[float, float]:
    """95 % percentile bootstrap interval of a mean (Efron, 1979); the same values give the same interval.

    Args:
        values: a value per question.
        clusters: questions with the same name are drawn together; None to draw each on its own.
    """
    names = clusters if clusters is not None else [str(n) for n in range(len(values))]
    numbers = {name: n for n, name in enumerate(dict.fromkeys(names))}
    at = np.array([numbers[name] for name in names])
    sums = np.bincount(at, weights=np.asarray(values, dtype=float))
    sizes = np.bincount(at).astype(float)
    random = np.random.default_rng(0)
    means = []
    for _ in range(RESAMPLES):
        drawn = random.integers(0, len(sums), len(sums))
        means.append(sums[drawn].sum() / sizes[drawn].sum())
    low, high = np.percentile(means, _LEVEL)
    return float(low), float(high)


#: Figures over all answers together, by their confidence.
_DERIVED = ("aurc", "ece", "citation_hit_at_50", "refused_when_withdrawn_at_60", "f1_best", "em_best")


def _derive(name: str, rows: Sequence[Row]) -> float | None:
    if name in ("f1_best", "em_best"):
        curve = _refusals(rows)
        return best_of(curve, name.removesuffix("_best")) if curve else None
    if name == "refused_when_withdrawn_at_60":
        pairs = [(r.confidence, r.withdrawn) for r in rows if r.confidence is not None and r.withdrawn is not None]
        return refused_at(*_arrays(pairs), 0.6)
    sure, right = _arrays([(r.confidence, r.right) for r in rows if r.confidence is not None and r.right is not None])
    if not len(sure):
        return None
    if name == "aurc":
        return risk_coverage(list(sure), list(right))[1]
    return calibration_error(sure, right) if name == "ece" else accuracy_at(sure, right, 0.5)


def _drawn_again(name: str, rows: Sequence[Row]) -> tuple[float, float]:
    together: dict[str, list[Row]] = {}
    for row in rows:
        together.setdefault(row.cluster or row.id, []).append(row)
    clusters = list(together.values())
    random = np.random.default_rng(0)
    count = RESAMPLES if len(rows) <= _MANY else RESAMPLES // 10
    draws = (
        [row for i in random.integers(0, len(clusters), len(clusters)) for row in clusters[i]] for _ in range(count)
    )
    low, high = np.percentile([value for drawn in draws if (value := _derive(name, drawn)) is not None], _LEVEL)
    return float(low), float(high)


def _arrays(pairs: Sequence[tuple[float, float]]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    table = np.array(pairs, dtype=float).reshape(-1, 2)
    return table[:, 0], table[:, 1]


def _refusals(rows: Sequence[Row]) -> list[dict[str, float]]:
    """Refusal curve of reading alone; the answer without refusing is scored for questions that have one."""
    if not any("f1_forced" in row.metrics for row in rows):
        return []
    table = np.array(
        [
            (
                r.confidence or 0.0,
                r.metrics.get("f1_forced", 0.0),
                r.metrics.get("em_forced", 0.0),
                "f1_forced" in r.metrics,
            )
            for r in rows
        ],
        dtype=float,
    )
    return refusal_curve(table[:, 0], table[:, 1], table[:, 2], table[:, 3])


def _columns(rows: Sequence[Row]) -> dict[str, list[float | None]]:
    names = dict.fromkeys(name for row in rows for name in row.metrics)
    return {name: [row.metrics.get(name) for row in rows] for name in names}


def _mean(column: Sequence[float | None]) -> float | None:
    values = [value for value in column if value is not None]
    return float(np.mean(values)) if values else None


def _scored(rows: Sequence[Row]) -> tuple[list[float], list[float]]:
    scored = [(r.confidence, r.right) for r in rows if r.confidence is not None and r.right is not None]
    return [confidence for confidence, _ in scored], [right for _, right in scored]


def to_json(
    dataset: str, command: Sequence[str], options: dict[str, Any], systems: dict[str, SystemResult], at: str
) -> dict[str, Any]:
    """A whole run for JSON; figures that a system cannot have are null.

    Args:
        dataset: its name.
        command: as it was typed, without the interpreter's path.
        options: what was asked, and facts about the data.
        systems: results by system.
        at: the commit that was checked out when the run began.
    """
    figures = {name: result.figures() for name, result in systems.items()}
    names = dict.fromkeys(key for system_figures in figures.values() for key in system_figures)
    return {
        "dataset": dataset,
        "command": shlex.join(command),
        "commit": at,
        "date": date.today().isoformat(),
        "machine": machine(),
        "options": options,
        "systems": {name: {key: system_figures.get(key) for key in names} for name, system_figures in figures.items()},
        "intervals": {name: result.intervals() for name, result in systems.items()},
        "curves": {name: result.curve() for name, result in systems.items()},
        "refusals": {name: result.refusals() for name, result in systems.items()},
        "answers": {name: [row.to_dict() for row in result.rows] for name, result in systems.items()},
    }


def write(path: Path, whole: dict[str, Any]) -> None:
    """Write a run; an existing file is replaced only when the new one is complete.

    Args:
        path: file to write.
        whole: the run, as `to_json` returns it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(path.name + ".part")
    beside.write_text(json.dumps(whole, ensure_ascii=False, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    beside.replace(path)


def commit() -> str:
    """Short id of the checked-out commit, with `+` if files differ from it; `unknown` outside git."""
    try:
        head = git("rev-parse", "--short=10", "HEAD")
        return head + ("+" if git("status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def git(*arguments: str, folder: Path = Path(__file__).parent) -> str:
    """Run a git command and return what it prints.

    Args:
        arguments: of git.
        folder: where to run it.

    Raises:
        OSError, subprocess.SubprocessError: git is missing or fails.
    """
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True, timeout=30)
    return done.stdout.strip()


def machine() -> str:
    """Cores, memory and system of the machine, without its name."""
    memory = ""
    if hasattr(os, "sysconf"):
        memory = f", {os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"
    return f"{cores()} cores ({platform.machine()}){memory}, {platform.system()}, Python {platform.python_version()}"
