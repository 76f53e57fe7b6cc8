"""Unpack containers of articles: zip, tar, compressed files and web archives, also nested, within limits.

No member is ever written to a path that its container names: members are read one by one, in memory or from a temporary
file without a name.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import BinaryIO

from ingest.base.errors import SourceError
from ingest.reading.base import Source
from ingest.sources.containers.base import Budget, Container, Limits, Member, inside, spool
from ingest.sources.containers.streams import DAMAGED, Stream, is_packed
from ingest.sources.containers.tar import is_tar, read_tar
from ingest.sources.containers.warc import is_warc, read_warc
from ingest.sources.containers.zip import MAGIC, read_zip

__all__ = ["Budget", "Limits", "Member", "unpack"]

_HEAD = 1024  # bytes from which the kind of container is detected


def unpack(member: Member, budget: Budget | None = None, depth: int = 0) -> Iterator[Member | SourceError]:
    """Yield the files in a container, including nested containers; a file that is not a container is yielded itself.

    Args:
        member: the file.
        budget: limits of what unpacking may cost; None for the default limits.
        depth: number of containers around the file.

    Raises:
        SourceError: the outermost container cannot be read, or the rest of it cannot. An error in a nested container is
            yielded in its place, and reading continues.
        OSError: the file cannot be read.
    """
    budget = budget or Budget()
    container = _choose(member.file, member.source)
    if container is None:
        yield member
        return
    if depth >= budget.limits.depth:
        raise member.source.problem(
            f"it is a container inside {depth} others, which is too deep", "Unpack it, and ingest the files"
        )
    for inner in container(member.file, member.source, budget):
        if isinstance(inner, SourceError):
            yield inner
            continue
        try:
            yield from unpack(inner, budget, depth + 1)
        except SourceError as error:
            yield error


def _choose(file: BinaryIO, source: Source) -> Container | None:
    """The reader for a container; None for a file that is not a container."""
    head = file.read(_HEAD)
    file.seek(0)
    if head.startswith(MAGIC):
        return read_zip
    if is_packed(head):
        try:
            inner = Stream(file, source, Budget()).read(_HEAD)
        except DAMAGED as error:
            raise source.problem(f"it cannot be unpacked: {error}", "Deliver it again") from None
        finally:
            file.seek(0)
        return read_warc if is_warc(inner) else read_tar if is_tar(inner) else _read_single
    if is_warc(head):
        return read_warc
    return read_tar if is_tar(head) else None


def _read_single(file: BinaryIO, source: Source, budget: Budget) -> Iterator[Member | SourceError]:
    """Yield the file in a .gz, .bz2 or .xz file; it has the same name without the suffix."""
    path = PurePosixPath(source.name)
    name = path.stem if path.suffix.lower() in (".gz", ".bz2", ".xz") else path.name
    inner = inside(source, name)
    try:
        unpacked = spool(Stream(file, source, budget).read, inner, budget)
    except DAMAGED as error:
        raise source.problem(f"it is damaged or breaks off: {error}", "Deliver it again") from None
    with unpacked:
        yield Member(unpacked, inner)
