"""The limits of a question: its length, its range of dates, and its words without those that set these limits."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

from ingest.base.article import Published
from ingest.base.errors import DatelineError
from qa.dates.periods import range_in_words
from qa.dates.rules import NoSuchDay
from qa.dates.timing import find_timing, may_cover_distant_past

#: Longest question, in characters.
MAX_QUESTION = 2_000

#: Values of the option `published`: one date, which counts whole, or first and last date, None for no limit.
Range = str | tuple[str | None, str | None] | None

Limits = tuple[str | None, str | None] | None


class QuestionError(DatelineError):
    """A question that cannot be asked: empty, too long, or with dates or options that are invalid."""


def in_words(limits: tuple[str | None, str | None]) -> str:
    """The range for display: "published 1 to 31 July 2020"."""
    return f"published {range_in_words(*limits)}"


def checked(text: object) -> str:
    """The words of a question with single spaces between them.

    Raises:
        QuestionError: it is no text, empty or too long.
    """
    if not isinstance(text, str):
        raise QuestionError(f"a question is text, not {type(text).__name__}")
    words = " ".join(text.split())
    if not re.search(r"\w", words):
        raise QuestionError("the question is empty; ask one, such as: Who resigned in March?")
    if len(words) > MAX_QUESTION:
        raise QuestionError(f"the question has {len(words):,} characters, the limit is {MAX_QUESTION:,}; shorten it")
    return words


def day_of(as_of: str | date | None) -> str | None:
    """The option `as_of` in ISO 8601.

    Raises:
        QuestionError: it is no day.
    """
    if as_of is None:
        return None
    try:
        return date.fromisoformat(str(as_of)[:10]).isoformat()
    except ValueError:
        raise QuestionError(f"as_of is {as_of!r}, which is no date; use one such as 2020-07-21") from None


def day_asked(as_of: str | None) -> date:
    """The day from which "last week" counts: `as_of`, else today."""
    return date.fromisoformat(as_of) if as_of else datetime.now(UTC).date()


# Leads into the words of a limit: "in July 2020", "according to Bloomberg"; "Bloomberg reported" keeps its verb.
BEFORE_PERIOD = r"(?:\b(?:in|on|at|during|throughout|within|over|for|from|of|published|dated)\s+)?(?:the\s+)?"
BEFORE_OUTLET = r"(?:,?\s*\b(?:according to|as reported by|reported by|in|by|from|of)\s+)(?:the\s+)?"


def cut(words: str, limit: str, before: str) -> str:
    """A question without the words of a limit; unchanged where they do not occur in this form.

    Args:
        words: the question.
        limit: the words of the limit.
        before: a pattern of what leads into them.
    """
    without = re.sub(rf"{before}{re.escape(limit)}(?![\w’'-])\s*,?", " ", words, count=1, flags=re.IGNORECASE)
    return re.sub(r"\s+([?.,!])", r"\1", " ".join(without.split())).strip(" ,")


def find_range(words: str, published: Range, as_of: str | None, since: str | None = None) -> tuple[Limits, str | None]:
    """The range of publication of a question, and the words that it was read from.

    Args:
        words: the question.
        published: the option; it takes precedence over the words.
        as_of: the day as of which it is asked, ISO 8601; None for now.
        since: the first day of the archive's coverage, ISO 8601, where that is known.

    Returns:
        First and last day, or None for no limit; and the words, or None where the option set it.

    Raises:
        QuestionError: a date does not exist, a range ends before it begins, or two limits exclude each other.
    """
    if published == (None, None):
        return None, None
    in_question, period = range_in(words, day_asked(as_of), since)
    limits = in_question
    if published is not None:
        limits = _range_of(published)
        _check_overlap(period, limits, in_question)
        period = None
    if limits and limits[0] and as_of and Published.parse(limits[0]).date > as_of:
        raise QuestionError(
            f"as of {as_of}, nothing was {in_words(limits)} yet; choose a later day for as_of, or an earlier range"
        )
    return limits, period


def may_depend_on_coverage(since: str | None, as_of: str | None) -> bool:
    """Whether the range may differ where the first day of an archive's coverage is known.

    Args:
        since: that day, ISO 8601, where it is known.
        as_of: the day as of which the question is asked, ISO 8601; None for now.
    """
    day = _coverage_day(since)
    return day is not None and may_cover_distant_past(day, day_asked(as_of))


def range_in(words: str, today: date, since: str | None = None) -> tuple[Limits, str | None]:
    """The range of dates that a question's words set, and these words; None for each where they set none.

    Args:
        words: the question.
        today: the day on which it is asked.
        since: the first day of the archive's coverage, ISO 8601, where that is known.

    Raises:
        QuestionError: a date in it does not exist, or a range in it ends before it begins.
    """
    try:
        scope = find_timing(words, today, _coverage_day(since)).scope
    except NoSuchDay as error:
        raise QuestionError(f"{error}; ask with another date") from None
    if scope is None:
        return None, None
    first, last = (day.isoformat() if day else None for day in (scope.first, scope.last))
    return (first, last), words[scope.start : scope.end]


def _coverage_day(since: str | None) -> date | None:
    return date.fromisoformat(since[:10]) if since and len(since) >= 10 else None


def _range_of(published: str | tuple[str | None, str | None]) -> Limits:
    """First and last date of the option `published`."""
    first, last = (published, published) if isinstance(published, str) else published
    try:
        start = Published.parse(first) if first else None
        end = Published.parse(last) if last else None
    except ValueError as error:
        raise QuestionError(f"{error}; published takes a date, or the first and the last date") from None
    if start and end and start.epoch > end.end_epoch:
        raise QuestionError(f"the range from {first} to {last} ends before it begins; swap the dates")
    return (start.iso if start else None, end.iso if end else None) if start or end else None


def _check_overlap(period: str | None, limits: Limits, in_question: Limits) -> None:
    """Check that the range of the option and that of the question's words have a day in common."""
    if not limits or not in_question:
        return
    first = max(filter(None, (limits[0], in_question[0])), default=None)
    last = [Published.parse(day).end_epoch for day in (limits[1], in_question[1]) if day]
    if first and last and Published.parse(first).epoch > min(last):
        raise QuestionError(
            f"“{period}” in the question and the option {in_words(limits)} exclude each other; leave one out, "
            "or use (None, None) for no limit"
        )
