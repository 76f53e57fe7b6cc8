"""The interface of readers, and the source that they read."""

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
        name: its name as the user wrote it, for messages and `article.source`.
        key: its absolute path; identifies articles that have neither guid nor url.
    """

    name: str
    key: str

    def problem(self, reason: str, remedy: str, position: str = "") -> SourceError:
        """Make a SourceError about this source.

        Args:
            reason: what is wrong with it.
            remedy: what to do next.
            position: where in it; "" where the error is about all of it.
        """
        return SourceError(self.name, position, reason, remedy)

    def key_of(self, words: str | None, position: str) -> str:
        """Make a key for an article in this file.

        Args:
            words: words of its own, which identify it even where its position changes.
            position: its position, used where it has no such words.
        """
        own = hashlib.sha256(words.encode("utf-8", "replace")).hexdigest()[:16] if words else position
        return f"{self.key}#{own}"


class Reader(Protocol):
    """Reads one format."""

    suffixes: frozenset[str]

    def recognises(self, head: str) -> bool:
        """Whether a file that begins with this text certainly has this format."""

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | Link | SourceError]:
        """Yield the articles of a file one by one, or links to them, or an error for each that cannot be read.

        Args:
            file: the file, from its first byte on.
            source: what to call it.

        Raises:
            SourceError: the file as a whole cannot be read.
        """


def read_whole(file: BinaryIO, source: Source, limit: int = MAX_ARTICLE_BYTES) -> bytes:
    """Read all bytes of a file that contains one article.

    Args:
        file: the file, from its first byte on.
        source: what to call it in errors.
        limit: maximum length, in bytes.

    Raises:
        SourceError: the file is longer than `limit`.
    """
    data = file.read(limit + 1)
    if len(data) > limit:
        raise source.problem(
            f"it has more than {limit / 1e6:.0f} MB, too much for one article",
            "If it contains many articles, split it, or convert it to JSON Lines with one article a line",
        )
    return data
