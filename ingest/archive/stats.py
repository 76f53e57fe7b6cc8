"""Count what is in an archive."""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from ingest.base.article import Article
from ingest.base.filters import publisher_key
from ingest.store.reader import Reader


@dataclass(frozen=True)
class Stats:
    """Numbers of an archive.

    Attributes:
        articles: number of articles.
        passages: number of passages.
        usable: articles that may be found now.
        withheld, canceled, embargoed: articles that may not, by reason.
        undated: articles without a date.
        publishers: number of articles by publisher, largest first; "" for articles that name none.
        months: number of articles by month, as in `2024-05`; a date that is only a year counts under the year.
        versions: number of earlier versions that are kept.
        versions_bytes: bytes of their text and facts.
        removed: number of removed articles that can be restored.
        origins: number of different stories that may be found, copies counted once.
        bytes: on disk, by part; empty for an archive on a server.
    """

    articles: int
    passages: int
    usable: int
    withheld: int
    canceled: int
    embargoed: int
    undated: int
    publishers: dict[str, int]
    months: dict[str, int]
    versions: int
    versions_bytes: int
    removed: int
    origins: int
    bytes: dict[str, int]

    def to_dict(self) -> dict[str, object]:
        """For JSON."""
        return asdict(self)

    def lines(self) -> list[str]:
        """For people."""
        taken = size_in_words(self.versions_bytes)
        kept = f"{self.versions:,} earlier versions, {taken}; {self.removed:,} removed articles"
        hidden = f"{self.withheld:,} withheld, {self.canceled:,} canceled, {self.embargoed:,} under embargo"
        lines = [f"{self.articles:,} articles in {self.passages:,} passages", f"{self.usable:,} can be found; {hidden}"]
        lines += [kept, f"{self.undated:,} without a date"]
        lines.append(f"{self.origins:,} different stories")
        lines += [f"{part}: {size_in_words(size)} on disk" for part, size in self.bytes.items()]
        for title, counts in (("publisher", self.publishers), ("month", self.months)):
            if counts:
                lines += ["", f"articles  {title}"]
                lines += [f"{count:8,}  {name or '-'}" for name, count in counts.items()]
        return lines


def count(reader: Reader, folder: Path | None, origins: int) -> Stats:
    """Count everything.

    Args:
        reader: of the archive's articles.
        folder: of the archive, where it has one.
        origins: number of different stories.
    """
    ids = [str(record["article_id"]) for record in reader.all_records()]
    articles = list(reader.heads(ids).values())
    first_pieces = [metadata for _, metadata in reader.all_history() if metadata["piece"] == 0]
    earlier = [metadata for metadata in first_pieces if not metadata["is_removed"]]
    states = Counter(_state(article) for article in articles)
    return Stats(
        articles=len(articles),
        passages=reader.n_passages,
        usable=states["usable"],
        withheld=states["withheld"],
        canceled=states["canceled"],
        embargoed=states["embargoed"],
        undated=sum(article.published is None for article in articles),
        publishers=_publishers(articles),
        months=dict(sorted(Counter(a.published.iso[:7] for a in articles if a.published).items())),
        versions=len(earlier),
        versions_bytes=sum(int(metadata["bytes"]) for metadata in earlier),
        removed=len(first_pieces) - len(earlier),
        origins=origins,
        bytes=sizes(folder) if folder else {},
    )


def _state(article: Article) -> str:
    if article.status != "usable":
        return article.status
    return "embargoed" if article.embargo and article.embargo.epoch > time.time() else "usable"


def _publishers(articles: Sequence[Article]) -> dict[str, int]:
    """Number of articles by publisher; different spellings of a name count under the first one."""
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for article in articles:
        key = publisher_key(article.publisher)
        names.setdefault(key, article.publisher or "")
        counts[key] += 1
    return {names[key]: number for key, number in sorted(counts.items(), key=lambda item: (-item[1], item[0]))}


def sizes(folder: Path) -> dict[str, int]:
    """Bytes of each part of an archive's folder; files that another thread deletes meanwhile are not counted."""
    counted: Counter[str] = Counter()
    for within, _, names in os.walk(folder):
        for path in (Path(within, name) for name in names):
            part = path.relative_to(folder).parts[0].partition(".")[0]  # SQLite's log files count as well
            if part != "owner":
                with suppress(FileNotFoundError):
                    counted[part] += path.stat().st_size
    return dict(sorted(counted.items()))


def size_in_words(size: float) -> str:
    """A number of bytes for people, as in `1.2 MB`."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1_000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1_000
    return f"{size:.1f} GB"
