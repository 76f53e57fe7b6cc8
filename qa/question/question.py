"""A question: its wording, what kind of answer it asks for, and which articles it is asked of."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Literal, get_args

from ingest.base.article import Published
from ingest.base.filters import Scope, publisher_key
from ingest.cleaning.dateline import MONTHS
from ingest.cleaning.language import LANGUAGES, detect_language
from qa.language.names import Name, find_names
from qa.question.kinds import Kind, asks_for_overview, find_kind
from qa.question.limits import (
    BEFORE_OUTLET,
    BEFORE_PERIOD,
    QuestionError,
    Range,
    agree,
    checked,
    cut,
    day_of,
    in_words,
    range_in,
    range_of,
)
from qa.question.publishers import find_outlets, find_places

#: How sure an answer has to be: `low` answers more, `high` refuses more.
Caution = Literal["low", "normal", "high"]
CAUTIONS: tuple[Caution, ...] = get_args(Caution)

#: Whether sentences are quoted, or written by a chat model.
Style = Literal["quote", "written"]
STYLES: tuple[Style, ...] = get_args(Style)

_DATES = re.compile(rf"\b(?:1[4-9]\d\d|20\d\d|{'|'.join(MONTHS)})\b")
_AROUND = timedelta(14)  # before and behind a range that a question's words set
_BROAD: frozenset[Kind] = frozenset({"said", "why", "how", "yes/no"})


@dataclass(frozen=True)
class Known:
    """What an archive has that a question may name.

    Attributes:
        publishers: their names.
        places: where articles were filed from.
        since: the first day of its coverage, ISO 8601; None where that is not known.
    """

    publishers: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    since: str | None = None


@dataclass(frozen=True)
class Question:
    """A question as it is understood.

    Attributes:
        text: its words.
        kind: what kind of answer it asks for.
        published: range of publication, ISO 8601, first and last day; None for no limit.
        publishers: names of publishers it is asked of; empty for all.
        without: ids of articles that may not be used for it.
        caution: how sure an answer has to be.
        as_of: the day as of which it is asked, ISO 8601; None for now.
        period: words of it that `published` was read from; None where the range was given, or there is none.
        outlet: words of it that `publishers` were read from.
        places: places that it names and articles were filed from; these come first.
        typed: what was typed, where `text` is how that is understood in a conversation.
        near: ids of articles that the conversation is about; these come first.
        told: sentences that were quoted before and are not again, each as article id, start and end.
        style: whether the answer may be written by a chat model, where there is one, or is quoted.
    """

    text: str
    kind: Kind
    published: tuple[str | None, str | None] | None = None
    publishers: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    caution: Caution = "normal"
    as_of: str | None = None
    period: str | None = None
    outlet: str | None = None
    places: tuple[str, ...] = ()
    typed: str | None = None
    near: tuple[str, ...] = ()
    told: tuple[tuple[str, int, int], ...] = ()
    style: Style = "written"

    @classmethod
    def parse(
        cls,
        text: str,
        published: Range = None,
        publisher: str | Collection[str] | None = None,
        without: Collection[str] = (),
        caution: Caution = "normal",
        as_of: str | date | None = None,
        known: Known | None = None,
        style: Style | None = None,
    ) -> Question:
        """Check and understand a question.

        Args:
            text: its words.
            published: a date such as "2020-07-21" or "2020-07", or (first, last), each of which may be None. None
                takes the range from the question's words; (None, None) sets no limit, whatever they say.
            publisher: name of a publisher, or several. None takes them from the question's words, an empty collection
                sets no limit.
            without: ids of articles that may not be used.
            caution: `low` answers more, `high` refuses more.
            as_of: the day as of which it is asked, from which "last week" counts too; None for now.
            known: what the archive has that a question may name; nothing is read from its words without it.
            style: "quote" or "written"; None for written, which without a chat model is quoted, too.

        Raises:
            QuestionError: it is empty or too long, the dates make no range, or the caution or style is none that
                there is.
        """
        words = checked(text)
        publishers = (publisher,) if isinstance(publisher, str) else tuple(publisher or ())
        if not all(isinstance(name, str) and name.strip() for name in publishers):
            raise QuestionError("a publisher has no name; leave it out to ask all of them")
        if caution not in CAUTIONS:
            raise QuestionError(f"caution is {caution!r}; it takes {', '.join(CAUTIONS)}")
        if style is not None and style not in STYLES:
            raise QuestionError(f"style is {style!r}; it takes {', '.join(STYLES)}")
        day = day_of(as_of)
        today = date.fromisoformat(day) if day else datetime.now(UTC).date()
        said, period = (
            range_in(words, today, known.since if known else None) if published != (None, None) else (None, None)
        )
        scope = said if published is None else range_of(published)
        if scope is not said:
            agree(words, period, scope, said)
            period = None
        if scope and scope[0] and day and Published.parse(scope[0]).date > day:
            raise QuestionError(f"what was {in_words(scope)} is not there yet as of {day}; ask as of a later day")
        named = find_outlets(words, known.publishers) if known is not None else None
        outlet = None
        if named and publisher is None:
            publishers, outlet = named
        elif named and publishers and not {*map(publisher_key, publishers)} & {*map(publisher_key, named[0])}:
            raise QuestionError(
                f"the question asks {named[0][0]}, and publisher says {publishers[0]}; leave one of them out"
            )
        places = find_places(words, known.places) if known else ()
        asked = cls(words, find_kind(words), scope, publishers, tuple(without), caution, day, period, outlet, places)
        return replace(asked, style=style) if style else asked

    def __str__(self) -> str:
        """Its words."""
        return self.text

    @property
    def as_typed(self) -> str:
        """The words that were typed."""
        return self.typed or self.text

    @functools.cached_property
    def scope(self) -> Scope:
        """Which articles it is asked of."""
        first, last = self.published or (None, None)
        ends = [Published.parse(day).end_epoch for day in (last, self.as_of) if day]
        scope = Scope(
            after=Published.parse(first).epoch if first else None,
            before=min(ends, default=None),
            publishers=frozenset(map(publisher_key, self.publishers)),
            without=frozenset(self.without),
        )
        # As the archive stood that day, what was under embargo is not there yet.
        return replace(scope, now=min(scope.now, Published.parse(self.as_of).end_epoch)) if self.as_of else scope

    @property
    def open_scope(self) -> Scope:
        """Its scope without a range of dates, but for the day as of which it is asked."""
        return replace(self, published=None, period=None).scope

    @property
    def wider(self) -> Scope | None:
        """Its scope and some days around it, where its words set the range: an event of a day is told later, too.

        None where there is no range, or where it was given.
        """
        first, last = self.published or (None, None)
        if self.period is None or not first or not last:
            return None
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
        around = max(_AROUND, (end - begin) / 4)
        open_scope = self.open_scope
        after = int(datetime(begin.year, begin.month, begin.day, tzinfo=UTC).timestamp()) - int(around.total_seconds())
        before = Published.parse(last).end_epoch + int(around.total_seconds())
        return replace(open_scope, after=after, before=min(before, open_scope.before or before))

    @functools.cached_property
    def dates(self) -> tuple[str, ...]:
        """The year and month that its words set as its range: an article of another time may speak of them."""
        words = self.period or ""
        return () if not self.published or re.search(r"\b\d{1,2}(?!\d)", words) else tuple(_DATES.findall(words))

    def is_told_in(self, text: str) -> bool:
        """Whether a text speaks of the time that its words name."""
        return bool(self.dates) and all(date in text for date in self.dates)

    @property
    def limits(self) -> str:
        """In words, the range of dates and the publishers that it is asked of; empty where there is no limit."""
        parts = []
        if self.published:
            parts.append(in_words(self.published))
        if self.publishers:
            parts.append(f"by {' or '.join(self.publishers)}")
        if self.as_of:
            parts.append(f"as of {Published.parse(self.as_of).in_words()}")
        return ", ".join(parts)

    @functools.cached_property
    def core(self) -> str:
        """Its words without those that set its limits: the articles are of that time already, and need not say so."""
        words = self.text
        if self.period and self.published:
            words = cut(words, self.period, BEFORE_PERIOD)
        if self.outlet and self.publishers:
            words = cut(words, self.outlet, BEFORE_OUTLET)
        return words if len(words.split()) > 1 else self.text

    def to_dict(self) -> dict[str, Any]:
        """For JSON: its fields, and the limits in words."""
        return asdict(self) | {"limits": self.limits}

    @property
    def wants_sentences(self) -> bool:
        """Whether a few words are not enough: for why, how, what somebody said, what happened, yes or no."""
        return self.kind in _BROAD or asks_for_overview(self.text)

    @functools.cached_property
    def names(self) -> list[Name]:
        """Names in it."""
        return find_names(self.text)

    def foreign_language(self, known: Collection[str]) -> tuple[str, bool] | None:
        """The language it is in, where that is not among those known.

        Args:
            known: ISO 639-1 codes of the languages that the embedder reads; empty where that is not known.

        Returns:
            The language's English name and whether that is certain; None where it is a known one, or too short to tell.
        """
        letters = re.findall(r"[^\W\d_]", self.text)
        if not known or "en" not in known or not letters:
            return None
        other_script = sum(ord(letter) > 0x24F for letter in letters) > len(letters) / 2
        english = {word.lower() for word in re.findall(r"[A-Za-z]+", self.text)} & _ENGLISH
        if english and not other_script:
            return None
        code, probability = detect_language(self.text)
        if code in known:
            return None if not other_script else ("another language", True)
        if other_script or probability >= 0.4:
            return LANGUAGES[code], other_script or probability >= 0.7
        return None


# Words that mark a text as English; those that other languages share are left out.
_ENGLISH = frozenset(
    """the of and what who when where why how which whose did does is are were has have had with from this that
    about there they their his her by for not will would can could should been it its on says said after before many
    much tell ban you your between during under over into out up to""".split()
)
