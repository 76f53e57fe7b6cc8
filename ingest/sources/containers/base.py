"""What containers share: their members, and how much unpacking may cost."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Protocol, cast

from ingest.base.errors import SourceError
from ingest.reading.base import Source

_IN_MEMORY = 4_000_000  # bytes; a longer member lies in a temporary file while it is read
_CHUNK = 262_144
_REMEDY = "Unpack it yourself if you trust it, and name the files"


@dataclass(frozen=True)
class Limits:
    """How much one container may hold, those inside it counted in.

    Attributes:
        members: most members.
        member_bytes: longest member, unpacked.
        total_bytes: all members, unpacked.
        ratio: most bytes that one packed byte may become; a DEFLATE bomb has about 1,000, news has 3 to 20.
        slack: unpacked bytes up to which the ratio does not matter.
        record_bytes: longest record of a web archive.
        depth: containers inside each other, the outermost counted.
    """

    members: int = 500_000
    member_bytes: int = 1_000_000_000
    total_bytes: int = 20_000_000_000
    ratio: int = 200
    slack: int = 16_000_000
    record_bytes: int = 64_000_000
    depth: int = 2


class Budget:
    """What unpacking one source has cost so far; containers inside each other share it."""

    def __init__(self, limits: Limits | None = None) -> None:
        """Args: limits: None for the usual ones."""
        self.limits = limits or Limits()
        self._members = 0
        self._bytes = 0

    def count_member(self, source: Source) -> None:
        """One more member.

        Raises:
            SourceError: there are too many.
        """
        self._members += 1
        if self._members > self.limits.members:
            raise source.problem(f"it holds more than {self.limits.members:,} members", _REMEDY)

    def count_bytes(self, source: Source, size: int) -> None:
        """So many bytes more are unpacked.

        Raises:
            SourceError: there are too many.
        """
        self._bytes += size
        self.check_total(source, self._bytes)

    def check_total(self, source: Source, unpacked: int) -> None:
        """See that all of a container is not too long.

        Raises:
            SourceError: it is.
        """
        if unpacked > self.limits.total_bytes:
            raise source.problem(f"unpacked it has more than {self.limits.total_bytes / 1e6:,.0f} MB", _REMEDY)

    def check_size(self, source: Source, unpacked: int) -> None:
        """See that a member is not too long.

        Raises:
            SourceError: it is.
        """
        if unpacked > self.limits.member_bytes:
            raise source.problem(f"unpacked it has more than {self.limits.member_bytes / 1e6:,.0f} MB", _REMEDY)

    def check_ratio(self, source: Source, unpacked: int, packed: int, slack: int | None = None) -> None:
        """See that something does not grow as only a bomb does.

        Raises:
            SourceError: it does.
        """
        limit = max(self.limits.slack if slack is None else slack, self.limits.ratio * packed)
        if unpacked > limit:
            raise source.problem(
                f"{packed:,} packed bytes become {unpacked:,} or more, as in a decompression bomb", _REMEDY
            )


@dataclass(frozen=True)
class Member:
    """A file that is to be read, in a container or by itself.

    Attributes:
        file: can be read and rewound; gone when the next member is asked for.
        source: its name, such as `bundle.zip!/wire/a.txt`, and its key.
        url: the address that it was fetched from, where that is known.
        place: where in the container, where its name does not say so: "record 12, captured 2024-03-05T10:00:00Z".
    """

    file: BinaryIO
    source: Source
    url: str | None = None
    place: str = ""


class Container(Protocol):
    """Reads one kind of container."""

    def __call__(self, file: BinaryIO, source: Source, budget: Budget) -> Iterator[Member | SourceError]:
        """The members one by one; an error in place of each that cannot be read.

        Raises:
            SourceError: the container cannot be read, or not any further.
        """


def inside(container: Source, name: str) -> Source:
    """What a member of a container is called; its name is shown, and never used as a path."""
    shown = "".join(character if character.isprintable() else "�" for character in name)
    key = name.encode("utf-8", "backslashreplace").decode()
    return Source(f"{container.name}!/{shown}", f"{container.key}!/{key}")


class Names:
    """Names of the members of one container; of several with one name, each gets its number."""

    def __init__(self, container: Source) -> None:
        self._container = container
        self._seen: dict[str, int] = {}

    def source(self, name: str) -> Source:
        """What the next member, of this name, is called."""
        count = self._seen[name] = self._seen.get(name, 0) + 1
        return inside(self._container, name if count == 1 else f"{name}#{count}")


def is_hidden(name: str) -> bool:
    """Whether a member is to be left out, as hidden files of a folder are; `__MACOSX` has what Finder adds."""
    return any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in PurePosixPath(name).parts)


def spool(read: Callable[[int], bytes], source: Source, budget: Budget) -> BinaryIO:
    """A copy of a stream that can be rewound: in memory, or in a temporary file that has no name.

    Raises:
        SourceError: it is too long.
    """
    copy = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - whoever reads it closes it
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
