"""A question: its words, the kind of answer that it asks for, and the articles that it is limited to."""

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
from qa.dates.vocabulary import YEAR
from qa.language.names import Name, find_names
from qa.question.kinds import Kind, asks_for_overview, find_kind
from qa.question.limits import (
    BEFORE_OUTLET,
    BEFORE_PERIOD,
    QuestionError,
    Range,
    checked,
    cut,
    day_asked,
    day_of,
    find_range,
    in_words,
    may_depend_on_coverage,
)
from qa.question.publishers import find_outlets, find_places

#: The confidence that an answer needs: `low` accepts less, `high` is stricter.
Caution = Literal["low", "normal", "high"]
CAUTIONS: tuple[Caution, ...] = get_args(Caution)

#: Whether sentences are quoted or written by a chat model.
Style = Literal["quote", "written"]
STYLES: tuple[Style, ...] = get_args(Style)

_DATES = re.compile(rf"\b(?:{YEAR}|{'|'.join(MONTHS)})\b")
_MARGIN = timedelta(14)  # before and after a range that the question's words set
_BROAD: frozenset[Kind] = frozenset({"said", "why", "how", "yes/no"})


@dataclass(frozen=True)
class ArchiveFacts:
    """What an archive has that a question may name.

    Attributes:
        publishers: names of its publishers.
        places: the places that its articles were filed from.
        since: the first day of its coverage, ISO 8601; None where that is unknown.
    """

    publishers: tuple[str, ...] = ()
    places: tuple[str, ...] = ()
    since: str | None = None


@dataclass(frozen=True)
class Question:
    """A question as it is understood.

    Attributes:
        text: its words.
        kind: the kind of answer that it asks for.
        published: range of publication, ISO 8601, first and last day; None for no limit.
        publishers: names of the publishers that it is limited to; empty for all.
        without: ids of articles that may not be used.
        caution: the confidence that an answer needs.
        as_of: the day as of which it is asked, ISO 8601; None for now.
        period: the words that `published` was read from; None where it was passed as an option, or is None.
        outlet: the words that `publishers` were read from.
        places: places that it names and articles were filed from; their articles are ranked higher.
        typed: what was typed, where `text` is a follow-up question that was completed.
        near: ids of the articles that the conversation is about; these are searched as well.
        already_cited: sentences that were quoted before and are not quoted again, as article id, start and end.
        style: whether a chat model may write the answer, where there is one, or it is quoted.
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
    already_cited: tuple[tuple[str, int, int], ...] = ()
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
        archive: ArchiveFacts | None = None,
        style: Style | None = None,
    ) -> Question:
        """Check and understand a question.

        Args:
            text: its words.
            published: a date such as "2020-07-21" or "2020-07", or (first, last), each of which may be None. None reads
                the range from the question's words; (None, None) sets no limit.
            publisher: name of a publisher, or several. None reads them from the question's words; an empty collection
                sets no limit.
            without: ids of articles that may not be used.
            caution: `low` accepts a lower confidence, `high` is stricter.
            as_of: the day as of which it is asked, from which "last week" counts too; None for now.
            archive: what the archive has that the question may name; without it, no name is read from its words.
            style: "quote" or "written"; None for written, which is quoted, too, where there is no chat model.

        Raises:
            QuestionError: the question is empty or too long, its dates do not exist or contradict an option, or an
                option has an unknown value.
        """
        words = checked(text)
        publishers = (publisher,) if isinstance(publisher, str) else tuple(publisher or ())
        if not all(isinstance(name, str) and name.strip() for name in publishers):
            raise QuestionError("a publisher has an empty name; leave it out to ask all of them")
        if caution not in CAUTIONS:
            raise QuestionError(f"unknown caution {caution!r}; use {', '.join(CAUTIONS)}")
        if style is not None and style not in STYLES:
            raise QuestionError(f"unknown style {style!r}; use {', '.join(STYLES)}")
        day = day_of(as_of)
        scope, period = find_range(words, published, day)
        question = cls(
            words, find_kind(words), scope, publishers, tuple(without), caution, day, period, style=style or "written"
        )
        return question if archive is None else question.with_facts(archive, published, publisher)

    def with_facts(self, archive: ArchiveFacts, published: Range, publisher: str | Collection[str] | None) -> Question:
        """The question with the publishers and places of an archive that it names.

        Args:
            archive: what the archive has.
            published: the option that was passed, as for `parse`.
            publisher: the option that was passed, as for `parse`.

        Raises:
            QuestionError: a name or date in it contradicts an option.
        """
        scope, period = self.published, self.period
        if may_depend_on_coverage(archive.since, self.as_of):
            scope, period = find_range(self.text, published, self.as_of, archive.since)
        publishers, outlet = self.publishers, None
        named = find_outlets(self.text, archive.publishers)
        if named and publisher is None:
            publishers, outlet = named
        elif named and publishers and not {*map(publisher_key, publishers)} & {*map(publisher_key, named[0])}:
            raise QuestionError(
                f"the question names {named[0][0]}, but the publisher option is {publishers[0]}; leave one of them out"
            )
        places = find_places(self.text, archive.places)
        return replace(self, published=scope, period=period, publishers=publishers, outlet=outlet, places=places)

    def __str__(self) -> str:
        """Its words."""
        return self.text

    @property
    def as_typed(self) -> str:
        """The words that were typed."""
        return self.typed or self.text

    @property
    def today(self) -> date:
        """The day from which its relative dates count."""
        return day_asked(self.as_of)

    @functools.cached_property
    def scope(self) -> Scope:
        """The articles that it is limited to."""
        first, last = self.published or (None, None)
        ends = [Published.parse(day).end_epoch for day in (last, self.as_of) if day]
        scope = Scope(
            after=Published.parse(first).epoch if first else None,
            before=min(ends, default=None),
            publishers=frozenset(map(publisher_key, self.publishers)),
            without=frozenset(self.without),
        )
        # The archive as of that day: articles then under embargo are left out.
        return replace(scope, now=min(scope.now, Published.parse(self.as_of).end_epoch)) if self.as_of else scope

    @property
    def open_scope(self) -> Scope:
        """The scope without the range of dates; the day as of which it is asked still counts."""
        return replace(self, published=None, period=None).scope

    @property
    def wider(self) -> Scope | None:
        """The scope with some days before and after it, since news of an event is also published later.

        None where there is no range, or where it was passed as an option.
        """
        first, last = self.published or (None, None)
        if self.period is None or not first or not last:
            return None
        begin, end = date.fromisoformat(first), date.fromisoformat(last)
        margin = max(_MARGIN, (end - begin) / 4)
        open_scope = self.open_scope
        after = int(datetime(begin.year, begin.month, begin.day, tzinfo=UTC).timestamp()) - int(margin.total_seconds())
        before = Published.parse(last).end_epoch + int(margin.total_seconds())
        return replace(open_scope, after=after, before=min(before, open_scope.before or before))

    @functools.cached_property
    def dates(self) -> tuple[str, ...]:
        """The year and month that its words limit it to; articles of another time may mention them."""
        words = self.period or ""
        return () if not self.published or re.search(r"\b\d{1,2}(?!\d)", words) else tuple(_DATES.findall(words))

    def dates_occur_in(self, text: str) -> bool:
        """Whether a text mentions the year and month that its words limit it to."""
        return bool(self.dates) and all(date in text for date in self.dates)

    @property
    def limits(self) -> str:
        """The range of dates and the publishers for display; empty where there is no limit."""
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
        """Its words without those that set its limits, which the scope already applies."""
        words = self.text
        if self.period and self.published:
            words = cut(words, self.period, BEFORE_PERIOD)
        if self.outlet and self.publishers:
            words = cut(words, self.outlet, BEFORE_OUTLET)
        return words if len(words.split()) > 1 else self.text

    def to_dict(self) -> dict[str, Any]:
        """The fields and the limits in words, for JSON."""
        return asdict(self) | {"limits": self.limits}

    @property
    def wants_sentences(self) -> bool:
        """Whether it needs whole sentences: for why, how, what somebody said, what happened, yes or no."""
        return self.kind in _BROAD or asks_for_overview(self.text)

    @functools.cached_property
    def names(self) -> list[Name]:
        """The names in it."""
        return find_names(self.text)

    def foreign_language(self, languages: Collection[str]) -> tuple[str, bool] | None:
        """The language of the question, where the embedder does not support it.

        Args:
            languages: ISO 639-1 codes of the languages that the embedder supports; empty where that is unknown.

        Returns:
            The language's English name and whether that is certain; None for a supported language, or where the text is
            too short to detect one.
        """
        letters = re.findall(r"[^\W\d_]", self.text)
        if not languages or "en" not in languages or not letters:
            return None
        other_script = sum(ord(letter) > 0x24F for letter in letters) > len(letters) / 2
        english = {word.lower() for word in re.findall(r"[A-Za-z]+", self.text)} & _ENGLISH
        if english and not other_script:
            return None
        code, probability = detect_language(self.text)
        if code in languages:
            return None if not other_script else ("another language", True)
        if other_script or probability >= 0.4:
            return LANGUAGES[code], other_script or probability >= 0.7
        return None


# Words that mark a text as English; words that other languages share are left out.
_ENGLISH = frozenset(
    """the of and what who when where why how which whose did does is are were has have had with from this that
    about there they their his her by for not will would can could should been it its on says said after before many
    much tell ban you your between during under over into out up to""".split()
)
