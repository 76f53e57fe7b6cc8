"""The facts that a column of a file can hold, and the user's names for columns."""

from __future__ import annotations

from collections.abc import Mapping

from ingest.base.errors import SettingsError

#: The facts that a column can hold, each with its usual column names, which apply where the user names no column.
FIELDS: dict[str, tuple[str, ...]] = {
    "text": ("text", "body", "content", "article", "story", "maintext", "articlebody"),
    "headline": ("headline", "title", "head"),
    "published": ("published", "date", "published_at", "publish_date", "datepublished", "pubdate", "publication_date"),
    "publisher": ("publisher", "outlet", "publication", "newspaper", "source", "agency", "site"),
    "place": ("place", "location", "city"),
    "authors": ("authors", "author", "byline", "creator"),
    "url": ("url", "link", "canonical_url", "web_url", "uri"),
    "guid": ("guid",),  # the same wherever the article is delivered
    "id": ("id", "uid", "article_id"),  # unique within the file
    "language": ("language", "lang"),
    "status": ("status", "pubstatus"),
    "embargo": ("embargo", "embargoed", "embargo_until"),
    "edition": (),  # newspapers use this word for other things too, so the user has to name the column
}


def check_columns(columns: Mapping[str, str] | None) -> dict[str, str]:
    """Check the user's names for columns, as fact -> column.

    Raises:
        SettingsError: a fact is unknown.
    """
    unknown = sorted(set(columns or {}) - set(FIELDS))
    if unknown:
        raise SettingsError(f"unknown facts in columns: {', '.join(unknown)}. A column can hold {', '.join(FIELDS)}")
    return dict(columns or {})
