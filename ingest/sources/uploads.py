"""Files that somebody sent: they lie at a place that says nothing, under a name of their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ingest.reading import Source

_LONGEST = 1_000  # characters of a name


@dataclass(frozen=True)
class Upload:
    """A file that is read under another name than that of its path.

    The same name sent again is the same file: what has changed in it makes new versions.

    Attributes:
        path: where it lies; stands in no message and in no article.
        name: what its sender calls it, with folders where there are any.
    """

    path: Path
    name: str

    @property
    def source(self) -> Source:
        """What stands in messages and articles, and what names those that have neither guid nor url."""
        name = self.name.encode("utf-8", "replace").decode().replace("\\", "/").replace("\0", "")
        name = "/".join(part for part in name.split("/") if part not in ("", ".", ".."))[-_LONGEST:] or "upload"
        return Source(name, f"upload:{name}")
