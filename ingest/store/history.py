"""What an article was before: its earlier versions, each with its text and its time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from ingest.base.article import Article
from ingest.base.errors import ArticleNotFound
from ingest.store.records import Standing
from ingest.store.store import Store


@dataclass(frozen=True)
class Version:
    """One version of an article, and when it counted.

    Attributes:
        number: its place among the article's versions, from 1.
        version: as in `article.version`.
        taken: when it was taken in, ISO 8601 in UTC; None where that was not recorded.
        until: when it ceased to count; None for the one that counts.
        why: `current`; `replaced` by another one; `older`, since it came after one of a higher edition; `removed`,
            where the article was taken out and taken in again.
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


def versions(store: Store, record: Mapping[str, Any], current: Article) -> list[Version]:
    """All versions of an article that the archive holds, the oldest first.

    Args:
        store: where it is.
        record: of the article.
        current: the article as it is.
    """
    article_id = str(record["article_id"])
    known = store.history_metadata([(article_id, number) for number in range(1, record["number"])])
    earlier = [
        Version(
            metadata["number"],
            metadata["version"],
            _iso(metadata["taken"]),
            _iso(metadata["until"]),
            metadata["why"],
            store.history_article(metadata),
        )
        for metadata in sorted(known.values(), key=lambda each: int(each["number"]))
    ]
    standing = Standing.of(record)
    return [*earlier, Version(standing.number, current.version, _iso(standing.taken), None, "current", current)]


def removed(store: Store, limit: int) -> list[Version]:
    """What was taken out of an archive and can be put back, the last one first."""
    known = sorted(store.removed(), key=lambda each: int(each["until"]), reverse=True)[:limit]
    return [
        Version(
            each["number"],
            each["version"],
            _iso(each["taken"]),
            _iso(each["until"]),
            each["why"],
            store.history_article(each),
        )
        for each in known
    ]


def pick(found: list[Version], version: str) -> Version:
    """The version whose name begins so; the latest, where a text came back.

    Raises:
        ArticleNotFound: none does, or several do.
    """
    matches = [each for each in found if version and each.version.startswith(version)]
    names = list(dict.fromkeys(each.version for each in matches))
    if len(names) == 1:
        return matches[-1]
    what = "several versions begin" if names else "no version begins"
    listed = ", ".join(dict.fromkeys(each.version for each in found))
    raise ArticleNotFound(f"{what} with {version!r}; {found[-1].article.article_id} has {listed}")


def _iso(seconds: int) -> str | None:
    return (
        datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z") if seconds else None
    )
