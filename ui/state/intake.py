"""Taking articles in beside everything else: in a thread of its own, one batch at a time, with its progress."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ingest.archive.archive import Archive
from ingest.base.errors import DatelineError
from ingest.pipeline import IngestReport, ingest
from ingest.sources.intake import DEFAULT_LIMIT, IngestSource

if TYPE_CHECKING:
    from ingest.sources.fetching.fetcher import Fetcher

State = Literal["waiting", "reading", "done", "stopped", "failed"]

_LOOK = 0.25  # seconds between two looks at how far it is

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """What somebody wants to be taken in.

    Attributes:
        sources: files, and addresses.
        follow: as of `ingest`.
        limit: as of `ingest`.
        ended: called once the sources are no longer needed, whatever came of them.
        id: names it where it is to be stopped.
    """

    sources: Sequence[IngestSource]
    follow: bool | None = None
    limit: int = DEFAULT_LIMIT
    ended: Callable[[], None] = lambda: None
    id: str = field(default_factory=lambda: secrets.token_urlsafe(9))


@dataclass(frozen=True)
class Look:
    """How far it is.

    Attributes:
        state: `waiting` for somebody else's to end; `reading`; or how it ended.
        done: bytes that were read.
        total: bytes in all, as far as they are known.
        report: of what went in so far; it grows as long as it is read.
        problem: why it failed, in words; empty for an error that nobody foresaw.
    """

    state: State
    done: int = 0
    total: int = 0
    report: IngestReport = field(default_factory=IngestReport)
    problem: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.state in ("done", "stopped", "failed")


class _Stopped(Exception):
    """It was asked to stop."""


class Intake:
    """Takes batches into one archive, one after the other."""

    def __init__(self, archive: Archive, fetcher: Fetcher | None = None) -> None:
        """Args: archive: an open one; fetcher: as of `ingest`."""
        self._archive = archive
        self._fetcher = fetcher
        self._turn = threading.Lock()
        self._stopping: dict[str, threading.Event] = {}

    def run(self, batch: Batch) -> Iterator[Look]:
        """Take a batch in; it goes on where nobody looks any more."""
        stop = self._stopping[batch.id] = threading.Event()
        run = _Run(self._archive, batch, stop, self._fetcher)
        begun = False
        try:
            if not self._turn.acquire(blocking=False):
                yield Look("waiting")
                while not self._turn.acquire(timeout=_LOOK):
                    if stop.is_set():
                        yield Look("stopped")
                        return
            threading.Thread(target=run.work, args=(self._finish(batch),), daemon=True, name="intake").start()
            begun = True
            yield run.look
            seen = run.look
            while not seen.is_over:
                run.over.wait(_LOOK)
                if run.look is not seen:
                    seen = run.look
                    yield seen
        finally:
            if not begun:
                self._stopping.pop(batch.id, None)
                batch.ended()

    def _finish(self, batch: Batch) -> Callable[[], None]:
        def finish() -> None:
            self._stopping.pop(batch.id, None)
            self._turn.release()
            batch.ended()

        return finish

    def stop(self, batch_id: str) -> None:
        """Stop a batch after the articles that are being written."""
        if (event := self._stopping.get(batch_id)) is not None:
            event.set()


class _Run:
    """One batch that is being taken in."""

    def __init__(self, archive: Archive, batch: Batch, stop: threading.Event, fetcher: Fetcher | None) -> None:
        self.look = Look("reading")
        self.over = threading.Event()
        self._archive, self._batch, self._stop, self._fetcher = archive, batch, stop, fetcher

    def work(self, finish: Callable[[], None]) -> None:
        """In a thread."""
        batch = self._batch
        try:
            report = ingest(
                batch.sources,
                self._archive,
                progress=self._progress,
                follow=batch.follow,
                limit=batch.limit,
                fetcher=self._fetcher,
            )
            ended = Look("done", self.look.done, self.look.total, report)
        except _Stopped:
            ended = Look("stopped", self.look.done, self.look.total, self.look.report)
        except DatelineError as error:
            ended = Look("failed", report=self.look.report, problem=str(error))
        except Exception:  # whatever it was, the visitor is not left with "taking in"
            _log.exception("taking in failed")
            ended = Look("failed", report=self.look.report)
        finally:
            finish()
        self.look = ended
        self.over.set()

    def _progress(self, done: int, total: int, report: IngestReport) -> None:
        self.look = Look("reading", done, total, report)
        if self._stop.is_set():
            raise _Stopped
