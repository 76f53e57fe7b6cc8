"""One writer at a time on a Chroma server."""

from __future__ import annotations

import json
import logging
import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ingest.archive.locks import this_process
from ingest.base.errors import ArchiveError, ArchiveOwned
from ingest.store.collections import Collections

_SECONDS = 30.0  # a lease holds if it is not renewed
_SETTLE = 1.2  # between writing it and reading it back
_SLOW = 1.0  # from reading that it is free to having written it; an attempt that took longer does not count

_TRIES = 12  # to get it

_log = logging.getLogger(__name__)


class Lease:
    """A record on the server that says who writes, and until when; a thread renews it while it is held.

    What it guarantees, and what not: Chroma has no compare-and-set. A process that wants the lease reads that it is
    free and writes a random token, both within a second or the attempt does not count; waits longer than that; and
    reads whether the token is still there. Of two processes that saw the lease free, the first one then reads the token
    of the second. So both hold it only if the server confirms a write that others cannot read yet, or if a process's
    own clock jumps. A holder that was suspended for more than 30 seconds, with its laptop for example, has lost the
    lease. It checks that before each step that others can see, and writes no more of its change once the lease is lost.
    No record points at what it wrote until then, and the next writer cleans up. A lease that was renewed so late that
    another process may have seen it free counts as lost for both. The server's clock decides when a lease ends, so the
    clocks of the machines need not agree.
    """

    def __init__(self, collections: Collections) -> None:
        """Args: collections: of an archive on a server. `held` gets the lease."""
        self._collections = collections
        self._lock = threading.RLock()
        self._users = 0
        self._token = ""
        self._renewed = 0.0  # by this process's own clock
        self._stop = threading.Event()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lease; any number of times at once within a process.

        Raises:
            ArchiveOwned: another process writes.
        """
        with self._lock:
            if not self._users:
                self._acquire()
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._release()

    def check(self) -> None:
        """Check that the lease is still held.

        Raises:
            ArchiveOwned: another process holds it now.
        """
        with self._lock:
            if time.monotonic() - self._renewed > _SECONDS / 2:
                self._renew()
            if not self._token:
                raise ArchiveOwned(
                    f"another process began to write to {self._place} while this one was suspended. Do it again "
                    "once that is done; what is in the archive is whole"
                )

    def _acquire(self) -> None:
        token = secrets.token_hex(8)
        for _ in range(_TRIES):
            began = time.monotonic()
            self._refuse_if_held()
            self._collections.put_lease(self._document(token))
            if time.monotonic() - began > _SLOW:
                time.sleep(_SETTLE * (1 + secrets.randbelow(100) / 100))
                if self._holder() == token:  # slow, but nobody else wants it
                    self._collections.put_lease("")
                continue
            time.sleep(_SETTLE)
            if self._holder() == token:
                self._token, self._renewed = token, began
                self._stop = threading.Event()
                threading.Thread(target=self._keep, args=(self._stop,), name="dateline-lease", daemon=True).start()
                return
        self._refuse_if_held()
        raise ArchiveError(
            f"{self._place} answers too slowly to be written to safely. See what keeps it busy, then do it again"
        )

    def _refuse_if_held(self) -> None:
        lease = self._read()
        if (left := self._left(lease)) > 0:
            raise ArchiveOwned(
                f"{self._place} is being written by process {lease.get('pid')} on {lease.get('host')} "
                f"({lease.get('program')}, since {lease.get('since')}). Do it again once that is done; should that "
                f"process have died, in {left:.0f} seconds"
            )

    @property
    def _place(self) -> str:
        return self._collections.connection.place

    def _read(self) -> dict[str, Any]:
        try:
            lease = json.loads(self._collections.lease() or "{}")
        except ValueError:
            return {}
        return lease if isinstance(lease, dict) else {}

    def _left(self, lease: Mapping[str, Any]) -> float:
        """Seconds until a lease ends, by the server's clock."""
        return float(lease.get("until", 0)) - self._collections.connection.seconds()

    def _holder(self) -> str:
        return str(self._read().get("token", ""))

    def _document(self, token: str) -> str:
        return json.dumps(this_process() | {"token": token, "until": self._collections.connection.seconds() + _SECONDS})

    def _renew(self) -> None:
        """Renew the lease, or find that it is lost.

        It is lost, too, where it had ended, or almost, by the time that it was written again: another process may have
        seen it free, and its token was overwritten. The record then stays as it is, so that nobody gets the lease
        before the other process has noticed.
        """
        began = time.monotonic()
        lease = self._read()
        if lease.get("token") == self._token and self._left(lease) > 0:
            self._collections.put_lease(self._document(self._token))
            if self._left(lease) > _SLOW:
                self._renewed = began
                return
        self._token = ""

    def _keep(self, stop: threading.Event) -> None:
        while not stop.wait(_SECONDS / 4):
            with self._lock:
                if stop.is_set() or not self._token:
                    return
                try:
                    self._renew()
                except ArchiveError as error:  # `check` tries again before the next step
                    _log.warning("the lease could not be renewed: %s", error)

    def _release(self) -> None:
        self._stop.set()
        token, self._token = self._token, ""
        try:
            if token and self._holder() == token:
                self._collections.put_lease("")
        except ArchiveError as error:
            _log.warning("the lease was not released, and ends within %.0f seconds: %s", _SECONDS, error)
