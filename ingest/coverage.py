"""What an archive covers, in numbers and dates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ingest.scope import UNDATED, Scope
from ingest.store import Store


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


def count_coverage(store: Store, scope: Scope) -> Coverage:
    """Count the articles in a scope."""
    records = [record for record in store.all_records() if scope.admits(record)]
    dated = [record for record in records if record["published"] != UNDATED]
    ends = [min(dated, key=_published), max(dated, key=_published)] if dated else []
    heads = store.heads([record["article_id"] for record in ends])
    dates = [heads[record["article_id"]].published for record in ends]
    first, last = (date.date if date else None for date in dates) if dates else (None, None)
    places = {record["place"] for record in records if record.get("place")}  # archives of old have none
    return Coverage(len(records), first, last, _publishers(store, records), tuple(sorted(places)))


def _publishers(store: Store, records: Sequence[dict[str, Any]]) -> tuple[str, ...]:
    example = {record["publisher"]: record["article_id"] for record in records if record["publisher"]}
    heads = store.heads(list(example.values()))
    return tuple(sorted(heads[article_id].publisher or "" for article_id in example.values()))


def _published(record: dict[str, Any]) -> int:
    return int(record["published"])
