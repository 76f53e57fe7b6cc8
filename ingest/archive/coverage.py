"""What an archive covers, in numbers and dates."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.index.stories import Origins


@dataclass(frozen=True)
class Coverage:
    """What an archive holds that may be found now.

    Attributes:
        n_articles: number of articles.
        first: date of the oldest, ISO 8601; None where none has a date.
        last: date of the newest.
        publishers: their names.
        places: where articles were filed from.
    """

    n_articles: int
    first: str | None
    last: str | None
    publishers: tuple[str, ...]
    places: tuple[str, ...] = ()


class CoverageCounter:
    """Counts again only after a change, and each minute for articles whose embargo ends."""

    def __init__(self, origins: Origins) -> None:
        """Args: origins: index of the archive's stories."""
        self._origins = origins
        self._counted: tuple[tuple[int, int], Coverage] | None = None

    def coverage(self, now: int) -> Coverage:
        """The coverage at a moment, in seconds since 1970."""
        key = (self._origins.database.changes, now // 60)
        if self._counted is None or self._counted[0] != key:
            self._counted = key, count_coverage(self._origins, now)
        return self._counted[1]


def count_coverage(origins: Origins, now: int) -> Coverage:
    """Count the articles that may be found at a moment.

    Args:
        origins: index of the archive's stories.
        now: the moment, seconds since 1970.
    """
    first, last = origins.first_and_last_date(now)
    return Coverage(
        origins.count_available(now), first, last, tuple(origins.publishers(now)), tuple(origins.places(now))
    )
