"""What is compared: Dateline, and the pipelines that somebody would write in its place, each as its own manual shows.

Each file has one class `System`, which `evals.worker` runs in a process of its own. Those beside `dateline.py` need
what `requirements.txt` lists, which is installed in an environment of its own, never with Dateline.
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


#: Those that are Dateline: they run where it is installed, on one archive.
OURS = ("dateline", "dateline-limited")


class Searcher(Protocol):
    """A system over one folder of its own; one that can answer has `answer` too, as in `dateline.py`."""

    def __init__(self, folder: str) -> None:
        """Args: folder: where its index is, or will be."""

    def index(self, articles: Sequence[dict[str, Any]]) -> int:
        """Take articles (url, title, day as YYYYMMDD, authors, text) in; the number of passages that came of them."""

    def open(self) -> None:
        """Be ready for questions."""

    def search(self, question: str, until: int, limit: int) -> list[str]:
        """Texts of the best passages of articles published up to a day, as YYYYMMDD, best first."""
