"""Sample articles: invented news from an invented island, in several formats."""

from __future__ import annotations

from pathlib import Path


def sample_sources() -> list[Path]:
    """Return the sample files and folders, in the order of their news."""
    folder = Path(__file__).parent
    return [folder / name for name in ("wire", "pages", "desk.jsonl", "weekly.csv", "updates.jsonl")]
