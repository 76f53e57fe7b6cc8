"""The check between a draft and an answer: what is not supported is not said."""

from __future__ import annotations

import logging
from dataclasses import replace

from ingest.archive import Archive
from ingest.article import Article
from qa.answer import Answer, Citation, Sentence

_log = logging.getLogger(__name__)


class CitationCheck:
    """Strikes every sentence that has no citation, or one whose quote does not stand at its place in the article."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._seen: dict[str, Article | None] = {}

    def check(self, draft: Answer) -> Answer:
        """The draft without the sentences that fail; it no longer counts as answered where none is left."""
        kept = tuple(sentence for sentence in draft.sentences if self._supported(sentence))
        return replace(draft, sentences=kept, answered=draft.answered and bool(kept))

    def _supported(self, sentence: Sentence) -> bool:
        supported = bool(sentence.citations) and all(map(self._stands, sentence.citations))
        if not supported:
            _log.warning("struck a sentence that its citations do not support: %r", sentence.text[:80])
        return supported

    def _stands(self, citation: Citation) -> bool:
        if citation.article_id not in self._seen:
            versions = self._archive.versions([citation.article_id])
            there = versions.get(citation.article_id) is not None
            self._seen[citation.article_id] = self._archive.article(citation.article_id) if there else None
        article = self._seen[citation.article_id]
        return (
            article is not None
            and article.version == citation.version
            and bool(citation.quote)
            and article.text[citation.start : citation.end] == citation.quote
        )
