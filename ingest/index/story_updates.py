"""One change to the index of stories: remove and add articles, and group the texts again that this touches.

Only a group that has a touched text can split. Only a group that a touched text is linked to, at a date near its own,
can join another one. All other groups stay as they are.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable

from ingest.base.article import Article
from ingest.base.filters import UNDATED, available_from, publisher_key
from ingest.duplicates.fingerprints import Fingerprint, Lifetime, are_near, compare, fingerprint, lifetime, sketch
from ingest.duplicates.minhash import Sketches


class Grouping:
    """One change, and the texts that it touches, which are grouped again at its end."""

    def __init__(self, database: sqlite3.Connection, sketches: Sketches) -> None:
        """Begin a change.

        Args:
            database: with the tables of `ingest.index.stories`, in a transaction.
            sketches: of all its texts; they are changed as well.
        """
        self._database = database
        self._sketches = sketches
        self._touched: set[int] = set()
        self._traits: dict[int, Fingerprint] = {}  # of texts that were compared, often again
        self._read_lifetimes: dict[int, list[Lifetime]] = {}  # once all articles have been added

    def remove(self, article_ids: Iterable[str]) -> None:
        """Remove articles, where they exist."""
        for article_id in article_ids:
            row = self._database.execute("SELECT text FROM articles WHERE article_id = ?", (article_id,)).fetchone()
            if row is not None:
                self._touched.add(row[0])
                self._database.execute("DELETE FROM articles WHERE article_id = ?", (article_id,))

    def add(self, article: Article) -> None:
        """Add an article; it replaces the one with its id."""
        self.remove([article.article_id])
        traits = fingerprint(article)
        key = traits.key or article.article_id  # an article without words is a story of its own
        row = self._database.execute("SELECT text FROM texts WHERE key = ?", (key,)).fetchone()
        text = row[0] if row else self._add_text(traits, key)
        self._touched.add(text)
        published = article.published
        moments = (*lifetime(published), available_from(article), published.local_epoch if published else UNDATED)
        names = (published and published.date, publisher_key(article.publisher), article.publisher, article.place)
        row = (article.article_id, text, *moments, *names)
        self._database.execute("INSERT INTO articles VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)

    def _add_text(self, traits: Fingerprint, key: str) -> int:
        """Write a new text and its links; returns its number."""
        execute = self._database.execute
        text = execute("SELECT COALESCE(MAX(text), 0) + 1 FROM texts").fetchone()[0]
        size, values = len(traits.shingles), sketch(traits)
        row = (text, key, values.tobytes(), traits.pack(), size, text)
        execute("INSERT INTO texts VALUES (?, ?, ?, ?, ?, ?)", row)
        others = self._sketches.candidates(values, size)
        compared = ((other, compare(traits, self._traits_of(other))) for other in others)
        linked = [(other, apart) for other, apart in compared if apart is not None]
        both = [link for other, apart in linked for link in ((text, other, apart), (other, text, apart))]
        self._database.executemany("INSERT INTO links VALUES (?, ?, ?)", both)
        self._sketches.put(text, values, size)
        return int(text)

    def _traits_of(self, text: int) -> Fingerprint:
        if text not in self._traits:
            row = self._database.execute("SELECT key, packed FROM texts WHERE text = ?", (text,)).fetchone()
            self._traits[text] = Fingerprint.unpack(*row)
        return self._traits[text]

    def finish(self) -> None:
        """Drop texts that no article has any more, and group again the texts of all touched groups."""
        origins = {self._origin(text) for text in self._touched}
        for text in self._touched:
            if self._lifetimes(text):
                self._join(text, origins)
            else:
                self._drop(text)
        members = [text for origin in origins for text in self._members(origin)]
        for texts in _components(members, self._neighbours):
            first = min(texts)
            self._database.executemany(
                "UPDATE texts SET origin = ? WHERE text = ? AND origin <> ?", [(first, text, first) for text in texts]
            )

    def _join(self, text: int, origins: set[int]) -> None:
        """Add the groups to which a text belongs by its links."""
        own = self._lifetimes(text)
        linked = "SELECT other, apart, origin FROM links JOIN texts ON texts.text = other WHERE one = ?"
        for other, apart, origin in self._database.execute(linked, (text,)).fetchall():
            if origin not in origins and are_near(own, self._lifetimes(other), apart):
                origins.add(origin)

    def _drop(self, text: int) -> None:
        back = "DELETE FROM links WHERE other = ? AND one IN (SELECT other FROM links WHERE one = ?)"
        self._database.execute(back, (text, text))
        self._database.execute("DELETE FROM links WHERE one = ?", (text,))
        self._sketches.drop(text)
        self._database.execute("DELETE FROM texts WHERE text = ?", (text,))

    def _members(self, origin: int) -> list[int]:
        """The texts of a group; their lifetimes are read with them, since one query for each would take long."""
        published: dict[int, list[Lifetime]] = {}
        rows = "SELECT text, first, last FROM texts JOIN articles USING (text) WHERE origin = ?"
        for text, first, last in self._database.execute(rows, (origin,)):
            published.setdefault(text, []).append((first, last))
        self._read_lifetimes |= published
        return list(published)

    def _neighbours(self, text: int, among: set[int]) -> set[int]:
        own = self._lifetimes(text)
        links = self._database.execute("SELECT other, apart FROM links WHERE one = ?", (text,))
        return {other for other, apart in links if other in among and are_near(own, self._lifetimes(other), apart)}

    def _lifetimes(self, text: int) -> list[Lifetime]:
        if text not in self._read_lifetimes:
            rows = self._database.execute("SELECT first, last FROM articles WHERE text = ?", (text,))
            self._read_lifetimes[text] = rows.fetchall()
        return self._read_lifetimes[text]

    def _origin(self, text: int) -> int:
        return int(self._database.execute("SELECT origin FROM texts WHERE text = ?", (text,)).fetchone()[0])


def _components(texts: Iterable[int], neighbours: Callable[[int, set[int]], set[int]]) -> list[set[int]]:
    """The connected components of a graph of texts.

    Args:
        texts: without repeats.
        neighbours: gives those texts of a set that are linked to a text; not called any more once all have their place.
    """
    left, components = set(texts), []
    while left:
        waiting = [left.pop()]
        component = set(waiting)
        while waiting and left:
            new = neighbours(waiting.pop(), left)
            left -= new
            component |= new
            waiting += new
        components.append(component)
    return components
