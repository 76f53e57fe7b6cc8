"""Parse the dateline at the start of a wire story: where it was filed, when, and by which agency."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.base.article import Published

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
#: Abbreviations of months, without a full stop; May has none.
MONTH_ABBREVIATIONS = ("Jan", "Feb", "Mar", "Apr", "Jun", "Jul", "Aug", "Sept", "Sep", "Oct", "Nov", "Dec")
_MONTH = rf"(?:{'|'.join((*MONTHS, *MONTH_ABBREVIATIONS))})\.?"
# The dash may also end the paragraph; the dateline is then on a line of its own.
_DASH = r"\s*(?:--|[—–-])(?:\s+|\Z)"
_AGENCY = r"\((?P<agency>[^()\n]{2,40})\)"
# "LONDON", "PORT HALLAM", "ST. JOHN’S, Newfoundland", "NEW YORK/LONDON"; "Paris" counts only before an agency.
_CAPITALS = r"[A-ZÀ-ÞĀ-Ž][A-ZÀ-ÞĀ-Ž.’'\-/]+(?: [A-ZÀ-ÞĀ-Ž.’'\-/]{2,})*"
_MIXED = r"[A-ZÀ-ÞĀ-Ž][\w.’'\-/]+(?: [A-ZÀ-ÞĀ-Ž][\w.’'\-/]*){0,3}"
_REGION = r"(?:, (?!" + _MONTH + r" \d)[A-Z][\w.’' ]{1,24}?)?"
_DATE = rf"(?:,? (?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:,? (?P<year>\d{{4}}))?)"

_FORMS = (
    re.compile(rf"\s*date (?P<iso>\d{{4}}-\d\d-\d\d)(?:\s+{_AGENCY})?(?:{_DASH}|\s*\Z)"),
    re.compile(rf"\s*(?P<place>{_CAPITALS}{_REGION})\s+{_AGENCY}(?:{_DASH}|:\s+)"),
    re.compile(rf"\s*(?P<place>(?:{_CAPITALS}|{_MIXED}){_REGION}){_DATE},?\s+{_AGENCY}(?:{_DASH}|:\s+|\s*\Z)"),
    re.compile(rf"\s*(?P<place>{_CAPITALS}{_REGION}){_DATE}(?:{_DASH})"),
)
# Ordinary sentences may begin so, too: "Anna Brook (left) - Greer’s skipper - wept", "NATO — once an alliance — met".
_WEAK_FORMS = (
    re.compile(rf"\s*(?P<place>{_MIXED}{_REGION}),?\s+{_AGENCY}(?:{_DASH}|:\s+)"),
    re.compile(rf"\s*(?P<place>{_CAPITALS}{_REGION})\s+(?:--|[—–])\s+"),
)
_REMARK = re.compile(r"[^.!?\n]{0,80}?\s(?:--|[—–-])\s")


@dataclass(frozen=True)
class Dateline:
    """The parts of a dateline.

    Attributes:
        words: the dateline as printed, without the dash.
        end: offset of the first character of the story after it.
        place: where the story was filed, or None.
        agency: the agency in parentheses, or None.
        published: the date, where it has a year, else None.
    """

    words: str
    end: int
    place: str | None
    agency: str | None
    published: Published | None


def parse_dateline(text: str) -> Dateline | None:
    """Parse the dateline at the beginning of a text; None where there is none.

    Raises:
        ValueError: its date does not exist, such as 2020-02-30.
    """
    for form in _FORMS + _WEAK_FORMS:
        match = form.match(text)
        if match is None or not _opens_story(text, match.end(), form in _WEAK_FORMS):
            continue
        parts = match.groupdict()
        words = re.sub(r"\s*(?:--|[—–:-])\s*$", "", match.group()).strip()
        agency = parts.get("agency")
        return Dateline(words, match.end(), place_name(parts.get("place")), agency and agency.strip(), _date(parts))
    return None


def _opens_story(text: str, start: int, weak: bool) -> bool:
    """Whether a story begins at `start`, and not a remark between two dashes."""
    if start == len(text):
        return not weak
    if weak and _REMARK.match(text, start):
        return False
    # A story may begin with a name such as "eBay".
    return not text[start].islower() or re.match(r"[a-z]{1,2}[A-Z]", text[start : start + 3]) is not None


def _date(parts: dict[str, str | None]) -> Published | None:
    if parts.get("iso"):
        return Published.parse(str(parts["iso"]))
    if not parts.get("month"):
        return None
    month = month_number(str(parts["month"]))
    # A day without a year is checked against a leap year, which accepts 29 February and rejects 31 June.
    checked = Published.parse(f"{parts['year'] or 2000}-{month:02}-{int(str(parts['day'])):02}")
    return checked if parts["year"] else None


def month_number(name: str) -> int:
    """The number of a month, from 1, by its name or abbreviation in any case."""
    return next(number for number, month in enumerate(MONTHS, 1) if month[:3].lower() == name[:3].lower())


def place_name(words: str | None) -> str | None:
    """Turn `PORT HALLAM` into `Port Hallam`; words that begin in lower case stay unchanged."""
    if words is None:
        return None
    return re.sub(r"[^\W\d_]{2,}(?:[’'][^\W\d_]+)?", lambda w: w[0].capitalize() if w[0].isupper() else w[0], words)
