"""The articles of an archive as they are browsed: by month, publisher, place and words, a page at a time.

Counted and sorted by the index of copies, since Chroma takes seconds to list all records.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass, replace

from ingest.base.article import Article
from ingest.base.filters import publisher_key
from ingest.index.stories import Origins

#: In place of a month: articles without a date.
NO_DATE = "undated"


@dataclass(frozen=True)
class Choice:
    """Which articles are wanted; empty fields limit nothing.

    Attributes:
        words: that they mention.
        when: a month or year of publication, as in `2025-03` or `2025`, or NO_DATE.
        publisher: however it is spelt.
        place: where they were filed from.
        ids: of the articles that alone are wanted.
        at: a moment at which they may be found, seconds since 1970; None wants also what is withheld, withdrawn or
            under embargo.
    """

    words: str = ""
    when: str = ""
    publisher: str = ""
    place: str = ""
    ids: tuple[str, ...] = ()
    at: int | None = None


@dataclass(frozen=True)
class Shelved:
    """An article in a list.

    Attributes:
        article: its facts, without the text.
        available: the moment from which it may be found, seconds since 1970; 0 for always.
        versions: how many of it there are.
    """

    article: Article
    available: int
    versions: int


@dataclass(frozen=True)
class Shelf:
    """A page of the articles that were wanted.

    Attributes:
        articles: newest first, undated ones last.
        total: how many there are on all pages.
        months: how many are of each month, the oldest first, whichever month was wanted; a date that is a year alone
            counts under it, none at all under NO_DATE.
        loosely: whether no article mentions all the words, and these have some of them.
    """

    articles: tuple[Shelved, ...]
    total: int
    months: dict[str, int]
    loosely: bool = False


@dataclass(frozen=True)
class Labels:
    """What articles can be chosen by, and how many there are of each.

    Attributes:
        publishers: by name, as it was spelt last; the most first.
        places: the most first.
        months: as in `Shelf.months`.
    """

    publishers: dict[str, int]
    places: dict[str, int]
    months: dict[str, int]


class Catalogue:
    """What the index of copies says of articles."""

    def __init__(self, origins: Origins) -> None:
        """Of an archive."""
        self._database = origins.database

    def page(self, choice: Choice, offset: int, limit: int) -> list[tuple[str, int]]:
        """(id, available) of some of the articles that are wanted, newest first."""
        where, values = _where(choice)
        rows = self._database.rows(
            f"SELECT article_id, available FROM articles WHERE {where}"  # noqa: S608 - words of our own
            " ORDER BY published DESC, article_id LIMIT ? OFFSET ?",
            *values,
            limit,
            offset,
        )
        return [(str(article_id), int(str(available))) for article_id, available in rows]

    def count(self, choice: Choice) -> int:
        """How many articles are wanted."""
        where, values = _where(choice)
        row = self._database.row(f"SELECT COUNT(*) FROM articles WHERE {where}", *values)  # noqa: S608
        return row[0] if row else 0

    def months(self, choice: Choice) -> dict[str, int]:
        """As in `Shelf.months`."""
        where, values = _where(replace(choice, when=""))
        counted = self._counts("COALESCE(substr(date, 1, 7), '')", where, *values)
        dated = {month: counted[month] for month in sorted(counted) if month}
        return dated | ({NO_DATE: counted[""]} if "" in counted else {})

    def labels(self, at: int | None) -> Labels:
        """What there is. Args: at: as in `Choice`."""
        where, values = _where(Choice(at=at))
        names = self._database.rows("SELECT publisher, name, MAX(rowid) FROM articles GROUP BY publisher")
        spelt = {str(key): str(name) for key, name, _ in names if key}
        publishers = self._counts("publisher", f"{where} AND publisher <> ''", *values)
        return Labels(
            {spelt[key]: count for key, count in publishers.items()},
            self._counts("place", f"{where} AND place <> ''", *values),
            self.months(Choice(at=at)),
        )

    def _counts(self, column: str, where: str, *values: object) -> dict[str, int]:
        rows = self._database.rows(
            f"SELECT {column}, COUNT(*) FROM articles WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1",  # noqa: S608
            *values,
        )
        return {str(name): int(str(count)) for name, count in rows}


def with_ids(choice: Choice, ids: Collection[str]) -> Choice:
    """A choice among some articles; none of them is no article, not every one."""
    among = set(ids) & set(choice.ids) if choice.ids else set(ids)
    return replace(choice, words="", ids=tuple(sorted(among)) or ("",))


def _where(choice: Choice) -> tuple[str, list[object]]:
    """The condition on a row of an article, and its values."""
    parts, values = ["1"], list[object]()
    if choice.at is not None:
        parts.append("available <= ?")
        values.append(choice.at)
    if choice.when == NO_DATE:
        parts.append("date IS NULL")
    elif choice.when:
        parts.append("(date = ? OR date LIKE ? || '-%')")
        values += [choice.when, choice.when.replace("%", "").replace("_", "")]
    if choice.publisher:
        parts.append("publisher = ?")
        values.append(publisher_key(choice.publisher))
    if choice.place:
        parts.append("place = ?")
        values.append(choice.place)
    if choice.ids:
        parts.append("article_id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(choice.ids))
    return " AND ".join(parts), values
