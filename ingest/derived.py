"""What is derived from Chroma and kept in step with it: the keyword index, and the index of who carries which story."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ingest.article import Article
from ingest.lexical import Entry, KeywordIndex
from ingest.origins import Origins
from ingest.store import Store, passage_ids

KEYWORDS = "keywords"
ORIGINS = "origins.sqlite"

_TOGETHER = 200  # articles that are fetched at once to build an index again

_log = logging.getLogger(__name__)


class Derived:
    """Both indexes of an archive in a folder, changed and checked together.

    Attributes:
        keywords: passages by their words.
        origins: articles by the story that they carry.
    """

    def __init__(self, folder: Path) -> None:
        """Open them in an archive's folder, or begin empty ones."""
        self.keywords = KeywordIndex(folder / KEYWORDS)
        try:
            self.origins = Origins(folder / ORIGINS)
        except BaseException:
            self.keywords.close()
            raise

    def stale(self) -> None:
        """Say that they may not agree with the store any more, before a change."""
        self.keywords.stale()
        self.origins.stale()

    def agree(self, revision: int) -> None:
        """Say which revision of the store they agree with, after a change."""
        self.keywords.agree(revision)
        self.origins.agree(revision)

    def replace(self, article_ids: Sequence[str], articles: Iterable[Article], entries: Iterable[Entry]) -> None:
        """Take articles out and put others in.

        Args:
            article_ids: of those to take out, if they are there.
            articles: those to put in, with their texts.
            entries: their passages.
        """
        self.keywords.replace(article_ids, entries)
        self.origins.replace(article_ids, articles)

    def keywords_agree(self, store: Store) -> bool:
        """Whether the keyword index has what the store has."""
        return self.keywords.revision == store.revision and self.keywords.count == store.n_passages

    def origins_agree(self, store: Store) -> bool:
        """Whether the index of copies has what the store has."""
        return self.origins.revision == store.revision and self.origins.count == store.n_articles

    def build_keywords(self, store: Store) -> None:
        """Build the keyword index again."""
        self.keywords.clear()
        self.keywords.replace([], store.entries())
        self.keywords.agree(store.revision)

    def build_origins(self, store: Store) -> None:
        """Build the index of copies again."""
        self.origins.clear()
        for articles in _articles(store):
            self.origins.replace([], articles)
        self.origins.agree(store.revision)
        if store.n_articles:
            _log.info("looked for copies among %d articles", store.n_articles)

    def close(self) -> None:
        """Let go of the folder."""
        self.keywords.close()
        self.origins.close()


def _articles(store: Store) -> Iterator[list[Article]]:
    """Every article with its text, some at a time."""
    records = list(store.all_records())
    for at in range(0, len(records), _TOGETHER):
        some = records[at : at + _TOGETHER]
        heads = store.heads([record["article_id"] for record in some])
        passages = store.passages([i for record in some for i in passage_ids(record)])
        yield [
            replace(
                heads[record["article_id"]],
                text="".join(passages[i].text for i in passage_ids(record) if i in passages),
            )
            for record in some
        ]
