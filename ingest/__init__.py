"""Ingest news articles: read, clean, split into passages, embed and store them.

>>> from ingest import ingest
>>> print(ingest("articles/", archive="my-archive"))
12 added, 0 unchanged, 0 replaced, 0 failed
"""

from __future__ import annotations

import importlib
import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ingest.archive.archive import Archive
    from ingest.archive.coverage import Coverage
    from ingest.base.article import Article, Passage, Published
    from ingest.base.errors import DatelineError, SourceError
    from ingest.base.settings import Settings
    from ingest.pipeline import IngestReport, ingest
    from ingest.sources.uploads import Upload

__all__ = [
    "Archive",
    "Article",
    "Coverage",
    "DatelineError",
    "IngestReport",
    "Passage",
    "Published",
    "Settings",
    "SourceError",
    "Upload",
    "ingest",
]

_HOMES = {
    "Archive": "archive.archive",
    "Article": "base.article",
    "Coverage": "archive.coverage",
    "DatelineError": "base.errors",
    "IngestReport": "pipeline",
    "Passage": "base.article",
    "Published": "base.article",
    "Settings": "base.settings",
    "SourceError": "base.errors",
    "Upload": "sources.uploads",
    "ingest": "pipeline",
}

logging.getLogger("ingest").addHandler(logging.NullHandler())


def __getattr__(name: str) -> Any:
    """Import a name on first access, because Chroma and torch are slow to import."""
    if name in _HOMES:
        return getattr(importlib.import_module(f"ingest.{_HOMES[name]}"), name)
    raise AttributeError(f"module 'ingest' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
