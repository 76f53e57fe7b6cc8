"""Dates as people and machines write them, read without guessing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from ingest.article import Published

_NUMERIC = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?:[ ,T]+(\d{1,2}:\d{2})(?::\d{2})?)?")
_EPOCH = re.compile(r"\d{9,10}(?:\d{3})?")


def parse_date(text: str) -> Published:
    """Read ISO 8601, RFC 2822, seconds since 1970, or a date in words such as `21 July 2020, 2:30 p.m.`

    Raises:
        ValueError: it is no date, no such date exists, or day and month cannot be told apart.
    """
    text = text.strip()
    if re.match(r"\d{4}(-|$)", text):
        return Published.parse(text)
    if _EPOCH.fullmatch(text):
        seconds = int(text) if len(text) <= 10 else int(text) // 1000
        return Published.parse(datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="seconds"))
    numeric = _NUMERIC.fullmatch(text)
    if numeric is not None:
        return _numeric(text, numeric)
    try:
        return Published.parse(parsedate_to_datetime(text).isoformat(timespec="seconds"))
    except (TypeError, ValueError):
        return _in_words(text)


def _numeric(text: str, match: re.Match[str]) -> Published:
    first, separator, second, year, clock = match.groups()
    day, month = int(first), int(second)
    if separator == "/" and day <= 12 and month <= 12 and day != month:
        raise ValueError(f"{text!r} may be a day and a month in either order")
    if month > 12:
        day, month = month, day
    time = f"T{clock:0>5}" if clock else ""
    return Published.parse(f"{year}-{month:02}-{day:02}{time}")


def _in_words(text: str) -> Published:
    import dateparser

    parsed = dateparser.parse(text, languages=["en"], settings={"REQUIRE_PARTS": ["month", "year"]})
    if parsed is None:
        raise ValueError(f"{text!r} is not a date such as 2020-07-21 or 21 July 2020")
    if re.search(r"\d:\d\d|\d ?[ap]\.?m", text, re.IGNORECASE):
        return Published.parse(parsed.isoformat(timespec="minutes"))
    has_day = dateparser.parse(text, languages=["en"], settings={"REQUIRE_PARTS": ["day", "month", "year"]})
    return Published.parse(parsed.date().isoformat() if has_day else f"{parsed:%Y-%m}")
