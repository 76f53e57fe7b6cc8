"""Article and Passage: the words that the rest is written in."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

Precision = Literal["year", "month", "day", "minute", "second"]
Status = Literal["usable", "withheld", "canceled"]
Span = tuple[int, int]

_ISO = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d\d)(?:-(?P<day>\d\d)"
    r"(?:[T ](?P<time>\d\d:\d\d)(?P<second>:\d\d(?:\.\d+)?)?(?P<zone>Z|[+-]\d\d:?\d\d)?)?)?)?"
)

_ZONE = re.compile(r"(?<=:\d\d)(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d)$")


@dataclass(frozen=True, slots=True)
class Published:
    """A point in time as exactly as it was given: ISO 8601, cut where the source stopped.

    `2020-07` is a month, `2020-07-21` a day, `2020-07-21T14:30+01:00` a minute in a zone. A time without a zone
    is taken as UTC wherever it is compared.

    Attributes:
        iso: the text of it.
        precision: the last part that was given.
        start: its first moment, in UTC.
    """

    iso: str
    precision: Precision
    start: datetime

    @classmethod
    def parse(cls, text: str) -> Published:
        """Read ISO 8601: a year, month, day or time.

        Raises:
            ValueError: it is not ISO 8601 or no such date exists.
        """
        match = _ISO.fullmatch(text.strip())
        if match is None:
            raise ValueError(f"{text!r} is not an ISO 8601 date such as 2020-07-21 or 2020-07-21T14:30+01:00")
        parts = match.groupdict()
        precision: Precision = (
            "second" if parts["second"] else "minute" if parts["time"] else "day" if parts["day"]
            else "month" if parts["month"] else "year"
        )  # fmt: skip
        day = f"{parts['year']}-{parts['month'] or '01'}-{parts['day'] or '01'}"
        moment = datetime.fromisoformat(
            f"{day}T{parts['time'] or '00:00'}{parts['second'] or ''}{parts['zone'] or '+00:00'}"
        )
        try:
            start = moment.astimezone(UTC)
        except OverflowError:
            raise ValueError(f"{text!r} lies outside the years 1 to 9999") from None
        return cls(match.group().replace(" ", "T"), precision, start)

    @property
    def date(self) -> str:
        """The date alone, in the article's own zone, such as `2020-07-21`."""
        return self.iso[:10]

    @property
    def epoch(self) -> int:
        """Seconds since 1970 of its first moment; negative before that."""
        return int(self.start.timestamp())

    @property
    def local_epoch(self) -> int:
        """The same as if its zone were UTC: by this a story of 10 p.m. in New York is of the day it is dated."""
        return Published.parse(_ZONE.sub("", self.iso)).epoch

    @property
    def end_epoch(self) -> int:
        """Seconds since 1970 of its last moment: a day ends 86,399 seconds after it starts."""
        start = self.start
        try:
            if self.precision == "year":
                end = start.replace(year=start.year + 1)
            elif self.precision == "month":
                end = (start.replace(day=28) + timedelta(days=4)).replace(day=1)
            else:
                end = start + timedelta(**{f"{self.precision}s": 1})
        except (ValueError, OverflowError):  # the year 9999 is the last
            end = datetime.max.replace(tzinfo=UTC)
        return int(end.timestamp()) - 1

    def in_words(self) -> str:
        """For people: `21 July 2020`, `July 2020`, `2020`."""
        day = date.fromisoformat((self.iso + "-01-01")[:10] if self.precision != "month" else self.iso + "-01")
        if self.precision == "year":
            return str(day.year)
        month = f"{day:%B} {day.year}"
        return month if self.precision == "month" else f"{day.day} {month}"

    def __str__(self) -> str:
        """The ISO 8601 text."""
        return self.iso


@dataclass(frozen=True, slots=True, kw_only=True)
class Article:
    """One article as it is stored. What the source did not say is None, never a guess.

    Attributes:
        identity: what stays when the text changes: guid, canonical address, else the file's path.
        headline: its own, or the first words of its lead.
        text: paragraphs with an empty line between them; without dateline, credits and page furniture.
        published: time with zone and precision as given.
        publisher: who published it; the agency in its dateline where nobody else is named.
        place: where it was filed from.
        dateline: the words that opened it, such as `LONDON, July 21 (Reuters)`.
        language: ISO 639-1 code.
        source: the file or address it was read from.
        position: where in it, such as "line 12"; "" where it is the whole of it.
        status: `withheld` and `canceled` articles are stored and never found.
        embargo: not to be found before this moment.
        correction: the editor's note, where the article says that it was corrected.
        edition: number of the delivery, where its format counts them; a lower one never replaces a higher one.
    """

    identity: str
    headline: str
    text: str
    published: Published | None = None
    publisher: str | None = None
    place: str | None = None
    authors: tuple[str, ...] = ()
    url: str | None = None
    language: str | None = None
    dateline: str | None = None
    source: str = ""
    position: str = ""
    status: Status = "usable"
    embargo: Published | None = None
    correction: str | None = None
    edition: int | None = None

    @property
    def article_id(self) -> str:
        """16 hexadecimal digits made from the identity."""
        return hashlib.sha256(self.identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def version(self) -> str:
        """12 hexadecimal digits made from all that the article says, without identity and where it was read."""
        facts = self.facts()
        del facts["identity"], facts["source"], facts["position"]
        if facts["edition"] is None:
            del facts["edition"]  # so that articles of formats without one keep the version they have
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]

    def facts(self) -> dict[str, object]:
        """Every field as plain values; times as ISO 8601."""
        return asdict(self) | {
            "published": self.published and self.published.iso,
            "embargo": self.embargo and self.embargo.iso,
        }

    def to_dict(self) -> dict[str, object]:
        """For JSON: the facts, with id and version."""
        return {"article_id": self.article_id, "version": self.version} | self.facts()


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences: `article.text[start:end] == text`.

    Attributes:
        article_id: of the article it belongs to.
        version: of the article's text it was cut from.
        ordinal: its place among the article's passages, from 0.
        start: first character in the article's text.
        end: one past the last.
        text: the words, with the white space that follows them.
        sentences: spans of the sentences that may be quoted, in the article's text; crossheads are not among them.
    """

    article_id: str
    version: str
    ordinal: int
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]

    @property
    def passage_id(self) -> str:
        """`article_id:version:ordinal`."""
        return f"{self.article_id}:{self.version}:{self.ordinal}"
