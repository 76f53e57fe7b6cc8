"""Find an article by its id, or by the first characters of it."""

from __future__ import annotations

from collections.abc import Iterable

from ingest.base.article import Article
from ingest.base.errors import ArchiveError, ArticleNotFound
from ingest.store.reader import Reader

_SHORTEST = 4  # characters of an id


def existing(reader: Reader, article_id: str) -> Article:
    """An article with its text.

    Args:
        reader: of the archive's articles.
        article_id: its id, or the first characters.

    Raises:
        ArticleNotFound: there is none, or there are several.
    """
    article = reader.article(article_id)
    return article if article is not None else existing(reader, whole_id(reader, article_id))


def whole_id(reader: Reader, article_id: str) -> str:
    """The whole id of an article.

    Args:
        reader: of the archive's articles.
        article_id: its id, or the first characters.

    Raises:
        ArticleNotFound: there is none, or there are several.
    """
    if reader.records([article_id]):
        return article_id
    matches = [r["article_id"] for r in reader.all_records() if r["article_id"].startswith(article_id)]
    if len(matches) == 1 and _SHORTEST <= len(article_id) < len(matches[0]):
        return str(matches[0])
    if len(matches) > 1:
        raise ArticleNotFound(f"{len(matches)} articles begin with {article_id!r}; give more of the id")
    raise ArticleNotFound(f"no article has the id {article_id!r}; `dateline articles` lists them")


def removed_id(reader: Reader, article_id: str, removed: Iterable[str]) -> str:
    """The whole id of a removed article.

    Args:
        reader: of the archive's articles.
        article_id: its id, or the first characters.
        removed: ids of all removed articles.

    Raises:
        ArticleNotFound: there is none, or there are several.
        ArchiveError: the article is in the archive again.
    """
    matches = [name for name in sorted(removed) if name.startswith(article_id)] if article_id else []
    if len(matches) == 1:
        return matches[0]
    if not matches and article_id in (records := reader.records([article_id])):
        number = records[article_id]["number"] - 1
        before = reader.history_metadata([(article_id, number)])
        if any(metadata["why"] == "removed" for metadata in before.values()):
            raise ArchiveError(
                f"{article_id} has been added again since; the removed article is in its history: "
                f"dateline show {article_id} --versions"
            )
    what = "several removed articles begin" if matches else "no removed article begins"
    raise ArticleNotFound(f"{what} with {article_id!r}; removed are {', '.join(sorted(removed)) or 'none'}")
