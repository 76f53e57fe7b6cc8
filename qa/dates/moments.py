"""Resolve relative date expressions in articles, such as "last week", against the date of the article.

They are resolved only where they are unambiguous: no note is better than a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from dateutil.relativedelta import relativedelta

from ingest.base.article import Published, Span
from qa.dates.periods import Period, find_periods, range_in_words
from qa.dates.rules import NoSuchDay
from qa.dates.vocabulary import PARTS

Precision = Literal["day", "week", "month", "year", "range"]

_YEAR = re.compile(r"\d{4}|\d0s\b|\bcentury\b")
_AHEAD = re.compile(
    r"\b(?:will|shall|would|won[’']t|(?:is|are|was|were) (?:(?:also|now|then|not|still|only|both) )?(?:to|due|set"
    r"|expected|scheduled|planned|likely|going)"
    r"|due (?:to|on|in)|scheduled (?:to|for)|expected (?:to|on|in)|planned for|plans? to|vowed to|set (?:to|for)"
    r"|upcoming"
    r"|coming)\b|[’']ll\b",
    re.IGNORECASE,
)
_PAST = re.compile(
    r"\b(?:said|told|was|were|had|did|went|came|took|made|gave|met|won|lost|left|found|saw|held|began|ran|fell"
    r"|rose|hit|struck|shot"
    r"|killed|died|[a-z]{2,}ed|sent|set(?! to| for)|put|cut|quit|spoke|wrote|stood|sank|drew|led|broke|threw|called|sat"
    r"|brought|paid)\b"
)
_PASSIVE = re.compile(r"\b(?:be|been|being|to|will|would|not|is|are|get)\s+(?:\w+ly\s+)?$", re.IGNORECASE)
_OPEN = re.compile(r"\b(?:for|until|till|by)\s+(?:the\s+)?$", re.IGNORECASE)
_CLAUSE_ENDS = re.compile(r"[,;:—–()“”\"]|\b(?:but|and|which|who|that|while|when|after|before|because|as)\b")
_NO_NOTE = re.compile(
    r"\b(?:every|each|most|some|any|one|a|an|that|the (?:following|previous|next)|black|good|ash|easter|super"
    r"|bloody|palm|holy|boxing"
    r"|independence|labou?r|memorial)\s+$",
    re.IGNORECASE,
)
_ATTRIBUTE = re.compile(
    r"[’']s\b|s\b|\s+(?:Times|Mail|Mirror|Post|Telegraph|Express|Prayers?|prayers?|of (?:his|her|their|its))\b"
)
_PART = re.compile(rf"(?:the )?(?:{'|'.join(PARTS)})\b", re.IGNORECASE)
_ROUGH = re.compile(r"\b(?:almost|nearly|about|around|some|over|under|roughly|(?:more|less) than)\s+$", re.IGNORECASE)
_ROUGHLY = re.compile(r"(?:a|an|a couple of|a few|few|several) |.*\b(?:decade|centur)", re.IGNORECASE)
_LONG = 250  # days
_FIXED = frozenset(("relative", "ago"))  # these expressions are past or future by themselves


@dataclass(frozen=True)
class Moment:
    """A date expression and the days that it means.

    Attributes:
        start: offset of the expression in the text.
        end: one past its last character.
        first: the first day.
        last: the last day.
        precision: the unit that it covers.
    """

    start: int
    end: int
    first: date
    last: date
    precision: Precision

    def words(self) -> str:
        """The days for display: `21 July 2020`, `13 to 19 July 2020`, `July 2020`, `2020`."""
        if self.precision == "year":
            return str(self.first.year)
        if self.precision == "month":
            return f"{self.first:%B %Y}"
        words = range_in_words(self.first.isoformat(), self.last.isoformat())
        return re.sub(r"^(?:on|in) ", "", words)


def find_moments(text: str, published: Published | None) -> list[Moment]:
    """The relative date expressions in a sentence of an article, in order.

    Args:
        text: the sentence.
        published: the article's date; nothing is resolved without one, or where only its month or year is known.
    """
    if published is None or published.precision in ("year", "month"):
        return []
    day = date.fromisoformat(published.date)
    try:
        periods = find_periods(text, day)
    except NoSuchDay:
        return []
    periods = [replace(period, end=len(text[: period.end].rstrip("."))) for period in periods]
    return [moment for period in periods if (moment := _moment(text, period, day)) is not None]


def annotate(text: str, moments: Sequence[Moment]) -> str:
    """A text with the days after each date expression: "Last week [13 to 19 July 2020] he resigned".

    Args:
        text: a sentence.
        moments: the date expressions in it, in order.
    """
    pieces, position = [], 0
    for moment in moments:
        pieces += [text[position : moment.end], f" [{moment.words()}]"]
        position = moment.end
    return "".join([*pieces, text[position:]])


def resolved(span: Span, moments: Sequence[Moment]) -> Moment | None:
    """The only moment that overlaps a span; None where none does, or several do.

    Args:
        span: of the short answer, in the same text.
        moments: the date expressions of that text.
    """
    inside = [m for m in moments if m.start < span[1] and span[0] < m.end]
    return inside[0] if len(inside) == 1 else None


def _moment(text: str, period: Period, day: date) -> Moment | None:
    words = text[period.start : period.end]
    before, after = text[: period.start], text[period.end :]
    if period.first is None or period.last is None or _YEAR.search(words):
        return None
    if period.form in ("since", "after", "until", "before", "range", "spell", "quarter", "season", "decade", "century"):
        return None
    if _PART.match(words) or _NO_NOTE.search(before) or _ATTRIBUTE.match(after):
        return None
    if period.form in ("weekday", "day", "month"):
        return _directed(text, period, day)
    if period.form in _FIXED:
        if _is_vague(text, period, words):
            return None
        first, last = _whole(words, period, day)
        return Moment(period.start, period.end, first, last, _precision(first, last))
    return None


def _is_vague(text: str, period: Period, words: str) -> bool:
    """Whether an expression means no certain days: "almost two years ago", "more than ever today"."""
    if period.form == "ago":
        return _ROUGH.search(text[: period.start]) is not None or _ROUGHLY.match(words) is not None
    if words.lower() != "today":
        return False
    clause, place = _clause(text, period)
    return not [m for m in _PAST.finditer(clause) if m.start() != place] and not re.search(r"\bwill\b|\bto\b", clause)


def _whole(words: str, period: Period, day: date) -> tuple[date, date]:
    """A period as an article means it: "this year" is the whole year, not only the part up to the article's day."""
    first, last = period.first or day, period.last or day
    if re.match(r"this (?:week|month|year)\b", words, re.IGNORECASE):
        unit = words.split()[1].lower()
        step = {"week": relativedelta(weeks=1), "month": relativedelta(months=1), "year": relativedelta(years=1)}[unit]
        last = first + step - timedelta(1)
    return first, last


def _directed(text: str, period: Period, day: date) -> Moment | None:
    """A weekday, day or month without its year: the last or the next one, by the verb of its clause."""
    words = text[period.start : period.end]
    first, last = period.first or day, period.last or day
    if re.match(r"(?:last|next|this)\b", words, re.IGNORECASE):
        is_unclear = re.match(r"this\b", words, re.IGNORECASE) or text[: period.start].lower().endswith("the ")
        return None if is_unclear else _moment_of(period, first, last)
    direction = _direction(text, period)
    if direction is None:
        return None
    if period.form == "weekday":
        if direction == "ahead":
            return _moment_of(period, first + timedelta(7), last + timedelta(7)) if first < day else None
        return _moment_of(period, first, last)
    if direction == "ahead" and last < day:
        first, last = first + relativedelta(years=1), last + relativedelta(years=1)
        if period.form == "month":
            last = first + relativedelta(months=1, days=-1)
    if direction == "past" and (day - last).days > _LONG:
        return None  # more likely a coming one, though no verb says so
    if (direction == "past" and first > day) or (direction == "ahead" and first <= day):
        return None
    return _moment_of(period, first, last)


def _moment_of(period: Period, first: date, last: date) -> Moment:
    return Moment(period.start, period.end, first, last, _precision(first, last))


def _clause(text: str, period: Period) -> tuple[str, int]:
    """The clause around a period, and the offset of the period in it."""
    start = max((m.end() for m in _CLAUSE_ENDS.finditer(text, 0, period.start)), default=0)
    ends = _CLAUSE_ENDS.search(text, period.end)
    return text[start : ends.start() if ends else len(text)], period.start - start


def _direction(text: str, period: Period) -> Literal["past", "ahead"] | None:
    """Whether a time is past or ahead, by the nearest verb of its clause; None where that is unclear."""
    clause, place = _clause(text, period)
    verbs = [(m.start(), "ahead") for m in _AHEAD.finditer(clause)]
    # "will be published": the participle does not show the time.
    verbs += [(m.start(), "past") for m in _PAST.finditer(clause) if not _PASSIVE.search(clause[: m.start()])]
    before = [verb for verb in sorted(verbs) if verb[0] < place]
    nearest = before[-1:] or sorted(verbs)[:1]
    direction = nearest[0][1] if nearest else None
    if _OPEN.search(text[: period.start]) and direction != "ahead":
        return None  # "had been set for Thursday"
    return "ahead" if direction == "ahead" else "past" if direction == "past" else None


def _precision(first: date, last: date) -> Precision:
    days = (last - first).days + 1
    if days == 1:
        return "day"
    if first.day == 1 and (last + timedelta(1)).day == 1:
        return "month" if days <= 31 else "year" if first.month == 1 and last.month == 12 and days <= 366 else "range"
    return "week" if days == 7 else "range"
