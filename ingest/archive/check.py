"""Verify an archive: every article, passage and earlier version, and the derived indexes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ingest.base.article import Article, Passage
from ingest.base.errors import ArchiveError
from ingest.index.derived import Derived
from ingest.index.keywords import KeywordIndex
from ingest.index.reading_copy import ReadingCopy
from ingest.index.vectors import VectorIndex
from ingest.store.reader import Reader

_AGAIN = "Remove it with `dateline remove`, then ingest it again"
_REBUILD = "Rebuild the archive from itself: dateline reindex"
_LOST = "Restore the archive from a copy if you need it; current articles are not concerned"


@dataclass(frozen=True)
class Problem:
    """Something that is wrong.

    Attributes:
        where: id of the article, or the part of the archive.
        what: what is there, and what was expected.
        remedy: what to do about it.
    """

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        """One line."""
        return f"{self.where}: {self.what}. {self.remedy}"

    def to_dict(self) -> dict[str, str]:
        """For JSON."""
        return {"where": self.where, "what": self.what, "remedy": self.remedy}


def check(reader: Reader, derived: Derived, progress: Callable[[int, int], None] | None = None) -> list[Problem]:
    """Verify everything in an archive.

    Args:
        reader: of its articles.
        derived: its indexes.
        progress: called with (articles done, articles in all).
    """
    records = {str(record["article_id"]): record for record in reader.all_records()}
    problems: list[Problem] = []
    current: set[str] = set()  # passages
    for done, (article_id, record) in enumerate(records.items(), 1):
        passages = reader.passages_of(record)
        current.update(passage.passage_id for passage in passages)
        problems += [Problem(article_id, what, _AGAIN) for what in _article(reader, record, passages)]
        if progress:
            progress(done, len(records))
    problems += _passages(reader, derived, current)
    problems += _articles(derived, set(records))
    problems += _history(reader, records)
    return problems


def _article(reader: Reader, record: Mapping[str, Any], passages: Sequence[Passage]) -> Iterator[str]:
    if len(passages) != record["n_passages"]:
        yield f"it has {len(passages)} passages, its record points at {record['n_passages']}"
        return
    yield from problems_of_passages(passages)
    try:
        article = reader.article(str(record["article_id"]))
    except ArchiveError as error:
        yield str(error)
        return
    if article is None:
        yield "its record was deleted while it was verified"
        return
    yield from _offsets(article, passages)
    if article.version != record["version"]:
        yield f"its content has version {article.version}, its record says {record['version']}"


def problems_of_passages(passages: Sequence[Passage]) -> Iterator[str]:
    """What is wrong with the order, offsets and sentences of an article's passages."""
    at = 0
    for ordinal, passage in enumerate(passages):
        if passage.ordinal != ordinal:
            yield f"passage {ordinal} has number {passage.ordinal}"
        if passage.start != at or passage.end - passage.start != len(passage.text):
            yield (
                f"passage {ordinal} has {len(passage.text)} characters and offsets {passage.start} to {passage.end}, "
                f"where {at} to {at + len(passage.text)} were expected"
            )
        if any(not passage.start <= start < end <= passage.end for start, end in passage.sentences):
            yield f"passage {ordinal} has sentences outside of it"
        at += len(passage.text)


def _offsets(article: Article, passages: Sequence[Passage]) -> Iterator[str]:
    for passage in passages:
        if article.text[passage.start : passage.end] != passage.text:
            yield f"passage {passage.ordinal} differs from characters {passage.start} to {passage.end} of the article"


def _passages(reader: Reader, derived: Derived, current: set[str]) -> Iterator[Problem]:
    stored = set(reader.passage_ids())
    if strays := stored - current:
        yield Problem("passages", f"{len(strays)} that no article points at, such as {min(strays)}", _REBUILD)
    indexes: dict[str, KeywordIndex | VectorIndex | ReadingCopy] = {
        "keyword index": derived.keywords,
        "index of vectors": derived.vectors,
        "reading copy": derived.copy,
    }
    for name, index in indexes.items():
        with derived.reading:
            indexed, count = index.ids(), index.count
        if missing := current - indexed:
            yield Problem(name, f"{len(missing)} passages are missing in it, such as {min(missing)}", _REBUILD)
        if extra := indexed - stored:
            yield Problem(name, f"it has {len(extra)} that are no passages, such as {min(extra)}", _REBUILD)
        if count != len(indexed):
            yield Problem(name, f"it has {count} entries for {len(indexed)} passages", _REBUILD)


def _articles(derived: Derived, stored: set[str]) -> Iterator[Problem]:
    indexes = {"index of copies": derived.origins.article_ids(), "reading copy": derived.copy.article_ids()}
    for name, indexed in indexes.items():
        if missing := stored - indexed:
            yield Problem(name, f"{len(missing)} articles are missing in it, such as {min(missing)}", _REBUILD)
        if extra := indexed - stored:
            yield Problem(name, f"it has {len(extra)} that are no articles, such as {min(extra)}", _REBUILD)


def _history(reader: Reader, records: Mapping[str, Mapping[str, Any]]) -> Iterator[Problem]:
    seen: dict[str, set[int]] = {}
    removed = {str(metadata["article_id"]): int(metadata["number"]) for metadata in reader.removed()}
    pieces = [metadata for _, metadata in reader.all_history()]
    for metadata in (piece for piece in pieces if piece["piece"] == 0):
        article_id = str(metadata["article_id"])
        if not metadata["is_removed"]:
            seen.setdefault(article_id, set()).add(int(metadata["number"]))
        try:
            version = reader.history_article(metadata).version
        except (ArchiveError, ValueError, TypeError) as error:
            yield Problem(article_id, f"version {metadata['version']} cannot be read: {error}", _LOST)
            continue
        if version != metadata["version"]:
            yield Problem(article_id, f"its version {metadata['version']} has the content of {version}", _LOST)
    for article_id, numbers in seen.items():
        last = records[article_id]["number"] if article_id in records else removed.get(article_id, 0)
        if over := {number for number in numbers if number >= last}:
            yield Problem(article_id, f"{len(over)} earlier versions of it are not valid", _REBUILD)
    for article_id, record in records.items():
        if missing := set(range(1, int(record["number"]))) - seen.get(article_id, set()):
            yield Problem(article_id, f"{len(missing)} of its {record['number'] - 1} earlier versions are lost", _LOST)
