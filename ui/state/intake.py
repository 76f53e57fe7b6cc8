"""Add articles in a background thread, one batch at a time, and report the progress."""

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

_INTERVAL = 0.25  # seconds between two checks of the progress

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Batch:
    """Articles that somebody wants to add.

    Attributes:
        sources: files and web addresses.
        follow: as for `ingest`.
        limit: as for `ingest`.
        ended: called when the sources are no longer needed, whatever the result.
        id: identifies the batch when it is to be stopped.
    """

    sources: Sequence[IngestSource]
    follow: bool | None = None
    limit: int = DEFAULT_LIMIT
    ended: Callable[[], None] = lambda: None
    id: str = field(default_factory=lambda: secrets.token_urlsafe(9))


@dataclass(frozen=True)
class Progress:
    """The progress of a batch.

    Attributes:
        state: `waiting` for another batch to end; `reading`; or how it ended.
        done: bytes that were read.
        total: bytes in all, as far as known.
        report: counts and errors so far. It grows while the batch is read.
        problem: why it failed; empty for an unexpected error.
    """

    state: State
    done: int = 0
    total: int = 0
    report: IngestReport = field(default_factory=IngestReport)
    problem: str = ""

    @property
    def is_over(self) -> bool:
        """Whether the batch has ended."""
        return self.state in ("done", "stopped", "failed")


class _Stopped(Exception):
    """The batch was asked to stop."""


class Intake:
    """Adds batches to one archive, one after another."""

    def __init__(self, archive: Archive, fetcher: Fetcher | None = None) -> None:
        """Prepare to add articles.

        Args:
            archive: an open archive.
            fetcher: as for `ingest`.
        """
        self._archive = archive
        self._fetcher = fetcher
        self._turn = threading.Lock()
        self._stopping: dict[str, threading.Event] = {}

    def run(self, batch: Batch) -> Iterator[Progress]:
        """Add a batch and report its progress. It continues even if the caller stops iterating."""
        stop = self._stopping[batch.id] = threading.Event()
        run = _Run(self._archive, batch, stop, self._fetcher)
        started = False
        try:
            if not self._turn.acquire(blocking=False):
                yield Progress("waiting")
                while not self._turn.acquire(timeout=_INTERVAL):
                    if stop.is_set():
                        yield Progress("stopped")
                        return
            threading.Thread(target=run.work, args=(self._finish(batch),), daemon=True, name="intake").start()
            started = True
            yield run.progress
            seen = run.progress
            while not seen.is_over:
                run.over.wait(_INTERVAL)
                if run.progress is not seen:
                    seen = run.progress
                    yield seen
        finally:
            if not started:
                self._stopping.pop(batch.id, None)
                batch.ended()

    def _finish(self, batch: Batch) -> Callable[[], None]:
        def finish() -> None:
            self._stopping.pop(batch.id, None)
            self._turn.release()
            batch.ended()

        return finish

    def stop(self, batch_id: str) -> None:
        """Stop a batch after the articles that are being written now."""
        if (event := self._stopping.get(batch_id)) is not None:
            event.set()


class _Run:
    """A batch that is being added."""

    def __init__(self, archive: Archive, batch: Batch, stop: threading.Event, fetcher: Fetcher | None) -> None:
        self.progress = Progress("reading")
        self.over = threading.Event()
        self._archive, self._batch, self._stop, self._fetcher = archive, batch, stop, fetcher

    def work(self, finish: Callable[[], None]) -> None:
        """Add the batch. Runs in its own thread."""
        batch = self._batch
        try:
            report = ingest(
                batch.sources,
                self._archive,
                progress=self._report,
                follow=batch.follow,
                limit=batch.limit,
                fetcher=self._fetcher,
            )
            ended = Progress("done", self.progress.done, self.progress.total, report)
        except _Stopped:
            ended = Progress("stopped", self.progress.done, self.progress.total, self.progress.report)
        except DatelineError as error:
            ended = Progress("failed", report=self.progress.report, problem=str(error))
        except Exception:  # the page must not show "Adding articles" forever
            _log.exception("adding articles failed")
            ended = Progress("failed", report=self.progress.report)
        finally:
            finish()
        self.progress = ended
        self.over.set()

    def _report(self, done: int, total: int, report: IngestReport) -> None:
        self.progress = Progress("reading", done, total, report)
        if self._stop.is_set():
            raise _Stopped
