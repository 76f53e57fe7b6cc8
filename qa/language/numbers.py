"""Compare the numbers and dates of a statement with those of its source, however they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingest.base.article import Published
from qa.dates.periods import Period, find_periods
from qa.dates.rules import NoSuchDay
from qa.dates.vocabulary import SMALL_NUMBERS, TENS

_UNITS = ("zero", *SMALL_NUMBERS)
_WORDS = {word: Decimal(value) for value, word in enumerate(_UNITS)} | {
    word: Decimal(10 * value) for value, word in enumerate(TENS, 2)
}
_SCALES = {
    "hundred": 2, "thousand": 3, "k": 3, "million": 6, "mn": 6, "m": 6, "billion": 9, "bn": 9, "b": 9, "trillion": 12,
    "tn": 12,
}  # fmt: skip
_NUMBER = re.compile(
    rf"(?<![\w.])(?<![A-Za-z]-)(?P<money>[$£€¥])?\s?"
    rf"(?:(?P<figures>\d+(?:,\d{{3}})*(?:\.\d+)?)(?:st|nd|rd|th)?"
    rf"|(?P<words>(?:{'|'.join(TENS)})(?:[- ](?:{'|'.join(_UNITS[1:10])}))?|{'|'.join(_UNITS)}"
    rf"|a(?= dozen| hundred| thousand| million| billion)))"
    rf"(?:[\s-]?(?P<scale>dozen|hundred(?: thousand)?|thousand|million|billion|trillion|[kmb]|mn|bn|tn)(?![\w]))?"
    rf"(?:[\s-]?(?P<percent>%|per ?cent\b|percentage points?\b))?(?:kg|km|cm|mm|mph|kph|lbs?|ft|p)?(?![A-Za-z])",
    re.IGNORECASE,
)
_ROUGH = re.compile(
    r"\b(?:about|around|some|nearly|almost|roughly|approximately|close to|an estimated)\s*$", re.IGNORECASE
)
_OVER = re.compile(r"\b(?:more than|over|at least|upwards of|above|exceed(?:s|ed|ing)?)\s*$", re.IGNORECASE)
_UNDER = re.compile(r"\b(?:less than|fewer than|under|up to|at most|below)\s*$", re.IGNORECASE)
_NEAR = Decimal("0.06")  # share by which a rough number may differ


@dataclass(frozen=True)
class Figure:
    """A number in a text.

    Attributes:
        text: its words.
        value: the number that they mean.
        unit: `%`, `money`, or empty.
        least: the least value that agrees with it, given words such as "about" or "more than".
        most: the greatest such value.
    """

    text: str
    value: Decimal
    unit: str
    least: Decimal
    most: Decimal

    def agrees(self, other: Figure) -> bool:
        """Whether another number, in the source, supports this one."""
        if self.unit and other.unit and self.unit != other.unit:
            return False
        return self.least <= other.value <= self.most


def find_figures(text: str, day: date | None = None) -> list[Figure]:
    """The numbers of a text that are not part of a date.

    Args:
        text: a sentence or passage.
        day: the date of its article, for finding dates; None where that is unknown.
    """
    dates = [(period.start, period.end) for period in periods_of(text, day)]
    figures = []
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if any(start < e and s < end for s, e in dates) or (match["words"] or "").lower() == "one":
            continue
        figure = _figure(text, match)
        if figure is not None:
            figures.append(figure)
    return figures


def _figure(text: str, match: re.Match[str]) -> Figure | None:
    if match["figures"]:
        value = Decimal(match["figures"].replace(",", ""))
    else:
        parts = re.split(r"[- ]", match["words"].lower())
        value = sum((_WORDS.get(part, Decimal(1)) for part in parts), Decimal(0))
    for scale in (match["scale"] or "").lower().split():
        value *= 12 if scale == "dozen" else Decimal(10) ** _SCALES[scale]
    unit = "%" if match["percent"] else "money" if match["money"] else ""
    before = text[: match.start()]
    least = most = value
    if _ROUGH.search(before):
        least, most = value * (1 - _NEAR), value * (1 + _NEAR)
    elif _OVER.search(before):
        most = value * (1 + 2 * _NEAR)
    elif _UNDER.search(before):
        least = value * (1 - 2 * _NEAR)
    return Figure(match[0].strip(), value, unit, least, most)


def missing_figures(statement: str, source: str, published: Published | None) -> list[str]:
    """The numbers of a statement that its source does not have.

    Args:
        statement: one sentence.
        source: the text that it cites, with headline and date.
        published: the date of the article.
    """
    day = _day(published)
    in_source = find_figures(source, day)
    return [f.text for f in find_figures(statement, day) if not any(f.agrees(other) for other in in_source)]


def missing_dates(statement: str, source: str, published: Published | None) -> list[str]:
    """The dates of a statement that its source does not have, resolved against the date of its article.

    A day in the source supports its month and year; a month does not support a day.

    Args:
        statement: one sentence.
        source: the text that it cites, with headline and date.
        published: the date of the article.
    """
    day = _day(published)
    in_source = list(periods_of(source, day))
    if day is not None:
        in_source.append(Period(day, day, 0, 0, "day"))
    lower = source.lower()
    return [
        statement[period.start : period.end]
        for period in periods_of(statement, day)
        if not any(period.covers(other) and other.first and other.last for other in in_source)
        and statement[period.start : period.end].lower() not in lower
    ]


def periods_of(text: str, day: date | None) -> Sequence[Period]:
    """The periods that a text names; none where one of them does not exist.

    Args:
        text: a sentence or passage.
        day: the day from which relative expressions count; None where that is unknown.
    """
    try:
        return find_periods(text, day or date(2000, 1, 1))
    except NoSuchDay:
        return ()


def _day(published: Published | None) -> date | None:
    return date.fromisoformat(published.date) if published and published.precision not in ("year", "month") else None
