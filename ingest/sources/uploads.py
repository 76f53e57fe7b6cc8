"""Uploaded files, whose temporary path says nothing about them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.reading import Source

_LONGEST = 1_000  # characters of a name


@dataclass(frozen=True)
class Upload:
    """A file that has another name than its path.

    An upload with the same name as an earlier one replaces it: changed articles get new versions.

    Attributes:
        path: path of the file; it is in no message and in no article.
        name: the sender's name for the file, including folders.
    """

    path: Path
    name: str

    @property
    def source(self) -> Source:
        """The source for messages and articles, and for the identity of articles that have neither guid nor url."""
        name = self.name.encode("utf-8", "replace").decode().replace("\\", "/").replace("\0", "")
        name = "/".join(part for part in name.split("/") if part not in ("", ".", ".."))[-_LONGEST:] or "upload"
        return Source(name, f"upload:{name}")
