"""Detect questions about the archive itself, and what they ask for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from qa.dates.rules import NoSuchDay
from qa.dates.timing import find_timing
from qa.question.publishers import named_anywhere

IntentKind = Literal["count", "span", "publishers", "latest", "list"]

_NO_TOPIC = (
    r"(?!(?:of|in|on|at|by|for|to|the|an?|do|does|did|is|are|was|were|has|have|had|will|can|that|which|who"
    r"|people|you)\b)"
)
_TOPIC = rf"(?:{_NO_TOPIC}[\w’'.&-]+\s+){{0,4}}?"
_NOUN = (
    r"(?:articles?|stories|story|reports?|pieces?|items?|headlines|coverage|news|mentions|write-ups?|dispatches"
    r"|entries)\b"
    r"(?! of (?!the latest|this|that)[a-z])"
)
_OUTLET = (
    r"(?:(?:news )?(?:outlets?|newspapers?|papers?|publishers?|agenc(?:y|ies)|sources?|media|publications?"
    r"|titles?|organi[sz]ations?))"
)
_ABOUT = (
    r"(?:(?:that |which |to |do |does |did |have |has |is |are |were |was |been |there )*"
    r"(?:mention(?:s|ing|ed)?|about|on|quot(?:e|es|ed|ing)|nam(?:e|es|ed|ing)|refer(?:s|red|ring)? to|cover(?:s"
    r"|ed|ing)?|coverage of"
    r"|deal(?:s|ing)? with|concern(?:s|ed|ing)?|contain(?:s|ed|ing)?|discuss(?:es|ed|ing)?|writ(?:e|ten) (?:about"
    r"|on)|wrote (?:about|on)"
    r"|report(?:s|ed|ing)? on|carr(?:y|ies|ied)|regarding|with|featur(?:e|es|ed|ing)|talk(?:s|ed|ing)? about"
    r"|speak(?:s|ing)? of))"
)
_MENTIONED = (
    r"(?:mentioned|named|quoted|covered|reported on|written about|in the news|appear(?:s|ed)?|com(?:e|es|ing) up"
    r"|came up|turn(?:s|ed)? up)"
)
_ARCHIVE = r"(?:(?:the|this|your) (?:archive|collection|database|articles|coverage|index)|you|coverage)"
_KINDS: tuple[tuple[IntentKind, str], ...] = (
    (
        "count",
        rf"^(?:(?:in |and |so )?how many|(?:what(?:[’']s| is) |give me )?(?:the )?(?:total )?number of"
        rf"|count(?: up)?)(?: all)?(?: of)?(?: the| your)?"
        rf"\s+{_TOPIC}{_NOUN}(?!\s+(?:were|was) (?:sold|bought|stolen|washed|found)\b|\s+(?:does|do|did) (?!you\b"
        rf"|the archive\b|this\b|your\b|we\b))"
        rf"|^how (?:often|many times|frequently) (?:is|are|was|were|has|have|does|do|did)\b.*\b{_MENTIONED}"
        rf"|^how many (?:mention|name|quote)\b"
        r"|^how (?:big|large) is (?:this|the|your) (?:archive|collection)|^how much (?:coverage|reporting|news)\b"
        rf"|^how many\b.*\b(?:in|does) {_ARCHIVE}(?: (?:hold|have|contain))?$",
    ),
    (
        "span",
        rf"^(?:what|which) (?:time )?(?:period|dates?|time|years|months|range|span|days)\b.*\b(?:covers?|covered"
        rf"|archive|articles|collection|spans?|coverage)\b"
        r"|^how (?:far back|old|recent)\b.*\b(?:archive|go|goes|reach|collection|coverage|articles?|stories)\b"
        r"|^(?:from|since|between|until|over|for|during) (?:when|which|what)\b.*\b(?:archive|coverage|cover(?:ed"
        r"|s)?|articles|stories|reports|mention(?:ed)?|news|written)\b"
        rf"|^(?:(?:what|which|when|is|was|are|the|show|me|give|and|[’']s)\b[’']?\s*)*(?:first|oldest"
        rf"|earliest)\s+{_TOPIC}{_NOUN}"
        r"|\b(?:first|oldest|earliest|last|latest) (?:date|day|month|year)\b.*\b(?:archive|articles|collection"
        r"|coverage)\b|\b(?:article|story|report|piece|item)\b.*\b(?:is|was) the (?:first|oldest|earliest)\b"
        rf"|^when (?:was|were|is|are|did|does|do|has)\b.*\b(?:first|first and last|first or last) {_MENTIONED}"
        r"|^when (?:did|does|do)\b.*\b(?:coverage|reporting|articles|archive)\b.*\b(?:start|begin|end|stop)"
        r"|\bfirst (?:and last )?mention of\b"
        r"|^when (?:did|does) (?:the )?(?:coverage|reporting)\b",
    ),
    (
        "publishers",
        rf"^(?:(?:in |by )?(?:which|what)|how many|list|show|name|who are|what are)(?: me)?(?: all)?(?: the| your"
        rf"| different)*\s+{_OUTLET}\b(?:$|.*"
        rf"\b(?:cover(?:ed|s|ing)?|report(?:ed|s)? on|reporting|carr(?:y|ied)|carrying|wrote|written|(?:ran|run"
        rf"|published|had|have|has|with) .*{_NOUN}"
        r"|reported$|in (?:the|this|your) archive|do you (?:have|hold|use|know|cover)|are (?:there|you|in)|ha(?:d"
        r"|s|ve) (?:something|anything)|mention(?:ed|s)?))"
        rf"|^(?:who|where)\b.*\b(?:reported on|covered|wrote about|written about|appear(?:ed)?|published"
        rf"|reported)\b.*\b(?:which|what) {_OUTLET}\b"
        rf"|^who (?:has |have )?(?:covered (?!for\b|up\b)|reported on|wrote about|written about|wrote on)"
        r"|^who (?:published|publishes|wrote) (?:the |these |your )?(?:articles|stories|reports)",
    ),
    (
        "latest",
        rf"^(?:(?:and|so|please|what(?:[’']s)?|which|is|are|was|were|show|give|list|find|get|me|the|your|any"
        rf"|can you|do you have|tell me)\s+)*"
        rf"(?:latest|newest|most recent|last)\s+{_TOPIC}{_NOUN}|\b(?:latest|newest)\s+(?:on|about|from|regarding"
        rf"|with|in)\b"
        r"|^(?:(?:and |so )?what(?:[’']s| is) |give me |show me )?the (?:latest|newest|most recent)\W*$|^latest\W*$"
        r"|^(?:what(?:[’']s| is)|is there anything|anything|something) new(?: (?:on|about|with|from|in)\b|\W*$)"
        r"|^(?:is there |are there |do you have )?any (?:new |recent |fresh )?(?:news|updates?)\b"
        r"|^when (?:was|were|did)\b.*\blast (?:mentioned|named|covered|appear|reported on|written about)"
        r"|\blast thing\b.*\b(?:published|wrote|written|about|on|ran)\b"
        r"|^update(?:s)? on\b|^what(?:[’']s| is) the most recent (?:thing|coverage)",
    ),
    (
        "list",
        rf"^(?:please |can you |could you )?(?:list|show|give|find|display|get|pull up|bring up|fetch"
        rf"|open)(?: me)?(?: all| every| the| any| of| your)*\s+"
        rf"(?:{_TOPIC}{_NOUN}|everything\b|anything\b|what you have\b|whatever\b)"
        rf"|^(?:which|what)(?: of (?:the|your))?\s+{_TOPIC}{_NOUN}(?:\s+{_ABOUT}|\s+(?:do|did) you\b"
        rf"|\s+(?:are there|have you|is there)|\s*$)"
        rf"|^(?:all |any )?(?:the )?{_TOPIC}{_NOUN}\s+(?:about|on|that mention|mentioning|from|by|with)\b"
        rf"|^what (?:do|have) you (?:have|got|hold|know of)(?: (?:on|about|from)\b|$)"
        rf"|^(?:everything|anything|all) (?:on|about|from|you have)\b|^(?:do|have) you (?:have |got )?(?:anything"
        rf"|something|any(?: {_TOPIC})?)\b"
        rf"|^(?:is|are) there (?:anything|something|any {_TOPIC}(?:articles?|stories|reports?|news|coverage))\b"
        r"|^what (?:was|were|has been|have you) published$|^(?:articles|stories|reports|headlines|news)$",
    ),
)
_PATTERNS = [(kind, re.compile(pattern, re.IGNORECASE)) for kind, pattern in _KINDS]
_SUBJECT = (
    r"\b(?:do|does|did|is|are|was|were|has|have)\s+(?P<x>(?!you\b|there\b|the archive\b).+?)\s+(?:first|last|been"
    r"|get|ever)?\s*"
    r"(?:mentioned|named|appear|quoted|come up|reported on|covered|(?:and|or) last)\b"
)
_AFTER = re.compile(rf"\b{_ABOUT}\s+(?P<x>.+)$", re.IGNORECASE)
_BEFORE = re.compile(
    rf"^(?:how many|number of|count|which|what|list|show|give|find|display|latest|newest|most recent"
    rf"|(?:what(?:[’']s| is) )?the latest)"
    rf"(?: me)?(?: all| every| the| any| my| your)*\s+(?P<x>{_TOPIC}){_NOUN}",
    re.IGNORECASE,
)
_TAIL = re.compile(
    r"(?:[\s,]+(?:please|in (?:the|this|your) archive|ran|run|appeared?|were published|was published|published"
    r"|publish(?:ed)?|are there|is there"
    r"|do you have|did|have|has|cover|then|altogether|in total|exist|so far|yet|which outlets|what outlets"
    r"|which papers|-|–|were|was|is|are))+$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:the|a|an|any|all|every|this|that|your|last|latest|new|recent|of|by|from|in|on)\s+", re.IGNORECASE
)
_EMPTY = frozenset("it that this them there you archive everything news articles stories".split())


@dataclass(frozen=True)
class Intent:
    """What a question asks about the archive.

    Attributes:
        kind: the number, the span of dates, the publishers, the latest, or a list.
        phrase: what the articles mention; None for all articles.
        publishers: names of the publishers that it is limited to.
    """

    kind: IntentKind
    phrase: str | None
    publishers: tuple[str, ...] = ()


def find_intent(text: str, publishers: Sequence[str] = (), today: date | None = None) -> Intent | None:
    """What a question asks about the archive; None for any other question.

    Args:
        text: the question.
        publishers: names of the archive's publishers.
        today: the day on which it is asked.
    """
    words = _without_times(" ".join(text.split()).strip(" ?!."), today or date.today())
    named = named_anywhere(words, publishers)
    bare = words
    for _, naming in named:
        # "Tidewater stories", "by the Courier", "did the Weekly run": not part of the phrase.
        bare = re.sub(
            rf"(?:,?\s*\b(?:and|by|from|in|did|does|has|have"
            rf"|according to)\s+)*(?:the\s+)?{re.escape(naming)}(?:[’']s?)?(?:\s+(?:run|publish|carry|write|report"
            rf"|have|published))?(?=\W|$)",
            "",
            bare,
            flags=re.IGNORECASE,
        )
    bare = " ".join(bare.split()).strip(" ,-–")
    kind = next((kind for kind, pattern in _PATTERNS if pattern.search(bare) or pattern.search(words)), None)
    if kind is None:
        return None
    return Intent(kind, _phrase(bare), tuple(name for name, _ in named))


def _without_times(text: str, today: date) -> str:
    try:
        scope = find_timing(text, today).scope
    except NoSuchDay:
        return text
    if scope is None:
        return text
    before = re.sub(r"\b(?:in|on|of|from|during|for|over)\s+(?:the\s+)?$", "", text[: scope.start], flags=re.IGNORECASE)
    behind = re.sub(r"^[’']s\b", "", text[scope.end :])
    return " ".join(f"{before} {behind}".split()).strip(" ,")


def _phrase(text: str) -> str | None:
    for match in (
        re.search(_SUBJECT, text, re.IGNORECASE),
        _AFTER.search(text, text.find(" ") + 1),
        _BEFORE.search(text),
    ):
        phrase = _trimmed(match["x"]) if match else ""
        if phrase and phrase.casefold() not in _EMPTY:
            return phrase
    return None


def _trimmed(words: str) -> str:
    before = None
    words = words.strip(" ,?.!-–")
    while words != before:
        before = words
        words = _LEAD.sub("", _TAIL.sub("", words)).strip(' ,-–“”"')
    return words
