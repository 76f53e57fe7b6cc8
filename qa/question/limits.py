"""What limits a question: its length, its range of dates, and what is cut from its words for these."""

from __future__ import annotations

import re
from datetime import date

from ingest.base.article import Published
from ingest.base.errors import DatelineError
from qa.dates.periods import range_in_words
from qa.dates.rules import NoSuchDay
from qa.dates.timing import find_timing

#: Longest question, in characters.
MAX_QUESTION = 2_000

#: What may be given as `published`: one date, which counts whole, or first and last date, None for no limit.
Range = str | tuple[str | None, str | None] | None

Limits = tuple[str | None, str | None] | None


class QuestionError(DatelineError):
    """A question that cannot be asked: empty, too long, or of an impossible range of dates."""


def agree(words: str, period: str | None, given: Limits, said: Limits) -> None:
    """See that a range that was given and that of a question's words have a day in common.

    Raises:
        QuestionError: they have none.
    """
    if not given or not said:
        return
    first = max(filter(None, (given[0], said[0])), default=None)
    last = [Published.parse(day).end_epoch for day in (given[1], said[1]) if day]
    if first and last and Published.parse(first).epoch > min(last):
        raise QuestionError(
            f"“{period}” of the question and what is {in_words(given)} exclude each other; leave one out, "
            "or give (None, None) for no limit"
        )


def in_words(limits: tuple[str | None, str | None]) -> str:
    """For people: "published 1 to 31 July 2020"."""
    return f"published {range_in_words(*limits)}"


def checked(text: object) -> str:
    """The words of a question, blanks between them single."""
    if not isinstance(text, str):
        raise QuestionError(f"a question is text, not {type(text).__name__}")
    words = " ".join(text.split())
    if not re.search(r"\w", words):
        raise QuestionError("the question is empty; ask one, such as: Who resigned in March?")
    if len(words) > MAX_QUESTION:
        raise QuestionError(f"the question has {len(words):,} characters; it may have {MAX_QUESTION:,}. Shorten it")
    return words


def day_of(as_of: str | date | None) -> str | None:
    """The day as of which it is asked, ISO 8601."""
    if as_of is None:
        return None
    try:
        return date.fromisoformat(str(as_of)[:10]).isoformat()
    except ValueError:
        raise QuestionError(f"as_of is {as_of!r}; it takes a day such as 2020-07-21") from None


# What goes with the words of a limit: "in July 2020", "according to Bloomberg"; "Bloomberg reported" keeps its verb.
BEFORE_PERIOD = r"(?:\b(?:in|on|at|during|throughout|within|over|for|from|of|published|dated)\s+)?(?:the\s+)?"
BEFORE_OUTLET = r"(?:,?\s*\b(?:according to|as reported by|reported by|in|by|from|of)\s+)(?:the\s+)?"


def cut(words: str, limit: str, before: str) -> str:
    """A question's words without a limit and what leads it in; as they are where they do not stand so in it."""
    without = re.sub(rf"{before}{re.escape(limit)}(?![\w’'-])\s*,?", " ", words, count=1, flags=re.IGNORECASE)
    return re.sub(r"\s+([?.,!])", r"\1", " ".join(without.split())).strip(" ,")


def range_in(
    words: str, today: date, since: str | None = None
) -> tuple[tuple[str | None, str | None] | None, str | None]:
    """The range of dates that a question's words set, and these words; None for each where they set none.

    Args:
        words: the question.
        today: the day on which it is asked.
        since: the first day of the archive's coverage, ISO 8601, where that is known.

    Raises:
        QuestionError: they name a day that does not exist, or a range that ends before it begins.
    """
    try:
        scope = find_timing(words, today, date.fromisoformat(since[:10]) if since and len(since) >= 10 else None).scope
    except NoSuchDay as error:
        raise QuestionError(f"{error}; ask with another date") from None
    if scope is None:
        return None, None
    first, last = (day.isoformat() if day else None for day in (scope.first, scope.last))
    return (first, last), words[scope.start : scope.end]


def range_of(published: Range) -> Limits:
    """A range that was given, as first and last date."""
    if published is None:
        return None
    first, last = (published, published) if isinstance(published, str) else published
    try:
        start = Published.parse(first) if first else None
        end = Published.parse(last) if last else None
    except ValueError as error:
        raise QuestionError(f"{error}; published takes a date, or the first and the last date") from None
    if start and end and start.epoch > end.end_epoch:
        raise QuestionError(f"the range from {first} to {last} ends before it begins; swap the dates")
    return (start.iso if start else None, end.iso if end else None) if start or end else None
