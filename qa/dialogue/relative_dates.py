"""Resolve dates that refer to the conversation: "that day", "the week before", "then"."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from qa.dates.periods import Period, find_periods, range_in_words
from qa.dates.rules import NoSuchDay
from qa.dialogue.focus import Focus

_SAME = re.compile(
    r"\b(?:on |at |in |during |over )?(?:that|the same|this same) (?P<unit>day|week|month|year|time)\b"
    r"|\b(?:back )?then\b(?=\W*$)|\bthat (?:morning|afternoon|evening|night)\b",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:in |on |during )?(?:the|that) (?P<unit>day|week|month|year) (?P<way>before|after|earlier"
    r"|later)(?: (?:that|this|it))?\b"
    r"|\b(?:in |on |during )?the (?P<side>previous|following|next) (?P<unit2>day|week|month|year)\b",
    re.IGNORECASE,
)


def has_relative_dates(text: str) -> bool:
    """Whether a question has a date that refers to the conversation."""
    return bool(_SAME.search(text) or _OTHER.search(text))


def resolve_relative_dates(text: str, focus: Focus, today: date) -> str:
    """Replace dates that refer to the conversation by the dates that they mean, where these are known.

    Args:
        text: the question.
        focus: what the conversation is about.
        today: the day on which it is asked.
    """

    def same(match: re.Match[str]) -> str:
        days = _spell(focus, (match["unit"] or "day").lower(), today)
        return _in_words(*days) if days else match[0]

    return _replaced(_SAME, same, _replaced(_OTHER, lambda match: _moved(match, focus, today) or match[0], text))


def _replaced(pattern: re.Pattern[str], by: Callable[[re.Match[str]], str], text: str) -> str:
    return pattern.sub(by, text)


def period_in(text: str, today: date) -> Period | None:
    """The first period that a text names; None where it names none, or one that does not exist.

    Args:
        text: a question.
        today: the day on which it is asked.
    """
    try:
        return next(iter(find_periods(text, today)), None)
    except NoSuchDay:
        return None


def _spell(focus: Focus, unit: str, today: date) -> tuple[date, date] | None:
    """The day, week, month or year that the conversation was about."""
    period = period_in(focus.question, today)
    if period and period.first and period.last and unit in ("time", "year", "month"):
        return period.first, period.last
    anchor = date.fromisoformat(focus.day) if focus.day and len(focus.day) == 10 else period.first if period else None
    return _unit(anchor, unit) if anchor else None


def _unit(day: date, unit: str) -> tuple[date, date]:
    """The calendar day, week, month or year that contains a day."""
    if unit == "month":
        first = day.replace(day=1)
        return first, first + relativedelta(months=1, days=-1)
    if unit == "year":
        return day.replace(month=1, day=1), day.replace(month=12, day=31)
    if unit == "day":
        return day, day
    monday = day - timedelta(day.weekday())
    return monday, monday + timedelta(6)


def _moved(match: re.Match[str], focus: Focus, today: date) -> str | None:
    """A date such as "the year before", from the time that the conversation is about."""
    unit = (match["unit"] or match["unit2"]).lower()
    days = _spell(focus, unit, today)
    if days is None:
        return None
    back = (match["way"] or match["side"]).lower() in ("before", "earlier", "previous")
    return _in_words(*_unit(days[0] - timedelta(1) if back else days[1] + timedelta(1), unit))


def _in_words(first: date, last: date) -> str:
    if (first, last) == _unit(first, "year"):
        return f"in {first.year}"
    if (first, last) == _unit(first, "month"):
        return f"in {first:%B %Y}"
    words = range_in_words(first.isoformat(), last.isoformat())
    return words if first == last else f"from {words}"
