"""Browse the articles of an archive by month, publisher, place and words, a page at a time.

The index of stories counts and sorts them, since Chroma takes seconds to list all records.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from ingest.base.article import Article
from ingest.base.filters import NEVER, Scope, publisher_key
from ingest.index.derived import Derived
from ingest.store.reader import Reader

#: In place of a month: articles without a date.
NO_DATE = "undated"

_LOOSELY = 300  # passages that are looked at where no article mentions all words


@dataclass(frozen=True)
class Choice:
    """Which articles to show; empty fields filter nothing.

    Attributes:
        words: that the articles mention.
        when: a month or year of publication, as in `2025-03` or `2025`, or NO_DATE.
        publisher: in any spelling.
        place: where the articles were filed from.
        ids: only articles with one of these ids.
        at: a moment at which the articles may be found, seconds since 1970; None includes articles that are withheld,
            withdrawn or under embargo.
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
        versions: number of its versions.
    """

    article: Article
    available: int
    versions: int


@dataclass(frozen=True)
class Shelf:
    """A page of the articles that fit a choice.

    Attributes:
        articles: newest first, undated ones last.
        total: number of articles on all pages.
        months: number of articles by month, the oldest first, whichever month was chosen; a date that is only a year
            counts under the year, and a missing date under NO_DATE.
        loosely: whether no article mentions all the words, and these mention some of them.
    """

    articles: tuple[Shelved, ...]
    total: int
    months: dict[str, int]
    loosely: bool = False


@dataclass(frozen=True)
class Labels:
    """What articles can be chosen by, with the number of articles for each.

    Attributes:
        publishers: by name, in its last spelling; largest first.
        places: largest first.
        months: as in `Shelf.months`.
    """

    publishers: dict[str, int]
    places: dict[str, int]
    months: dict[str, int]


class Catalogue:
    """The articles of an archive, to be browsed; the caller holds the lock of the archive."""

    def __init__(self, reader: Reader, derived: Derived) -> None:
        """Browse an archive.

        Args:
            reader: of its articles.
            derived: its indexes.
        """
        self._reader = reader
        self._derived = derived
        self._database = derived.origins.database

    def shelf(self, choice: Choice, offset: int, limit: int) -> Shelf:
        """A page of the articles that fit a choice, newest first.

        Args:
            choice: which articles.
            offset: number of articles before the page.
            limit: number of articles on the page at most.
        """
        choice, loosely = self._with_ids(choice) if choice.words.strip() else (choice, False)
        page = self._page(choice, offset, limit)
        heads, records = self._derived.copy.heads(page), self._reader.records(list(page))
        articles = tuple(
            Shelved(heads[i].article, available, int(records[i]["number"]) if i in records else 1)
            for i, available in page.items()
            if i in heads
        )
        return Shelf(articles, self._count(choice), self._months(choice), loosely)

    def _with_ids(self, choice: Choice) -> tuple[Choice, bool]:
        """The choice with the ids of articles that mention its words; and whether they mention only some of them."""
        scope = Scope(now=NEVER if choice.at is None else choice.at)
        ids, _ = self._derived.keywords.mentioning(choice.words, scope)
        loosely = False
        if not ids:
            ids = {i.split(":")[0] for i in self._derived.keywords.search(choice.words, _LOOSELY, scope)}
            loosely = bool(ids)
        if choice.ids:
            ids &= set(choice.ids)
        return replace(choice, words="", ids=tuple(sorted(ids)) or ("",)), loosely  # no id: no article, not every one

    def _page(self, choice: Choice, offset: int, limit: int) -> dict[str, int]:
        """When each article of a page is available, by id, newest first."""
        where, values = _where(choice)
        rows = self._database.rows(
            f"SELECT article_id, available FROM articles WHERE {where}"  # noqa: S608 - our own words
            " ORDER BY published DESC, article_id LIMIT ? OFFSET ?",
            *values,
            limit,
            offset,
        )
        return dict(rows)

    def _count(self, choice: Choice) -> int:
        where, values = _where(choice)
        return self._database.number(f"SELECT COUNT(*) FROM articles WHERE {where}", *values)  # noqa: S608

    def _months(self, choice: Choice) -> dict[str, int]:
        """As in `Shelf.months`."""
        where, values = _where(replace(choice, when=""))
        counted = self._counts("COALESCE(substr(date, 1, 7), '')", where, *values)
        dated = {month: counted[month] for month in sorted(counted) if month}
        return dated | ({NO_DATE: counted[""]} if "" in counted else {})

    def labels(self, at: int | None) -> Labels:
        """The publishers, places and months of articles. Args: at: as in `Choice`."""
        where, values = _where(Choice(at=at))
        names = self._database.rows("SELECT publisher, name, MAX(rowid) FROM articles GROUP BY publisher")
        spelt = {key: name for key, name, _ in names if key}
        publishers = self._counts("publisher", f"{where} AND publisher <> ''", *values)
        return Labels(
            {spelt[key]: count for key, count in publishers.items()},
            self._counts("place", f"{where} AND place <> ''", *values),
            self._months(Choice(at=at)),
        )

    def _counts(self, column: str, where: str, *values: object) -> dict[str, int]:
        rows = self._database.rows(
            f"SELECT {column}, COUNT(*) FROM articles WHERE {where} GROUP BY 1 ORDER BY 2 DESC, 1",  # noqa: S608
            *values,
        )
        return dict(rows)


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
