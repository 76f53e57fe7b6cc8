"""Kinds of words that answer: times, numbers, places, people, reasons."""

from __future__ import annotations

import re

from ingest.base.article import Span
from ingest.cleaning.dateline import MONTHS
from qa.language.names import Name, agreement, find_names

_MONTH = "|".join(f"{month[:3]}(?:{month[3:]}|\\.|t\\.?)?" if month != "May" else "May" for month in MONTHS)
_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_NUMBER_WORD = (
    r"(?:a dozen|half a|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    r"|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|one"
    r"|dozens?|hundreds?"
    r"|thousands?|millions?|billions?|no one|nobody|none|twice|half|a third|a quarter|both)"
    r"(?:-(?:one|two|three|four|five|six|seven|eight|nine))?"
)
_UNIT = (
    r"(?:\s?(?:percent(?:age points?)?|per cent|%|million|billion|trillion|thousand|hundred|m|bn|tn|crowns?|dollars?"
    r"|florins?|francs?|rupees?|pesos?|marks|pounds?|euros?|yen|yuan|kilomet(?:re|er)s?|km|kph|mph|miles?|met(?:re|er)s?|tonnes?"
    r"|tons?|kg|hours?|days?|weeks?|months?|years?|minutes?|seconds?|degrees?)\b)"
)

TIME = re.compile(
    rf"\b(?:(?:[Ii]n|[Oo]n|[Ss]ince|until|by|from|before|after|of|for)\s+)?(?:(?:early|late|mid)[- ])?(?:"
    rf"(?:(?:[Ll]ast|[Nn]ext|[Tt]his|the following|the previous)\s+)?{_DAY}"
    rf"(?:,?\s+(?:{_MONTH})\s+\d{{1,2}}(?:,?\s+\d{{4}})?)?"
    rf"(?:\s+(?:morning|afternoon|evening|night))?"
    rf"|(?:\d{{1,2}}\s+)?(?:{_MONTH})(?:\s+\d{{1,2}}(?!\d))?(?:,?\s+\d{{4}})?(?=\b|\s|$)"
    rf"|(?:[Ll]ast|[Nn]ext|[Tt]his|[Tt]he (?:past|previous|following))\s+"
    rf"(?:week|month|year|night|summer|winter|spring|autumn|fall|weekend|decade|century)"
    rf"|[Yy]esterday|[Tt]oday|[Tt]onight|[Tt]omorrow|[Ee]arlier (?:this|that) \w+"
    rf"|(?:[Aa]|[Tt]wo|[Tt]hree|four|five|six|ten) (?:day|week|month|year)s? (?:ago|later|earlier)"
    rf"|\d+ (?:day|week|month|year|hour)s? (?:ago|later|earlier)|midnight|noon"
    rf"|\d{{1,2}}(?::\d\d)?\s?[ap]\.?m\.?|(?:19|20)\d\ds?)(?!\w)"
)

NUMBER = re.compile(
    rf"(?<![\w-])(?:[$£€¥]\s?)?\d+(?:,\d{{3}})*(?:\.\d+)?(?:st|nd|rd|th)?(?:{_UNIT}){{0,3}}"
    rf"|\b{_NUMBER_WORD}\b(?:{_UNIT}){{0,3}}",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"[$£€¥]|\b(?:baht|cents?|crowns?|dinars?|dirhams?|dollars?|euros?|florins?|forints?|francs?|guilders?|kron(?:a|e|or|er)|lei|lira"
    r"|marks|naira|pence|pennies|pesos?|pounds?|rand|reais|ringgit|riyals?|roubles?|rubles?|rupees?|rupiah|shekels?|shillings?|won"
    r"|yen|yuan|zloty|million|billion|trillion)\b",
    re.IGNORECASE,
)
_PLACE_WORD = re.compile(
    r"\b(?:in|at|near|outside|inside|on|off|from|to|into|across|toward|towards|around)\s+(?:the\s+|a\s+|an\s+)?"
    r"(?:[a-z][\w’-]+\s+){0,3}?(?P<noun>(?:(?:[A-Z]\.)+|[A-ZÀ-Þ][\w’'&-]*)(?: (?:of (?:the )?)?[A-ZÀ-Þ][\w’'&-]*)*)"
)
REASON = re.compile(
    r"\b(?:because|citing|cited|cites|due to|owing to|thanks to|as a result|since|so that|in order to|amid"
    r"|over (?:fears|claims|concerns)|caused|cause|causes|reasons?|blamed|blames|blaming|after|for (?:\w+ing)"
    r"|following|led to|prompt(?:ed|ing)|sparked|triggered|response to"
    r"|to (?:avoid|prevent|protect|help|cut|save|stop|reduce|make|keep|allow|ensure|give)"
    r"|meant|means|why|so\b|that is why|in protest|against|failed|lack of|shortage)\b",
    re.IGNORECASE,
)
SPEECH = re.compile(
    r"\b(?:said|says|say|saying|told|tells|added|adds|asked|wrote|insisted|argued|warned|claimed|called|described|denied"
    r"|replied|suggested|announced|promised|accused|praised|criticised|criticized|stated|testified|urged|vowed|acknowledged|admitted"
    r"|condemned|welcomed|hailed|pledged|demanded|noted|explained|declared|responded|wants)\b"
)
_QUOTED = re.compile(r"[“\"]")
_NO_PLACE = re.compile(rf"(?:{_DAY}|(?:{_MONTH})\b|I\b|The\b|He\b|She\b).*", re.IGNORECASE)


def times(text: str) -> list[Span]:
    """Dates, weekdays and times of day; a bare "may" or "march" is none."""
    return [match.span() for match in TIME.finditer(text)]


def numbers(text: str) -> list[Span]:
    """Numbers in figures or words, with their units; those of dates are left out."""
    dates = times(text)
    spans = [match.span() for match in NUMBER.finditer(text)]
    return [span for span in spans if not any(span[0] < end and start < span[1] for start, end in dates)]


def amounts(text: str) -> list[Span]:
    """Sums of money."""
    return [span for span in numbers(text) if _MONEY.search(text[span[0] : span[1]])]


def places(text: str) -> list[Span]:
    """Names behind a preposition of place."""
    return [match.span("noun") for match in _PLACE_WORD.finditer(text) if not _NO_PLACE.fullmatch(match["noun"])]


def new_names(text: str, known: list[Name]) -> list[Span]:
    """Names that are not among those known."""
    return [name.span for name in find_names(text) if not any(agreement(other.text, name.text) for other in known)]


def is_speech(text: str) -> bool:
    """Whether somebody says something in it."""
    return bool(SPEECH.search(text) or _QUOTED.search(text))
