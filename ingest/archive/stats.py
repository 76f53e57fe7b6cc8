"""What is in an archive, in numbers."""

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
from ingest.store.store import Store


@dataclass(frozen=True)
class Stats:
    """Numbers of an archive.

    Attributes:
        articles: all of them.
        passages: all of them.
        usable: articles that may be found now.
        withheld, canceled, embargoed: articles that may not, by why.
        undated: articles without a date.
        publishers: articles of each, the most first; "" for those that name none.
        months: articles of each month, as in `2024-05`; a date that is a year alone counts under it.
        versions: earlier versions that are kept.
        versions_bytes: what their text and facts take, in bytes.
        removed: articles that were taken out and can be put back.
        origins: how many different stories the articles tell, copies counted once; None where that is not known.
        bytes: what each part takes on disk, in bytes; empty for an archive on a server.
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
    origins: int | None
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
        if self.origins is not None:
            lines.append(f"{self.origins:,} different stories")
        lines += [f"{part}: {size_in_words(size)} on disk" for part, size in self.bytes.items()]
        for title, counts in (("publisher", self.publishers), ("month", self.months)):
            if counts:
                lines += ["", f"articles  {title}"]
                lines += [f"{count:8,}  {name or '-'}" for name, count in counts.items()]
        return lines


def count(store: Store, folder: Path | None, origins: int | None = None) -> Stats:
    """Count everything.

    Args:
        store: the articles.
        folder: the archive's, where it has one.
        origins: how many different stories there are, where somebody knows.
    """
    ids = [str(record["article_id"]) for record in store.all_records()]
    articles = list(store.heads(ids).values())
    first_pieces = [metadata for _, metadata in store.all_history() if metadata["piece"] == 0]
    earlier = [metadata for metadata in first_pieces if not metadata["is_removed"]]
    states = Counter(_state(article) for article in articles)
    return Stats(
        articles=len(articles),
        passages=store.n_passages,
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
    """By name, however it is spelt; under its first spelling."""
    counts: Counter[str] = Counter()
    names: dict[str, str] = {}
    for article in articles:
        key = publisher_key(article.publisher)
        names.setdefault(key, article.publisher or "")
        counts[key] += 1
    return {names[key]: number for key, number in sorted(counts.items(), key=lambda each: (-each[1], each[0]))}


def sizes(folder: Path) -> dict[str, int]:
    """What each part of an archive's folder takes, in bytes; what another thread deletes meanwhile is not counted."""
    counted: Counter[str] = Counter()
    for within, _, names in os.walk(folder):
        for path in (Path(within, name) for name in names):
            part = path.relative_to(folder).parts[0].partition(".")[0]  # SQLite keeps its log in files beside
            if part != "owner":
                with suppress(FileNotFoundError):
                    counted[part] += path.stat().st_size
    return dict(sorted(counted.items()))


def size_in_words(size: float) -> str:
    """Bytes, for people."""
    for unit in ("bytes", "kB", "MB"):
        if size < 1_000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.1f} {unit}"
        size /= 1_000
    return f"{size:.1f} GB"
