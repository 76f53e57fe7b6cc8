"""Members of containers, and limits of what unpacking may cost."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol, cast

from ingest.base.errors import SourceError
from ingest.reading.base import Source

_IN_MEMORY = 4_000_000  # bytes; a longer member is in a temporary file while it is read
_CHUNK = 262_144
_REMEDY = "If you trust it, unpack it yourself and ingest the files"


@dataclass(frozen=True)
class Limits:
    """Limits for one container, including the containers inside it.

    Attributes:
        members: maximum number of members.
        member_bytes: maximum unpacked length of a member.
        total_bytes: maximum unpacked length of all members.
        ratio: maximum ratio of unpacked to packed bytes; a DEFLATE bomb has about 1,000, news has 3 to 20.
        slack: unpacked bytes up to which the ratio is ignored.
        record_bytes: maximum length of a record of a web archive.
        depth: maximum depth of nested containers, including the outermost one.
    """

    members: int = 500_000
    member_bytes: int = 1_000_000_000
    total_bytes: int = 20_000_000_000
    ratio: int = 200
    slack: int = 16_000_000
    record_bytes: int = 64_000_000
    depth: int = 2


class Budget:
    """Counts what unpacking one source has cost; nested containers share it."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Args: limits: None for the default limits."""
        self.limits = limits or Limits()
        self._members = 0
        self._bytes = 0

    def count_member(self, source: Source) -> None:
        """Count one more member.

        Raises:
            SourceError: there are too many members.
        """
        self._members += 1
        if self._members > self.limits.members:
            raise source.problem(f"it holds more than {self.limits.members:,} members", _REMEDY)

    def count_bytes(self, source: Source, size: int) -> None:
        """Count more unpacked bytes.

        Args:
            source: what is unpacked.
            size: number of bytes.

        Raises:
            SourceError: there are too many bytes.
        """
        self._bytes += size
        self.check_total(source, self._bytes)

    def check_total(self, source: Source, unpacked: int) -> None:
        """Check the unpacked length of a container.

        Args:
            source: what is unpacked.
            unpacked: its unpacked length, in bytes.

        Raises:
            SourceError: it is too long.
        """
        if unpacked > self.limits.total_bytes:
            raise source.problem(f"unpacked it has more than {self.limits.total_bytes / 1e6:,.0f} MB", _REMEDY)

    def check_size(self, source: Source, unpacked: int) -> None:
        """Check the unpacked length of a member.

        Args:
            source: the member.
            unpacked: its unpacked length, in bytes.

        Raises:
            SourceError: it is too long.
        """
        if unpacked > self.limits.member_bytes:
            raise source.problem(f"unpacked it has more than {self.limits.member_bytes / 1e6:,.0f} MB", _REMEDY)

    def check_ratio(self, source: Source, unpacked: int, packed: int, slack: int | None = None) -> None:
        """Check that something is not a decompression bomb.

        Args:
            source: what is unpacked.
            unpacked: its unpacked length, in bytes.
            packed: its packed length, in bytes.
            slack: unpacked bytes up to which the ratio is ignored; None for the limit of the budget.

        Raises:
            SourceError: the ratio is too high.
        """
        limit = max(self.limits.slack if slack is None else slack, self.limits.ratio * packed)
        if unpacked > limit:
            raise source.problem(
                f"{packed:,} packed bytes become {unpacked:,} or more, as in a decompression bomb", _REMEDY
            )


@dataclass(frozen=True)
class Member:
    """A file to read, inside a container or not.

    Attributes:
        file: a seekable file, which is closed before the next member.
        source: its name, such as `bundle.zip!/wire/a.txt`, and its key.
        url: the URL from which it was fetched, where it is known.
        place: where in the container, in addition to its name: "record 12, captured 2024-03-05T10:00:00Z".
    """

    file: BinaryIO
    source: Source
    url: str | None = None
    place: str = ""


class Container(Protocol):
    """Reads one kind of container."""

    def __call__(self, file: BinaryIO, source: Source, budget: Budget) -> Iterator[Member | SourceError]:
        """Yield the members one by one, or an error for each that cannot be read.

        Args:
            file: the container.
            source: what to call it.
            budget: limits of what unpacking may cost.

        Raises:
            SourceError: the container cannot be read, or the rest of it cannot.
        """


def inside(container: Source, name: str) -> Source:
    """Return the source of a member; its name is only displayed and never used as a path.

    Args:
        container: source of the container.
        name: name of the member.
    """
    printable = "".join(character if character.isprintable() else "�" for character in name)
    key = name.encode("utf-8", "backslashreplace").decode()
    return Source(f"{container.name}!/{printable}", f"{container.key}!/{key}")


class Names:
    """Names the members of one container; members with the same name are numbered."""

    def __init__(self, container: Source) -> None:
        self._container = container
        self._counts: dict[str, int] = {}

    def source(self, name: str) -> Source:
        """Return the source of the next member with this name."""
        count = self._counts[name] = self._counts.get(name, 0) + 1
        return inside(self._container, name if count == 1 else f"{name}#{count}")


def is_hidden(name: str) -> bool:
    """Whether a member is left out, like hidden files of a folder; Finder adds `__MACOSX`."""
    return any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in PurePosixPath(name).parts)


def spool(read: Callable[[int], bytes], source: Source, budget: Budget) -> BinaryIO:
    """Copy a stream to a seekable file: in memory, or a temporary file without a name.

    Args:
        read: reads at most so many bytes from the stream.
        source: the stream, for errors.
        budget: limits of what unpacking may cost.

    Raises:
        SourceError: the stream is too long.
    """
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - the caller closes it
    size = 0
    try:
        while chunk := read(_CHUNK):
            size += len(chunk)
            budget.check_size(source, size)
            budget.count_bytes(source, len(chunk))
            copy.write(chunk)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return cast("BinaryIO", copy)
