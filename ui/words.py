"""The page's own words, all in one place: to be read through, changed or translated together.

What the archive and the answers say of themselves (refusals, notes, errors) comes from `qa` and `ingest`.
"""

from __future__ import annotations

from collections.abc import Sequence

# The page
TITLE = "Dateline"
SUBTITLE = "Answers from the archive, in its own words."

# Asking

# The reading room
SOURCES = "Sources"
NO_SOURCES_YET = "The articles that an answer cites open here."
NO_SOURCES = "This answer cites no article."
NO_SOURCES_OF_REFUSAL = "No answer, so no sources. The nearest headlines stand under the answer, and open here."
NO_SOURCES_OF_CATALOGUE = "Counted in the archive’s index. The articles that it names open here."
ALSO_CARRIED_BY = "Also carried by"
AND_MORE = " and {count} more"
BY = "By"
CORRECTED = "Corrected:"
BACK = "Back to the answer"
ABOUT_ARTICLE = "About this article"
COPY = "Copy citation:"
STYLES = {"chicago": "Chicago", "ap": "AP", "bibtex": "BibTeX"}
COPIED = "Copied."
NOT_COPIED = "The browser did not let it be copied. It stands here, to be copied by hand:"
PRINT = "Print"
ORIGINAL = "Original"
OPENS_IN_NEW_TAB = "(opens in a new tab)"
VERSIONS = "Versions"
VERSION_WHY = {"current": "", "replaced": "replaced", "older": "came late", "removed": "removed"}
IS_CURRENT = "the one that counts"
IS_CITED = "the one that the answer cites"
SHOW_CURRENT = "Show the current one"
SHOW_CITED = "Show the one that the answer cites"
CHANGED = "The article was changed after this answer. This is what the answer cites."
CHANGED_CORRECTED = "The article was corrected after this answer. This is what the answer cites. The correction says:"
NEWER = "This is the current version. The answer cites an earlier one; its words are not marked here."
EARLIER = "This is an earlier version of the article."
WITHDRAWN = "The publisher withdrew this article. What it said is not shown."
WITHHELD = "The publisher withholds this article. What it says is not shown."
GONE = "This article is no longer in the archive."
GONE_VERSION = "The archive no longer holds the version that the answer cites. This is the current one."
GONE_QUOTE = "What the answer quoted:"

NEWEST = "the newest"
UNDATED = "undated"
DATED = "of {date}"
FILED_FROM = "Filed from"
CORRECTED_OF_ONE = "It was corrected"
CORRECTED_OF_SEVERAL = "One of them was corrected"
QUOTED = "Quoted word for word"
WRITTEN = "Written by a model, each sentence checked"
CLEAR = "Likely to be the answer"
UNCERTAIN = "Uncertain: read the words"
DOUBTFUL = "Doubtful: read the words"


def count_of_sources(sources: int, stories: int) -> str:
    """How many sources say it: `Two independent sources`."""
    if sources > 1:
        return f"{number_in_words(sources).capitalize()} independent sources"
    return "One source" if stories == 1 else f"{number_in_words(stories).capitalize()} reports of one source"


def age_in_days(days: int, on: str | None) -> str:
    """How old an article is, today or on a day that is named."""
    if days < 2:
        return (
            ("published that day", "published the day before") if on else ("published today", "published yesterday")
        )[days]
    return f"{days} days old" + (f" on {on}" if on else "")


def times_of_version(taken: str | None, until: str | None) -> str:
    """When a version was taken in, and when it ceased to count."""
    since = f"taken in {taken}" if taken else "taken in at a time that was not recorded"
    return f"{since}, until {until}" if until else since


def authors(names: Sequence[str]) -> str:
    """People in one line: `A, B and C`."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def number_in_words(count: int) -> str:
    """Up to twelve as a word."""
    return NUMBERS[count] if count < len(NUMBERS) else f"{count:,}"


NUMBERS = "no one two three four five six seven eight nine ten eleven twelve".split()

# Conversations

# The archive

# Signing in
