"""Quantiles, the machine, and what the commands share: options, and measuring in a separate process."""

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
    """The measured value at a quantile.

    Args:
        values: what was measured.
        share: 0..1; 0.5 is the median.
    """
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile of some seconds, in milliseconds, and their number."""
    return {"p50_ms": 1e3 * quantile(seconds, 0.5), "p95_ms": 1e3 * quantile(seconds, 0.95), "number": len(seconds)}


def machine() -> dict[str, Any]:
    """The date and the machine of a measurement."""
    return {
        "date": date.today().isoformat(),
        "cores": cores(),
        "processor": platform.machine(),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def command(module: str, description: str | None) -> argparse.ArgumentParser:
    """A parser with the options that all commands share.

    Args:
        module: name that `python -m` takes.
        description: what the command does, with examples.
    """
    parser = argparse.ArgumentParser(
        prog=f"python -m {module}", description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    return parser


def did_job(arguments: Sequence[str] | None, measure: Callable[..., dict[str, Any]]) -> bool:
    """Run a job of `in_own_process`, if the arguments are one, and print its result.

    Args:
        arguments: of the command; None for those of the process.
        measure: what to call with the job.

    Returns:
        Whether the arguments were a job.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] != ["--job"]:
        return False
    print(json.dumps(measure(**json.loads(words[1]))))
    return True


def in_own_process(module: str, job: dict[str, Any]) -> dict[str, Any]:
    """Run `module` with a job in a fresh process and return its result.

    Args:
        module: a benchmark whose `main` calls `did_job`.
        job: arguments of its `measure`, as JSON values.

    Raises:
        subprocess.CalledProcessError: it failed; standard error has the reason.
    """
    done = subprocess.run(
        [sys.executable, "-m", module, "--job", json.dumps(job)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parent.parent,
        env=os.environ | {"PYTHONHASHSEED": "0"},
    )
    results: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return results
