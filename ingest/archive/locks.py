"""One process owns an archive's folder; a second one gets an error that names the owner. And cache folders."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.base.errors import ArchiveError, ArchiveOwned

_LOCK = "owner.lock"
_OWNER = "owner.json"
_PLACES = 16  # processes on one machine that keep their folder for the next time


class Ownership:
    """A lock on a folder; the operating system releases it when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Lock the folder.

        Raises:
            ArchiveOwned: another process owns it.
            ArchiveError: the folder cannot be written to.
        """
        self._owner = folder / _OWNER
        self._lock = FileLock(folder / _LOCK, thread_local=False)  # any thread may close it
        try:
            self._lock.acquire(timeout=0)
            self._owner.write_text(json.dumps(this_process()))
        except Timeout:
            raise ArchiveOwned(
                f"the archive {folder} is open in {_describe(self._owner)}. Ask there, stop it, or name another archive"
            ) from None
        except OSError as error:
            raise ArchiveError(
                f"the archive {folder} cannot be written to: {error}. Change its permissions, or name another folder"
            ) from None

    def release(self) -> None:
        """Release the folder."""
        try:
            self._owner.unlink(missing_ok=True)
        except OSError:  # the disk is gone or read-only; the next owner writes the file anew
            pass
        finally:
            self._lock.release()


class CacheFolder:
    """A folder for derived files, of one process at a time: the one of last time, where no other process uses it.

    Attributes:
        path: the folder.
    """

    def __init__(self, what_for: str) -> None:
        """Lock a folder.

        Args:
            what_for: the content; the same content gets the same folder.
        """
        from platformdirs import user_cache_path

        self._lock: FileLock | None = None
        name = hashlib.sha256(what_for.encode()).hexdigest()[:16]
        base = user_cache_path("dateline", appauthor=False) / name
        try:
            base.mkdir(parents=True, exist_ok=True)
            for number in range(_PLACES):
                lock = FileLock(base / f"{number}.lock", thread_local=False)
                try:
                    lock.acquire(timeout=0)
                except Timeout:
                    continue
                self._lock, self.path = lock, base / str(number)
                return
        except OSError:
            pass  # no cache folder here: a temporary one will do
        self.path = Path(tempfile.mkdtemp(prefix="dateline-"))

    def release(self) -> None:
        """Release the folder."""
        if self._lock is None:
            shutil.rmtree(self.path, ignore_errors=True)
        else:
            self._lock.release()


def this_process() -> dict[str, object]:
    """Facts that tell other processes which one this is."""
    return {
        "pid": os.getpid(),
        "host": socket.gethostname(),
        "program": " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]]).strip() or "python",
        "since": datetime.now().astimezone().isoformat(timespec="seconds"),
    }


def _describe(path: Path) -> str:
    try:
        owner = json.loads(path.read_text())
        if owner["pid"] == os.getpid():
            return f"process {owner['pid']} of this host, this very one: close it there, as qa.close() does"
        return f"process {owner['pid']} on {owner['host']} ({owner['program']}, since {owner['since']})"
    except (OSError, ValueError, KeyError):
        return "another process"
