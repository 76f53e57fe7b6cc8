"""Fill numbers, dates and names into the text of the page."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ingest.archive.stats import size_in_words
from ui import words


def counted(forms: tuple[str, str], count: int) -> str:
    """Choose the singular or the plural form.

    Args:
        forms: the singular and the plural, with `{count}` for the number.
        count: the number.
    """
    return forms[count != 1].format(count=count)


def number_in_words(count: int) -> str:
    """Spell numbers up to twelve as words."""
    return words.NUMBERS[count] if count < len(words.NUMBERS) else f"{count:,}"


def count_of_sources(sources: int, stories: int) -> str:
    """Say how many sources agree: `Two independent sources`.

    Args:
        sources: number of independent sources.
        stories: number of stories that they published.
    """
    if sources > 1:
        return words.INDEPENDENT_SOURCES.format(count=number_in_words(sources).capitalize())
    return (
        words.ONE_SOURCE
        if stories == 1
        else words.REPORTS_OF_ONE_SOURCE.format(count=number_in_words(stories).capitalize())
    )


def age_in_days(days: int, on: str | None) -> str:
    """Say how old an article is.

    Args:
        days: its age.
        on: the day on which it had this age, in words; None for today.
    """
    if days < 2:
        return ((words.OF_THAT_DAY, words.OF_DAY_BEFORE) if on else (words.TODAYS, words.YESTERDAYS))[days]
    return words.DAYS_OLD.format(days=days) + (words.ON_DAY.format(day=on) if on else "")


def times_of_version(added: str | None, until: str | None) -> str:
    """Say when a version was added and how long it was current.

    Args:
        added: when it was added; None if unknown.
        until: when another version replaced it; None if it is current.
    """
    since = words.ADDED_AT.format(added=added) if added else words.ADDED_SOMETIME
    return since + (words.UNTIL.format(until=until) if until else "")


def authors(names: Sequence[str]) -> str:
    """Join names into one line: `A, B and C`."""
    return words.AND.join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def gone_since(changed: int, removed: int) -> str:
    """Say how many of the cited articles have changed since the answer; empty if none has.

    Args:
        changed: number of articles with another version.
        removed: number of articles that are no longer in the archive.
    """
    counts = ((words.GONE_CHANGED, changed), (words.GONE_REMOVED, removed))
    parts = [form.format(count=count) for form, count in counts if count]
    return words.GONE_SINCE.format(what=words.AND.join(parts)) if parts else ""


def listed(total: int, first: int, last: int) -> str:
    """Say which articles a page of the list shows.

    Args:
        total: number of articles in the list.
        first: position of the first one on the page, from 1.
        last: position of the last one on the page.
    """
    whole = counted(words.N_ARTICLES, total)
    return whole if last - first + 1 == total else words.LISTED.format(first=first, last=last, articles=whole)


def plot_title(first: str, last: str | None) -> str:
    """Name the years or months that the plot shows.

    Args:
        first: the first year; empty if no article has a date.
        last: the last year; None if the plot shows the months of the first year only.
    """
    if last is None:
        return words.PLOT_BY_MONTH.format(first=first) if first else words.PLOT
    return (words.PLOT_OF_YEAR if first == last else words.PLOT_OF_YEARS).format(first=first, last=last)


def version_line(number: int, added: str | None, why: str) -> str:
    """Describe a version in a list to choose from.

    Args:
        number: number of the version.
        added: when it was added, ISO 8601; None if unknown.
        why: its status: a key of `words.WHY`.
    """
    when = f"{added[:10]} {added[11:16]} UTC" if added else words.NOT_RECORDED
    return words.VERSION_LINE.format(number=number, when=when, why=words.WHY.get(why, why))


def progress(done: int, total: int, articles: int, failed: int) -> str:
    """Describe the progress of adding articles.

    Args:
        done: bytes that were read.
        total: bytes in all, as far as known.
        articles: number of articles so far.
        failed: number of articles or files that failed.
    """
    parts = [words.BYTES_READ.format(done=size_in_words(done), total=size_in_words(total))] if total else []
    parts.append(counted(words.N_ARTICLES, articles))
    return ", ".join([*parts, *([words.N_NOT_ADDED.format(count=failed)] if failed else [])])


def too_many_attempts(seconds: float) -> str:
    """Say how long a visitor has to wait before signing in again."""
    return counted(words.TOO_MANY_ATTEMPTS, max(1, math.ceil(seconds / 60)))
