"""The earlier versions of an article, each with its text and its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ingest.base.article import Article
from ingest.base.errors import ArticleNotFound
from ingest.store.reader import Reader
from ingest.store.records import Standing


@dataclass(frozen=True)
class Version:
    """One version of an article, and when it was the current one.

    Attributes:
        number: its place among the article's versions, from 1.
        version: as in `article.version`.
        taken: when it was added, ISO 8601 in UTC; None where that was not recorded.
        until: when it stopped being the current version; None for the current one.
        why: `current`; `replaced` by another one; `older`, since it came after one of a higher edition; `removed`,
            where the article was removed and added again.
        article: its facts and its text.
    """

    number: int
    version: str
    taken: str | None
    until: str | None
    why: str
    article: Article

    def to_dict(self) -> dict[str, object]:
        """For JSON: without the text."""
        facts = self.article.to_dict()
        del facts["text"]
        return {"number": self.number, "taken": self.taken, "until": self.until, "why": self.why} | facts


def versions(reader: Reader, record: Mapping[str, Any], current: Article) -> list[Version]:
    """All versions of an article that the archive holds, the oldest first.

    Args:
        reader: of the archive's articles.
        record: of the article.
        current: the article in its current version.
    """
    article_id, standing = str(record["article_id"]), Standing.of(record)
    earlier = reader.history_metadata([(article_id, number) for number in range(1, standing.number)])
    return [
        *(_earlier(reader, metadata) for metadata in sorted(earlier.values(), key=lambda m: int(m["number"]))),
        Version(standing.number, current.version, _iso(standing.taken), None, "current", current),
    ]


def removed(reader: Reader, limit: int) -> list[Version]:
    """The removed articles that can be restored, the last removed first.

    Args:
        reader: of the archive's articles.
        limit: number of articles at most.
    """
    last = sorted(reader.removed(), key=lambda metadata: int(metadata["until"]), reverse=True)[:limit]
    return [_earlier(reader, metadata) for metadata in last]


def pick(choices: list[Version], version: str) -> Version:
    """The one version whose name begins so; the latest, where a text came back.

    Args:
        choices: the versions of one article.
        version: the name, or its first characters.

    Raises:
        ArticleNotFound: none does, or several do.
    """
    matches = [choice for choice in choices if version and choice.version.startswith(version)]
    names = list(dict.fromkeys(match.version for match in matches))
    if len(names) == 1:
        return matches[-1]
    what = "several versions begin" if names else "no version begins"
    listed = ", ".join(dict.fromkeys(choice.version for choice in choices))
    raise ArticleNotFound(f"{what} with {version!r}; {choices[-1].article.article_id} has {listed}")


def _earlier(reader: Reader, metadata: Mapping[str, Any]) -> Version:
    times = _iso(metadata["taken"]), _iso(metadata["until"])
    article = reader.history_article(metadata)
    return Version(metadata["number"], metadata["version"], *times, metadata["why"], article)


def _iso(seconds: int) -> str | None:
    return (
        datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if seconds else None
    )
