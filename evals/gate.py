"""The gate: our own questions on the sample archive, against floors that a run may raise and not quietly lower.

`python -m evals.gate` asks them and fails where a figure fell below its floor. `--raise` lifts each floor to two points
below what was measured, where that is higher. Lowering one takes `--lower --because "..."`, and the reason stays in
floors.json.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from evals import written
from evals.datasets.written import HALVES, load
from evals.results import commit
from ingest import Archive
from ingest.samples import sample_sources

FLOORS = Path(__file__).parent / "floors.json"

#: How far below what was measured a floor may lie, in shares.
SLACK = 0.02

#: What has floors, for each half.
GUARDED = ("correct", "cites_right_words", "refused_unanswerable", "hit@1", "hit@10", "short_f1")

#: What must be exactly so, always.
EXACT = {"citations_exact": 1.0, "uncited_sentences": 0.0}

Figures = dict[str, dict[str, float]]


def measure(archive: Archive) -> Figures:
    """The guarded figures of each half.

    Args:
        archive: of the samples.
    """
    found = {half: written.run(load("sample_questions", half), archive).figures() for half in HALVES}
    return {half: {name: float(found[half][name] or 0.0) for name in (*GUARDED, *EXACT)} for half in HALVES}


def problems(measured: Mapping[str, Mapping[str, float]], ledger: Mapping[str, Any]) -> list[str]:
    """What keeps the gate shut, in words.

    Args:
        measured: as `measure` gives it.
        ledger: what floors.json holds.
    """
    found = _quiet_changes(ledger)
    for half, figures in measured.items():
        for name, exact in EXACT.items():
            if figures[name] != exact:
                found.append(f"{half}: {name} is {figures[name]:.4f}, and must be {exact:.0f}")
        for name, floor in ledger["floors"].get(half, {}).items():
            if figures[name] < floor:
                found.append(f"{half}: {name} is {100 * figures[name]:.1f} %, below its floor of {100 * floor:.1f} %")
    return found


def _quiet_changes(ledger: Mapping[str, Any]) -> list[str]:
    """Floors that are gone, fell without a reason, or lie too far below what was measured when they were set."""
    history = ledger["history"]
    if not history or ledger["floors"] != history[-1]["floors"]:
        return ["floors.json was edited by hand: its floors are not those of its last entry"]
    missing = [f"{half}: {name}" for half in HALVES for name in GUARDED if name not in ledger["floors"].get(half, {})]
    found = [f"{each} has no floor any more" for each in missing]
    highest: Figures = {}
    for entry in history:
        for half, floors in entry["floors"].items():
            for name, floor in floors.items():
                before = highest.get(half, {}).get(name, 0.0)
                if floor < before and not (entry.get("change") == "lowered" and entry.get("because", "").strip()):
                    found.append(f"{half}: the floor of {name} fell to {100 * floor:.1f} % without a reason")
                if floor < entry["measured"][half][name] - SLACK - 1e-9:
                    found.append(
                        f"{half}: the floor of {name} lies more than {100 * SLACK:.0f} points below what was measured"
                    )
                highest.setdefault(half, {})[name] = floor
    return found


def moved(ledger: Mapping[str, Any], measured: Figures, because: str | None = None) -> dict[str, Any]:
    """The ledger with its floors raised, or set anew where a reason is given.

    Args:
        ledger: what floors.json holds.
        measured: as `measure` gives it.
        because: why floors may fall; None to raise only.
    """
    floors: Figures = {}
    for half, figures in measured.items():
        old = ledger["floors"].get(half, {})
        wanted = {name: max(0.0, round(figures[name] - SLACK, 4)) for name in GUARDED}
        floors[half] = wanted if because else {name: max(floor, old.get(name, 0.0)) for name, floor in wanted.items()}
    entry: dict[str, Any] = {
        "date": date.today().isoformat(),
        "commit": commit(),
        "change": "lowered" if because else "raised",
    }
    entry |= {"because": because} if because else {}
    # What was measured can lie below a floor that is kept; then the floor stands on the earlier entry.
    kept = {
        half: {name: max(figures[name], floors[half][name]) for name in GUARDED} for half, figures in measured.items()
    }
    entry |= {"measured": {half: {k: round(v, 4) for k, v in values.items()} for half, values in kept.items()}}
    return {"floors": floors, "history": [*ledger["history"], entry | {"floors": floors}]}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 1 where the gate stays shut."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.gate", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    change = parser.add_mutually_exclusive_group()
    change.add_argument("--raise", dest="lift", action="store_true", help="raise the floors to what is measured now")
    change.add_argument(
        "--lower", action="store_true", help="set them to what is measured now, also where that is lower"
    )
    parser.add_argument("--because", metavar="WHY", help="with --lower: the reason, which is kept")
    options = parser.parse_args(arguments)
    if options.lower != bool(options.because):
        parser.error("--lower and --because go together")
    ledger = json.loads(FLOORS.read_text(encoding="utf-8")) if FLOORS.exists() else {"floors": {}, "history": []}
    if not ledger["history"] and not options.lift:
        parser.error(f"{FLOORS} is not there; --raise makes it")
    with written.archive_of(sample_sources()) as archive:
        measured = measure(archive)
    if options.lift or options.lower:
        ledger = moved(ledger, measured, options.because)
        FLOORS.write_text(json.dumps(ledger, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    for half, figures in measured.items():
        for name in GUARDED:
            floor = ledger["floors"].get(half, {}).get(name, 0.0)
            print(f"{half} {name}: {100 * figures[name]:.1f} %, floor {100 * floor:.1f} %")
    found = problems(measured, ledger)
    for problem in found:
        print(f"gate: {problem}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
