"""Detect who acts in a sentence, and whether it can contain what was asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.index.keywords import terms as stems
from qa.language import expressions
from qa.language.names import Name, agreement, find_names, form
from qa.language.speech import speaks
from qa.question.kinds import asks_for_country
from qa.question.question import Question

# A verb or function word after "U.S.", rather than a noun that it modifies.
_ACTS = re.compile(
    r"\s+(?:has|had|have|is|was|were|are|will|would|did|does|do|said|says|told|made|makes|took|takes|gave|gives"
    r"|went|came|won|lost"
    r"|held|began|met|put|set|may|might|could|can|should|also|then|later|never|not|wants?|and|or|who|which|that"
    r"|in|on|at|to|for"
    r"|from|of|by|with|after|before|over|but|as|[a-z]{3,}ed)\b"
)
# "the Trump administration", "Pompeo aides": the noun acts, not the name before it.
_GOVERNS = re.compile(
    r"\s+(?:administration|government|officials?|spokes\w+|aides?|famil\w+|team|campaign|sanctions?|troops|forces)\b"
)


@dataclass(frozen=True)
class Context:
    """A sentence with its neighbours.

    Attributes:
        text: the sentence.
        before: the one or two sentences before it.
        after: the sentence after it.
    """

    text: str
    before: str
    after: str


def has_kind(question: Question, context: Context) -> bool | None:
    """Whether a sentence has a new expression of the kind that the question asks for.

    Args:
        question: what is asked.
        context: the sentence.

    Returns:
        None where the kind of question has no typical expression.
    """
    finders: dict[str, Callable[[], Sequence[object] | bool]] = {
        "who": lambda: expressions.new_names(context.text, question.names),
        "when": lambda: _fresh(expressions.times(context.text), context.text, question),
        "where": lambda: _fresh(expressions.places(context.text), context.text, question),
        "number": lambda: _fresh(expressions.numbers(context.text), context.text, question),
        "money": lambda: _fresh(expressions.amounts(context.text), context.text, question),
        "why": lambda: expressions.REASON.search(context.text) is not None,
        "said": lambda: expressions.is_speech(context.text),
    }
    if asks_for_country(question.text):
        return None  # a country may occur without a preposition of place
    finder = finders.get(question.kind)
    return bool(finder()) if finder else None


def _fresh(spans: Sequence[tuple[int, int]], text: str, question: Question) -> list[str]:
    lower = question.text.lower()
    return [text[start:end] for start, end in spans if text[start:end].lower() not in lower]


# What may refer to a name: a pronoun, or "the top diplomat" at the beginning.
_POINTS_BACK = re.compile(r"\b(?:[Hh]e|[Ss]he|[Tt]hey|[Ii]t|[Ww]e|I|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts)\b|^[“\"]?The\s")
_SUBJECT = re.compile(
    r"\b(?i:did|does|do|has|have|had|will|would|is|was|were|are|could|should)\s+(?:the\s+)?(?=[A-Z])|^(?=[A-Z])"
)


def subject(question: Question) -> Name | None:
    """The name that is the subject of a question: Britain in "Why did Britain ban Huawei?"."""
    for match in _SUBJECT.finditer(question.text):
        for name in question.names:
            possessed = re.match(r"[’']s?\b", question.text[name.end :])
            if name.start == match.end() and not possessed:
                return name
    return None


def agent(question: Question, context: Context) -> float:
    """Whether the question's subject acts in a sentence, or speaks there where the question asks what it said.

    Args:
        question: what is asked.
        context: the sentence with its neighbours.

    Returns:
        1 where it does, or where the question has no subject; 0.5 where a pronoun or "the minister" may refer to it in
        the sentences before; 0 where the name only modifies a noun ("U.S. sanctions") or does not occur.
    """
    asked = subject(question)
    if asked is None:
        return 1.0
    # "the Trump administration": where the name modifies a noun in the question, it may do so in the sentence.
    governing = _GOVERNS.match(question.text[asked.end :]) is not None
    actors = [name for name in find_names(context.text) if _may_act(name, context.text, governing)]
    own = [name for name in actors if agreement(asked.text, name.text)]
    if question.kind == "said":
        own = [name for name in own if speaks(name, context.text)]
        if not own and context.text.count("“") > context.text.count("”"):
            # The quotation continues, and its speaker is named after it.
            own = [n for n in find_names(context.after) if agreement(asked.text, n.text) and speaks(n, context.after)]
    if own:
        return 1.0
    pointer = _POINTS_BACK.search(context.text)
    before = [name for name in find_names(context.before) if _may_act(name, context.before)]
    if question.kind == "said":  # a pronoun refers to the speaker before it, not to a person who was mentioned
        before = [name for name in before if speaks(name, context.before)] or before
    if pointer is None or not any(agreement(asked.text, name.text) for name in before):
        return 0.0
    # After another name that acts, a pronoun more likely refers to that one.
    return 0.5 if not any(name.end <= pointer.start() for name in actors) else 0.0


def _may_act(name: Name, text: str, governing: bool = False) -> bool:
    """Whether a name can be the agent: no possessive, no adjective, not after a preposition or before a noun."""
    after = text[name.end :]
    kind = form(name.text)
    if re.match(r"[’']s?\b", after) or kind == "adjective" or _AFTER_PREPOSITION.search(text[: name.start]):
        return False
    if kind == "both":
        return not re.match(r"\s+[a-zA-Z]", after) or _ACTS.match(after) is not None
    return governing or not _GOVERNS.match(after)


# A preposition before a name; "by" and "according to" are left out, because a name after them acts.
_AFTER_PREPOSITION = re.compile(
    r"(?<!according )\b(?:on|in|of|at|to|for|with|from|against|between|over|about|into|near|toward|towards)"
    r"\s+(?:the\s+)?$",
    re.IGNORECASE,
)


def excluded(question: Question, context: Context) -> bool:
    """Whether a sentence cannot answer: somebody else acts in it, or it lacks what was asked for.

    Args:
        question: what is asked.
        context: the sentence with its neighbours.
    """
    if is_identity(question):
        return describe(question, context.text) is None
    return (
        has_kind(question, context) is False
        or agent(question, context) == 0.0
        or not _has_role(question, context)
        or not _has_measure(question, context)
    )


_IDENTITY = re.compile(r"^who(?:[’']s| is| was| are| were) (?:the )?$", re.IGNORECASE)
_DESCRIBES = re.compile(
    r",\s+(?:\d{1,3},\s+)?(?P<words>(?:an?|the|its|their|his|her|one of|who|head|leader|chair\w*)\s[^,.;]{3,80})"
)


def is_identity(question: Question) -> bool:
    """Whether a question asks who somebody is: "Who is Odo Crail?"."""
    if len(question.names) != 1:
        return False
    name = question.names[0]
    return bool(_IDENTITY.match(question.text[: name.start])) and not question.text[name.end :].strip(" ?!.")


def describe(question: Question, text: str) -> str | None:
    """The description of a person in a text: "Foreign Secretary" before the name, or "a former pilot" after it.

    Args:
        question: asks who the person is.
        text: a sentence.

    Returns:
        None where the text does not describe the person.
    """
    asked = question.names[0]
    for name in find_names(text):
        if not agreement(asked.text, name.text):
            continue
        own = name.text.rfind(asked.text.split()[0])
        if own > 0:
            return name.text[:own].strip()
        description = _DESCRIBES.match(text[name.end :])
        if description:
            return description["words"].strip()
    return None


_ROLE = re.compile(
    r"^who(?:[’']s| is| was| are| were)\s+(?:the\s+)?(?P<role>[a-z -]+?)\s+(?:of|at|for|in)\b", re.IGNORECASE
)


def _has_role(question: Question, context: Context) -> bool:
    """Whether the role in "Who is the captain of ..." is mentioned in or next to the sentence."""
    match = _ROLE.match(question.text)
    if match is None:
        return True
    around = set(stems(f"{context.before} {context.text} {context.after}"))
    return bool(set(stems(match["role"])) & around)


# Expressions that answer "how old", "how long" and so on.
_MEASURES = {
    "old": r"\b\d{1,3}-year-old\b|\baged? (?:of )?\d|, \d{1,3},"
    r"|\b(?:at|turned|is|was) \d{1,3}\b(?! (?:percent|people))|years? old",
    "long": r"\b(?:second|minute|hour|day|week|month|year|decade|night|kilomet|met(?:er|re)|mile|km)\w*",
    "far": r"\b(?:kilomet|met(?:er|re)|mile|km|feet|foot)\w*",
    "tall": r"\b(?:met(?:er|re)|feet|foot|centimet|inch|stor)\w*",
    "high": r"\b(?:met(?:er|re)|feet|foot|percent|degree|level|crowns?|dollars?)\w*",
    "deep": r"\b(?:kilomet|met(?:er|re)|feet|foot|fathom)\w*",
    "fast": r"\b(?:kph|mph|knots|per hour|km/h)\b",
}


def _has_measure(question: Question, context: Context) -> bool:
    match = re.match(r"how (old|long|far|tall|high|deep|fast)\b", question.text, re.IGNORECASE)
    return match is None or re.search(_MEASURES[match[1].lower()], context.text, re.IGNORECASE) is not None
