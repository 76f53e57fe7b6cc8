"""What an archive covers, in numbers and dates."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.index.stories import Origins


@dataclass(frozen=True)
class Coverage:
    """What an archive holds that may be found now.

    Attributes:
        n_articles: how many articles.
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


def count_coverage(origins: Origins, now: int) -> Coverage:
    """Count the articles that may be found at a moment, as the index of copies has them."""
    first, last = origins.first_and_last_date(now)
    return Coverage(
        origins.count_available(now), first, last, tuple(origins.publishers(now)), tuple(origins.places(now))
    )
