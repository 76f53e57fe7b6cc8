"""Trim a marked span to what was asked, and check that it is of the kind that was asked for."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

from ingest.base.article import Span
from ingest.index.keywords import terms as stems
from qa.language import expressions
from qa.language.names import country
from qa.language.titles import PERSONAL_TITLES, TITLES
from qa.question.kinds import asks_for_country
from qa.question.question import Question

_QUOTES = " \t\n,;:!?\"“”‘’'()[]"
_NO_PERSON = re.compile(
    r"(?:ies|ings?|tions?|ments?|ship|Department|Office|Board|Group|Council|Court|Hospital|Motors|Electric|Bank"
    r"|Inc|Ltd|Corp)\b"
)
_SIGNED = re.compile(r"[-–.](?=\d)")
_EDGE = " \t\n,;:.!?–—-\"“”‘’'()[]"
# "before", "after", "near" and "at least" are part of an answer.
_PREPOSITION = re.compile(r"^(?:in|on|at(?! (?:least|most)\b)|since|by|from|of|for|to)\s+", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:a|an|the)\s+", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_POSSESSIVE = re.compile(r"[’']s?$")
_DIGIT = re.compile(r"\d")
_SAYS = re.compile(r"[^\W_]")
_BODY = re.compile(r"^(?:what|which)\b", re.IGNORECASE)
_ABBREVIATED = re.compile(r"\b(?:(?:[A-Z]\.)*[A-Z]|[ap]\.m|Inc|Ltd|Co|Corp|Jr|Sr)$")
_MOMENT = re.compile(
    r"\b(?:dawn|dusk|noon|midnight|christmas|easter|ramadan|thanksgiving|spring|summer|autumn|winter|night|morning"
    r"|evening|weekend|now|then)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def trim(question: Question, words: str) -> Span:
    """Trim a marked span.

    Removes titles before a person's name, units after a number that the question names, prepositions before a date or
    place, and quotation marks and full stops at the ends.

    Args:
        question: what is asked.
        words: the span.

    Returns:
        Offsets in the span; never empty where it contains a letter or digit.
    """
    whole = start, end = _bare(words, 0, len(words))
    kept = words[start:end]
    if question.kind in ("when", "where", "number", "money") and (match := _PREPOSITION.match(kept)):
        start += match.end()
    if question.kind in ("number", "money"):
        end = _without_unit(question, words, start, end)
    elif question.kind == "who":
        start = _without_title(question, words, start, end)
    end -= _possessive(question, words[start:end])
    start, end = _bare(words, start, end)
    return (start, end) if _SAYS.search(words, start, end) else whole


def fits(question: Question, words: str) -> bool:
    """Whether words are of the kind that a question asks for; True where any words may be.

    Args:
        question: what is asked.
        words: the span.
    """
    if asks_for_country(question.text):
        return country(_ARTICLE.sub("", words)) is not None or not (_DIGIT.search(words) or words.islower())
    if question.kind in ("number", "money"):
        return bool(_DIGIT.search(words) or expressions.NUMBER.search(words))
    if question.kind == "when":
        return bool(_DIGIT.search(words) or _MOMENT.search(words) or expressions.times(words)) or len(words.split()) > 3
    if question.kind in ("who", "where"):
        return not re.fullmatch(r"[\W\d]*", words) and not _YEAR.fullmatch(words.strip(_EDGE))
    return True


@functools.lru_cache(maxsize=1 << 14)
def key(words: str) -> str:
    """Normalise a span for comparison: lower case, without articles, punctuation and possessive.

    Decimal points, currency signs, per cent and the sign of a number are kept, because they change the number.
    """
    folded = _POSSESSIVE.sub("", words.casefold().strip(_QUOTES))
    folded = re.sub(r"(?<=\d),(?=\d{3})", "", folded).replace("–", "-").replace("−", "-")
    folded = re.sub(r"(?<!\d)\.|\.(?!\d)|[’']", "", folded)
    minus = "-" if re.match(r"-\W?\d", folded) else ""
    folded = "".join(mark if _counts(mark) else " " for mark in folded)
    return minus + " ".join(_ARTICLE.sub("", " ".join(folded.split())).split())


def _counts(mark: str) -> bool:
    return mark.isalnum() or mark in "_.%+#" or unicodedata.category(mark) in ("Sc", "Mn", "Mc")


def _bare(text: str, start: int, end: int) -> Span:
    """Strip spaces and punctuation at the ends, except a closing bracket, the full stop of an initial and a minus."""
    inner_start, inner_end = start, end
    while inner_start < inner_end and text[inner_start] in _EDGE and not _SIGNED.match(text, inner_start):
        inner_start += 1
    while inner_end > inner_start and text[inner_end - 1] in _EDGE:
        inner_end -= 1
    if inner_start == inner_end:
        return start, end
    if _ABBREVIATED.search(text[inner_start:inner_end]) and text[inner_end : inner_end + 1] == ".":
        inner_end = min(end, inner_end + 1)  # "U.S.", "5 p.m."
    if "(" in text[inner_start:inner_end] and text[inner_end : inner_end + 1] == ")":
        inner_end = min(end, inner_end + 1)
    return inner_start, inner_end


def _without_unit(question: Question, words: str, start: int, end: int) -> int:
    """The end of a number without a unit that the question names: "seats" in "How many seats?"."""
    asked = set(stems(question.text))
    parts = list(_WORD.finditer(words, start, end))
    while len(parts) > 1:
        own = stems(parts[-1][0])
        if not own or not set(own) <= asked or _DIGIT.search(parts[-1][0]):
            break
        parts.pop()
    return parts[-1].end() if parts else end


def _without_title(question: Question, words: str, start: int, end: int) -> int:
    """Where a name begins after its titles; the start where no name follows: "the Prime Minister"."""
    if _BODY.match(question.text):  # "Which company" may have a title in its name
        return start
    parts = list(_WORD.finditer(words, start, end))
    first = lead = 1 if len(parts) > 1 and country(parts[0][0]) is not None else 0  # "U.S. Secretary of State"
    folded = [part[0].strip(".,").lower() for part in parts]
    while first < len(parts) and folded[first] in TITLES:
        first += 1
    if first in (lead, len(parts)) or not _is_personal(folded[lead:first]) or "and" in folded[first:]:
        return start
    # "General Ferries" is not a general: a person's name must follow the title.
    name = parts[first][0]
    return parts[first].start() if name[:1].isupper() and not _NO_PERSON.search(words, start, end) else start


def _is_personal(titles: Sequence[str]) -> bool:
    """Whether words are a person's title: "Transport Minister", "Secretary of State"; but not "State" alone."""
    return titles[-1] in PERSONAL_TITLES or (len(titles) > 2 and titles[-2] == "of" and titles[-3] in PERSONAL_TITLES)


def _possessive(question: Question, words: str) -> int:
    """The length of the possessive after a person's name; "McDonald's" and "St. Paul's" are names."""
    match = _POSSESSIVE.search(words)
    return len(match[0]) if match and question.kind == "who" and not _BODY.match(question.text) else 0
