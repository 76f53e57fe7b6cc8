"""Parse dates in the forms that people and machines write, without guessing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from ingest.base.article import Published

_NUMERIC = re.compile(r"(\d{1,2})([/.])(\d{1,2})\2(\d{4})(?:[ ,T]+(\d{1,2}:\d{2})(?::\d{2})?)?")
_RFC_2822 = re.compile(
    r"(?:[A-Z][a-z]{2},? )?\d{1,2} [A-Z][a-z]{2} \d{4} \d{1,2}:\d\d(?P<second>:\d\d)?"
    r" (?:[+-]\d{4}|UTC?|GMT|[ECMP][SD]T)(?: \(.*\))?"
)
_EPOCH = re.compile(r"\d{9,10}(?:\d{3})?")


def parse_date(text: str) -> Published:
    """Parse ISO 8601, RFC 2822, seconds since 1970, or a date in words such as `21 July 2020, 2:30 p.m.`

    Raises:
        ValueError: the text is not a date, no such date exists, or the order of day and month is ambiguous.
    """
    text = _iso(text.strip())
    if re.match(r"\d{4}(-|$)", text):
        return Published.parse(text)
    if _EPOCH.fullmatch(text):
        seconds = int(text) if len(text) <= 10 else int(text) // 1000
        return Published.parse(datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="seconds"))
    numeric = _NUMERIC.fullmatch(text)
    if numeric is not None:
        return _numeric(text, numeric)
    rfc = _RFC_2822.fullmatch(text)
    if rfc is not None:
        precision = "seconds" if rfc["second"] else "minutes"
        return Published.parse(parsedate_to_datetime(text).isoformat(timespec=precision))
    return _in_words(text)


def _iso(text: str) -> str:
    """Convert variants of ISO 8601 that databases write to the form that `Published` parses; keep any other text."""
    text = re.sub(r"^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z|[+-]\d{4})?)?$", _spread, text)
    if not re.match(r"\d{4}-\d{1,2}(?:-\d{1,2})?(?:[T ]|$)", text):
        return text
    text = re.sub(r"^(\d{4})-(\d{1,2})-(\d{1,2})(?!\d)", lambda m: f"{m[1]}-{int(m[2]):02}-{int(m[3]):02}", text)
    text = re.sub(r"\s*(?:UTC|GMT)$", "Z", text)
    return re.sub(
        r"(?<=\d)\s*([+-]\d\d)(?::?(\d\d))?$", lambda m: f"{m[1]}:{m[2] or '00'}" if ":" in text else m[0], text
    )


def _spread(match: re.Match[str]) -> str:
    year, month, day, hour, minute, second, zone = match.groups()
    time = f"T{hour}:{minute}{f':{second}' if second else ''}{zone or ''}" if hour else ""
    return f"{year}-{month}-{day}{time}"


def _numeric(text: str, match: re.Match[str]) -> Published:
    first, separator, second, year, clock = match.groups()
    day, month = int(first), int(second)
    if separator == "/" and day <= 12 and month <= 12 and day != month:
        raise ValueError(f"{text!r} has day and month in an unknown order")
    if month > 12:
        day, month = month, day
    time = f"T{clock:0>5}" if clock else ""
    return Published.parse(f"{year}-{month:02}-{day:02}{time}")


def _in_words(text: str) -> Published:
    import dateparser

    def parts(*names: str) -> datetime | None:
        # Relative dates and missing years are refused, because they would depend on the clock of this machine.
        settings: Any = {"REQUIRE_PARTS": list(names), "PARSERS": ["absolute-time"]}
        moment: datetime | None = dateparser.parse(text, languages=["en"], settings=settings)
        return moment

    parsed = parts("month", "year") if re.search(r"\b\d{4}\b", text) else None
    if parsed is None:
        raise ValueError(f"{text!r} is not a date such as 2020-07-21 or 21 July 2020")
    if parts("day", "month", "year") is None:
        return Published.parse(f"{parsed:%Y-%m}")
    clock = re.search(r"\d:\d\d(?P<second>:\d\d)?|\d ?[ap]\.?m", text, re.IGNORECASE)
    if clock is None:
        return Published.parse(parsed.date().isoformat())
    return Published.parse(parsed.isoformat(timespec="seconds" if clock["second"] else "minutes"))
