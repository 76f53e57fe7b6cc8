"""Read zip files (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT)."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from io import SEEK_END
from typing import BinaryIO

from ingest.base.errors import SourceError
from ingest.reading.base import Source
from ingest.sources.containers.base import Budget, Member, Names, is_hidden, spool

MAGIC = (b"PK\x03\x04", b"PK\x05\x06")

#: Exceptions of zipfile for damaged files.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError,
    OverflowError, IndexError,
)  # fmt: skip
# zipfile keeps the whole directory in memory; an entry has 46 bytes and a name.
_MAX_DIRECTORY = 48_000_000  # bytes
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2)
_OFFICE = ("[Content_Types].xml", "mimetype")


def read_zip(file: BinaryIO, source: Source, budget: Budget) -> Iterator[Member | SourceError]:
    """Yield the members of a zip file, in the order of its directory.

    Args:
        file: the zip file.
        source: what to call it.
        budget: limits of what unpacking may cost.

    Raises:
        SourceError: the file is damaged, exceeds the limits, or is an office document.
    """
    _check_directory(file, source)
    try:
        archive = zipfile.ZipFile(file)
    except DAMAGED as error:
        raise source.problem(f"it cannot be read as a zip file: {error}", "Deliver it again") from None
    with archive:
        entries = archive.infolist()
        if entries and any(entry.filename in _OFFICE for entry in entries[:3]):
            raise source.problem("it is an office document or e-book", "Save it as text, HTML or PDF")
        names = Names(source)
        for entry in entries:
            if entry.filename.endswith("/") or is_hidden(entry.filename):  # is_dir() fails for an empty name
                continue
            budget.count_member(source)
            yield from _read_entry(archive, entry, names.source(entry.filename), budget)


def _read_entry(
    archive: zipfile.ZipFile, entry: zipfile.ZipInfo, source: Source, budget: Budget
) -> Iterator[Member | SourceError]:
    """Yield one member, or the reason why it cannot be read.

    Raises:
        SourceError: all members together are too long.
    """
    if entry.flag_bits & _ENCRYPTED:
        yield source.problem("it is encrypted", "Deliver it without a password")
        return
    if entry.compress_type not in _METHODS:
        yield source.problem(f"its compression, method {entry.compress_type}, is not supported", "Pack it with DEFLATE")
        return
    try:
        budget.check_size(source, entry.file_size)
        budget.check_ratio(source, entry.file_size, entry.compress_size)
    except SourceError as error:
        yield error
        return
    try:
        with archive.open(entry) as packed:
            file = spool(packed.read, source, budget)
    except DAMAGED as error:
        yield source.problem(f"it is damaged: {error or type(error).__name__}", "Deliver the archive again")
        return
    with file:
        yield Member(file, source)


def _check_directory(file: BinaryIO, source: Source) -> None:
    """Check that the directory is not too long for memory.

    Raises:
        SourceError: it is too long.
    """
    length = file.seek(0, SEEK_END)
    start = max(0, length - 66_000)  # the end record, with a comment of up to 65,535 bytes
    file.seek(start)
    tail = file.read(66_000)
    file.seek(0)
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return  # zipfile reports that it is missing
    (size,) = struct.unpack_from("<L", tail, end + 12)
    end64 = tail.rfind(b"PK\x06\x06", 0, end)
    if size == 0xFFFFFFFF and end64 >= 0 and len(tail) >= end64 + 56:
        (size,) = struct.unpack_from("<Q", tail, end64 + 40)
    if size > _MAX_DIRECTORY:
        raise source.problem(
            f"its directory has {size / 1e6:,.0f} MB; the limit is {_MAX_DIRECTORY / 1e6:.0f} MB",
            "Split it into several archives",
        )
