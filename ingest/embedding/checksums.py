"""Whether files that were chosen once are still the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path


def find_altered(folder: Path, sha256: Mapping[str, str]) -> str | None:
    """What is wrong with the first file that is missing or altered.

    Args:
        folder: that holds the files.
        sha256: what the hash of each should be, by its path in the folder.

    Returns:
        The words for an error message; None where all are as they should be.
    """
    for name, expected in sha256.items():
        path = folder / name
        if not path.is_file():
            return f"{path} is missing"
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
        if found != expected:
            return f"{path} was altered: its sha256 is {found}, expected {expected}"
    return None
