"""The sample archive: invented news of an invented island, in every format that Dateline reads."""

from __future__ import annotations

from pathlib import Path


def sample_sources() -> list[Path]:
    """The sample files and folders, in the order in which their news came."""
    folder = Path(__file__).parent
    return [folder / name for name in ("wire", "pages", "desk.jsonl", "weekly.csv", "updates.jsonl")]
