"""Ingest sources into an archive: `ingest(sources) -> IngestReport`."""

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
from ingest.sources.intake import DEFAULT_LIMIT, IngestSource, Intake, Unchanged, Web
from ingest.sources.seen_files import SeenFiles
from ingest.sources.uploads import Upload

if TYPE_CHECKING:
    from ingest.sources.fetching.fetcher import Fetcher

_AHEAD = 2 * 86_400  # seconds; dates may be this far in the future because of time zones and wrong clocks
_BATCH = 64  # articles that are looked up and written together

_log = logging.getLogger(__name__)


@dataclass
class IngestReport:
    """The result of ingesting some sources.

    Attributes:
        added: number of new articles.
        unchanged: number of articles that the archive already had with the same content.
        replaced: number of articles that the archive had with other content.
        failed: an error for each file or record that was not ingested, with file, place, reason and remedy.
        withheld: how many added and replaced articles no search may find: withheld, canceled or under embargo.
        withdrawn: how many replaced articles were usable before and are canceled now.
        older: how many unchanged articles arrived as a lower edition, or not later than they were canceled; their text
            is in the history.
        copies: how many added and replaced articles are near-duplicates of an earlier article; counted at the end.
        future: a warning for each added or replaced article that is dated more than two days in the future, although
            searches may find it now; it was ingested.
        written: ids of the added and replaced articles, in order.
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
        """Number of articles, without failed ones."""
        return self.added + self.unchanged + self.replaced

    def to_dict(self) -> dict[str, object]:
        """The report for JSON."""
        counts = {"added": self.added, "unchanged": self.unchanged, "replaced": self.replaced}
        counts |= {name: getattr(self, name) for name in ("withdrawn", "withheld", "older", "copies")}
        notes = {"failed": self.failed, "future": self.future}
        return counts | {name: [error.to_dict() for error in errors] for name, errors in notes.items()}

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


#: Called with (bytes read, bytes in total, report so far) during the work.
Progress = Callable[[int, int, IngestReport], None]


def ingest(
    sources: IngestSource | Iterable[IngestSource],
    archive: Archive | Settings | str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
    *,
    follow: bool | None = None,
    limit: int = DEFAULT_LIMIT,
    fetcher: Fetcher | None = None,
) -> IngestReport:
    """Ingest articles from files, folders and URLs into an archive, which is created if it does not exist.

    A source that cannot be read is reported and the others are ingested. Ingesting a source again changes nothing.

    Args:
        sources: files, folders, and URLs that begin with http:// or https://. Folders are searched without hidden
            files; zip, tar and compressed files and web archives are read in place. An `Upload` is a file with another
            name.
        archive: an archive, its folder, or None for the default.
        columns: for JSON Lines and CSV, the column of each fact, as in `{"text": "body"}`.
        progress: called during the work.
        follow: whether the pages that feeds and sitemaps link to are fetched; None to fetch them only for feeds and
            sitemaps whose URL is in `sources`.
        limit: maximum number of pages that are fetched through such links.
        fetcher: fetches pages and is not closed; None for one that only reaches public addresses.

    Raises:
        SettingsError: a fact in `columns` is unknown.
        ArchiveOwned, ArchiveMismatch, EmbedderError: the archive cannot be opened or written.

    Example:
        >>> ingest("articles/", archive="my-archive").failed
        []
    """
    columns = check_columns(columns)
    source_list = [sources] if isinstance(sources, str | Path | Upload) else list(sources)
    opened = archive if isinstance(archive, Archive) else Archive.open(archive, create=True)
    memory = Memory(_folder(opened))
    web = Web(lambda: fetcher or _fetcher(), memory, lambda ids: opened.versions(list(ids)), follow, limit)
    seen_files = SeenFiles(_folder(opened), lambda ids: opened.versions(list(ids)), columns)
    intake = Intake(columns, web, seen_files)
    try:
        with opened.writing():
            report = _Run(opened, intake, progress).ingest(source_list)
        memory.save()
        seen_files.save()
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

    def ingest(self, sources: Iterable[IngestSource]) -> IngestReport:
        for result in self.intake.read(sources):
            if isinstance(result, SourceError):
                self._fail(result)
            elif isinstance(result, Unchanged):
                self.report.unchanged += len(result.article_ids)
            else:
                self._add(result)
        self._flush()
        self.report.copies = sum(origin != i for i, origin in self.archive.origins(self.report.written).items())
        return self.report

    def _add(self, article: Article) -> None:
        # An earlier record of the same article has to be written before a later one.
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
                self._check_date(article)
        self.batch.clear()
        self._report_progress()

    def _report_progress(self) -> None:
        self.progress(self.intake.done_bytes, self.intake.total_bytes, self.report)

    def _check_date(self, article: Article) -> None:
        """Report an article that is dated in the future, which usually means a wrong clock or century."""
        date = article.published
        if date and date.epoch > time.time() + _AHEAD and available_from(article) < date.epoch:
            reason = f"{article.headline[:80]!r} is dated {date}, which is in the future; it was ingested unchanged"
            remedy = "If the date is wrong, correct it and ingest the article again"
            self.report.future.append(SourceError(article.source, article.position, reason, remedy))

    def _fail(self, error: SourceError) -> None:
        _log.info("not ingested: %s", error)
        self.report.failed.append(error)
        self._report_progress()


def _folder(archive: Archive) -> Path | None:
    """The folder in which files and pages are remembered; None for an archive without a folder."""
    try:
        return archive.folder
    except ArchiveError:
        return None


def _fetcher() -> Fetcher:
    from ingest.sources.fetching.fetcher import Fetcher  # imports httpx, which few runs need

    return Fetcher()
