"""Find the articles that carry the same story."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ingest.base.article import Article
from ingest.base.filters import Scope
from ingest.index.derived import Derived


@dataclass(frozen=True)
class Story:
    """The articles that carry a story.

    Attributes:
        origin: id of the carrier that was published first, among all that are available.
        others: the other carriers that may be found, without their text, the first published one first.
    """

    origin: str
    others: tuple[Article, ...]


def stories(derived: Derived, article_ids: Iterable[str], scope: Scope) -> dict[str, Story]:
    """The story of each article, by id.

    Args:
        derived: indexes of the archive.
        article_ids: one that does not exist has a story of its own.
        scope: which articles may be found.
    """
    carriers = derived.origins.all_carriers(article_ids, scope.now)
    others = {article_id: [i for i in ids if i != article_id] for article_id, ids in carriers.items()}
    heads = derived.copy.heads(i for ids in others.values() for i in ids)
    admitted = {i: head.article for i, head in heads.items() if scope.admits(head.metadata)}
    return {
        article_id: Story(next(iter(ids), article_id), tuple(admitted[i] for i in others[article_id] if i in admitted))
        for article_id, ids in carriers.items()
    }
