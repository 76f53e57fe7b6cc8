"""Filters that decide which articles a search may find."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.base.article import Article

#: Stands for the time of availability of an article that no search may find.
NEVER = 2**53

#: Stands for `published` in the metadata of an article without a date.
UNDATED = -(2**53)


def available_from(article: Article) -> int:
    """The moment from which searches may find an article, in seconds since 1970: its embargo, 0 or NEVER."""
    if article.status != "usable":
        return NEVER
    return article.embargo.epoch if article.embargo else 0


def publisher_key(publisher: str | None) -> str:
    """The name of a publisher for comparisons, which ignore case and extra spaces."""
    return " ".join((publisher or "").split()).casefold()


@dataclass(frozen=True)
class Scope:
    """The articles that a search covers; by default, all that are available now.

    Attributes:
        after: earliest publication, in seconds since 1970; None for no limit. Undated articles are in no range.
        before: latest publication.
        publishers: as `publisher_key` returns them; empty for all.
        without: ids of articles to leave out.
        only: ids of the only articles to search; empty for all.
        now: articles that are not yet available at this moment are left out.
    """

    after: int | None = None
    before: int | None = None
    publishers: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    now: int = field(default_factory=lambda: int(time.time()))

    @property
    def is_lasting(self) -> bool:
        """Whether it has no limit except publishers, so that caching results for it is worthwhile."""
        return self.after is None and self.before is None and not (self.without or self.only)

    def admits(self, metadata: Mapping[str, Any]) -> bool:
        """Whether a passage with this metadata is in scope."""
        if metadata["available"] > self.now or metadata["article_id"] in self.without:
            return False
        if self.only and metadata["article_id"] not in self.only:
            return False
        published = metadata["published"]
        if (self.after is not None or self.before is not None) and published == UNDATED:
            return False
        if self.after is not None and published < self.after:
            return False
        if self.before is not None and published > self.before:
            return False
        return not self.publishers or metadata["publisher"] in self.publishers
