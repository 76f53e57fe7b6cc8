"""The quality gate: our own questions on the sample archive, against floors that only rise.

`python -m evals.gate` asks the questions and fails if a figure is below its floor. `--raise` raises each floor to two
points below the measured figure, if that is higher. Lowering a floor takes `--lower --because "..."`, and the reason is
kept in gate_floors.json.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from evals import written
from evals.datasets.written import HALVES, load
from evals.results import SystemResult, commit, git
from ingest import Archive
from ingest.samples import sample_sources

FLOORS = Path(__file__).parent / "gate_floors.json"

#: How far below the measured figure a floor may be, as a share.
SLACK = 0.02

#: The figures with floors: sums of each half, and of both together those that one question moves by less than SLACK.
GUARDED = {
    "tune": ("correct",),
    "test": ("correct",),
    "both": ("cites_right_words", "hit@1", "hit@10", "short_f1"),
}

#: Figures that must have exactly this value.
EXACT = {"citations_exact": 1.0, "uncited_sentences": 0.0}

Figures = dict[str, dict[str, float]]


def measure(archive: Archive) -> Figures:
    """Measure the guarded figures of each half and of both together.

    Args:
        archive: the sample archive.
    """
    rows = {half: written.run(load("sample_questions", half), archive).rows for half in HALVES}
    rows["both"] = [row for half in HALVES for row in rows[half]]
    figures = {part: SystemResult(part_rows, {}).figures() for part, part_rows in rows.items()}
    return {
        part: {name: float(figures[part][name] or 0.0) for name in (*names, *EXACT)} for part, names in GUARDED.items()
    }


def problems(measured: Mapping[str, Mapping[str, float]], ledger: Mapping[str, Any]) -> list[str]:
    """The reasons why the gate fails.

    Args:
        measured: as `measure` returns it.
        ledger: content of gate_floors.json.
    """
    messages = _quiet_changes(ledger)
    for part, figures in measured.items():
        for name, exact in EXACT.items():
            if figures[name] != exact:
                messages.append(f"{part}: {name} is {figures[name]:.4f}, and must be {exact:.0f}")
        for name, floor in ledger["floors"].get(part, {}).items():
            if figures[name] < floor:
                messages.append(
                    f"{part}: {name} is {100 * figures[name]:.1f} %, below its floor of {100 * floor:.1f} %"
                )
    return messages


def _quiet_changes(ledger: Mapping[str, Any]) -> list[str]:
    """Floors that are missing, fell without a reason, or are too far below what was measured when they were set."""
    history = ledger["history"]
    if not history or ledger["floors"] != history[-1]["floors"]:
        return ["gate_floors.json was edited by hand: its floors are not those of its last entry"]
    messages = [
        f"{part}: {name} has no floor any more"
        for part, names in GUARDED.items()
        for name in names
        if name not in ledger["floors"].get(part, {})
    ]
    before: Figures = {}
    for entry in history:
        reason = entry.get("change") == "lowered" and entry.get("because", "").strip()
        for part, floors in entry["floors"].items():
            for name, floor in floors.items():
                if floor < before.get(part, {}).get(name, 0.0) and not reason:
                    messages.append(f"{part}: the floor of {name} fell to {100 * floor:.1f} % without a reason")
                if floor < entry["measured"][part][name] - SLACK - 1e-9:
                    points = f"{100 * SLACK:.0f} points"
                    messages.append(f"{part}: the floor of {name} lies more than {points} below what was measured")
        before = entry["floors"]
    return messages


def rewritten(path: Path = FLOORS) -> list[str]:
    """Whether entries of the ledger were changed or removed since they were committed, as messages.

    Without git, or without an earlier commit of the file, nothing can be checked.
    """
    try:
        commits = git("log", "--format=%H", "--reverse", "--", path.name, folder=path.parent).split()
        versions = [
            json.loads(git("show", f"{commit_id}:./{path.name}", folder=path.parent))["history"]
            for commit_id in commits
        ]
    except (OSError, subprocess.SubprocessError, ValueError, KeyError):
        return []
    versions.append(json.loads(path.read_text(encoding="utf-8"))["history"])
    return [
        f"gate_floors.json lost or changed an entry of its history after {commits[n][:10]}"
        for n, (earlier, later) in enumerate(pairwise(versions))
        if later[: len(earlier)] != earlier
    ]


def moved(ledger: Mapping[str, Any], measured: Figures, because: str | None = None) -> dict[str, Any]:
    """The ledger with raised floors, or with new ones if a reason is given.

    Args:
        ledger: content of gate_floors.json.
        measured: as `measure` returns it.
        because: why floors may fall; None to raise only.
    """
    seen = {part: {name: round(measured[part][name], 4) for name in names} for part, names in GUARDED.items()}
    floors = {
        part: {
            name: max(0.0, round(value - SLACK, 4), 0.0 if because else ledger["floors"].get(part, {}).get(name, 0.0))
            for name, value in figures.items()
        }
        for part, figures in seen.items()
    }
    entry: dict[str, Any] = {"date": date.today().isoformat(), "commit": commit()}
    entry |= {"change": "lowered", "because": because} if because else {"change": "raised"}
    return {"floors": floors, "history": [*ledger["history"], entry | {"measured": seen, "floors": floors}]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 1 if the gate fails."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.gate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--raise", dest="lift", action="store_true", help="raise the floors to the current figures")
    change.add_argument("--lower", action="store_true", help="set the floors to the current figures, even if lower")
    parser.add_argument("--because", metavar="WHY", help="with --lower: the reason, which is kept")
    options = parser.parse_args(arguments)
    if options.lower != bool(options.because):
        parser.error("--lower and --because go together")
    ledger = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {"floors": {}, "history": []}
    if not ledger["history"] and not options.lift:
        parser.error(f"{FLOORS} does not exist; --raise creates it")
    with written.archive_of(sample_sources()) as archive:
        measured = measure(archive)
    if options.lift or options.lower:
        messages = problems(measured, moved(ledger, measured, options.because))
        if messages:
            parser.exit(1, "".join(f"gate: {problem}; gate_floors.json is unchanged\n" for problem in messages))
        ledger = moved(ledger, measured, options.because)
        FLOORS.write_text(json.dumps(ledger, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for part, names in GUARDED.items():
        for name in names:
            floor = ledger["floors"].get(part, {}).get(name, 0.0)
            print(f"{part}: {name} {100 * measured[part][name]:.1f} %, floor {100 * floor:.1f} %")
    messages = [*problems(measured, ledger), *rewritten()]
    for problem in messages:
        print(f"gate: {problem}", file=sys.stderr)
    return 1 if messages else 0


if __name__ == "__main__":
    sys.exit(main())
