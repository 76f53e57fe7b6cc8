"""Find the expressions that may answer a question: times, numbers, places, names, reasons, speech."""

from __future__ import annotations

import re

from ingest.base.article import Span
from ingest.cleaning.dateline import MONTH_ABBREVIATIONS, MONTHS
from qa.dates.vocabulary import SEASONS, SMALL_NUMBERS, TENS, WEEKDAYS, any_of
from qa.language.names import Name, agreement, find_names

_MONTH = rf"{any_of(*MONTHS)}\b|{any_of(*MONTH_ABBREVIATIONS)}\b\.?"
_DAY = any_of(*WEEKDAYS)
_NUMBER_WORD = (
    rf"(?:a dozen|half a|{'|'.join((*SMALL_NUMBERS, *TENS))}|dozens?|hundreds?|thousands?|millions?|billions?"
    rf"|no one|nobody|none|twice|half|a third|a quarter|both)(?:-{any_of(*SMALL_NUMBERS[:9])})?"
)
# Currencies that are read as part of a number.
_CURRENCIES = r"crowns?|dollars?|florins?|francs?|rupees?|pesos?|marks|pounds?|euros?|yen|yuan"
_UNIT = (
    rf"(?:\s?(?:percent(?:age points?)?|per cent|%|million|billion|trillion|thousand|hundred|m|bn|tn|{_CURRENCIES}"
    r"|kilomet(?:re|er)s?|km|kph|mph|miles?|met(?:re|er)s?|tonnes?"
    r"|tons?|kg|hours?|days?|weeks?|months?|years?|minutes?|seconds?|degrees?)\b)"
)

TIME = re.compile(
    rf"\b(?:(?:[Ii]n|[Oo]n|[Ss]ince|until|by|from|before|after|of|for)\s+)?(?:(?:early|late|mid)[- ])?(?:"
    rf"(?:(?:[Ll]ast|[Nn]ext|[Tt]his|the following|the previous)\s+)?{_DAY}"
    rf"(?:,?\s+(?:{_MONTH})\s+\d{{1,2}}(?:,?\s+\d{{4}})?)?"
    rf"(?:\s+(?:morning|afternoon|evening|night))?"
    rf"|(?:\d{{1,2}}\s+)?(?:{_MONTH})(?:\s+\d{{1,2}}(?!\d))?(?:,?\s+\d{{4}})?(?=\b|\s|$)"
    rf"|(?:[Ll]ast|[Nn]ext|[Tt]his|[Tt]he (?:past|previous|following))\s+"
    rf"(?:week|month|year|night|{'|'.join(SEASONS)}|weekend|decade|century)"
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
    rf"[$£€¥]|\b(?:{_CURRENCIES}|baht|cents?|dinars?|dirhams?|forints?|guilders?|kron(?:a|e|or|er)|lei|lira|naira|pence"
    r"|pennies|rand|reais|ringgit|riyals?|roubles?|rubles?|rupiah|shekels?|shillings?|won|zloty"
    r"|million|billion|trillion)\b",
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
    """The dates, weekdays and times of day in a text; lower-case "may" and "march" do not count."""
    return [match.span() for match in TIME.finditer(text)]


def numbers(text: str) -> list[Span]:
    """The numbers in a text, in figures or words, with their units; numbers in dates are left out."""
    dates = times(text)
    spans = [match.span() for match in NUMBER.finditer(text)]
    return [span for span in spans if not any(span[0] < end and start < span[1] for start, end in dates)]


def amounts(text: str) -> list[Span]:
    """The sums of money in a text."""
    return [span for span in numbers(text) if _MONEY.search(text[span[0] : span[1]])]


def places(text: str) -> list[Span]:
    """The names after a preposition of place."""
    return [match.span("noun") for match in _PLACE_WORD.finditer(text) if not _NO_PLACE.fullmatch(match["noun"])]


def new_names(text: str, names: list[Name]) -> list[Span]:
    """The names in a text that are new.

    Args:
        text: a sentence.
        names: the names that are not new.
    """
    return [name.span for name in find_names(text) if not any(agreement(other.text, name.text) for other in names)]


def is_speech(text: str) -> bool:
    """Whether somebody says something in a text."""
    return bool(SPEECH.search(text) or _QUOTED.search(text))
