"""Who acts in a sentence, and whether it can hold what was asked for at all."""

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

# A verb or a link behind "U.S.", rather than a noun that it describes.
_ACTS = re.compile(
    r"\s+(?:has|had|have|is|was|were|are|will|would|did|does|do|said|says|told|made|makes|took|takes|gave|gives"
    r"|went|came|won|lost"
    r"|held|began|met|put|set|may|might|could|can|should|also|then|later|never|not|wants?|and|or|who|which|that"
    r"|in|on|at|to|for"
    r"|from|of|by|with|after|before|over|but|as|[a-z]{3,}ed)\b"
)
# "the Trump administration", "Pompeo aides": the noun acts, not the name.
_GOVERNS = re.compile(
    r"\s+(?:administration|government|officials?|spokes\w+|aides?|famil\w+|team|campaign|sanctions?|troops|forces)\b"
)


@dataclass(frozen=True)
class Context:
    """A sentence and what stands around it.

    Attributes:
        text: the sentence.
        before: the one or two sentences before it.
        after: the sentence behind it.
    """

    text: str
    before: str
    after: str


def has_kind(question: Question, context: Context) -> bool | None:
    """Whether a sentence has what the question's kind asks for and the question does not; None where any may do."""
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
        return None  # it need not stand behind a preposition of place
    finder = finders.get(question.kind)
    return bool(finder()) if finder else None


def _fresh(spans: Sequence[tuple[int, int]], text: str, question: Question) -> list[str]:
    lower = question.text.lower()
    return [text[start:end] for start, end in spans if text[start:end].lower() not in lower]


# What may stand for a name: a pronoun, or "the top diplomat" at the beginning.
_POINTS_BACK = re.compile(r"\b(?:[Hh]e|[Ss]he|[Tt]hey|[Ii]t|[Ww]e|I|[Hh]is|[Hh]er|[Tt]heir|[Ii]ts)\b|^[“\"]?The\s")
_SUBJECT = re.compile(
    r"\b(?i:did|does|do|has|have|had|will|would|is|was|were|are|could|should)\s+(?:the\s+)?(?=[A-Z])|^(?=[A-Z])"
)


def subject(question: Question) -> Name | None:
    """The name that the question says something of: in "Why did Britain ban Huawei?" it is Britain."""
    for match in _SUBJECT.finditer(question.text):
        for name in question.names:
            possessed = re.match(r"[’']s?\b", question.text[name.end :])
            if name.start == match.end() and not possessed:
                return name
    return None


def agent(question: Question, context: Context) -> float:
    """Whether the sentence speaks of the question's subject as one who acts, or who speaks where that is asked.

    Returns:
        1 where it does, or where the question names no subject; 0.5 where a pronoun or "the minister" may stand for a
        name in the sentences before; 0 where the name is only another's attribute ("U.S. sanctions") or not there.
    """
    asked = subject(question)
    if asked is None:
        return 1.0
    # "the Trump administration": where the question has the name in front of a noun, the sentence may as well.
    governing = _GOVERNS.match(question.text[asked.end :]) is not None
    actors = [name for name in find_names(context.text) if _may_act(name, context.text, governing)]
    own = [name for name in actors if agreement(asked.text, name.text)]
    if question.kind == "said":
        own = [name for name in own if speaks(name, context.text)]
        if not own and context.text.count("“") > context.text.count("”"):
            # The quotation goes on, and who speaks stands behind its end.
            own = [n for n in find_names(context.after) if agreement(asked.text, n.text) and speaks(n, context.after)]
    if own:
        return 1.0
    pointer = _POINTS_BACK.search(context.text)
    before = [name for name in find_names(context.before) if _may_act(name, context.before)]
    if question.kind == "said":  # where somebody speaks before, a pronoun is that one, not who was spoken of
        before = [name for name in before if speaks(name, context.before)] or before
    if pointer is None or not any(agreement(asked.text, name.text) for name in before):
        return 0.0
    # Behind another who acts, a pronoun is more likely that one's.
    return 0.5 if not any(name.end <= pointer.start() for name in actors) else 0.0


def _may_act(name: Name, text: str, governing: bool = False) -> bool:
    """Whether a mention can be an agent: not a possessor, an adjective, behind a preposition, or in front of a noun."""
    behind = text[name.end :]
    kind = form(name.text)
    if re.match(r"[’']s?\b", behind) or kind == "adjective" or _UNDER.search(text[: name.start]):
        return False
    if kind == "both":
        return not re.match(r"\s+[a-zA-Z]", behind) or _ACTS.match(behind) is not None
    return governing or not _GOVERNS.match(behind)


# A preposition in front of a name; "by" and "according to" are not among them: who stands behind those acts.
_UNDER = re.compile(
    r"(?<!according )\b(?:on|in|of|at|to|for|with|from|against|between|over|about|into|near|toward|towards)"
    r"\s+(?:the\s+)?$",
    re.IGNORECASE,
)


def excluded(question: Question, context: Context) -> bool:
    """Whether a sentence cannot answer, however alike it is: another acts, or what was asked for is not in it."""
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
    """Whether it asks who somebody is: "Who is Odo Crail?"."""
    if len(question.names) != 1:
        return False
    name = question.names[0]
    return bool(_IDENTITY.match(question.text[: name.start])) and not question.text[name.end :].strip(" ?!.")


def describe(question: Question, text: str) -> str | None:
    """What a text says of the one that is asked about: "Foreign Secretary" in front of the name, or "a former pilot"
    behind it; None where it only names him.
    """
    asked = question.names[0]
    for name in find_names(text):
        if not agreement(asked.text, name.text):
            continue
        own = name.text.rfind(asked.text.split()[0])
        if own > 0:
            return name.text[:own].strip()
        behind = _DESCRIBES.match(text[name.end :])
        if behind:
            return behind["words"].strip()
    return None


_ROLE = re.compile(
    r"^who(?:[’']s| is| was| are| were)\s+(?:the\s+)?(?P<role>[a-z -]+?)\s+(?:of|at|for|in)\b", re.IGNORECASE
)


def _has_role(question: Question, context: Context) -> bool:
    """Whether the office in "Who is the captain of ..." is spoken of in or around the sentence."""
    match = _ROLE.match(question.text)
    if match is None:
        return True
    around = set(stems(f"{context.before} {context.text} {context.after}"))
    return bool(set(stems(match["role"])) & around)


# What "how old" and its like ask for.
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
