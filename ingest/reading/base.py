"""What every reader offers."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Protocol

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import MAX_ARTICLE_BYTES, Draft, Link


@dataclass(frozen=True)
class Source:
    """A file to read.

    Attributes:
        name: as the user named it; stands in messages and in `article.source`.
        key: its absolute path; names articles that have neither guid nor url.
    """

    name: str
    key: str

    def problem(self, reason: str, remedy: str, position: str = "") -> SourceError:
        """A SourceError about this source."""
        return SourceError(self.name, position, reason, remedy)

    def key_of(self, words: str | None, position: str) -> str:
        """What names an article in this file: words of its own, which stay as others come before it, else its place."""
        own = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16] if words else position
        return f"{self.key}#{own}"


class Reader(Protocol):
    """Reads one format."""

    suffixes: frozenset[str]

    def recognises(self, head: str) -> bool:
        """Whether a file that begins with this text is certainly of this format."""

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | Link | SourceError]:
        """The articles of a file one by one, or where they are; an error in place of each that cannot be read.

        Raises:
            SourceError: the file as a whole cannot be read.
        """


def read_whole(file: BinaryIO, source: Source, limit: int = MAX_ARTICLE_BYTES) -> bytes:
    """All bytes of a file that holds one article.

    Raises:
        SourceError: it is longer than `limit` bytes.
    """
    data = file.read(limit + 1)
    if len(data) > limit:
        raise source.problem(
            f"it has more than {limit / 1e6:.0f} MB, too much for one article",
            "If it holds many articles, split it, or turn it into JSON Lines with one article a line",
        )
    return data
