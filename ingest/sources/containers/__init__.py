"""Containers of articles: zip, tar, packed files and web archives, also inside each other, within limits.

Nothing of a container is ever written to a path that it names: members are read one by one, in memory or from a
temporary file that has no name.
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

_SEEN = 1024  # bytes of a file that tell what container it is


def unpack(member: Member, budget: Budget | None = None, depth: int = 0) -> Iterator[Member | SourceError]:
    """The files in a file, those of containers inside containers too; the file itself where it is no container.

    Args:
        member: the file.
        budget: what it may cost; None for the usual limits.
        depth: in how many containers it lies.

    Raises:
        SourceError: the outermost container cannot be read, or not any further. What is wrong with one inside is given
            in its place, and the rest goes on.
        OSError: the file cannot be read.
    """
    budget = budget or Budget()
    container = _choose(member.file, member.source)
    if container is None:
        yield member
        return
    if depth >= budget.limits.depth:
        raise member.source.problem(
            f"it is a container inside {depth} others; so deep they are not unpacked", "Unpack it, and name the files"
        )
    for found in container(member.file, member.source, budget):
        if isinstance(found, SourceError):
            yield found
            continue
        try:
            yield from unpack(found, budget, depth + 1)
        except SourceError as error:
            yield error


def _choose(file: BinaryIO, source: Source) -> Container | None:
    """What reads a container; None for a file that is none."""
    head = file.read(_SEEN)
    file.seek(0)
    if head.startswith(MAGIC):
        return read_zip
    if is_packed(head):
        try:
            inner = Stream(file, source, Budget()).read(_SEEN)
        except DAMAGED as error:
            raise source.problem(f"it cannot be unpacked: {error}", "Deliver it again") from None
        finally:
            file.seek(0)
        return read_warc if is_warc(inner) else read_tar if is_tar(inner) else _read_single
    if is_warc(head):
        return read_warc
    return read_tar if is_tar(head) else None


def _read_single(file: BinaryIO, source: Source, budget: Budget) -> Iterator[Member | SourceError]:
    """The one file that is packed in a .gz, .bz2 or .xz; it keeps its name, without that suffix."""
    path = PurePosixPath(source.name)
    name = path.stem if path.suffix.lower() in (".gz", ".bz2", ".xz") else path.name
    inner = inside(source, name)
    try:
        unpacked = spool(Stream(file, source, budget).read, inner, budget)
    except DAMAGED as error:
        raise source.problem(f"it is damaged or breaks off: {error}", "Deliver it again") from None
    with unpacked:
        yield Member(unpacked, inner)
