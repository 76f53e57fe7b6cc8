"""Where an archive's parts are, and which settings it was made with: checked before anything is opened."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.base.errors import ArchiveError, ArchiveMismatch, ArchiveMissing
from ingest.base.location import ServerAddress
from ingest.store.chroma import Connection
from ingest.store.collections import Collections
from ingest.store.store import Store

if TYPE_CHECKING:
    from ingest.base.settings import Settings

#: Folders inside an archive's: Chroma; the store that reindex writes; the old store until the new one has its place.
CHROMA, CHROMA_NEXT, CHROMA_OLD = "chroma", "chroma.next", "chroma.old"

_SCHEMA = 2


def made_with(settings: Settings) -> dict[str, Any]:
    """The settings that shape an archive, which cannot be opened with others."""
    return {"schema": _SCHEMA, "embedder": settings.embedder, "passage_words": settings.passage_words}


def check_exists(folder: Path) -> None:
    """Check that a folder has an archive.

    Raises:
        ArchiveMissing: it has none.
    """
    if not _has_archive(folder):
        raise ArchiveMissing(f"there is no archive in {folder}. Make one: dateline ingest PATH --archive {folder}")


def check_free(folder: Path) -> None:
    """Check that a folder has an archive or nothing: an archive deletes leftovers in its own folder.

    Raises:
        ArchiveError: it holds other files.
    """
    if _has_archive(folder):
        return
    others = sorted(path.name for path in folder.iterdir() if not path.name.startswith("owner."))
    if others:
        raise ArchiveError(
            f"{folder} is no archive and holds other files, such as {others[0]}. Name an empty or a new folder"
        )


def _has_archive(folder: Path) -> bool:
    return any((folder / name).is_dir() for name in (CHROMA, CHROMA_OLD))


def check_format(made: Mapping[str, Any], settings: Settings) -> None:
    """Check that an archive has the format that this release reads.

    Args:
        made: how the archive was made.
        settings: where it is.

    Raises:
        ArchiveMismatch: it has another format.
    """
    if made.get("schema") != _SCHEMA:
        raise ArchiveMismatch(
            f"the archive {settings.archive} has format {made.get('schema')!r}, and this release reads format "
            f"{_SCHEMA}. Build it anew: ingest its sources again into a new folder, "
            "dateline ingest PATH --archive NEW"
        )


def check_made_with(made: Mapping[str, Any], settings: Settings) -> None:
    """Check that an archive was made with these settings.

    Args:
        made: how the archive was made.
        settings: what it is to be used with.

    Raises:
        ArchiveMismatch: it was made with others, or has another format.
    """
    check_format(made, settings)
    for name, value in made_with(settings).items():
        if made.get(name) != value:
            raise ArchiveMismatch(
                f"the archive {settings.archive} was made with {name} {made.get(name)!r}, not {value!r}. Open it with "
                f"{made.get(name)!r}, or rebuild it from itself: dateline reindex --archive {settings.archive}"
            )


def connect(settings: Settings, *, create: bool) -> Store:
    """Open the store of an archive.

    Args:
        settings: where it is, and what a new one is made with.
        create: whether to create it where there is none.

    Raises:
        ArchiveMissing: there is none on the server, and `create` is off.
        ArchiveError: Chroma cannot be used.
    """
    location = settings.archive
    with ExitStack() as undo:
        if isinstance(location, ServerAddress):
            connection, name = Connection(location, settings), location.name
        else:
            connection, name = Connection(location / CHROMA), ""
        undo.callback(connection.close)
        if isinstance(location, ServerAddress) and not create and not Collections.exist(connection, name):
            raise ArchiveMissing(
                f"there is no archive {name!r} on {location.origin}. Make one: dateline ingest PATH "
                f"--archive {location}"
            )
        store = Store(connection, made_with(settings), name)
        undo.pop_all()
    return store


def finish_swap(folder: Path) -> None:
    """Clean up after an interrupted reindex: the old store stays valid until the new one has its place."""
    current, old = folder / CHROMA, folder / CHROMA_OLD
    if old.is_dir() and not current.is_dir():
        old.rename(current)
    for leftover in (old, folder / CHROMA_NEXT):
        shutil.rmtree(leftover, ignore_errors=True)
