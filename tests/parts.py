"""Which tests of evals/, training/, benchmarks/ and the page have to run: those of folders that were changed lately."""

from __future__ import annotations

import subprocess
from pathlib import Path

PARTS = ("evals", "training", "benchmarks", "ui")
COMMITS = 10  # how many are "lately" on the main branch itself


def changed(root: Path) -> list[str]:
    """Return the names of the parts that were changed, and the paths of test files that were.

    Changed is what differs from the main branch, uncommitted files included; on the main branch itself, what its last
    commits changed. Where that cannot be known, all counts as changed.

    Args:
        root: folder of the repository.
    """
    try:
        if _git(root, "rev-parse", "--show-toplevel") != [str(root.resolve())]:
            return ["all"]  # unpacked inside another repository
        files = _git(root, "diff", "--name-only", _base(root))
        files += _git(root, "ls-files", "--others", "--exclude-standard")
    except (OSError, subprocess.CalledProcessError):
        return ["all"]
    return [*(part for part in PARTS if any(file.startswith(f"{part}/") for file in files)),
            *(file for file in files if file.startswith("tests/"))]  # fmt: skip


def _base(root: Path) -> str:
    """The commit to compare with."""
    (head,) = _git(root, "rev-parse", "HEAD")
    for main in ("origin/main", "main"):
        try:
            (base,) = _git(root, "merge-base", "HEAD", main)
        except subprocess.CalledProcessError:
            continue
        if base != head:
            return base
    return f"HEAD~{COMMITS}"


def _git(root: Path, *arguments: str) -> list[str]:
    done = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True, check=True)
    return done.stdout.splitlines()
