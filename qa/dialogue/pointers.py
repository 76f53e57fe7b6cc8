"""Resolve words that refer to the conversation: he, there, that law."""

from __future__ import annotations

import re

from qa.dialogue.focus import Focus
from qa.language.names import find_names

_PERSON = re.compile(r"\b(?P<p>he|she|him|his|her|hers)\b", re.IGNORECASE)
_THING = re.compile(r"\b(?P<p>it|its|they|them|their|theirs|this|that|these|those)\b(?=[\s?.,!’']|$)", re.IGNORECASE)
_POINTING = frozenset(("this", "that", "these", "those"))
_FUNCTION = r"(?:in|on|at|by|for|from|with|about|after|before|during|since|until|and|or|to|of|as|when|while)"
_DEMONSTRATIVE = re.compile(
    rf"\b(?P<d>this|that|these|those|the same|such an?)\s+(?!{_FUNCTION}\b)(?P<noun>(?-i:[a-z])[\w’-]+)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(
    r"(?<![n’']t )(?<!is )(?<!are )(?<!was )(?<!were )(?<!be )(?<!been )(?<!will )(?<!would )\b(?P<p>there|here)\b"
    r"(?!\s+(?:is|are|was|were|will|has|have|be|any|been|an?|still|going)\b)",
    re.IGNORECASE,
)
# "it" and "that" without a reference: "is it true that", "the man that was".
_EMPTY = re.compile(
    r"\b(?:is|was|isn[’']t|wasn[’']t) it (?:true|possible|likely|clear|known|right|correct|legal|raining|that"
    r"|because)\b"
    r"|\bit (?:is|was|has been) (?:true|possible|likely|clear|known|reported|said|announced)\b"
    r"|\bwhat(?:[’']s| is| was) it (?:like )?(?:to|that)\b"
    r"|\bhow (?:long|much|many \w+) (?:did|does|will|has|is|was|would) it (?:going to |likely to )?(?:cost|take)n? to\b"
    r"|(?<=\w )that (?:is|are|was|were|will|would|has|have|had|the|he|she|it|they)\b",
    re.IGNORECASE,
)
_CLAUSE = re.compile(
    r"\b(?:say|said|says|claim\w*|believe\w*|think\w*|known?|knew|mean|sure|certain|report\w*|true|so|one|man"
    r"|woman|law|thing|people"
    r"|company|group|show\w*|found|fear\w*|warn\w*|suggest\w*|announc\w*)\s$",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"\b(?:the|an?) (?:man|woman|minister|president|mayor|boy|girl|king|queen|[a-z]+er|[a-z]+or|[a-z]+ist)\b"
)
# A question word as the subject of a verb: "Which legend made", but not "Who is" or "What did".
_SUBJECT = re.compile(
    r"(?:who|(?:which|what)(?: [a-z]+){1,3}) "
    r"(?!is|are|was|were|did|does|do|has|have|had|will|would|can|could|should)\w+\b",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"\b(?:about|of|against|for|before|after)\s$", re.IGNORECASE)
_NOUN_BEFORE = re.compile(r"\b(?:an?|the|any|some)\s+[a-z]|\b[A-Z]")
_NOW = re.compile(
    r"(?:week|month|year|morning|afternoon|evening|summer|winter|spring|autumn|weekend|time|\w+day)\b", re.I
)
_NOT_OWNED = re.compile(
    r"\s+(?:who|what|when|where|why|how|in|on|at|to|by|for|from|with|about|as|after|before|and|or|of|that|the"
    r"|an?)\b|\W*$"
)


def refers_back(text: str) -> bool:
    """Whether a question has words that refer to something outside of it."""
    if _PLACE.search(text):
        return True
    if any(not _is_bound(match) for match in _PERSON.finditer(text)):
        return True
    if any(_demonstrates(match) for match in _DEMONSTRATIVE.finditer(text)):
        return True
    return any(_stands_for_thing(match) for match in _THING.finditer(text))


def _has_person(before: str) -> bool:
    """Whether a name or "the minister" precedes a pronoun, which then refers to that."""
    return bool([name for name in find_names(before) if name.start] or _SOMEBODY.search(before))


def _is_bound(match: re.Match[str]) -> bool:
    """Whether a pronoun refers to a word before it: "Which singer lost her voice", "when Pell left his post"."""
    before = match.string[: match.start()]
    owned = match["p"].lower() in ("his", "her") and not _NOT_OWNED.match(match.string[match.end() :])
    return _has_person(before) or (owned and _SUBJECT.match(before) is not None)


def _demonstrates(match: re.Match[str]) -> bool:
    """Whether "that law" refers back; "this week" is a time, and "said that prices rose" a clause."""
    word, noun = match["d"].lower(), match["noun"]
    if _NOW.fullmatch(noun):
        return False
    if word == "that" and (_CLAUSE.search(match.string[: match.start()]) or _is_empty(match)):
        return False
    return not (word == "such a" or word == "such an")


def _stands_for_thing(match: re.Match[str]) -> bool:
    before, after = match.string[: match.start()], match.string[match.end() :]
    word = match["p"].lower()
    if word == "that" and after.strip(" ?.!") and _CLAUSE.search(before):
        return False
    if (
        word in _POINTING
        and re.match(r"\s+\w", after)
        and not re.match(r"\s+(?:happen|mean|be|cost|work|take|in|on|at|by|during|since)\b", after)
    ):
        return False  # a demonstrative, or "that" before a clause
    if _is_empty(match):
        return False
    return (word in _POINTING and _ABOUT.search(before) is not None) or not _NOUN_BEFORE.search(before[1:])


def _is_empty(match: re.Match[str]) -> bool:
    return any(empty.start() <= match.start() < empty.end() for empty in _EMPTY.finditer(match.string))


def resolve_references(text: str, focus: Focus) -> str:
    """Replace the words that refer back by what they refer to, where that is known.

    Args:
        text: the question.
        focus: what the conversation is about.
    """
    if focus.places:
        text = _PLACE.sub(f"in {focus.places[0]}", text)
    text = _DEMONSTRATIVE.sub(lambda match: _named(match, focus) if _demonstrates(match) else match[0], text)
    text = _THING.sub(lambda match: _thing(match, focus) if _stands_for_thing(match) else match[0], text)
    return _PERSON.sub(lambda match: match[0] if _is_bound(match) else _person(match, focus), text)


def _named(match: re.Match[str], focus: Focus) -> str:
    noun = focus.noun(match["noun"])
    if noun:
        return noun
    topic = next(iter((*focus.nouns, *focus.names, *focus.places)), None)
    return f"the {match['noun']}" + (f" ({topic})" if topic else "")


def _thing(match: re.Match[str], focus: Focus) -> str:
    word = match["p"].lower()
    several = word.startswith("the") or word == "those"
    nouns = [noun for noun in focus.nouns if several == (noun.endswith("s") and not noun.endswith("ss"))]
    what = next(iter((*nouns, *focus.names, *focus.nouns)), None)
    if what is None:
        return match[0]
    return _owning(what) if word in ("its", "their", "theirs") else what


def _person(match: re.Match[str], focus: Focus) -> str:
    word = match["p"].lower()
    who = focus.person(word)
    if who is None:
        return match[0]
    owns = word in ("his", "hers") or (word == "her" and not _NOT_OWNED.match(match.string[match.end() :]))
    return _owning(who) if owns else who


def _owning(name: str) -> str:
    return f"{name}’" if name.endswith("s") else f"{name}’s"
