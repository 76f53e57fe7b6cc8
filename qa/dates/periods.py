"""Find the periods that a text names: days, months, years and ranges, relative to the day of the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta

from dateutil.relativedelta import relativedelta

from ingest.base.article import Published
from qa.dates.rules import DAY, FORMS, NoSuchDay


@dataclass(frozen=True)
class Period:
    """A period that a text names.

    Attributes:
        first: its first day; None where it has no beginning.
        last: its last day; None where it has no end.
        start: offset of the date expression in the text.
        end: one past its last character.
        form: the kind of date expression: day, month, year, weekday, relative, ...
    """

    first: date | None
    last: date | None
    start: int
    end: int
    form: str

    def covers(self, other: Period) -> bool:
        """Whether it includes all days of another period."""
        return (self.first or date.min) <= (other.first or date.min) and (other.last or date.max) <= (
            self.last or date.max
        )


def find_periods(text: str, today: date) -> list[Period]:
    """The periods that a text names, in order and without overlaps.

    Args:
        text: a question, or a sentence of an article.
        today: the day from which relative expressions count.

    Raises:
        NoSuchDay: a date in it does not exist, or a range in it ends before it begins.
    """
    points = _points(text, today)
    periods: list[Period] = []
    for point in points:
        if (periods and point.start < periods[-1].end) or _is_weekday_of_day(text, point, points):
            continue
        joined = _joined(text, point, points, today)
        periods.append(_bounded(text, joined, today))
    return periods


def _points(text: str, today: date) -> list[Period]:
    """The periods without words such as "since" or "until", in order."""
    points: list[Period] = []
    for form, pattern, rule in FORMS:
        for match in pattern.finditer(text):
            if any(match.start() < other.end and other.start < match.end() for other in points):
                continue
            days = rule(match, today)
            if days is not None:
                points.append(Period(days[0], days[1], match.start(), match.end(), form))
    return sorted(points, key=lambda period: period.start)


def _is_weekday_of_day(text: str, point: Period, points: list[Period]) -> bool:
    """Whether a day of the month follows: "Thursday 12 March"."""
    days = (other for other in points if other.form in ("day", "iso", "numeric") and other.start >= point.end)
    return point.form == "weekday" and any(re.fullmatch(r",? ", text[point.end : day.start]) for day in days)


_JOIN = re.compile(r"\s*(?:-|–|to|until|till|through|and)\s*(?:the )?", re.IGNORECASE)
_OPENS = re.compile(r"\b(?P<word>between|from)\s+(?:the )?$", re.IGNORECASE)
_BARE_DAY = re.compile(rf"\b{DAY}(?=\s*(?:-|–|to|and|until)\s*(?:the )?$)", re.IGNORECASE)


def _joined(text: str, point: Period, points: list[Period], today: date) -> Period:
    """A period together with the one that it is joined to: "between March and May", "13 to 19 July"."""
    opening = _OPENS.search(text, 0, point.start)
    other = next((later for later in points if later.start >= point.end), None)
    link = _JOIN.fullmatch(text, point.end, other.start) if other else None
    if other is None or link is None or ("and" in link[0].lower() and not (opening and opening["word"][0] in "bB")):
        return _from_bare_day(text, point)
    first, last = point.first, other.last
    if first and last and first > last and not _has_year(text, point):
        # "between November and February": November of the year before.
        first -= relativedelta(years=-(-(first - last).days // 366))
    elif first and other.first and not _has_year(text, point) and _has_year(text, other):
        first = first.replace(year=other.first.year)
        first = first if first <= other.first else first - relativedelta(years=1)
    elif first and other.first and not _has_year(text, other) and last and last < first:
        last = last.replace(year=first.year)
    if first and last and first > last:
        raise NoSuchDay(f"“{text[point.start : other.end]}” ends before it begins")
    start = opening.start() if opening else point.start
    return Period(first, last, start, other.end, "range")


def _from_bare_day(text: str, point: Period) -> Period:
    """A range whose first day has no month: "13 to 19 July" begins on the 13th."""
    if point.form != "day" or point.first is None:
        return point
    bare = _BARE_DAY.search(text[: point.start])
    if bare is None or not 1 <= int(bare["day"]) < point.first.day:
        return point
    opening = _OPENS.search(text, 0, bare.start())
    return replace(
        point,
        first=point.first.replace(day=int(bare["day"])),
        start=opening.start() if opening else bare.start(),
        form="range",
    )


def _has_year(text: str, period: Period) -> bool:
    return re.search(r"\d{4}", text[period.start : period.end]) is not None


_BOUND = re.compile(
    r"\b(?P<word>since|ever since|after|before|prior to|(?:no )?later than|earlier than"
    r"|until|till|up to(?: and including)?|by)\s+"
    r"(?:[^,;:?.]{0,60}?\b(?:on|in|of|at)\s+)?(?:the\s+)?$",
    re.IGNORECASE,
)


_ONWARD = re.compile(r"\s+(?:onwards?|forward|on(?=\s*(?:[,;:.?!]|$)))(?![\w’'-])", re.IGNORECASE)


def _bounded(text: str, period: Period, today: date) -> Period:
    """A period with the bound that the word before it sets: "since July", "before 2020"."""
    bound = _BOUND.search(text, 0, period.start)
    if bound is None:
        opening, onward = _OPENS.search(text, 0, period.start), _ONWARD.match(text, period.end)
        if opening and onward and opening["word"].lower() == "from":
            return Period(period.first, today, opening.start(), onward.end(), "since")
        return period
    word = bound["word"].lower()
    between = text[bound.end("word") : period.start].strip().lower()
    if between not in ("", "the") and word not in ("since", "ever since"):
        return period  # "after the vote in March": the month dates the vote
    if word in ("since", "ever since"):
        return replace(period, last=today, start=bound.start(), form="since")
    if word in ("after", "later than"):
        return replace(
            period, first=period.last and period.last + timedelta(1), last=today, start=bound.start(), form="after"
        )
    if word in ("before", "prior to", "earlier than"):
        return replace(
            period, first=None, last=period.first and period.first - timedelta(1), start=bound.start(), form="before"
        )
    return replace(period, first=None, start=bound.start(), form="until")


def range_in_words(first: str | None, last: str | None) -> str:
    """A range for display: "1 to 31 July 2020", "on 21 July 2020", "since 3 November 2019", "until May 2020".

    Args:
        first: the first day, month or year, ISO 8601; None for no beginning.
        last: the last one, in the same form; None for no end.
    """
    if not first or not last:
        end = Published.parse(first or last or "").in_words()
        return f"since {end}" if first else f"until {end}"
    if first[4:] == "-01-01" and last == f"{first[:4]}-12-31":
        return f"in {first[:4]}"
    begin, end = Published.parse(first).in_words(), Published.parse(last).in_words()
    if begin == end:
        return f"on {begin}" if len(first) >= 10 else f"in {begin}"
    words, end_words = begin.split(), end.split()
    while len(words) > 1 and words[-1] == end_words[-1]:
        words, end_words = words[:-1], end_words[:-1]
    return f"{' '.join(words)} to {end}"
