"""Numbers and dates of a statement, and whether its source has them, however either writes them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ingest.base.article import Published
from qa.dates.periods import Period, find_periods
from qa.dates.rules import NoSuchDay

_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
seventeen eighteen nineteen""".split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: Decimal(value) for value, word in enumerate(_UNITS)} | {
    word: Decimal(10 * value) for value, word in enumerate(_TENS, 2)
}
_SCALES = {
    "hundred": 2, "thousand": 3, "k": 3, "million": 6, "mn": 6, "m": 6, "billion": 9, "bn": 9, "b": 9, "trillion": 12,
    "tn": 12,
}  # fmt: skip
_NUMBER = re.compile(
    rf"(?<![\w.])(?<![A-Za-z]-)(?P<money>[$£€¥])?\s?"
    rf"(?:(?P<figures>\d+(?:,\d{{3}})*(?:\.\d+)?)(?:st|nd|rd|th)?"
    rf"|(?P<words>(?:{'|'.join(_TENS)})(?:[- ](?:{'|'.join(_UNITS[1:10])}))?|{'|'.join(_UNITS)}"
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
        value: what they mean; of "half" of a percentage nothing, that is a word.
        unit: `%`, `money`, or empty.
        least: the least value that agrees with it, as its words allow: "about", "more than".
        most: the most.
    """

    text: str
    value: Decimal
    unit: str
    least: Decimal
    most: Decimal

    def agrees(self, other: Figure) -> bool:
        """Whether a source with the other number supports this one."""
        if self.unit and other.unit and self.unit != other.unit:
            return False
        return self.least <= other.value <= self.most


def find_figures(text: str, day: date | None = None) -> list[Figure]:
    """The numbers of a text that are no part of a date.

    Args:
        text: a sentence or passage.
        day: of its article, to tell dates; None where that is not known.
    """
    dates = [(period.start, period.end) for period in periods_of(text, day)]
    found = []
    for match in _NUMBER.finditer(text):
        start, end = match.span()
        if any(start < e and s < end for s, e in dates) or (match["words"] or "").lower() == "one":
            continue
        figure = _figure(text, match)
        if figure is not None:
            found.append(figure)
    return found


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
        source: what it cites, with headline and date.
        published: when the article was.
    """
    day = _day(published)
    there = find_figures(source, day)
    return [each.text for each in find_figures(statement, day) if not any(each.agrees(other) for other in there)]


def missing_dates(statement: str, source: str, published: Published | None) -> list[str]:
    """The dates of a statement that its source does not have, resolved against the date of its article.

    A month or year is there where a day of it is; a day is not, where only its month is named.
    """
    day = _day(published)
    there = list(periods_of(source, day))
    if day is not None:
        there.append(Period(day, day, 0, 0, "day"))
    lower = source.lower()
    return [
        statement[each.start : each.end]
        for each in periods_of(statement, day)
        if not any(each.covers(other) and other.first and other.last for other in there)
        and statement[each.start : each.end].lower() not in lower
    ]


def periods_of(text: str, day: date | None) -> Sequence[Period]:
    """The periods that a text names; none where it names one that there is not."""
    try:
        return find_periods(text, day or date(2000, 1, 1))
    except NoSuchDay:
        return ()


def _day(published: Published | None) -> date | None:
    return date.fromisoformat(published.date) if published and published.precision not in ("year", "month") else None
