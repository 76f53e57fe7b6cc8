"""The page's words with what they are about in them: how many, how old, which."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ingest.archive.stats import size_in_words
from ui import words


def counted(forms: tuple[str, str], count: int) -> str:
    """Words for one, and words for any other number."""
    return forms[count != 1].format(count=count)


def number_in_words(count: int) -> str:
    """Up to twelve as a word."""
    return words.NUMBERS[count] if count < len(words.NUMBERS) else f"{count:,}"


def count_of_sources(sources: int, stories: int) -> str:
    """How many sources say it: `Two independent sources`."""
    if sources > 1:
        return words.INDEPENDENT_SOURCES.format(count=number_in_words(sources).capitalize())
    return (
        words.ONE_SOURCE
        if stories == 1
        else words.REPORTS_OF_ONE_SOURCE.format(count=number_in_words(stories).capitalize())
    )


def age_in_days(days: int, on: str | None) -> str:
    """How old an article is, today or on a day that is named."""
    if days < 2:
        return ((words.OF_THAT_DAY, words.OF_DAY_BEFORE) if on else (words.TODAYS, words.YESTERDAYS))[days]
    return words.DAYS_OLD.format(days=days) + (words.ON_DAY.format(day=on) if on else "")


def times_of_version(taken: str | None, until: str | None) -> str:
    """When a version was taken in, and when it ceased to count."""
    since = words.TAKEN.format(taken=taken) if taken else words.TAKEN_SOMETIME
    return since + (words.UNTIL.format(until=until) if until else "")


def authors(names: Sequence[str]) -> str:
    """People in one line: `A, B and C`."""
    return words.AND.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def gone_since(changed: int, removed: int) -> str:
    """What became of the articles that an answer cites; empty where they are as they were."""
    told = ((words.GONE_CHANGED, changed), (words.GONE_REMOVED, removed))
    said = [what.format(count=count) for what, count in told if count]
    return words.GONE_SINCE.format(what=words.AND.join(said)) if said else ""


def found(total: int, first: int, last: int) -> str:
    """Which of how many articles are listed."""
    whole = counted(words.N_ARTICLES, total)
    return whole if last - first + 1 == total else words.FOUND.format(first=first, last=last, articles=whole)


def plot_title(first: str, last: str | None) -> str:
    """What the plot shows: from a year to a year, or the months of one."""
    if last is None:
        return words.PLOT_BY_MONTH.format(first=first) if first else words.PLOT
    return (words.PLOT_OF_YEAR if first == last else words.PLOT_OF_YEARS).format(first=first, last=last)


def version_line(number: int, taken: str | None, why: str) -> str:
    """A version in a list."""
    when = f"{taken[:10]} {taken[11:16]} UTC" if taken else words.NOT_RECORDED
    return words.VERSION_LINE.format(number=number, when=when, why=words.WHY.get(why, why))


def progress(done: int, total: int, articles: int, failed: int) -> str:
    """How far taking in is."""
    parts = [words.BYTES_READ.format(done=size_in_words(done), total=size_in_words(total))] if total else []
    parts.append(counted(words.N_ARTICLES, articles))
    return ", ".join([*parts, *([words.N_NOT_TAKEN.format(count=failed)] if failed else [])])


def too_many_attempts(seconds: float) -> str:
    """That a visitor has to wait, and how long."""
    return counted(words.TOO_MANY_ATTEMPTS, max(1, math.ceil(seconds / 60)))
