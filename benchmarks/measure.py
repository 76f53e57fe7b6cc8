"""Quantiles, the machine's shape, and what the commands share: options, and measuring in processes of their own."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from ingest.embedding.runtime import cores


def quantile(values: Sequence[float], share: float) -> float:
    """The value that this share of the others does not pass; the nearest one that was measured."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile of some seconds, in milliseconds, and how many there are."""
    return {"p50_ms": 1e3 * quantile(seconds, 0.5), "p95_ms": 1e3 * quantile(seconds, 0.95), "number": len(seconds)}


def machine() -> dict[str, Any]:
    """What a figure was measured on, and when."""
    return {
        "date": date.today().isoformat(),
        "cores": cores(),
        "processor": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def command(module: str, description: str | None) -> argparse.ArgumentParser:
    """The options of a command, as far as all have them.

    Args:
        module: that is run with `python -m`.
        description: what it does, with examples.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    return parser


def did_job(arguments: Sequence[str] | None, measure: Callable[..., dict[str, Any]]) -> bool:
    """Whether the arguments are a job of `in_own_process`; then it is done, and what it gave printed."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    if given[:1] != ["--job"]:
        return False
    print(json.dumps(measure(**json.loads(given[1]))))
    return True


def in_own_process(module: str, job: dict[str, Any]) -> dict[str, Any]:
    """What `module` prints, as JSON, when it is given a job, as JSON, in a fresh process.

    Raises:
        subprocess.CalledProcessError: it failed; what it said stands on standard error.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, "--job", json.dumps(job)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
