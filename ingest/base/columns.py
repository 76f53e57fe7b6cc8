"""The facts of an article that a column can hold, and how a user names columns."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.base.errors import SettingsError

#: The facts that a column can hold, with the names they are found under where the user names none.
FIELDS: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "story", "maintext", "articlebody"),
    "headline": ("headline", "title", "head"),
    "published": ("published", "date", "published_at", "publish_date", "datepublished", "pubdate", "publication_date"),
    "publisher": ("publisher", "outlet", "publication", "newspaper", "source", "agency", "site"),
    "place": ("place", "location", "city"),
    "authors": ("authors", "author", "byline", "creator"),
    "url": ("url", "link", "canonical_url", "web_url", "uri"),
    "guid": ("guid",),  # the same wherever the article is delivered
    "id": ("id", "uid", "article_id"),  # tells it from others in the same file
    "language": ("language", "lang"),
    "status": ("status", "pubstatus"),
    "embargo": ("embargo", "embargoed", "embargo_until"),
    "edition": (),  # newspapers call other things so, too: only where the user names it
}


def check_columns(columns: Mapping[str, str] | None) -> dict[str, str]:
    """The user's naming of columns, as fact -> column.

    Raises:
        SettingsError: a fact that no article has.
    """
    unknown = sorted(set(columns or {}) - set(FIELDS))
    if unknown:
        raise SettingsError(f"no article has {', '.join(unknown)}; a column can hold {', '.join(FIELDS)}")
    return dict(columns or {})
