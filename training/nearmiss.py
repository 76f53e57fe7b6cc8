"""Near-misses: questions that a passage does not answer, although it has nearly the same words.

The unanswerable questions of SQuAD 2.0 were written by people who changed a name, date or number, replaced a word by
its opposite or inserted a "not" (Rajpurkar, Jia and Liang, ACL 2018). Here they are made by rule from SQuAD 1.1, by a
change in the question or in the passage. A rule cannot know whether a change leaves the answer true; a few do, and are
noise.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.base.article import Span
from ingest.chunking.sentences import sentence_spans
from qa.language.names import agreement, country, find_names
from qa.language.polarity import OPPOSITES
from training.questions import holds

_AUXILIARY = re.compile(
    r"\b(is|are|was|were|did|does|do|has|have|had|can|could|will|would|should|may|might|must)\b", re.IGNORECASE
)
_NEGATIVE = re.compile(r"\b(?:not|never|no)\b|n['’]t\b", re.IGNORECASE)
_NUMBER = re.compile(r"(?<![\w.,])\d+(?:,\d{3})*(?:\.\d+)?(?!\w)")
_WORD = re.compile(r"[A-Za-z]+")


@dataclass(frozen=True)
class Case:
    """A question on a passage.

    Attributes:
        question: its text.
        passage: its text.
        answer: offsets in the passage; None if it has no answer.
    """

    question: str
    passage: str
    answer: Span | None


#: Makes a near-miss from a case and the names elsewhere in its article; None if it cannot.
Rule = Callable[[random.Random, Case, Sequence[str]], Case | None]


def swap_name(rng: random.Random, case: Case, names: Sequence[str]) -> Case | None:
    """Replace a name in the question by another name of the article.

    Args:
        rng: decides what to change.
        case: a question on a passage.
        names: other names of the article.
    """
    swap = _names_to_swap(rng, case, names)
    return swap and Case(_replace(case.question, *swap), case.passage, None)


def swap_name_in_passage(rng: random.Random, case: Case, names: Sequence[str]) -> Case | None:
    """Replace a name of the question in the passage, so that the passage is about another one.

    Args:
        rng: decides what to change.
        case: a question on a passage.
        names: other names of the article.
    """
    swap = _names_to_swap(rng, case, names)
    passage = case.passage if swap is None else _replace(case.passage, *swap)
    return None if passage == case.passage else Case(case.question, passage, None)


def swap_name_in_both(rng: random.Random, case: Case, names: Sequence[str]) -> Case | None:
    """Replace a name everywhere by one new to the passage; the answer remains, so that swaps alone are no clue.

    Args:
        rng: decides what to change.
        case: a question on a passage.
        names: other names of the article.
    """
    swap = _names_to_swap(rng, case, [name for name in names if name not in case.passage], near=0.0)
    if swap is None or case.answer is None:
        return None
    old, new = swap
    start, end = case.answer
    if old in case.passage[start:end]:
        return None
    before = _replace(case.passage[:start], old, new)
    passage = before + case.passage[start:end] + _replace(case.passage[end:], old, new)
    if passage == case.passage:
        return None
    return Case(_replace(case.question, old, new), passage, (len(before), len(before) + end - start))


def swap_number(rng: random.Random, case: Case, _: Sequence[str]) -> Case | None:
    """Replace a year or number in the question, if possible by another one of the passage.

    Args:
        rng: decides what to change.
        case: a question on a passage.
    """
    matches = list(_NUMBER.finditer(case.question))
    if not matches:
        return None
    match = rng.choice(matches)
    year = len(match[0]) == 4 and match[0].isdigit()
    others = [
        other[0]
        for other in _NUMBER.finditer(case.passage)
        if other[0] != match[0] and (len(other[0]) == 4 and other[0].isdigit()) == year
    ]
    if case.answer is not None:
        others = [other for other in others if other not in case.passage[slice(*case.answer)]]
    if others and rng.random() < 0.6:
        new = rng.choice(others)
    else:
        digits = match[0].replace(",", "")
        if not digits.isdigit():
            return None
        other = max(1, int(digits) + rng.choice([-30, -10, -7, -3, -2, -1, 1, 2, 3, 4, 9, 20, 50]))
        new = f"{other:,}" if "," in match[0] else str(other)
    if new in case.question:
        return None
    return Case(case.question[: match.start()] + new + case.question[match.end() :], case.passage, None)


def swap_opposite(rng: random.Random, case: Case, _: Sequence[str]) -> Case | None:
    """Replace a word of the question by its opposite.

    Args:
        rng: decides what to change.
        case: a question on a passage.
    """
    matches = [
        match
        for match in _WORD.finditer(case.question)
        # "New York" has no opposite, and "how short" asks the same as "how long".
        if match[0] in OPPOSITES and not re.search(r"\bhow $", case.question[: match.start()], re.IGNORECASE)
    ]
    if not matches:
        return None
    match = rng.choice(matches)
    new = rng.choice(OPPOSITES[match[0]])
    return Case(case.question[: match.start()] + new + case.question[match.end() :], case.passage, None)


def negate(rng: random.Random, case: Case, _: Sequence[str]) -> Case | None:
    """Insert "not" or "never", if neither the question nor the answering sentence has one.

    Args:
        rng: decides what to change.
        case: a question on a passage.
    """
    auxiliaries = _AUXILIARY.finditer(case.question)
    match = next((m for m in auxiliaries if m.start() == 0 or m[0].islower()), None)  # but not "May 2010"
    if match is None or _NEGATIVE.search(f"{case.question} {_answering(case)}"):
        return None
    rest = case.question[match.end() :]
    # "What did Norman found" negates behind its subject, "Who was crowned" behind the auxiliary.
    subject = re.match(r"\s+(?:(?:the|a|an)\s+\w+|[A-Z][\w'’]*(?:\s+[A-Z][\w'’]*)*|he|she|it|they)\b", rest)
    at = match.end() + (subject.end() if subject else 0)
    word = rng.choice(["not", "not", "never"])
    return Case(f"{case.question[:at]} {word}{case.question[at:]}", case.passage, None)


def remove_sentence(_: random.Random, case: Case, __: Sequence[str]) -> Case | None:
    """Remove the sentence that contains the answer from the passage."""
    if case.answer is None:
        return None
    answer = case.passage[slice(*case.answer)]
    hit = _sentences_of(case)
    if not hit:
        return None
    rest = f"{case.passage[: hit[0][0]]}{case.passage[hit[-1][1] :]}".strip()
    if len(rest.split()) < 20 or holds(rest, answer):
        return None
    return Case(case.question, rest, None)


#: Every rule with how often it is tried.
RULES: tuple[tuple[Rule, int], ...] = (
    (swap_name, 5),
    (swap_name_in_passage, 3),
    (swap_number, 4),
    (swap_opposite, 5),
    (negate, 2),
    (remove_sentence, 4),
)


def near_miss(rng: random.Random, case: Case, names: Sequence[str]) -> Case | None:
    """Make a near-miss by one of the rules; None if three randomly drawn rules cannot.

    Args:
        rng: decides what to change.
        case: a question on a passage.
        names: other names of the article.
    """
    for rule in rng.choices([rule for rule, _ in RULES], [weight for _, weight in RULES], k=3):
        made = rule(rng, case, names)
        if made is not None:
            return made
    return None


def _sentences_of(case: Case) -> list[Span]:
    """The sentences that overlap the answer."""
    if case.answer is None:
        return []
    return [(s, e) for s, e in sentence_spans(case.passage) if s < case.answer[1] and e > case.answer[0]]


def _answering(case: Case) -> str:
    hit = _sentences_of(case)
    return case.passage[hit[0][0] : hit[-1][1]] if hit else ""


def _names_to_swap(rng: random.Random, case: Case, names: Sequence[str], near: float = 0.6) -> tuple[str, str] | None:
    """A name of the question and a replacement; with probability `near`, one from the passage."""
    asked = [name.text for name in find_names(case.question) if name.start > 0 and len(name.text) > 2]
    if not asked:
        return None
    old = rng.choice(asked)
    answer = case.passage[slice(*case.answer)] if case.answer else ""
    beside = [name.text for name in find_names(case.passage)]
    pool = beside if beside and rng.random() < near else names
    fitting = [
        name
        for name in pool
        if len(name) > 2
        and name not in case.question
        and name not in answer
        and (country(name) is None) == (country(old) is None)
        and abs(len(name.split()) - len(old.split())) <= 1
        and not agreement(name, old)
    ]
    return (old, rng.choice(fitting)) if fitting else None


def _replace(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text)
