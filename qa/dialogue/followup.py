"""Rewrite a follow-up question by rules as a self-contained one.

What it leaves out is filled in from the turns before it: who "she" is, which law "that law" is, what "why?" asks about.
Self-contained questions are not rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from ingest.index.keywords import terms
from qa.base.answer import Answer
from qa.dialogue.focus import Focus, find_focus
from qa.dialogue.pointers import refers_back, resolve_references
from qa.dialogue.relative_dates import has_relative_dates, period_in, resolve_relative_dates
from qa.dialogue.smalltalk import asks_for_more, reply_to
from qa.language.names import find_names
from qa.question.kinds import find_kind

Cited = tuple[tuple[str, int, int], ...]

_WH = r"(?:who|whom|whose|what|which|when|where|why|how)"
_AUX = r"(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|should|may|might|must)"
_LEAD = re.compile(
    r"^(?:(?:and|but|so|or|also|then|ok(?:ay)?|well|right|hmm+|oh|yes|no|thanks|thank you"
    r"|great|go on|sure|wait)\b[\s,.!-]*)+(?=\S)",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"^(?:(?:no|sorry|wait|actually)[,.;!-]*\s+)*(?:i (?:meant|mean|was asking about|asked about"
    r"|was thinking of)\s+"
    r"|not [^,]+,\s+(?:but )?|the other (?=one))(?P<rest>.+)$",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^(?:what|how) about\s+(?P<rest>.+)$", re.IGNORECASE)
_ELSE = re.compile(rf"^(?P<wh>{_WH}) else\b(?P<rest>.*)$", re.IGNORECASE)
_LATEST = re.compile(
    r"^(?:what(?:[’']s| is) (?:the latest|new)|(?:is there )?(?:any|the latest) (?:news|updates?)|latest"
    r"|any(?:thing)? new(?:er)?)"
    r"(?P<rest>\b.*)?$",
    re.IGNORECASE,
)
_ON_THAT = re.compile(
    r"(?:(?:on|about|with|in|from) )?(?:that|this|it|there|them|the (?:story|case|matter))?", re.IGNORECASE
)
_PREPOSITION = r"(?:in|on|at|by|for|from|since|until|to|with|against|of|about|under|over|after|before)"
_FRAGMENT = re.compile(
    rf"(?P<asks>(?:{_PREPOSITION} )?(?:why|when|where|who|whom|how|what|whose|which)"
    r"(?: (?:exactly|precisely|not|so|come|long|far|often|old|many|much|soon|late|big|high|bad|ago|by|for|from|to"
    r"|with))*"
    r"(?: (?:of )?(?:them|those|these|it|people|times|ones?|day|year|month|week|date|time|city|town|country|place"
    r"|reason|age"
    r"|way|kind|sort|team|party|company|court|paper|ship|street|hospital|school|hotel|number|language|sport"
    r"|airport|state"
    r"|region|newspaper|law))?)"
    rf"(?: {_AUX} (?:that|this|it)(?: (?:happen|begin|start|end|take place|be|so|about|from|for))"
    rf"| (?:is|was) that)?",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    rf"^(?:[^?]*?,\s*)?(?:{_PREPOSITION} )?"
    rf"(?P<wh>{_WH}(?: (?:many|much|old|long|else|time|day|year|kind of|[a-z]+(?= {_AUX}\b)))?)\s+(?P<rest>.+)$",
    re.IGNORECASE,
)
_PLACED = re.compile(r"(?:in|at|from|near)\s+", re.IGNORECASE)
_SHORT = 6  # the most words of a fragment such as "and the mayor of Lisbon?"
_ASKING = frozenset(
    "what who whom whose which when where why how mani much did does has have had were can will".split()
)
_FEW = 2  # the most terms of a question that is not self-contained


@dataclass(frozen=True)
class Resolved:
    """A self-contained question.

    Attributes:
        text: its words; "" where there is nothing to search.
        articles: ids of the articles that the conversation is about, where the question may be about them, too.
        reply: the reply to small talk such as "thanks" or "hello", in place of an answer.
        already_cited: sentences that were quoted before, where it asks for more: article id, start and end.
        dates: the first and last day that it asks about, as a chat model understood it; None leaves that to rules.
    """

    text: str
    articles: tuple[str, ...] = ()
    reply: str | None = None
    already_cited: Cited = ()
    dates: tuple[str, str] | None = None


def resolve(text: str, history: Sequence[Answer], today: date) -> Resolved:
    """Rewrite a question of a conversation as a self-contained one.

    Args:
        text: the question as it was typed.
        history: the answers before it, the last one last.
        today: the day on which it is asked.
    """
    words = " ".join(text.split())
    focus = find_focus(history)
    if focus is not None and asks_for_more(words):
        return _carrying(focus, _more(focus), further=True)
    reply = reply_to(words)
    if reply is not None:
        return Resolved("", reply=reply)
    if focus is None:
        return Resolved(words)
    return next((resolved for rule in _RULES if (resolved := rule(words, focus, today)) is not None), Resolved(words))


def _carrying(focus: Focus, text: str, *, further: bool = False) -> Resolved:
    return Resolved(_asked(text), focus.articles, already_cited=focus.cited if further else ())


def _asked(text: str) -> str:
    text = " ".join(text.split()).strip(" ?.,")
    return f"{text[:1].upper()}{text[1:]}?"


def _without_lead(text: str) -> str:
    return _LEAD.sub("", text)


def _more(focus: Focus) -> str:
    """The question that asks for more of a story."""
    headline = next((c.headline for c in focus.answer.citations), None)
    return f"What happened: {headline}" if headline else f"What happened: {focus.topic or focus.question}"


def _correct(text: str, focus: Focus, today: date) -> Resolved | None:
    """For example "No, I meant the bridge": the last question about another thing."""
    match = _CORRECTION.match(text)
    return _carrying(focus, _substituted(focus, match["rest"].strip(" ?.!"), today)) if match else None


def _latest(text: str, focus: Focus, today: date) -> Resolved | None:
    match = _LATEST.match(_without_lead(text).strip(" ?.!"))
    if match is None or find_names(text[1:]):
        return None
    rest = (match["rest"] or "").strip()
    if _ON_THAT.fullmatch(rest):
        return _carrying(focus, f"What is the latest on {focus.topic or focus.question}")
    return _carrying(focus, _complete(text, focus, today)) if refers_back(rest) else None


def _else(text: str, focus: Focus, today: date) -> Resolved | None:
    """For example "Who else?" and "what else did she say?": more answers to the last question."""
    stripped = _without_lead(text)
    match = _ELSE.match(stripped.strip(" ?.!"))
    if match is None:
        return None
    if not match["rest"].strip():
        return _carrying(focus, f"{match['wh']} else {_predicate(focus, fill=False)}", further=True)
    return _carrying(focus, _complete(stripped, focus, today), further=True)


def _fragment(text: str, focus: Focus, today: date) -> Resolved | None:
    """For example "Why?", "since when?", "in which city?": asked about the last question."""
    match = _FRAGMENT.fullmatch(_without_lead(text).strip(" ?.!,"))
    return _carrying(focus, f"{match['asks']} {_predicate(focus)}") if match else None


def _predicate(focus: Focus, *, fill: bool = True) -> str:
    """The last question without its question word; where its answer was a person, the answer replaces that word."""
    text = re.sub(rf"^({_WH})[’']s\b", r"\1 is", focus.question.strip(" ?.!"), flags=re.IGNORECASE)
    match = _QUESTION.match(text)
    if match is None:
        return text[:1].lower() + text[1:]
    rest, short = match["rest"], focus.answer.short_answer
    if not fill or not short or find_kind(text) != "who":
        return rest
    if not re.match(rf"{_AUX}\b", rest, re.IGNORECASE):
        return f"{short} {rest}"
    return rest if find_names(rest) else f"{rest} {short}"


def _what_about(text: str, focus: Focus, today: date) -> Resolved | None:
    """For example "What about Lisbon?", "and in 2019?", "and the mayor?": the last question with one part replaced."""
    lead = _without_lead(text)
    match = _ABOUT.match(lead)
    if match is None and lead == text and not has_relative_dates(text):
        return None
    part = (match["rest"] if match else lead).strip(" ?.!")
    if re.search(rf"(?:^|,\s*)(?:{_WH}|{_AUX})\b", part, re.IGNORECASE) or len(part.split()) > _SHORT:
        return None
    part = resolve_references(resolve_relative_dates(part, focus, today), focus)
    return _carrying(focus, _substituted(focus, part, today))


def _substituted(focus: Focus, part: str, today: date) -> str:
    """The last question with one part replaced by another of its kind: a time, a place, a name or a thing."""
    before = focus.question.strip(" ?.!")
    period = period_in(part, today)
    if period is not None and len(part) - (period.end - period.start) <= len("and only in "):
        return _with_period(before, part, today)
    if _PLACED.match(part):
        places = "|".join(map(re.escape, focus.places)) or r"(?!)"
        replaced, count = re.subn(rf"\b(?:in|at|from|near) (?:the )?(?:{places})", part, before, count=1)
        return replaced if count else f"{before} {part}"
    names = find_names(before)
    nouns = [noun for noun in focus.nouns if noun.lower() in before.lower()]
    if names and (find_names(part) or not nouns):
        return _replace_part(before, names[0].start, names[0].end, part)
    if nouns:
        start = before.lower().index(nouns[0].lower())
        return _replace_part(before, start, start + len(nouns[0]), part)
    return f"{before} ({part})"


def _with_period(before: str, part: str, today: date) -> str:
    old = period_in(before, today)
    if old is None:
        return f"{before} {part}"
    lead = re.search(r"(?:\b(?:in|on|during|for|at|over)\s+(?:the\s+)?)?$", before[: old.start], re.IGNORECASE)
    return f"{before[: lead.start() if lead else old.start]} {part} {before[old.end :]}"


def _replace_part(text: str, start: int, end: int, part: str) -> str:
    """Replace a part of a text, with only one article before it."""
    before = text[:start]
    if re.match(r"(?:the|an?|his|her|its|their)\b", part, re.IGNORECASE):
        before = re.sub(r"\b(?:the|an?)\s+$", "", before, flags=re.IGNORECASE)
    return f"{before}{part}{text[end:]}"


def _reference(text: str, focus: Focus, today: date) -> Resolved | None:
    """A complete question with words that refer to the conversation."""
    stripped = _without_lead(text)
    if not refers_back(stripped) and not has_relative_dates(stripped):
        return None
    return _carrying(focus, _complete(stripped, focus, today))


def _complete(text: str, focus: Focus, today: date) -> str:
    """Replace the words that refer back; where the question then names nothing, add the topic in brackets."""
    if has_relative_dates(text):
        return resolve_references(resolve_relative_dates(text, focus, today), focus)
    text = resolve_references(text, focus)
    mentions = (*focus.nouns, *focus.people, *focus.names, *focus.places)
    if find_names(text[1:]) or not focus.topic or any(mention.lower() in text.lower() for mention in mentions):
        return text
    return f"{text.strip(' ?.!')} ({focus.topic})"


def _thin(text: str, focus: Focus, today: date) -> Resolved | None:
    """For example "Was anyone hurt?" or "What did the minister say?": it may refer back without saying so."""
    stripped = _without_lead(text)
    if find_names(stripped[1:]):
        return Resolved(stripped, focus.articles) if stripped != text else None
    own = [term for term in terms(stripped) if len(term) > 2 and term not in _ASKING]
    discussed = set(terms(" ".join([focus.question, *(f"{c.headline} {c.quote}" for c in focus.answer.citations)])))
    shared = [term for term in own if term in discussed]
    if own and 2 * len(shared) >= len(own):
        return Resolved(_asked(stripped), focus.articles)
    if stripped != text or len(own) <= _FEW:
        return _carrying(focus, _complete(stripped, focus, today))
    return None


_Rule = Callable[[str, Focus, date], Resolved | None]
_RULES: tuple[_Rule, ...] = (_correct, _latest, _else, _fragment, _what_about, _reference, _thin)
