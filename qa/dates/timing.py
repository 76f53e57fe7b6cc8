"""Whether a date in a question limits the articles, or is its subject.

"What did Pompeo say in July 2020?" asks for articles of that month. "Who won the 1998 World Cup?" does not ask for
articles of 1998: the year is part of a name, and any article may answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from qa.dates.periods import Period, find_periods
from qa.dates.vocabulary import RELATIVE_WORDS

_COVERAGE = (
    r"(?:articles?|reports?|reporting|stories|story|coverage|news|headlines?|issues?|editions?|pieces?|items?|updates?"
    r"|developments|dispatch(?:es)?)"
)
_PREPOSITION = re.compile(
    r"\b(?:in|on|at|during|throughout|within|over|around|about|through|for|from|between|since|until|till|by"
    r"|before|after"
    r"|as of|up to|so far|late|early|dated|published|of)\s+(?:the\s+)?"
    r"(?:(?:whole|end|start|night|morning|evening) of\s+)?$",
    re.IGNORECASE,
)
_OF = re.compile(r"(?P<noun>[\w’'-]+)\s+of\s+(?:the\s+)?$", re.IGNORECASE)
_DETERMINED = re.compile(
    r"(?:\b(?:the|a|an|his|her|their|its|our|my|this|that|these|those|every|each|any|which|what)|[’']s"
    r"|s[’'])\s+(?:[a-z]+\s+)?$",
    re.IGNORECASE,
)
# A capitalised word before a year or weekday forms a name with it: "Euro 2020", "Black Friday".
_NAMED = re.compile(r"(?<![.?!]\s)(?<!^)\b(?P<word>[A-Z][\w’'-]*|[\w]+-)\s?$")
_NO_NAME = frozenset(
    "in on at during since until till by before after between from of the and to what who when where why how did was "
    "is last this next past previous early late mid".split()
)
_BEGAN = re.compile(
    r"\b(?:born|founded|built|established|invented|discovered|composed|painted|dating|dates?|dated|signed|drafted"
    r"|unveiled as|launched as)\s+(?:back\s+)?(?:in|from|on|to|at|for)\s+(?:the\s+)?$",
    re.IGNORECASE,
)
# "the law that was passed in 1998": the date belongs to the law.
_RELATIVE_CLAUSE = re.compile(
    r"(?<!^)\b(?:the|a|an|this|that|those)\s+(?:[\w’'-]+\s+){1,3}?(?:that|which|who|whose)\s+[^,;?]*$", re.IGNORECASE
)
_PARTICIPLE = re.compile(
    r"\b(?:the|a|an|his|her|their|its|which|what)\s+(?:[\w’'-]+\s+){1,3}?"
    r"(?:[a-z]{3,}ed|built|made|held|won|lost|born|sunk|begun|written|struck|hit|taken|found|sold|bought|set)"
    r"\s+(?:by [\w’' -]+ )?$"
)
_NOUN_AFTER = re.compile(
    r"[\s-]+(?!(?:and|or|but|to|in|on|at|of|by|for|from|with|about|as|after|before|when|while|than|if|so|that"
    r"|which|who|what|how"
    r"|why|where|is|are|was|were|did|do|does|has|have|had|will|would|can|could|should|may|might|must|be|been|not"
    r"|the|a|an|according"
    r"|only|alone|please|it|he|she|they|there|we|i|you|his|her|their|until|till|through|again|ago|again|any|all"
    r"|against|among"
    r"|regarding|concerning|over|under|into|onto|or|then|already|ever|have)\b)[^\W\d_]",
    re.IGNORECASE,
)
_PLURAL = re.compile(
    r"\s+(?!(?:was|is|has|does|as|this|its|his|us|plus|versus)\b)(?:[a-z]+s|people|men|women|children)\b"
)
# "In 2018 and 2019": a date that is joined to a limit is one, too.
_ALSO = re.compile(
    r"\s*(?:,|,? and|,? or|as well as|versus|vs\.?|than|with|to)\s*(?:in |on |of )?(?:the )?", re.IGNORECASE
)
_SPENT = re.compile(r"^how (?:long|many (?:days|weeks|months|years|decades))\b", re.IGNORECASE)
# A question about what newspapers wrote asks for articles of that time; what happened may be in later ones.
_PRESS = re.compile(
    rf"\b(?:{_COVERAGE}|(?:news)?papers?|press|journalists?|reporters?|wrote|written|write|writing|reported|covered"
    r"|described|said|say|says|announced?)\b",
    re.IGNORECASE,
)
_WHEN = re.compile(r"\w.*\bwhen\s[^,;?]*$", re.IGNORECASE)  # "how old was she when she was crowned in 1953"
_RECENT = 366  # days
_DISTANT = 30 * 366  # days
_OLDEST = 1800  # no archive of news begins before this year
_RELATIVE_FORMS = frozenset(("relative", "ago", "spell"))


@dataclass(frozen=True)
class Timing:
    """The times that a question names.

    Attributes:
        scope: the range that limits the articles; None where it sets no limit.
        subjects: the times that are part of its subject.
    """

    scope: Period | None
    subjects: tuple[Period, ...] = ()


def find_timing(text: str, today: date, since: date | None = None) -> Timing:
    """The times that a question names, as limit or as subject.

    Args:
        text: the question.
        today: the day on which it is asked.
        since: the first day of the archive's coverage, where that is known.

    Raises:
        NoSuchDay: a date in it does not exist, or a range in it ends before it begins.
    """
    scopes: list[Period] = []
    subjects: list[Period] = []
    for period in find_periods(text, today):
        joined = bool(scopes) and _ALSO.fullmatch(text, scopes[-1].end, period.start) is not None
        subject = not joined and is_subject(text, period, today, since)
        (subjects if subject else scopes).append(period)
    scope: Period | None = None
    for period in scopes:
        scope = period if scope is None else _both(scope, period)
    return Timing(scope, tuple(subjects))


def may_cover_distant_past(since: date, today: date) -> bool:
    """Whether an archive goes back so far that a date in a question may limit its articles which else is a subject.

    Args:
        since: the first day of its coverage.
        today: the day on which it is asked.
    """
    return (today - since).days > _DISTANT


def _both(one: Period, other: Period) -> Period:
    """The narrower of two periods where the other includes it; else all days from one to the other."""
    start, end = min(one.start, other.start), max(one.end, other.end)
    if one.covers(other):
        return replace(other, start=start, end=end)
    if other.covers(one):
        return replace(one, start=start, end=end)
    first = None if one.first is None or other.first is None else min(one.first, other.first)
    last = None if one.last is None or other.last is None else max(one.last, other.last)
    return Period(first, last, start, end, "range")


def is_subject(text: str, period: Period, today: date, since: date | None = None) -> bool:
    """Whether a period is part of the subject of a question, and does not limit the articles.

    Args:
        text: the question.
        period: a period that it names.
        today: the day on which it is asked.
        since: the first day of the archive's coverage, where that is known.
    """
    before, after = text[: period.start], text[period.end :]
    if _lies_ahead(period, today) or (period.last is not None and period.last.year < _OLDEST):
        return True
    if _is_quoted(before, after) or _is_distant(text, period, today, since) or _is_spent(text, period):
        return True
    if period.form in ("since", "after", "until", "before", "range"):
        return False
    if period.form in _RELATIVE_FORMS:
        return re.match(r"\s+of\s+(?:his|her|their|its)\b", after) is not None
    if re.search(r"\b(?:a|an|each|every|any)\s+$", before, re.IGNORECASE):
        return True
    if period.last is not None and (today - period.last).days > _RECENT and _BEGAN.search(before):
        return True
    if _RELATIVE_CLAUSE.search(before) or _PARTICIPLE.search(before) or _WHEN.search(before):
        return True
    of = _OF.search(before)
    if of:
        return (
            re.fullmatch(
                rf"{_COVERAGE}|end|start|beginning|course|whole|all|most|rest|days?|weeks?|months?", of["noun"], re.I
            )
            is None
        )
    if placed := _PREPOSITION.search(before):
        counted = period.form == "year" and _PLURAL.match(after) is not None
        # "about the 2015 deal" against "in the 1990s"
        named = period.form not in ("decade", "century", "quarter", "season") and _NOUN_AFTER.match(after)
        return counted or bool(named and placed[0].lower().endswith("the "))
    return _is_attribute(text, period)


def _lies_ahead(period: Period, today: date) -> bool:
    if period.first is None:
        return period.last is not None and period.last > today and period.form == "until"
    return period.first > today


def _is_distant(text: str, period: Period, today: date, since: date | None) -> bool:
    """Whether it is so long ago, and before the archive's coverage, that it cannot limit the articles."""
    if period.last is None or (today - period.last).days <= _DISTANT or (since and period.last >= since):
        return False
    return _PRESS.search(text) is None


def _is_spent(text: str, period: Period) -> bool:
    """For example "How long has it been since 1989?"."""
    return period.form == "since" and _SPENT.search(text) is not None


def _is_quoted(before: str, after: str) -> bool:
    return before[-1:] in ("“", '"', "‘", "'") or after[:1] in ("”", '"')


def _is_attribute(text: str, period: Period) -> bool:
    """Whether it belongs to a noun or name: "the 1998 final", "Euro 2020", "Good Friday"."""
    before, after = text[: period.start], text[period.end :]
    named = _NAMED.search(before)
    which = re.match(rf"(?:{'|'.join(RELATIVE_WORDS)})\b", text[period.start :], re.IGNORECASE)
    if period.form == "weekday" and which:
        return False
    if period.form in ("year", "weekday", "decade") and named and named["word"].lower() not in _NO_NAME:
        return True
    if period.form == "weekday":
        return bool(re.match(r"\s[A-Z]|s\b", after)) or (
            _NOUN_AFTER.match(after) is not None and bool(_DETERMINED.search(before))
        )
    if re.match(r"[’']s\b", after):
        return False
    if period.form == "year":
        return not re.match(r"\s*(?:[?:,;.!]|$)", after) or bool(before.strip())
    return _NOUN_AFTER.match(after) is not None and (
        bool(_DETERMINED.search(before)) or not before.strip() or period.form in ("day", "month")
    )
