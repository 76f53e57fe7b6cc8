"""The index of stories: which articles carry the same story. Derived from Chroma and kept in SQLite.

Each distinct text gets one fingerprint and is linked to its near-duplicates (`ingest.duplicates`). Texts that are
connected by links between texts of similar dates are one story, and their articles are its carriers. The result depends
only on the articles in the archive, not on the order in which they came. Which carrier is shown depends on the moment:
articles that are withheld or under embargo are left out.

The index also holds the facts of each article that `archive.coverage` counts, since Chroma takes seconds to list all
records.
"""

from __future__ import annotations

import sqlite3
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from ingest.base.article import Article
from ingest.duplicates.fingerprints import ALWAYS, VERSION
from ingest.duplicates.minhash import Sketches
from ingest.index.database import DerivedDatabase
from ingest.index.story_updates import Grouping

_TABLES = """
CREATE TABLE IF NOT EXISTS texts (
    text INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, sketch BLOB NOT NULL, packed BLOB NOT NULL,
    size INTEGER NOT NULL, origin INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS texts_by_origin ON texts (origin);
CREATE INDEX IF NOT EXISTS texts_with_origin ON texts (text, origin);
CREATE TABLE IF NOT EXISTS articles (
    article_id TEXT PRIMARY KEY, text INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
    available INTEGER NOT NULL, published INTEGER NOT NULL, date TEXT, publisher TEXT NOT NULL, name TEXT, place TEXT
);
CREATE INDEX IF NOT EXISTS articles_with_text ON articles (article_id, text);
CREATE INDEX IF NOT EXISTS articles_of_text ON articles (text, available, first, article_id);
CREATE INDEX IF NOT EXISTS articles_by_embargo ON articles (available) WHERE available > 0;
CREATE TABLE IF NOT EXISTS links (one INTEGER, other INTEGER, apart INTEGER, PRIMARY KEY (one, other)) WITHOUT ROWID;
"""
# Rows of texts and articles are long, so this query reads only indexes.
_CARRIERS = """
SELECT asked.article_id, carrier.article_id FROM articles AS asked INDEXED BY articles_with_text
JOIN texts AS its INDEXED BY texts_with_origin ON its.text = asked.text
JOIN texts AS other INDEXED BY texts_by_origin ON other.origin = its.origin
JOIN articles AS carrier INDEXED BY articles_of_text ON carrier.text = other.text
WHERE asked.article_id IN ({}) AND carrier.available <= ?
ORDER BY carrier.first = ?, carrier.first, carrier.article_id
"""
_NAMES = ("texts", "articles", "links")
_LAYOUT = 1
_VERSION = 100 * VERSION + _LAYOUT  # of how near-duplicates are detected, and of these tables


class Origins:
    """Articles by the story that they carry."""

    def __init__(self, path: Path | None = None) -> None:
        """Open the index in a file, or create an empty one; None keeps it in memory.

        Raises:
            ArchiveError: the file cannot be opened or made.
        """
        self.database = DerivedDatabase(path, "the index of copies", _TABLES, _NAMES, _VERSION)
        self._sketches: Sketches | None = None  # of all texts, read before the first change

    @property
    def count(self) -> int:
        """Number of articles."""
        return self.database.number("SELECT COUNT(*) FROM articles")

    def article_ids(self) -> set[str]:
        """Ids of all articles."""
        return {row[0] for row in self.database.rows("SELECT article_id FROM articles")}

    def count_available(self, now: int) -> int:
        """Number of articles that may be found at a moment."""
        return self.database.number("SELECT COUNT(*) FROM articles WHERE available <= ?", now)

    def count_embargoes(self, now: int) -> int:
        """Number of articles whose embargo has ended at a moment."""
        return self.database.number("SELECT COUNT(*) FROM articles WHERE available > 0 AND available <= ?", now)

    def first_and_last_date(self, now: int) -> tuple[str | None, str | None]:
        """The oldest and the newest date of articles that may be found at a moment; None where none has one."""
        dated = "SELECT date FROM articles WHERE available <= ? AND date NOT NULL ORDER BY published {}, date LIMIT 1"
        (first, last) = (self.database.rows(dated.format(order), now) for order in ("ASC", "DESC"))
        return (first[0][0], last[0][0]) if first and last else (None, None)

    def publishers(self, now: int) -> list[str]:
        """Names of the publishers of articles that may be found at a moment, each in its last spelling."""
        spelt = "SELECT name, MAX(rowid) FROM articles WHERE available <= ? AND publisher <> '' GROUP BY publisher"
        return sorted(row[0] for row in self.database.rows(spelt, now))

    def places(self, now: int) -> list[str]:
        """Places that articles were filed from which may be found at a moment."""
        named = "SELECT DISTINCT place FROM articles WHERE available <= ? AND place <> ''"
        return sorted(row[0] for row in self.database.rows(named, now))

    def count_origins(self, now: int | None = None) -> int:
        """Number of stories with an article that may be found at a moment, by default now."""
        counted = "SELECT COUNT(DISTINCT origin) FROM articles JOIN texts USING (text) WHERE available <= ?"
        return self.database.number(counted, _moment(now))

    def carriers(self, article_id: str, now: int | None = None) -> list[str]:
        """Ids of all articles that carry an article's story, with its own; none where the article does not exist.

        The first is the origin, which was published first; ties by id, undated ones last.

        Args:
            article_id: of any carrier.
            now: the moment at which the carriers have to be available; None for the current one.
        """
        return self.all_carriers([article_id], now)[article_id]

    def all_carriers(self, article_ids: Iterable[str], now: int | None = None) -> dict[str, list[str]]:
        """The carriers of the story of each article, by id, as `carriers` gives them.

        Args:
            article_ids: of any carriers.
            now: the moment at which the carriers have to be available; None for the current one.
        """
        carriers: dict[str, list[str]] = {article_id: [] for article_id in article_ids}
        for article_id, carrier in self.database.rows_of(_CARRIERS, carriers, _moment(now), -ALWAYS):
            carriers[article_id].append(carrier)
        return carriers

    def groups(self, now: int | None = None) -> list[list[str]]:
        """Ids of the carriers of each story that several available articles carry, the origin first."""
        rows = self.database.rows(
            "SELECT origin, article_id FROM articles JOIN texts USING (text) WHERE available <= ?"
            " ORDER BY origin, CASE WHEN first = ? THEN 1 ELSE 0 END, first, article_id",
            _moment(now),
            -ALWAYS,
        )
        groups: dict[int, list[str]] = defaultdict(list)
        for origin, article_id in rows:
            groups[origin].append(article_id)
        return sorted(group for group in groups.values() if len(group) > 1)

    def replace(self, article_ids: Iterable[str], articles: Iterable[Article]) -> None:
        """Remove articles and add others, in one transaction.

        Args:
            article_ids: of the articles to remove, where they exist.
            articles: to add, with their texts; an article replaces the one with its id.
        """
        with self.database.changing() as database:
            sketches, self._sketches = self._sketches or _read_sketches(database), None  # read again where this fails
            grouping = Grouping(database, sketches)
            grouping.remove(article_ids)
            for article in articles:
                grouping.add(article)
            grouping.finish()
            self._sketches = sketches

    def clear(self) -> None:
        """Delete all articles."""
        self._sketches = None
        self.database.clear()


def _read_sketches(database: sqlite3.Connection) -> Sketches:
    sketches = Sketches()
    for text, values, size in database.execute("SELECT text, sketch, size FROM texts"):
        sketches.put(text, np.frombuffer(values, dtype=np.uint32), size)
    return sketches


def _moment(now: int | None) -> int:
    return int(time.time()) if now is None else now
