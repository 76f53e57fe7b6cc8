"""From sources to the archive: `ingest(sources) -> IngestReport`."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from ingest.archive import Archive
from ingest.article import Article
from ingest.draft import Link, to_article
from ingest.errors import SourceError
from ingest.readers import HEAD_BYTES, Source, choose_reader
from ingest.readers.records import check_columns
from ingest.scope import available_from
from ingest.settings import Settings

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
        older: how many of the unchanged ones came as a lower edition than is there; their text is in the history.
        copies: how many of the added and replaced ones carry a story that another article carries, too.
    """

    added: int = 0
    unchanged: int = 0
    replaced: int = 0
    failed: list[SourceError] = field(default_factory=list)
    withheld: int = 0
    withdrawn: int = 0
    older: int = 0
    copies: int = 0

    @property
    def total(self) -> int:
        """Articles read, failed ones left out."""
        return self.added + self.unchanged + self.replaced

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        counts = {"added": self.added, "unchanged": self.unchanged, "replaced": self.replaced}
        counts |= {name: getattr(self, name) for name in ("withdrawn", "withheld", "older", "copies")}
        return counts | {"failed": [error.to_dict() for error in self.failed]}

    def __str__(self) -> str:
        """One line of counts."""
        line = f"{self.added} added, {self.unchanged} unchanged, {self.replaced} replaced, {len(self.failed)} failed"
        more = {
            "withdrawn": self.withdrawn,
            "withheld or under embargo": self.withheld,
            "of an older edition": self.older,
            "copies": self.copies,
        }
        return "; ".join([line, *(f"{count} {what}" for what, count in more.items() if count)])


#: Told (bytes read, bytes in all, report so far) as the work goes on.
Progress = Callable[[int, int, IngestReport], None]


def ingest(
    sources: str | Path | Iterable[str | Path],
    archive: Archive | Settings | str | Path | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Read articles from files and folders into an archive, which is made where there is none.

    What cannot be read is named in the report, and the rest goes in. Doing it twice changes nothing.

    Args:
        sources: files and folders; folders are walked, hidden files left out.
        archive: an archive, its folder, or None for the default.
        columns: for JSON Lines and CSV, which column holds which fact, as in `{"text": "body"}`.
        progress: told how far it is.

    Raises:
        SettingsError: a fact in `columns` that no article has.
        ArchiveOwned, ArchiveMismatch, EmbedderError: the archive cannot be opened or written.

    Example:
        >>> ingest("articles/", archive="my-archive").failed
        []
    """
    columns = check_columns(columns)
    paths = [sources] if isinstance(sources, str | Path) else list(sources)
    opened = archive if isinstance(archive, Archive) else Archive.open(archive, create=True)
    try:
        with opened.writing():
            return _Run(opened, columns, progress).take(paths)
    finally:
        if opened is not archive:
            opened.close()


class _Run:
    """One call of `ingest`."""

    def __init__(self, archive: Archive, columns: Mapping[str, str], progress: Progress | None) -> None:
        self.archive = archive
        self.columns = columns
        self.progress = progress or (lambda *_: None)
        self.report = IngestReport()
        self.batch: dict[str, Article] = {}
        self.finished_bytes = 0
        self.total_bytes = 0

    def take(self, paths: list[str | Path]) -> IngestReport:
        files = list(self._files(paths))
        self.total_bytes = sum(size for _, _, size in files)
        for path, name, size in files:
            try:
                self._take_file(path, Source(name, str(path.resolve())))
            except SourceError as error:
                self._fail(error)
            self.finished_bytes += size
        self._flush(self.finished_bytes)
        return self.report

    def _files(self, paths: list[str | Path]) -> Iterator[tuple[Path, str, int]]:
        """(path, name to show, size) of every file, in order; a file that was named twice is reported."""
        seen: set[Path] = set()
        for given in paths:
            root = Path(given).expanduser()
            try:
                if root.is_dir():
                    found = [p for p in sorted(root.rglob("*")) if p.is_file() and not _hidden(p.relative_to(root))]
                elif root.exists():
                    found = [root]
                else:
                    raise FileNotFoundError("no such file or folder")
                for path in found:
                    if path.resolve() in seen:
                        self._fail(
                            SourceError(str(path), "", "it is in this batch twice", "It was read once; name it once")
                        )
                        continue
                    seen.add(path.resolve())
                    yield path, str(path), path.stat().st_size
            except OSError as error:
                self._fail(SourceError(str(given), "", str(error), "Check the path and its permissions"))

    def _take_file(self, path: Path, source: Source) -> None:
        try:
            with path.open("rb") as file:
                reader = choose_reader(file.read(HEAD_BYTES), source, self.columns)
                file.seek(0)
                keys: set[str] = set()
                for draft in reader.read(file, source):
                    if isinstance(draft, SourceError):
                        self._fail(draft)
                        continue
                    if isinstance(draft, Link):
                        if draft.draft is None:
                            self._fail(draft.problem("it is an address alone", "Fetch what it leads to"))
                            continue
                        draft = draft.draft
                    if draft.key in keys:  # two stories of one headline and day
                        draft.key = f"{draft.key}#{draft.position}"
                    keys.add(draft.key)
                    try:
                        article = replace(to_article(draft), source=source.key)
                        self._take(article, self.finished_bytes + file.tell())
                    except SourceError as error:
                        self._fail(error)
        except OSError as error:
            raise SourceError(
                source.name, "", f"it cannot be read: {error}", "Check the file and its permissions"
            ) from None

    def _take(self, article: Article, bytes_read: int) -> None:
        # A later record of the same article has to find the earlier one written.
        if article.article_id in self.batch or len(self.batch) >= _BATCH:
            self._flush(bytes_read)
        self.batch[article.article_id] = article

    def _flush(self, bytes_read: int) -> None:
        outcomes = self.archive.take(list(self.batch.values()))
        for article_id, article in self.batch.items():
            outcome = outcomes[article_id]
            self.report.added += outcome == "added"
            self.report.unchanged += outcome in ("unchanged", "older")
            self.report.replaced += outcome in ("replaced", "withdrawn")
            self.report.withdrawn += outcome == "withdrawn"
            self.report.older += outcome == "older"
            if outcome not in ("unchanged", "older"):
                self.report.withheld += available_from(article) > time.time()
        self.batch.clear()
        self.progress(bytes_read, self.total_bytes, self.report)

    def _fail(self, error: SourceError) -> None:
        _log.info("not taken: %s", error)
        self.report.failed.append(error)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
