"""A separate environment for the other systems: their packages are installed once, and never next to Dateline."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

from evals.systems import MODULES, OURS

REQUIREMENTS = Path(__file__).parent / "systems" / "requirements.txt"

_INSTALLED = "installed"


class EnvironmentFailed(Exception):
    """pip could not install the packages of the other systems."""


def python_for(system: str, cache: Path) -> Path:
    """The interpreter that runs a system: this one for Dateline, the separate environment's for the others.

    Args:
        system: its name on the command line.
        cache: folder of the environment.

    Raises:
        EnvironmentFailed: the packages cannot be installed.
    """
    if system in OURS:
        return Path(sys.executable)
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:8]
    folder = cache / f"environment-{sys.version_info.major}.{sys.version_info.minor}-{wanted}"
    python = folder / "bin" / "python"
    if not (folder / _INSTALLED).exists():
        print(f"installing the other systems into {folder}", file=sys.stderr)
        try:
            subprocess.run([sys.executable, "-m", "venv", "--clear", str(folder)], check=True)
            pip = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "-q", "-r", str(REQUIREMENTS)]
            subprocess.run(pip, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise EnvironmentFailed(
                f"the other systems cannot be installed: {error}. This needs a package index, once; "
                "--systems dateline does not"
            ) from error
        (folder / _INSTALLED).touch()
    return python


def code_of(system: str) -> str:
    """Eight hex digits that change with the module of another system or with the packages installed for it."""
    files = (REQUIREMENTS, REQUIREMENTS.parent / f"{MODULES[system]}.py")
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:8]


def offline() -> dict[str, str]:
    """Environment variables of a worker: no model hub, no telemetry; only the project can be imported."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("PYTHON")},
        "PYTHONPATH": str(Path(__file__).parent.parent),
        "HF_HUB_OFFLINE": "1",
        "TOKENIZERS_PARALLELISM": "false",
        "ANONYMIZED_TELEMETRY": "False",
    }
