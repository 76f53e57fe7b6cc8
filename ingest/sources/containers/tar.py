"""Read tar files, plain or compressed with gzip, bzip2 or xz (POSIX.1-2001, pax and ustar; GNU tar)."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from typing import BinaryIO, cast

from ingest.base.errors import SourceError
from ingest.reading.base import Source
from ingest.sources.containers.base import Budget, Member, Names, is_hidden, spool
from ingest.sources.containers.streams import DAMAGED, Stream

_BLOCK = 512
_REMEDY = "Deliver it again"
_BAD = (tarfile.TarError, *DAMAGED, OverflowError, IndexError, KeyError)


def is_tar(head: bytes) -> bool:
    """Whether a file with this beginning is a tar file: its first block has the checksum of a header."""
    try:
        tarfile.TarInfo.frombuf(head[:_BLOCK], "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError, OverflowError):
        return False
    return True


def read_tar(file: BinaryIO, source: Source, budget: Budget) -> Iterator[Member | SourceError]:
    """Yield the regular files in a tar file, in order; links and devices are skipped.

    Args:
        file: the tar file.
        source: what to call it.
        budget: limits of what unpacking may cost.

    Raises:
        SourceError: the file is damaged or exceeds the limits.
    """
    stream = Stream(file, source, budget)
    names = Names(source)
    try:
        archive = tarfile.TarFile(fileobj=cast("BinaryIO", stream), mode="r", errorlevel=0)
    except _BAD as error:
        raise source.problem(f"it cannot be read as a tar file: {error}", _REMEDY) from None
    while (entry := _next(archive, source)) is not None:
        archive.members.clear()  # type: ignore[attr-defined] # tarfile would keep the headers of all members in memory
        if not entry.isreg() or is_hidden(entry.name):
            continue
        budget.count_member(source)
        yield from _read_entry(archive, entry, names.source(entry.name), budget)
    _check_end(archive, stream, source)


def _next(archive: tarfile.TarFile, source: Source) -> tarfile.TarInfo | None:
    try:
        return archive.next()
    except _BAD as error:
        raise source.problem(f"it is damaged or breaks off: {error}", _REMEDY) from None


def _read_entry(
    archive: tarfile.TarFile, entry: tarfile.TarInfo, source: Source, budget: Budget
) -> Iterator[Member | SourceError]:
    if entry.issparse():  # holes become zeros, which the check of the ratio does not detect
        yield source.problem("it is sparse: its holes are not in the tar file", "Pack it without --sparse")
        return
    try:
        budget.check_size(source, entry.size)
    except SourceError as error:
        yield error
        return
    packed = archive.extractfile(entry)
    if packed is None:
        return
    try:
        file = spool(packed.read, source, budget)
    except _BAD as error:
        raise source.problem(f"it is damaged or breaks off: {error or type(error).__name__}", _REMEDY) from None
    with file:
        yield Member(file, source)


def _check_end(archive: tarfile.TarFile, stream: Stream, source: Source) -> None:
    """Check that the file ends where tarfile stopped, because it stops at a damaged header without an exception.

    Raises:
        SourceError: the file does not end there.
    """
    try:
        stream.seek(archive.offset)
        block = stream.read(_BLOCK)
    except _BAD as error:
        raise source.problem(f"it is damaged or breaks off: {error}", _REMEDY) from None
    if block.strip(b"\x00"):
        raise source.problem(
            f"the header of a member, at byte {archive.offset:,}, is damaged; the rest cannot be read", _REMEDY
        )
