"""Sentences made untrue by rule: the statements that a check has to catch.

As in FactCC (Kryscinski et al., EMNLP 2020), with more errors that language models make: a name, number, date, speaker
or "not" that differs from the source, a word replaced by its opposite, swapped roles, and the beginning of one sentence
joined to the end of another. A rule cannot know whether a change leaves a sentence true; few do.
"""

from __future__ import annotations

import itertools
import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ingest.chunking.sentences import sentence_spans
from ingest.cleaning.dateline import MONTHS
from qa.language.expressions import SPEECH
from qa.language.names import Name, agreement, country, find_names
from qa.language.polarity import NEWS_OPPOSITES, negations

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(rf"\b(?:{'|'.join(MONTHS)}|{'|'.join(_DAYS)}|1[89]\d\d|20[0-4]\d)\b")
_NUMBER = re.compile(r"(?<![\w.,-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w-]|[.,]\d)")
_SMALL = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty".split()
_NUMBER_WORD = re.compile(rf"\b(?:{'|'.join(_SMALL)})\b", re.IGNORECASE)
_AUXILIARY = re.compile(r"\b(?:is|are|was|were|did|does|has|have|had|can|could|will|would|should|must)\b")
_NOT = re.compile(r" (?:not|never)\b|n[’']t\b")
_TURN = re.compile(
    r"(?:, (?:and|but|which|who|where|when|while|after|before)| (?:because|after|before|when|as|while))\s"
)
_WORD = re.compile(r"[A-Za-z]+")
_VERB = re.compile(
    r" (?:is|are|was|were|has|have|had|did|does|will|would|can|could|must|said|says|told|made|took|became|began"
    r"|won|lost|led|left|held|gave|found|met|saw|[a-z]{3,}ed)\b"
)
_POINTS = re.compile(r"(?:[Hh]e|[Ss]he|[Ii]t|[Tt]hey|[Tt]his|[Tt]hese|[Tt]hat|[Tt]here|[Ww]ho|[Ww]hich)\b")
_SMALL_WORDS = frozenset("the a an of in and his her its their he she it they this that for to".split())
# Details that models invent.
_DETAILS = (
    ", which was a disaster",
    ", a move that surprised many observers",
    ", according to {}",
    " in {}",
    ", together with {}",
    ", the largest of its kind",
    ", for the first time in ten years",
    ", despite strong criticism from {}",
    " because of rising costs",
    " after months of talks",
    ", which led to many deaths",
    ", and later apologised for it",
    ", the most expensive in its history",
    " to protect the environment",
    " with the help of {}",
    " on behalf of {}",
    ", which is the most important one",
    ", and the public welcomed it",
    ", in order to save money",
    ", a former head of {}",
    ", who is also the leader of {}",
    " without telling anybody",
    ", and the police are looking into it",
    " at a ceremony in {}",
)


@dataclass(frozen=True)
class Corrupted:
    """A sentence that its source no longer supports.

    Attributes:
        text: the sentence.
        kind: `name`, `number`, `date`, `negation`, `opposite`, `speaker`, `roles`, `splice`, `subject` or `detail`.
    """

    text: str
    kind: str


#: Changes a sentence, from the passage that contains it and other names of its article; None if it cannot.
Rule = Callable[[random.Random, str, str, Sequence[str]], str | None]


def swap_name(rng: random.Random, sentence: str, passage: str, names: Sequence[str]) -> str | None:
    """Replace a name, more often by one of the passage than by one from elsewhere in the article.

    Args:
        rng: decides what to change.
        sentence: the sentence to change.
        passage: the passage that contains it.
        names: names of the article.
    """
    in_sentence = [name for name in find_names(sentence) if len(name.text) > 2]
    return _renamed(rng, sentence, in_sentence, passage, names)


def swap_speaker(rng: random.Random, sentence: str, passage: str, names: Sequence[str]) -> str | None:
    """Replace a name next to a verb of speech.

    Args:
        rng: decides what to change.
        sentence: the sentence to change.
        passage: the passage that contains it.
        names: names of the article.
    """
    in_sentence = [
        name
        for name in find_names(sentence)
        if re.match(rf"[^.;“”\"]{{0,30}}?{SPEECH.pattern}", sentence[name.end :])
        or re.search(
            rf"{SPEECH.pattern}\W+(?:\w+\s+){{0,2}}$|[Aa]ccording to (?:\w+\s+){{0,2}}$", sentence[: name.start]
        )
    ]
    return _renamed(rng, sentence, in_sentence, passage, names)


def swap_number(rng: random.Random, sentence: str, passage: str, _: Sequence[str]) -> str | None:
    """Replace a number, in digits or words.

    Args:
        rng: decides what to change.
        sentence: the sentence to change.
        passage: the passage that contains it.
    """
    matches = [match for match in _NUMBER.finditer(sentence) if not _TIME.fullmatch(match[0])]
    matches += list(_NUMBER_WORD.finditer(sentence))
    if not matches:
        return None
    match = rng.choice(matches)
    if _NUMBER_WORD.fullmatch(match[0]):
        new = rng.choice([word for word in _SMALL if word != match[0].lower()])
        return _put(sentence, match.span(), new.capitalize() if match[0][0].isupper() else new)
    others = [m[0] for m in _NUMBER.finditer(passage) if m[0] != match[0] and not _TIME.fullmatch(m[0])]
    if others and rng.random() < 0.5:
        return _put(sentence, match.span(), rng.choice(others))
    digits = match[0].replace(",", "")
    if "." in digits:
        return _put(sentence, match.span(), f"{float(digits) * rng.choice([0.5, 0.9, 1.1, 2]) + 0.1:.1f}")
    value = int(digits)
    other = max(1, rng.choice([value + rng.choice([-3, -2, -1, 1, 2, 3, 5]), value * 10, value // 2 + 1, value * 2]))
    return _put(sentence, match.span(), f"{other:,}" if "," in match[0] else str(other)) if other != value else None


def swap_date(rng: random.Random, sentence: str, passage: str, _: Sequence[str]) -> str | None:
    """Replace a month, weekday or year.

    Args:
        rng: decides what to change.
        sentence: the sentence to change.
        passage: the passage that contains it.
    """
    matches = list(_TIME.finditer(sentence))
    if not matches:
        return None
    match = rng.choice(matches)
    for kind in (MONTHS, _DAYS):
        if match[0] in kind:
            beside = [m[0] for m in _TIME.finditer(passage) if m[0] in kind and m[0] != match[0]]
            others = [word for word in kind if word != match[0]]
            return _put(sentence, match.span(), rng.choice(beside if beside and rng.random() < 0.4 else others))
    return _put(sentence, match.span(), str(int(match[0]) + rng.choice([-10, -4, -3, -2, -1, 1, 2, 3, 5])))


def negate(rng: random.Random, sentence: str, passage: str, names: Sequence[str]) -> str | None:
    """Insert a "not", or remove one.

    Args:
        rng: decides what to change.
        sentence: the sentence to change.
        passage: the passage that contains it.
        names: names of the article.
    """
    gone = list(_NOT.finditer(sentence))
    if gone:
        start, end = rng.choice(gone).span()
        return sentence[:start] + sentence[end:]
    matches = [
        match for match in _AUXILIARY.finditer(sentence) if not negations(sentence[match.start() : match.end() + 20])
    ]
    if not matches:
        return None
    match = rng.choice(matches)
    if rng.random() < 0.3 and match[0] not in ("can", "will"):
        return f"{sentence[: match.end()]}n’t{sentence[match.end() :]}"
    return f"{sentence[: match.end()]} {rng.choice(['not', 'not', 'never'])}{sentence[match.end() :]}"


def swap_opposite(rng: random.Random, sentence: str, passage: str, _: Sequence[str]) -> str | None:
    """Replace a word by its opposite.

    Args:
        rng: decides what to change.
        sentence: the sentence to change.
        passage: the passage that contains it.
    """
    matches = [match for match in _WORD.finditer(sentence) if match[0].lower() in NEWS_OPPOSITES]
    if not matches:
        return None
    match = rng.choice(matches)
    new = rng.choice(NEWS_OPPOSITES[match[0].lower()])
    return _put(sentence, match.span(), new.capitalize() if match[0][0].isupper() else new)


def swap_roles(rng: random.Random, sentence: str, passage: str, _: Sequence[str]) -> str | None:
    """Swap two names of the sentence.

    Args:
        rng: decides what to change.
        sentence: the sentence to change.
        passage: the passage that contains it.
    """
    names = [name for name in find_names(sentence) if len(name.text) > 2]
    pairs = [
        (one, other)
        for one, other in itertools.pairwise(names)
        if not agreement(one.text, other.text)
        and not re.fullmatch(r"\s*(?:,|and|or|of|in|at)\s*(?:the )?", sentence[one.end : other.start])
        and (country(one.text) is None) == (country(other.text) is None)
    ]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    between = sentence[one.end : other.start]
    return f"{sentence[: one.start]}{other.text}{between}{one.text}{sentence[other.end :]}"


def splice(rng: random.Random, sentence: str, passage: str, _: Sequence[str]) -> str | None:
    """Join the beginning of the sentence to the end of another sentence of the passage.

    Args:
        rng: decides what to change.
        sentence: the sentence to change.
        passage: the passage that contains it.
    """
    cut = _TURN.search(sentence, 15)
    others = [passage[start:end] for start, end in sentence_spans(passage) if passage[start:end] != sentence]
    ends = [(other, match) for other in others if (match := _TURN.search(other, 15)) is not None]
    if cut is None or not ends:
        return None
    other, match = rng.choice(ends)
    made = f"{sentence[: cut.start()]}{other[match.start() :]}"
    return made if len(made) > 30 and made not in passage else None


def swap_subject(rng: random.Random, sentence: str, passage: str, _: Sequence[str]) -> str | None:
    """Replace the subject by the subject of another sentence of the passage.

    Args:
        rng: decides what to change.
        sentence: the sentence to change.
        passage: the passage that contains it.
    """
    own = _subject(sentence)
    others = [
        subject
        for start, end in sentence_spans(passage)
        if (subject := _subject(passage[start:end])) and subject not in sentence and not _same(subject, own)
    ]
    if own is None or not others or _POINTS.match(own):
        return None
    return f"{rng.choice(others)}{sentence[len(own) :]}"


def add_detail(rng: random.Random, sentence: str, passage: str, names: Sequence[str]) -> str | None:
    """Add an invented detail at the end of the sentence.

    Args:
        rng: decides what to change.
        sentence: the sentence to change.
        passage: the passage that contains it.
        names: names of the article.
    """
    if not sentence.endswith("."):
        return None
    new_details = [detail for detail in _DETAILS if not set(detail.split()[-2:]) & set(passage.split())]
    detail = rng.choice(new_details or _DETAILS)
    if "{}" in detail:
        new = [name for name in names if name not in passage and len(name) > 2]
        if not new:
            return None
        detail = detail.format(rng.choice(new))
    return f"{sentence[:-1]}{detail}."


def _subject(sentence: str) -> str | None:
    """What a sentence begins with, up to its verb, if that is short and simple."""
    match = _VERB.search(sentence)
    if match is None or not 1 <= len(sentence[: match.start()].split()) <= 8 or "," in sentence[: match.start()]:
        return None
    return sentence[: match.start()]


def _same(one: str, other: str | None) -> bool:
    return other is not None and bool(
        set(_WORD.findall(one.lower())) & set(_WORD.findall(other.lower())) - _SMALL_WORDS
    )


#: Every rule with its kind and how often it is tried.
RULES: tuple[tuple[str, Rule, int], ...] = (
    ("name", swap_name, 5),
    ("number", swap_number, 6),
    ("date", swap_date, 5),
    ("negation", negate, 3),
    ("opposite", swap_opposite, 3),
    ("speaker", swap_speaker, 3),
    ("roles", swap_roles, 3),
    ("splice", splice, 3),
    ("subject", swap_subject, 3),
    ("detail", add_detail, 3),
)


def corrupt(
    rng: random.Random, sentence: str, passage: str, names: Sequence[str] = (), source: str | None = None
) -> Corrupted | None:
    """Make a sentence untrue by one of the rules; None if five randomly drawn rules cannot.

    Args:
        rng: decides which rule is used, and what it changes.
        sentence: of the passage, possibly reworded.
        passage: what supports it.
        names: other names of its article.
        source: the original sentence of the passage, if `sentence` is reworded.
    """
    for kind, rule, _ in rng.choices(RULES, [weight for _, _, weight in RULES], k=5):
        made = rule(rng, sentence, passage, names)
        if made is not None and made != sentence and made != source and made not in passage:
            return Corrupted(made, kind)
    return None


def _renamed(
    rng: random.Random, sentence: str, candidates: Sequence[Name], passage: str, names: Sequence[str]
) -> str | None:
    if not candidates:
        return None
    old = rng.choice(candidates)
    beside = [name.text for name in find_names(passage)]
    pool = beside if beside and rng.random() < 0.6 else names
    fitting = [
        name
        for name in pool
        if len(name) > 2
        and name not in sentence
        and (country(name) is None) == (country(old.text) is None)
        and not agreement(name, old.text)
        and abs(len(name.split()) - len(old.text.split())) <= 1
    ]
    return _put(sentence, old.span, rng.choice(fitting)) if fitting else None


def _put(text: str, span: tuple[int, int], new: str) -> str:
    return text[: span[0]] + new + text[span[1] :]
