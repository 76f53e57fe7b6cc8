"""The rules for date expressions: each computes the first and last day from a match and the day of the text."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

from dateutil.easter import easter
from dateutil.relativedelta import relativedelta

from ingest.cleaning.dateline import MONTH_ABBREVIATIONS, MONTHS, month_number
from qa.dates.vocabulary import (
    ORDINALS,
    PARTS,
    RELATIVE_WORDS,
    SEASONS,
    SMALL_NUMBERS,
    WEEKDAYS,
    YEAR,
    any_of,
)

_NUMBERS = SMALL_NUMBERS[:12]
_CENTURIES = {"fifteenth": 15, "sixteenth": 16, "seventeenth": 17, "eighteenth": 18, "nineteenth": 19} | {
    "twentieth": 20,
    "twenty-first": 21,
}
_DECADES = "twenties thirties forties fifties sixties seventies eighties nineties".split()
_EARLY, _LATE = (1, 10), (21, 31)  # days of a month; the days between are its middle

_MONTH = rf"{any_of(*MONTHS, *MONTH_ABBREVIATIONS)}\b\.?"
DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?\b"
_YEAR = rf"(?P<year>{YEAR})\b(?![.,]\d|%)"
_COUNT = rf"(?P<count>\d{{1,3}}|a couple of|a few|several|an?|{'|'.join(_NUMBERS)})"
_UNIT = r"(?P<unit>day|week|fortnight|month|quarter|year|decade|century|centurie)s?\b"
_SEASON = rf"(?P<season>{'|'.join(SEASONS)})\b"
_PART = rf"(?:the )?(?P<part>{'|'.join(PARTS)})(?:-| in | of | )(?:the )?"
_ORDINAL = "|".join(ORDINALS)


class NoSuchDay(ValueError):
    """A date that does not exist, such as 31 February, or a range that ends before it begins."""


Days = tuple[date | None, date | None]
Rule = Callable[[re.Match[str], date], Days | None]


def _whole_month(year: int, month: int) -> Days:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


def _exact(match: re.Match[str], year: int, month: int, day: int) -> Days:
    try:
        exact = date(year, month, day)
    except ValueError:
        raise NoSuchDay(f"{match[0].strip()!r} does not exist in the calendar") from None
    return exact, exact


def _iso_day(match: re.Match[str], _: date) -> Days:
    return _exact(match, int(match["year"]), int(match["month"]), int(match["day"]))


def _iso_month(match: re.Match[str], _: date) -> Days | None:
    month = int(match["month"])
    return _whole_month(int(match["year"]), month) if 1 <= month <= 12 else None


def _numeric(match: re.Match[str], _: date) -> Days | None:
    """Day, month and year in figures; None where it is unclear which is the day and which the month."""
    one, two, year = int(match["one"]), int(match["two"]), int(match["year"])
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    if one <= 12 and two <= 12 and one != two and match["sign"] != ".":
        return None
    day, month = (two, one) if two > 12 else (one, two)
    return _exact(match, year, month, day)


def _day(match: re.Match[str], today: date) -> Days:
    month, day = month_number(match["month"]), int(match["day"])
    if match["year"]:
        return _exact(match, int(match["year"]), month, day)
    for year in range(today.year, today.year - 9, -1):  # only leap years have a 29 February
        if day <= calendar.monthrange(year, month)[1] and date(year, month, day) <= today:
            return _exact(match, year, month, day)
    return _exact(match, today.year, month, day)


def _days(match: re.Match[str], today: date) -> Days | None:
    """For example "13-19 July"."""
    last = _day(match, today)[1]
    low = int(match["low"])
    return (last.replace(day=low), last) if last and 1 <= low < last.day else None


def _month_year(match: re.Match[str], _: date) -> Days:
    return _part(match, _whole_month(int(match["year"]), month_number(match["month"])))


def _named_month(match: re.Match[str], today: date) -> Days:
    return _part(match, _month_of(match, today, match.groupdict().get("which") or ""))


def _month_of(match: re.Match[str], today: date, which: str) -> Days:
    """The latest month of this name that has begun; "last May" has ended."""
    month = month_number(match["month"])
    year = today.year - (month > today.month or (month == today.month and which.lower() == "last"))
    if which.lower() == "next":
        year = today.year + (month <= today.month)
    return _whole_month(year, month)


def _part_of_now(match: re.Match[str], today: date) -> Days:
    """For example "at the end of the year", "early this month"."""
    back = -1 if re.search(r"\blast \w+$", match[0], re.IGNORECASE) else 0
    first, last = _around(match["this"], today, back)
    if match["this"].lower() != "week":
        return _part(match, (first, last))
    return (first, first) if first and match["part"].lower() in ("early", "start", "beginning") else (last, last)


def _part(match: re.Match[str], days: Days) -> Days:
    """The early, middle or late part of a month or year."""
    part = (match.groupdict().get("part") or "").lower()
    first, last = days
    if not part or first is None or last is None:
        return days
    if (last - first).days > 31:
        months = {"e": (1, 4), "s": (1, 3), "b": (1, 3), "m": (5, 8), "l": (9, 12)}
        low, high = (10, 12) if part == "end" else months[part[0]]
        return date(first.year, low, 1), _whole_month(first.year, high)[1]
    if part in ("early", "start", "beginning"):
        return first.replace(day=_EARLY[0]), first.replace(day=_EARLY[1])
    if part in ("late", "end"):
        return first.replace(day=_LATE[0]), last
    return first.replace(day=_EARLY[1] + 1), first.replace(day=_LATE[0] - 1)


def _year(match: re.Match[str], _: date) -> Days:
    year = int(match["year"])
    return _part(match, (date(year, 1, 1), date(year, 12, 31)))


def _years(match: re.Match[str], _: date) -> Days | None:
    first, last = int(match["year"]), int(match["until"])
    last += 0 if last > 99 else first // 100 * 100
    return (date(first, 1, 1), date(last, 12, 31)) if first < last else None


def _decade(match: re.Match[str], _: date) -> Days:
    if match["word"]:
        year = 1920 + 10 * _DECADES.index(match["word"].lower())
    else:
        year = int(match["decade"].strip("'’"))
        year += 0 if year > 99 else 1900
    part = (match["part"] or "").lower()[:1]
    low, high = {"e": (0, 3), "m": (4, 6), "l": (7, 9)}.get(part, (0, 9))
    return date(year + low, 1, 1), date(year + high, 12, 31)


def _century(match: re.Match[str], _: date) -> Days:
    number = int(match["number"]) if match["number"] else _CENTURIES[match["word"].lower()]
    return date(number * 100 - 99, 1, 1), date(number * 100, 12, 31)


def _quarter(match: re.Match[str], today: date) -> Days:
    number = int(match["q"]) if match["q"] else ORDINALS.index(match["word"].lower()) + 1
    months = 6 if match["half"] and match["half"].lower() == "half" else 3
    year = int(match["year"]) if match["year"] else today.year
    first = date(year, 1 + months * (number - 1), 1)
    return first, first + relativedelta(months=months, days=-1)


def _season(match: re.Match[str], today: date) -> Days:
    month = SEASONS[match["season"].lower()]
    which = (match["which"] or "").lower()

    def of(year: int) -> tuple[date, date]:
        first = date(year, month, 1)
        return first, first + relativedelta(months=3, days=-1)

    if match["year"]:
        return of(int(match["year"]))
    days = next(of(year) for year in (today.year, today.year - 1) if of(year)[0] <= today)
    if which == "last" and days[1] >= today:
        return of(days[0].year - 1)
    if which == "this":
        return days[0], min(days[1], today)
    if which == "next":
        return of(days[0].year + 1)
    return days


def _week_of_month(match: re.Match[str], today: date) -> Days:
    """For example "the first week of May": days 1 to 7; the last week is the last seven days."""
    first, last = (
        _whole_month(int(match["year"]), month_number(match["month"])) if match["year"] else _month_of(match, today, "")
    )
    assert first is not None  # noqa: S101 (a month has both ends)
    assert last is not None  # noqa: S101
    if match["word"].lower() == "last":
        return last - timedelta(6), last
    first += timedelta(7 * ORDINALS.index(match["word"].lower()))
    return first, first + timedelta(6)


def _short_year(match: re.Match[str], _: date) -> Days:
    year = int(match["two"])
    return _whole_month(year + (2000 if year < 70 else 1900), month_number(match["month"]))


def _holiday(match: re.Match[str], today: date) -> Days | None:
    """The holiday of a given year, or the last one that has begun; the bare name counts only after a preposition."""
    name = match["holiday"].lower().replace("’", "'")
    if not match["year"] and not match["which"] and not _AT_HOLIDAY.search(match.string, 0, match.start()):
        return None

    def of(year: int) -> tuple[date, date]:
        if name.startswith("easter"):
            sunday = easter(year)
            return (sunday, sunday) if "sunday" in name else (sunday - timedelta(2), sunday + timedelta(1))
        if name.startswith("new year"):
            day = date(year, 12, 31) if "eve" in name else date(year, 1, 1)
            return day, day
        day = date(year, 12, 24 if "eve" in name else 25)
        return day, day if "day" in name or "eve" in name else day + timedelta(1)

    if match["year"]:
        return of(int(match["year"]))
    if (match["which"] or "").lower() == "next":
        return next(of(year) for year in (today.year, today.year + 1) if of(year)[0] > today)
    return next(of(year) for year in (today.year, today.year - 1) if of(year)[0] <= today)


def _named_day(match: re.Match[str], today: date) -> Days:
    word = " ".join(match[0].lower().split())
    ago = 2 if word.endswith("before yesterday") else 1 if word in ("yesterday", "last night") else 0
    day = today + timedelta(1) if word == "tomorrow" else today - timedelta(ago)
    return day, day


def _weekday(match: re.Match[str], today: date) -> Days | None:
    if re.match(r"\s+the\s+\d", match.string[match.end() :]):
        return None  # "Friday the 13th"
    which = (match["which"] or "").lower()
    back = (today.weekday() - WEEKDAYS.index(match["weekday"].capitalize())) % 7
    if which == "last" and back == 0:
        back = 7
    day = today - timedelta(back) if which != "next" else today + timedelta(7 - back)
    return day, day


def _ago(match: re.Match[str], today: date) -> Days | None:
    try:
        return _around(match["unit"], today, -_count(match["count"]))
    except (ValueError, OverflowError):  # before the year 1
        return None


def _count(word: str) -> int:
    word = word.lower()
    if word.isdigit():
        return int(word)
    return {"a couple of": 2, "a few": 3, "few": 3, "several": 3, "a": 1, "an": 1}.get(word) or _NUMBERS.index(word) + 1


def _around(unit: str, today: date, steps: int) -> Days:
    """The calendar unit that is some steps away from the present one, such as the week two weeks ago."""
    unit = unit.lower()
    if unit == "day":
        day = today + timedelta(steps)
        return day, day
    if unit in ("week", "fortnight"):
        weeks = steps * (2 if unit == "fortnight" else 1)
        monday = today - timedelta(today.weekday()) + timedelta(weeks=weeks)
        return monday, monday + timedelta(6)
    if unit == "month":
        day = today + relativedelta(months=steps)
        return _whole_month(day.year, day.month)
    if unit == "quarter":
        first = date(today.year, 3 * ((today.month - 1) // 3) + 1, 1) + relativedelta(months=3 * steps)
        return first, first + relativedelta(months=3, days=-1)
    size = {"year": 1, "decade": 10}.get(unit, 100)
    year = (today.year // size + steps) * size if size < 100 else (today.year - 1) // 100 * 100 + 1 + steps * 100
    return date(year, 1, 1), date(year + size - 1, 12, 31)


def _relative(match: re.Match[str], today: date) -> Days:
    """This, last or next week, month, year or weekend."""
    which, unit = match["which"].lower().strip(), match["unit"].lower()
    if unit == "weekend":
        saturday = today - timedelta((today.weekday() - 5) % 7)
        if which not in ("this", "") and saturday + timedelta(1) >= today:
            saturday -= timedelta(7)
        saturday -= timedelta(7 if which == "before last" else 0)
        return saturday, saturday + timedelta(1)
    first, last = _around(unit, today, {"this": 0, "next": 1, "before last": -2}.get(which, -1))
    return (first, min(last or today, today)) if which == "this" else (first, last)


def _spell(match: re.Match[str], today: date) -> Days:
    """For example "the past three days", "the last 6 months": counted back from today."""
    count = _count(match["count"]) if match["count"] else 1
    unit = match["unit"].lower()
    if unit in ("decade", "century", "centurie"):
        unit, count = "year", count * (10 if unit == "decade" else 100)
    if unit in ("fortnight", "quarter"):
        unit, count = ("week", 2 * count) if unit == "fortnight" else ("month", 3 * count)
    try:
        return today - relativedelta(**{f"{unit}s": count}), today
    except (ValueError, OverflowError):
        return None, today


def _week_of(match: re.Match[str], today: date) -> Days:
    day = _day(match, today)[0]
    assert day is not None  # noqa: S101 (a day has a first)
    monday = day - timedelta(day.weekday())
    return monday, monday + timedelta(6)


_OF_MONTH = rf"(?P<month>{_MONTH})"
_WHICH = rf"(?P<which>{'|'.join(RELATIVE_WORDS)})\s+"
_PLACED = re.compile(
    r"\b(?:in|during|throughout|through|since|until|till|by|before|after|between|from|to|and|over|of|early|late|mid)"
    r"(?:-|\s+)(?:the\s+(?:month of\s+)?)?$",
    re.IGNORECASE,
)


_AT_HOLIDAY = re.compile(
    r"\b(?:at|on|over|since|until|till|by|before|after|during|around)\s+(?:the\s+)?$", re.IGNORECASE
)


def _bare_month(match: re.Match[str], today: date) -> Days | None:
    """A bare month counts only after a preposition; "May left" and "by May, who" are not about the month."""
    after = match.string[match.end() :]
    if not _PLACED.search(match.string, 0, match.start()) or re.match(r"['’]s\b|\s+(?:[A-Z]|\w+ed\b)", after):
        return None
    return _month_of(match, today, "")


def _bare_season(match: re.Match[str], today: date) -> Days | None:
    return _season(match, today) if _PLACED.search(match.string, 0, match.start()) else None


def _form(name: str, pattern: str, rule: Rule) -> tuple[str, re.Pattern[str], Rule]:
    return name, re.compile(rf"(?<![\w/.])(?<![\d-]-)(?:{pattern})", re.IGNORECASE), rule


# Where several forms match the same words, the first one counts.
FORMS = (
    _form("week", rf"(?:the )?week of (?:the )?{DAY} (?:of )?{_OF_MONTH}(?:,? {_YEAR})?", _week_of),
    _form("iso", rf"(?P<year>{YEAR})-(?P<month>\d\d)-(?P<day>\d\d)\b", _iso_day),
    _form("iso", rf"(?P<year>{YEAR})-(?P<month>[01]\d)\b(?![-–]?\d)", _iso_month),
    _form("iso", rf"(?P<year>{YEAR})/(?P<month>\d\d)/(?P<day>\d\d)\b", _iso_day),
    _form("iso", r"(?P<month>0[1-9]|1[0-2])/(?P<year>(?:19|20)\d\d)\b", _iso_month),
    _form("range", rf"(?P<year>{YEAR})[-–](?P<until>{YEAR}|\d\d)\b(?!-)", _years),
    _form("numeric", r"(?P<one>\d{1,2})(?P<sign>[/.])(?P<two>\d{1,2})(?P=sign)(?P<year>\d{4}|\d\d)\b", _numeric),
    _form("range", rf"(?P<low>\d{{1,2}})[-–]{DAY} (?:of )?{_OF_MONTH}(?:,? {_YEAR})?", _days),
    _form("range", rf"{_OF_MONTH} (?P<low>\d{{1,2}})[-–]{DAY}(?:,? {_YEAR})?", _days),
    _form("day", rf"(?:the )?{DAY} (?:of )?{_OF_MONTH}(?:,? {_YEAR})?", _day),
    _form("day", rf"{_OF_MONTH} (?:the )?{DAY}(?![:,.]\d)(?:,? {_YEAR})?", _day),
    _form(
        "week",
        rf"(?:the )?(?P<word>{_ORDINAL}|last) week (?:of|in) {_OF_MONTH}(?:,? {_YEAR})?",
        _week_of_month,
    ),
    _form("month", rf"(?:{_PART})?{_OF_MONTH},? (?:of )?{_YEAR}", _month_year),
    _form("month", rf"{_OF_MONTH} ['’](?P<two>\d\d)\b", _short_year),
    _form(
        "day",
        r"(?:(?P<which>this|last|next|past)\s+)?(?P<holiday>Christmas(?: Day| Eve)?|New Year['’]s(?: Day| Eve)"
        rf"|Easter(?: Sunday)?)\b(?: {_YEAR})?",
        _holiday,
    ),
    _form(
        "quarter",
        rf"(?:Q(?P<q>[1-4])|(?:the )?(?P<word>{_ORDINAL}) (?P<half>quarter|half))"
        rf"(?:,? (?:of )?{_YEAR}| of (?:this|the) year)",
        _quarter,
    ),
    _form("season", rf"(?:the )?{_SEASON}(?:,? (?:of )?{_YEAR})(?P<which>)", _season),
    _form("season", rf"{_WHICH}{_SEASON}(?P<year>)", _season),
    _form("season", rf"(?:the )?{_SEASON}(?P<year>)(?P<which>)", _bare_season),
    _form(
        "decade",
        rf"(?:{_PART})?(?:the )?(?:(?P<decade>(?:1[4-9]|20)\d0|['’]?[2-9]0)['’]?s|(?P<word>{'|'.join(_DECADES)}))\b",
        _decade,
    ),
    _form(
        "century",
        rf"(?:the )?(?:(?P<number>\d\d)(?:st|nd|rd|th)|(?P<word>{'|'.join(_CENTURIES)}))[ -]century",
        _century,
    ),
    _form(
        "relative",
        r"(?:the day before yesterday|yesterday|today|tonight|tomorrow|last night"
        r"|this (?:morning|afternoon|evening))\b",
        _named_day,
    ),
    _form("ago", rf"{_COUNT}\s+{_UNIT} ago", _ago),
    _form("spell", rf"the (?:last|past|previous)\s+(?:{_COUNT}\s+)?{_UNIT}", _spell),
    _form("spell", rf"(?:last|past|previous)\s+(?P<count>\d{{1,3}}|{'|'.join(_NUMBERS)}|a few|few)\s+{_UNIT}", _spell),
    _form("year", rf"{_PART}(?:this |last )?(?P<this>year|month|week)\b", _part_of_now),
    _form("relative", r"the (?P<unit>week|month|year|weekend)(?P<which> before last)\b", _relative),
    _form("relative", r"(?<=over )the (?P<unit>weekend)(?P<which>)\b", _relative),
    _form("relative", rf"{_WHICH}(?P<unit>weekend|week|fortnight|month|quarter|year|decade|century)\b", _relative),
    _form("weekday", rf"(?:{_WHICH})?(?P<weekday>{'|'.join(WEEKDAYS)})\b", _weekday),
    _form("month", rf"{_WHICH}{_OF_MONTH}(?! \d)", _named_month),
    _form("month", rf"{_PART}{_OF_MONTH}(?! \d)", _named_month),
    _form("month", rf"{_OF_MONTH}(?! \d)", _bare_month),
    _form("year", rf"{_PART}{_YEAR}", _year),
    _form("year", _YEAR, _year),
)
