"""The compared systems: Dateline, and common alternatives, each built as its own documentation shows.

Each module has one class `System`, which `evals.worker` runs in its own process. All except Dateline's need the
packages in `requirements.txt`, which are installed in a separate environment, never together with Dateline.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

#: Name on the command line -> module in this folder.
MODULES = {
    "dateline": "dateline",
    "dateline-limited": "dateline_limited",
    "langchain": "langchain_tutorial",
    "llamaindex": "llamaindex_starter",
    "txtai": "txtai_hybrid",
    "bm25s": "bm25s_alone",
}


#: Variants of Dateline: they run in this environment, on one archive.
OURS = ("dateline", "dateline-limited")


class Searcher(Protocol):
    """A system over its own folder; one that can answer also has `answer`, as in `dateline.py`."""

    def __init__(self, folder: str) -> None:
        """Args: folder: where its index is, or will be."""

    def index(self, articles: Sequence[dict[str, Any]]) -> int:
        """Index articles (url, title, day as YYYYMMDD, authors, text); return the number of passages."""

    def open(self) -> None:
        """Get ready for questions."""

    def search(self, question: str, until: int, limit: int) -> list[str]:
        """Retrieve the texts of the best passages, best first.

        Args:
            question: its text.
            until: last day of publication, as YYYYMMDD.
            limit: most passages to return.
        """
