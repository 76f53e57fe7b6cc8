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
from ingest.store.store import Store

_SECONDS = 30.0  # that a lease holds if nobody renews it
_SETTLE = 1.2  # between writing it and reading it back
_SLOW = 1.0  # from reading that it is free to having written it; one that took longer does not count

_TRIES = 12  # to take it

_log = logging.getLogger(__name__)


class Lease:
    """A record on the server that says who writes, until when; a thread renews it while it is held.

    What it guarantees, and what not: Chroma offers no compare-and-set. Whoever wants the lease reads that it is free
    and writes a random token, both within a second or it does not count; waits longer than that; and reads back
    whether the token is still there. Of two who saw it free the later writer is seen by the other one, so both hold it
    only if the server says that it has written what others cannot read yet, or a process's own clock leaps. A holder
    that stood still for more than 30 seconds, on a suspended laptop for one, has lost it; it looks again before each
    step that others can see, and writes no more of that change once it is lost. Nothing points at what it wrote until
    then, and the next writer cleans up. A lease that was renewed so late that somebody may have seen it free counts as
    lost, whoever has it then. When a lease ends is told by the server's clock, so clocks of machines need not agree.
    """

    def __init__(self, store: Store) -> None:
        """Of an archive on a server; taken by `held`."""
        self._store = store
        self._lock = threading.RLock()
        self._users = 0
        self._token = ""
        self._renewed = 0.0  # by this process's own clock
        self._stop = threading.Event()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold it; within a process, any number of times at once.

        Raises:
            ArchiveOwned: another process writes.
        """
        with self._lock:
            if not self._users:
                self._take()
            self._users += 1
        try:
            yield
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    self._give_back()

    def check(self) -> None:
        """See that it is still held.

        Raises:
            ArchiveOwned: another process has it by now.
        """
        with self._lock:
            if time.monotonic() - self._renewed > _SECONDS / 2:
                self._renew()
            if not self._token:
                raise ArchiveOwned(
                    f"another process began to write to {self._store.place} while this one stood still. Do it again "
                    "once that is done; what is in the archive is whole"
                )

    def _take(self) -> None:
        token = secrets.token_hex(8)
        for _ in range(_TRIES):
            began = time.monotonic()
            self._refuse_if_taken()
            self._store.put_lease(self._document(token))
            if time.monotonic() - began > _SLOW:
                time.sleep(_SETTLE * (1 + secrets.randbelow(100) / 100))
                if self._holder() == token:  # slow, and alone all the same
                    self._store.put_lease("")
                continue
            time.sleep(_SETTLE)
            if self._holder() == token:
                self._token, self._renewed = token, began
                self._stop = threading.Event()
                threading.Thread(target=self._keep, args=(self._stop,), name="dateline-lease", daemon=True).start()
                return
        self._refuse_if_taken()
        raise ArchiveError(
            f"{self._store.place} answers too slowly to be written to safely. See what keeps it busy, then do it again"
        )

    def _refuse_if_taken(self) -> None:
        lease = self._read()
        if (left := self._left(lease)) > 0:
            raise ArchiveOwned(
                f"{self._store.place} is being written by process {lease.get('pid')} on {lease.get('host')} "
                f"({lease.get('program')}, since {lease.get('since')}). Do it again once that is done; should that "
                f"process have died, in {left:.0f} seconds"
            )

    def _read(self) -> dict[str, Any]:
        try:
            lease = json.loads(self._store.lease() or "{}")
        except ValueError:
            return {}
        return lease if isinstance(lease, dict) else {}

    def _left(self, lease: Mapping[str, Any]) -> float:
        """Seconds until it ends, by the server's clock."""
        return float(lease.get("until", 0)) - self._store.seconds()

    def _holder(self) -> str:
        return str(self._read().get("token", ""))

    def _document(self, token: str) -> str:
        return json.dumps(this_process() | {"token": token, "until": self._store.seconds() + _SECONDS})

    def _renew(self) -> None:
        """Renew it, or find that it is lost.

        It is lost, too, where it had ended, or almost, by the time that it was written again: another process may have
        seen it free, and what that one wrote stood there no more. What is there then stays there, so that nobody takes
        the lease before the other process has noticed.
        """
        began = time.monotonic()
        lease = self._read()
        if lease.get("token") == self._token and self._left(lease) > 0:
            self._store.put_lease(self._document(self._token))
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
                except ArchiveError as error:  # it is looked at again before the next step
                    _log.warning("the lease could not be renewed: %s", error)

    def _give_back(self) -> None:
        self._stop.set()
        token, self._token = self._token, ""
        try:
            if token and self._holder() == token:
                self._store.put_lease("")
        except ArchiveError as error:
            _log.warning("the lease was not given back, and ends within %.0f seconds: %s", _SECONDS, error)
