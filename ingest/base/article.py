"""Article and Passage, the types that all stages share."""

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
    """A publication time with the precision of its source, in ISO 8601.

    `2020-07` is a month, `2020-07-21` a day, `2020-07-21T14:30+01:00` a minute in a time zone. Comparisons treat a time
    without a zone as UTC.

    Attributes:
        iso: the ISO 8601 text.
        precision: the smallest unit that the source states.
        start: the first moment, in UTC.
    """

    iso: str
    precision: Precision
    start: datetime

    @classmethod
    def parse(cls, text: str) -> Published:
        """Parse ISO 8601: a year, month, day or time.

        Raises:
            ValueError: the text is not ISO 8601, or no such date exists.
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
            raise ValueError(f"{text!r} is outside the years 1 to 9999") from None
        return cls(match.group().replace(" ", "T"), precision, start)

    @property
    def date(self) -> str:
        """The date alone, in the article's own zone, such as `2020-07-21`."""
        return self.iso[:10]

    @property
    def epoch(self) -> int:
        """The first moment, in seconds since 1970; negative for earlier times."""
        return int(self.start.timestamp())

    @property
    def local_epoch(self) -> int:
        """The same with its zone replaced by UTC, so that a story of 10 p.m. in New York keeps its local date."""
        return Published.parse(_ZONE.sub("", self.iso)).epoch

    @property
    def end_epoch(self) -> int:
        """The last moment, in seconds since 1970: a day ends 86,399 seconds after it starts."""
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
        """The date for readers: `21 July 2020`, `July 2020`, `2020`."""
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
    """One stored article. A fact that the source does not state is None, never a guess.

    Attributes:
        identity: stays the same when the text changes: the guid, else the canonical URL, else the file's path.
        headline: the article's own headline, or the first words of its lead.
        text: paragraphs separated by an empty line, without dateline, credits and boilerplate.
        published: publication time, with the zone and precision of the source.
        publisher: who published it; the agency in its dateline where no publisher is named.
        place: where it was filed from.
        dateline: the dateline as printed, such as `LONDON, July 21 (Reuters)`.
        language: ISO 639-1 code.
        source: the file or URL it was read from.
        position: where in the source, such as "line 12"; "" where the article is the whole file.
        status: `withheld` and `canceled` articles are stored, but no search finds them.
        embargo: no search finds the article before this moment.
        correction: the editor's note, where the article was corrected.
        edition: number of the delivery, where the format counts deliveries; a lower one never replaces a higher one.
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
        """16 hexadecimal digits computed from the identity."""
        return hashlib.sha256(self.identity.encode("utf-8", "surrogatepass")).hexdigest()[:16]

    @property
    def version(self) -> str:
        """12 hexadecimal digits computed from all facts except the identity and where the article was read."""
        facts = self.facts()
        del facts["identity"], facts["source"], facts["position"]
        if facts["edition"] is None:
            del facts["edition"]  # versions of formats without editions were computed before this field existed
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:12]

    def facts(self) -> dict[str, object]:
        """All fields as plain values, with times as ISO 8601."""
        return asdict(self) | {
            "published": self.published and self.published.iso,
            "embargo": self.embargo and self.embargo.iso,
        }

    def to_dict(self) -> dict[str, object]:
        """The facts with id and version, for JSON."""
        return {"article_id": self.article_id, "version": self.version} | self.facts()


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of whole sentences: `article.text[start:end] == text`.

    Attributes:
        article_id: id of its article.
        version: version of its article.
        ordinal: its index among the article's passages, from 0.
        start: offset of its first character in the article's text.
        end: offset after its last character.
        text: the sentences, with the white space after them.
        sentences: spans, in the article's text, of the sentences that may be quoted; crossheads may not.
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
