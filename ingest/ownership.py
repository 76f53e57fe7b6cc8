"""One process owns an archive's folder; a second one is told who."""

from __future__ import annotations

import json
import os
import socket
import sys
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from ingest.errors import ArchiveError, ArchiveOwned

_LOCK = "owner.lock"
_OWNER = "owner.json"


class Ownership:
    """A lock on a folder; the operating system lets go of it when the process ends, however it ends."""

    def __init__(self, folder: Path) -> None:
        """Take the folder.

        Raises:
            ArchiveOwned: another process has it.
            ArchiveError: the folder cannot be written to.
        """
        self._owner = folder / _OWNER
        self._lock = FileLock(folder / _LOCK, thread_local=False)  # whichever thread closes it
        try:
            self._lock.acquire(timeout=0)
            self._owner.write_text(json.dumps(_this_process()))
        except Timeout:
            raise ArchiveOwned(
                f"the archive {folder} is open in {_describe(self._owner)}. Ask there, stop it, or name another archive"
            ) from None
        except OSError as error:
            raise ArchiveError(
                f"the archive {folder} cannot be written to: {error}. Change its permissions, or name another folder"
            ) from None

    def release(self) -> None:
        """Let go of the folder."""
        self._owner.unlink(missing_ok=True)
        self._lock.release()


def _this_process() -> dict[str, object]:
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
