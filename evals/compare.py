"""Compare two runs: `python -m evals.compare A.json B.json`, by paired bootstrap over their questions.

Examples:
  python -m evals.compare before.json after.json
  python -m evals.compare beside.json beside.json --systems bm25s dateline
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from evals.results import RESAMPLES
from evals.scores import risk_coverage
from evals.tables import PLAIN

#: Figures by which a question counts as won or lost; the first one that both runs have is used.
DECIDING = ("correct", "f1", "citation_hit_forced", "map@10", "hit@10")

_SHOWN = 40  # at most so many questions won and lost are listed


class NotComparable(Exception):
    """The files are not runs, or have no question in common."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 1 with a message if the files cannot be compared."""
    text, _, examples = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m evals.compare",
        description=text,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("before", type=Path, metavar="A.json")
    parser.add_argument("after", type=Path, metavar="B.json")
    parser.add_argument(
        "--systems", nargs=2, metavar=("OF_A", "OF_B"), help="compare these two (default: each system that both have)"
    )
    options = parser.parse_args(arguments)
    try:
        before, after = _read(options.before), _read(options.after)
        pairs = (
            [tuple(options.systems)]
            if options.systems
            else [(s, s) for s in before["answers"] if s in after["answers"]]
        )
        if not pairs:
            raise NotComparable("the two files have no system in common; name one of each with --systems")
        for warning in _unlike(before, after):
            print(f"evals: {warning}", file=sys.stderr)
        for one, other in pairs:
            print(compare(_answers(before, one, options.before), _answers(after, other, options.after), one, other))
    except NotComparable as error:
        print(f"evals: {error}", file=sys.stderr)
        return 1
    return 0


def compare(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]], one: str, other: str) -> str:
    """Format the differences as a table, with the questions won and lost.

    Args:
        before: answers of one system, as in a run's JSON.
        after: answers of the other; only questions in both count.
        one: name of the first system.
        other: name of the second system.

    Raises:
        NotComparable: they have no question in common.
    """
    old = {row["id"]: row for row in before}
    shared = [(old[row["id"]], row) for row in after if row["id"] in old]
    if not shared:
        raise NotComparable(f"{one} and {other} share no question")
    lines = [f"{one} -> {other}: {len(shared)} questions in both of {len(before)} and {len(after)}", ""]
    lines += ["| | questions | before | after | difference | 95 % interval | |", "|---|---|---|---|---|---|---|"]
    names = dict.fromkeys(name for pair in shared for row in pair for name in row["metrics"])
    lines += filter(
        None,
        (_paired(name, [(a["metrics"].get(name), b["metrics"].get(name)) for a, b in shared]) for name in names),
    )
    seconds = _paired("seconds", [(a.get("seconds"), b.get("seconds")) for a, b in shared])
    lines += filter(None, [_aurc_line(shared), seconds])
    return "\n".join([*lines, "", *_won_and_lost(shared)])


def difference(before: Sequence[float], after: Sequence[float]) -> tuple[float, tuple[float, float]]:
    """Mean difference of paired values and its 95 % percentile bootstrap interval (Efron, 1979); deterministic.

    Args:
        before: a value per question.
        after: the values of the same questions in the other run.
    """
    change = np.asarray(after, dtype=float) - np.asarray(before, dtype=float)
    draws = np.random.default_rng(0).integers(0, len(change), (RESAMPLES, len(change)))
    low, high = np.percentile(change[draws].mean(axis=1), (2.5, 97.5))
    return float(change.mean()), (float(low), float(high))


def _aurc_line(shared: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> str:
    """The line of the area under the risk curve; each resample draws the same questions of both."""
    both = [pair for pair in shared if all(row.get(k) is not None for row in pair for k in ("confidence", "right"))]
    if not both:
        return ""
    sides = [np.array([[pair[i]["confidence"], pair[i]["right"]] for pair in both], dtype=float) for i in (0, 1)]
    random = np.random.default_rng(0)
    draws = [random.integers(0, len(both), len(both)) for _ in range(RESAMPLES)]
    old, new = (risk_coverage(side[:, 0], side[:, 1])[1] for side in sides)
    areas = [[risk_coverage(side[drawn, 0], side[drawn, 1])[1] for drawn in draws] for side in sides]
    changes = np.subtract(areas[1], areas[0])
    low, high = np.percentile(changes, (2.5, 97.5))
    return _cells("aurc", len(both), float(old), float(new), float(new - old), (float(low), float(high)))


def _paired(name: str, values: Sequence[tuple[float | None, float | None]]) -> str:
    """A line of the table, over the questions for which both have the figure; empty if there are none."""
    both = [(a, b) for a, b in values if a is not None and b is not None]
    if not both:
        return ""
    old, new = ([pair[i] for pair in both] for i in (0, 1))
    change, span = difference(old, new)
    return _cells(name, len(both), float(np.mean(old)), float(np.mean(new)), change, span)


def _cells(name: str, n: int, old: float, new: float, change: float, span: tuple[float, float]) -> str:
    low, high = span
    verdict = "" if low <= 0 <= high else "beyond chance"
    scale = 1 if name in PLAIN else 100
    cells = [str(n), f"{scale * old:.2f}", f"{scale * new:.2f}", f"{scale * change:+.2f}"]
    return f"| {name} | {' | '.join(cells)} | {scale * low:+.2f} to {scale * high:+.2f} | {verdict} |"


def _won_and_lost(shared: Sequence[tuple[dict[str, Any], dict[str, Any]]]) -> list[str]:
    names = [
        n
        for n in DECIDING
        if any(a["metrics"].get(n) is not None and b["metrics"].get(n) is not None for a, b in shared)
    ]
    if not names:
        return []
    name = names[0]
    changes = [
        (b["metrics"][name] - a["metrics"][name], b["id"], b["question"])
        for a, b in shared
        if a["metrics"].get(name) is not None and b["metrics"].get(name) is not None
    ]
    won = [change for change in changes if change[0] > 0]
    lost = [change for change in changes if change[0] < 0]
    lines = [f"by {name}: {len(won)} won, {len(lost)} lost, {len(changes) - len(won) - len(lost)} unchanged"]
    for title, rows in (("won", won), ("lost", lost)):
        lines += ["", f"{title}:"] if rows else []
        lines += [
            f"  {change:+.2f} {number} {question}"
            for change, number, question in sorted(rows, key=lambda row: -abs(row[0]))[:_SHOWN]
        ]
        lines += [f"  and {len(rows) - _SHOWN} more"] if len(rows) > _SHOWN else []
    return lines


def _unlike(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Warnings about differences of two runs that make a comparison doubtful."""
    warnings = []
    if before.get("dataset") != after.get("dataset"):
        warnings.append(f"the data sets differ: {before.get('dataset')} and {after.get('dataset')}")
    for name in ("years", "articles", "documents", "half", "embedder", "passage_words"):
        old, new = (run.get("options", {}).get(name) for run in (before, after))
        if old != new:
            warnings.append(f"{name} differ: {old} and {new}")
    return warnings


def _read(path: Path) -> dict[str, Any]:
    try:
        whole = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise NotComparable(f"{path} cannot be read: {error}; expected a file that evals.run --json wrote") from None
    if not isinstance(whole, dict) or not isinstance(whole.get("answers"), dict):
        raise NotComparable(f"{path} is not a run of evals.run: it has no `answers`")
    return whole


def _answers(whole: dict[str, Any], system: str, path: Path) -> list[dict[str, Any]]:
    if system not in whole["answers"]:
        raise NotComparable(f"{path} has no system {system}; it has {', '.join(whole['answers'])}")
    rows: list[dict[str, Any]] = whole["answers"][system]
    return rows


if __name__ == "__main__":
    sys.exit(main())
