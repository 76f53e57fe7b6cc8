"""Answer questions about the archive from its index: counts, first and last article, outlets, lists."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace

from ingest.archive.archive import Archive
from ingest.base.article import Article, Published
from ingest.base.filters import publisher_key
from qa.archive_questions.intents import Intent
from qa.base.answer import Nearby
from qa.dates.periods import range_in_words
from qa.question.question import Question

_LATEST = 5  # articles in a list of the latest


@dataclass(frozen=True)
class Listing:
    """The articles that match a question about the archive.

    Attributes:
        intent: what was asked.
        limits: the range and publishers of the question, in words.
        articles: the matching articles, newest first; oldest first for a span, the newest few for the latest.
        count: the number of matching articles.
        first: publication of the oldest, ISO 8601; None where none has a date.
        last: publication of the newest.
        publishers: each publisher with its number of articles, most first.
        as_phrase: whether the articles contain the phrase as it was asked; else one passage has all of its words.
        covers: what the whole archive covers, in words.
        stories: the number of different stories; fewer than articles where some are copies.
    """

    intent: Intent
    limits: str
    articles: tuple[Nearby, ...]
    count: int
    first: str | None
    last: str | None
    publishers: tuple[tuple[str, int], ...]
    as_phrase: bool
    covers: str
    stories: int = 0

    def words(self) -> str:
        """One or two sentences for display."""
        limits = f" {self.limits}" if self.limits else ""
        if not self.count:
            start = "There is no article" if self.intent.phrase is None else "No article"
            return f"{start}{limits}{self._about(one=True)}. {self.covers}"
        one = self.count == 1
        counted = f"{self.count:,} article{'' if one else 's'}{limits}{self._about(one=one)}"
        if self.intent.kind == "publishers":
            named = ", ".join(f"{name} ({count})" for name, count in self.publishers)
            outlets = len(self.publishers)
            return f"{outlets} outlet{'' if outlets == 1 else 's'}: {named}. Counted: {counted}{self._copies()}."
        if self.intent.kind == "latest":
            return f"The newest is from {_in_words(self.last)}; {counted} in all."
        return f"{counted}{self._span()}{self._copies()}."

    def _about(self, *, one: bool) -> str:
        if self.intent.phrase is None:
            return ""
        if self.as_phrase:
            return f" mention{'s' if one else ''} “{self.intent.phrase}”"
        return f" ha{'s' if one else 've'} all words of “{self.intent.phrase}” in one passage"

    def _copies(self) -> str:
        if not 0 < self.stories < self.count:
            return ""
        many = "one story" if self.stories == 1 else f"{self.stories:,} different stories"
        return f"; since some are copies of others, they carry {many}"

    def _span(self) -> str:
        if not self.first or not self.last:
            return ", without a date"
        published = "from" if "published" in self.limits else "published"
        return f", {published} {re.sub(r'^(?:on|in) ', '', range_in_words(self.first[:10], self.last[:10]))}"


def look_up(archive: Archive, question: Question, intent: Intent) -> Listing:
    """Look up the articles that a question about the archive asks for.

    Args:
        archive: an open archive.
        question: the question with its limits.
        intent: what is asked.
    """
    if intent.publishers and not question.publishers:
        question = replace(question, publishers=intent.publishers)
    articles, as_phrase = archive.mentioning(intent.phrase, question.scope)
    dated = sorted((article for article in articles if article.published), key=_moment)
    listed = dated + [article for article in articles if not article.published]
    if intent.kind != "span":
        listed = [*reversed(dated), *listed[len(dated) :]]
    if intent.kind == "latest":
        listed = listed[:_LATEST]
    counts = Counter(article.publisher or "without a publisher" for article in articles)
    coverage = archive.coverage()
    covers = f"The archive covers {coverage.n_articles:,} articles"
    if coverage.first and coverage.last:
        covers += f" published {range_in_words(coverage.first, coverage.last)}"
    return Listing(
        intent,
        question.limits,
        tuple(map(_nearby, listed)),
        len(articles),
        dated[0].published.iso if dated and dated[0].published else None,
        dated[-1].published.iso if dated and dated[-1].published else None,
        tuple(sorted(counts.items(), key=lambda item: (-item[1], publisher_key(item[0])))),
        as_phrase,
        f"{covers}.",
        len(set(archive.origins([article.article_id for article in articles], question.scope.now).values())),
    )


def _moment(article: Article) -> int:
    return article.published.epoch if article.published else 0


def _nearby(article: Article) -> Nearby:
    published = article.published.iso if article.published else None
    return Nearby(article.article_id, article.headline, article.publisher, published, article.url)


def _in_words(day: str | None) -> str:
    return Published.parse(day).in_words() if day else "an unknown date"
