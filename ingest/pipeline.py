"""From sources to the archive: `ingest(sources) -> IngestReport`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.archive.archive import Archive
from ingest.base.article import Article
from ingest.base.columns import check_columns
from ingest.base.errors import ArchiveError, SourceError
from ingest.base.filters import available_from
from ingest.base.settings import Settings
from ingest.sources.fetching.validators import Memory
from ingest.sources.intake import DEFAULT_LIMIT, Given, Intake, Unchanged, Web
from ingest.sources.seen_files import KnownFiles
from ingest.sources.uploads import Upload

if TYPE_CHECKING:
    from ingest.sources.fetching.fetcher import Fetcher

_AHEAD = 2 * 86_400  # seconds that a date may lie ahead: zones, and clocks that go wrong
_BATCH = 64  # articles looked up and written together

_log = logging.getLogger(__name__)


@dataclass
class IngestReport:
    """What came of some sources.

    Attributes:
        added: articles that were new.
        unchanged: articles that were there with the same content.
        replaced: articles that were there with other content; the new one counts.
        failed: an error for each file or record that could not be taken, with file, place, reason and remedy.
        withheld: how many of the added and replaced ones may not be found: withheld, canceled or under embargo.
        withdrawn: how many of the replaced ones were usable, and are canceled now.
        older: how many of the unchanged ones came as a lower edition than is there, or not later than they were
            canceled; their text is in the history.
        copies: how many of the added and replaced ones carry a story that another article had first; counted last.
        future: a word on each of the added and replaced ones that is dated more than two days from now, and would be
            found before; it is taken as it is.
        written: ids of the added and replaced ones, in the order in which they came.
    """

    added: int = 0
    unchanged: int = 0
    replaced: int = 0
    failed: list[SourceError] = field(default_factory=list)
    withheld: int = 0
    withdrawn: int = 0
    older: int = 0
    copies: int = 0
    future: list[SourceError] = field(default_factory=list)
    written: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Articles read, failed ones left out."""
        return self.added + self.unchanged + self.replaced

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        counts = {"added": self.added, "unchanged": self.unchanged, "replaced": self.replaced}
        counts |= {name: getattr(self, name) for name in ("withdrawn", "withheld", "older", "copies")}
        told = {"failed": self.failed, "future": self.future}
        return counts | {name: [error.to_dict() for error in errors] for name, errors in told.items()}

    def __str__(self) -> str:
        """One line of counts."""
        line = f"{self.added} added, {self.unchanged} unchanged, {self.replaced} replaced, {len(self.failed)} failed"
        more = {
            "withdrawn": self.withdrawn,
            "withheld or under embargo": self.withheld,
            "of an older edition or canceled since": self.older,
            "copies of other articles": self.copies,
            "dated in the future": len(self.future),
        }
        return "; ".join([line, *(f"{count} {what}" for what, count in more.items() if count)])


#: Told (bytes read, bytes in all, report so far) as the work goes on.
Progress = Callable[[int, int, IngestReport], None]


def ingest(
    sources: Given | Iterable[Given],
    archive: Archive | Settings | str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    *,
    follow: bool | None = None,
    limit: int = DEFAULT_LIMIT,
    fetcher: Fetcher | None = None,
) -> IngestReport:
    """Read articles from files, folders and web addresses into an archive, which is made where there is none.

    What cannot be read is named in the report, and the rest goes in. Doing it twice changes nothing.

    Args:
        sources: files, folders and addresses that begin with http:// or https://. Folders are walked, hidden files
            left out; zip, tar and packed files and web archives are read in place. An `Upload` is a file under a name
            of its own.
        archive: an archive, its folder, or None for the default.
        columns: for JSON Lines and CSV, which column holds which fact, as in `{"text": "body"}`.
        progress: told how far it is.
        follow: whether the pages that feeds and site maps link to are fetched; None for those alone that are named by
            their address themselves.
        limit: how many pages such links may lead to.
        fetcher: what pages are fetched with, and left open; None for one that reaches public addresses only.

    Raises:
        SettingsError: a fact in `columns` that no article has.
        ArchiveOwned, ArchiveMismatch, EmbedderError: the archive cannot be opened or written.

    Example:
        >>> ingest("articles/", archive="my-archive").failed
        []
    """
    columns = check_columns(columns)
    given = [sources] if isinstance(sources, str | Path | Upload) else list(sources)
    opened = archive if isinstance(archive, Archive) else Archive.open(archive, create=True)
    memory = Memory(_folder(opened))
    web = Web(lambda: fetcher or _fetcher(), memory, lambda ids: opened.versions(list(ids)), follow, limit)
    known = KnownFiles(_folder(opened), lambda ids: opened.versions(list(ids)), columns)
    intake = Intake(columns, web, known)
    try:
        with opened.writing():
            report = _Run(opened, intake, progress).take(given)
        memory.save()
        known.save()
        return report
    finally:
        if fetcher is None:
            intake.close()
        if opened is not archive:
            opened.close()


class _Run:
    """One call of `ingest`."""

    def __init__(self, archive: Archive, intake: Intake, progress: Progress | None) -> None:
        self.archive = archive
        self.intake = intake
        self.progress = progress or (lambda *_: None)
        self.report = IngestReport()
        self.batch: dict[str, Article] = {}

    def take(self, sources: Iterable[Given]) -> IngestReport:
        for found in self.intake.read(sources):
            if isinstance(found, SourceError):
                self._fail(found)
            elif isinstance(found, Unchanged):
                self.report.unchanged += len(found.article_ids)
            else:
                self._take(found)
        self._flush()
        self.report.copies = sum(origin != i for i, origin in self.archive.origins(self.report.written).items())
        return self.report

    def _take(self, article: Article) -> None:
        # A later record of the same article has to find the earlier one written.
        if article.article_id in self.batch or len(self.batch) >= _BATCH:
            self._flush()
        self.batch[article.article_id] = article

    def _flush(self) -> None:
        outcomes = self.archive.add(list(self.batch.values()))
        for article_id, article in self.batch.items():
            outcome = outcomes[article_id]
            self.report.added += outcome == "added"
            self.report.unchanged += outcome in ("unchanged", "older")
            self.report.replaced += outcome in ("replaced", "withdrawn")
            self.report.withdrawn += outcome == "withdrawn"
            self.report.older += outcome == "older"
            if outcome not in ("unchanged", "older"):
                self.report.withheld += available_from(article) > time.time()
                self.report.written.append(article_id)
                self._look_at_date(article)
        self.batch.clear()
        self._tell()

    def _tell(self) -> None:
        self.progress(self.intake.done_bytes, self.intake.total_bytes, self.report)

    def _look_at_date(self, article: Article) -> None:
        """Name an article that is dated in the future: a clock or a century that is wrong, more often than not."""
        date = article.published
        if date and date.epoch > time.time() + _AHEAD and available_from(article) < date.epoch:
            reason = f"{article.headline[:80]!r} is dated {date}, which is still to come; it was taken as it is"
            remedy = "Correct the date where it is wrong, and ingest it again"
            self.report.future.append(SourceError(article.source, article.position, reason, remedy))

    def _fail(self, error: SourceError) -> None:
        _log.info("not taken: %s", error)
        self.report.failed.append(error)
        self._tell()


def _folder(archive: Archive) -> Path | None:
    """Where to remember what was fetched; None for an archive that has no folder."""
    try:
        return archive.folder
    except ArchiveError:
        return None


def _fetcher() -> Fetcher:
    from ingest.sources.fetching.fetcher import Fetcher  # brings httpx, which few runs need

    return Fetcher()
