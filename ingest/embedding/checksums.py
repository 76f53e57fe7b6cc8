"""Verify the checksums of model files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path


def find_altered(folder: Path, sha256: Mapping[str, str]) -> str | None:
    """Describe the first file that is missing or altered.

    Args:
        folder: the folder of the files.
        sha256: expected hash of each file, by its path in the folder.

    Returns:
        A description for an error message; None where all files are intact.
    """
    for name, expected in sha256.items():
        path = folder / name
        if not path.is_file():
            return f"{path} is missing"
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        if actual != expected:
            return f"{path} was altered: its sha256 is {actual}, expected {expected}"
    return None
