"""Cut facts of articles that are too long for Chroma Cloud; only articles from broken pages have such facts.

Chroma Cloud accepts documents of up to 16,384 bytes and metadata values of up to 4,096
(https://docs.trychroma.com/cloud/quotas-limits). The text is not concerned: it is stored as passages.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace

from ingest.base.article import Article, Published
from ingest.base.errors import ArchiveError
from ingest.store.records import Standing, article_document, article_metadata

_DOCUMENT = 16_384  # bytes
_VALUE = 4_000  # bytes; a record's earlier versions name a source with 13 characters before it
_MARK = "…"

# Bytes that a fact may have where the record is too long; with an identity of 2,500 and their names they make 15,400.
_WORDS = {"headline": 2_000, "publisher": 500, "place": 300, "dateline": 500, "correction": 2_000, "language": 100}
_PLACES = {"source": 2_000, "position": 600}
_AUTHORS = 2_000
_AUTHOR = 300
_URL = 2_500


def fitted(article: Article) -> Article:
    """The article with facts that every Chroma accepts; unchanged where they fit already.

    A headline and other words that are cut end with an ellipsis, and so does the list of authors. A source is cut in
    the middle, and a checksum is put there, so that two sources stay different. A web address that is too long is left
    out, since half an address leads nowhere.

    Raises:
        ArchiveError: its identity alone is too long.
    """
    if _fits(article):
        return article
    facts: dict[str, object] = {}
    for name, limit in _WORDS.items():
        value = getattr(article, name)
        facts[name] = value if value is None else _cut(value, limit)
    facts |= {name: _cut_middle(getattr(article, name), limit) for name, limit in _PLACES.items()}
    facts["authors"] = tuple(_some(article.authors))
    facts["url"] = article.url if _size(article.url or "") <= _URL else None
    facts |= {name: _to_microseconds(getattr(article, name)) for name in ("published", "embargo")}
    short = replace(article, **facts)  # type: ignore[arg-type] # each is a field's own value
    if not _fits(short):
        raise ArchiveError(
            f"the identity of an article has {len(article.identity.encode('utf-8', 'surrogatepass')):,} bytes, and its "
            f"record would be too long: {article.identity[:60]}…. Name it in at most 2,500 bytes"
        )
    return short


def _fits(article: Article) -> bool:
    metadata = article_metadata(article, 1, Standing())
    return _bytes(article_document(article)) <= _DOCUMENT and all(
        _bytes(value) <= _VALUE for value in metadata.values() if isinstance(value, str)
    )


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def _size(text: str) -> int:
    """Bytes of a text in a JSON document."""
    return _bytes(json.dumps(text, ensure_ascii=False)) - 2


def _cut(text: str, limit: int) -> str:
    """The beginning of a text, in whole words where possible, with an ellipsis."""
    if _size(text) <= limit:
        return text
    start = _beginning(text, limit - _size(_MARK))
    words = start.rpartition(" ")[0] if " " in start[-60:] else start
    return words.rstrip() + _MARK


def _cut_middle(text: str, limit: int) -> str:
    """Both ends of a text, with a checksum of the whole text between them."""
    if _size(text) <= limit:
        return text
    middle = _MARK + hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16] + _MARK
    half = (limit - _size(middle)) // 2
    return _beginning(text, half) + middle + _beginning(text[::-1], half)[::-1]


def _beginning(text: str, limit: int) -> str:
    size = 0
    for at, character in enumerate(text):
        size += _size(character)
        if size > limit:
            return text[:at]
    return text


def _some(names: Iterable[str]) -> Iterable[str]:
    """As many of the names, from the first, as there is room for."""
    left = _AUTHORS
    for name in names:
        short = _cut(name, _AUTHOR)
        left -= _size(short) + len('"", ')
        if left < _size(_MARK):
            yield _MARK
            return
        yield short


def _to_microseconds(moment: Published | None) -> Published | None:
    """A time without digits beyond microseconds, which no clock measures."""
    return moment and Published.parse(re.sub(r"(\.\d{6})\d+", r"\1", moment.iso))
