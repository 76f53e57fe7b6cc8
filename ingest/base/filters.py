"""Which articles a search may find."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ingest.base.article import Article

#: An article that is available at this moment is never found.
NEVER = 2**53

#: Where an article has no date, `published` in metadata holds this.
UNDATED = -(2**53)


def available_from(article: Article) -> int:
    """The moment from which an article may be found, in seconds since 1970: its embargo, 0, or NEVER."""
    if article.status != "usable":
        return NEVER
    return article.embargo.epoch if article.embargo else 0


def publisher_key(publisher: str | None) -> str:
    """How publishers are compared: without regard to case and spaces."""
    return " ".join((publisher or "").split()).casefold()


@dataclass(frozen=True)
class Scope:
    """A range of time, a set of publishers, some articles left out; the default is all that is available now.

    Attributes:
        after: earliest publication, seconds since 1970; None for no limit. An undated article is in no range.
        before: latest publication.
        publishers: as `publisher_key` gives them; empty for all.
        without: ids of articles that are not to be found.
        only: ids of the articles that alone are to be found; empty for all.
        now: the moment at which articles have to be available.
    """

    after: int | None = None
    before: int | None = None
    publishers: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    only: frozenset[str] = frozenset()
    now: int = field(default_factory=lambda: int(time.time()))

    @property
    def is_lasting(self) -> bool:
        """Whether it limits publishers at the most, so that it may well be asked for again."""
        return self.after is None and self.before is None and not (self.without or self.only)

    def admits(self, metadata: Mapping[str, Any]) -> bool:
        """Whether a passage with these metadata lies in it."""
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
