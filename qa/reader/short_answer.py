"""The few words that answer: cut to what was asked, and whether they are of the kind that was asked for."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Sequence

from ingest.base.article import Span
from ingest.index.keywords import terms as stems
from qa.language import expressions
from qa.language.names import TITLES, country
from qa.question.kinds import asks_for_country
from qa.question.question import Question

_QUOTES = " \t\n,;:!?\"“”‘’'()[]"
_NO_PERSON = re.compile(
    r"(?:ies|ings?|tions?|ments?|ship|Department|Office|Board|Group|Council|Court|Hospital|Motors|Electric|Bank"
    r"|Inc|Ltd|Corp)\b"
)
_SIGNED = re.compile(r"[-–.](?=\d)")
_EDGE = " \t\n,;:.!?–—-\"“”‘’'()[]"
# "before", "after" and "near" are part of the answer, and so is "at least".
_PREPOSITION = re.compile(r"^(?:in|on|at(?! (?:least|most)\b)|since|by|from|of|for|to)\s+", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:a|an|the)\s+", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_POSSESSIVE = re.compile(r"[’']s?$")
_DIGIT = re.compile(r"\d")
_SAYS = re.compile(r"[^\W_]")
_BODY = re.compile(r"^(?:what|which)\b", re.IGNORECASE)
# Titles that a person bears; "State Farm" and "Home Secretary" begin with words of another sort.
_BORNE = TITLES - frozenset(
    """prime foreign finance transport health state water environment treasury home defence defense trade chief acting
    former deputy of the and""".split()
)
_ABBREVIATED = re.compile(r"\b(?:(?:[A-Z]\.)*[A-Z]|[ap]\.m|Inc|Ltd|Co|Corp|Jr|Sr)$")
_MOMENT = re.compile(
    r"\b(?:dawn|dusk|noon|midnight|christmas|easter|ramadan|thanksgiving|spring|summer|autumn|winter|night|morning"
    r"|evening|weekend|now|then)\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"\b(?:1[5-9]|20)\d\d\b")


def trim(question: Question, words: str) -> Span:
    """What to keep of a marked span.

    A title in front of a name goes where a person is asked for, a unit that the question names behind a number, a
    preposition in front of a date or place, quotation marks and full stops at the ends.

    Args:
        question: what is asked.
        words: the span.

    Returns:
        Offsets in the span; never empty where it holds a letter or figure.
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
    """Whether words are of the kind that a question asks for; True where any may be."""
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
    """What two spans that say the same have in common: small letters, no articles, no marks, no possessive.

    A point between figures, signs of money, per cent and a sign in front of a number stay: they make another number.
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
    """Without blanks and marks at the ends; a closing bracket, the full stop of an initial and a minus stay."""
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
    """The end of a number, before words that the question says itself: "218 seats" of "How many seats?"."""
    asked = set(stems(question.text))
    found = list(_WORD.finditer(words, start, end))
    while len(found) > 1:
        own = stems(found[-1][0])
        if not own or not set(own) <= asked or _DIGIT.search(found[-1][0]):
            break
        found.pop()
    return found[-1].end() if found else end


def _without_title(question: Question, words: str, start: int, end: int) -> int:
    """Where a name begins behind its titles; the beginning where what follows is none: "the Prime Minister"."""
    if _BODY.match(question.text):  # "Which company" may have a title in its name
        return start
    found = list(_WORD.finditer(words, start, end))
    first = lead = 1 if len(found) > 1 and country(found[0][0]) is not None else 0  # "U.S. Secretary of State"
    words_of = [each[0].strip(".,").lower() for each in found]
    while first < len(found) and words_of[first] in TITLES:
        first += 1
    if first in (lead, len(found)) or not _is_borne(words_of[lead:first]) or "and" in words_of[first:]:
        return start
    # "General Ferries" is no general: a first name, or an initial, and a surname follow a title, or one name alone.
    name = found[first][0]
    return found[first].start() if name[:1].isupper() and not _NO_PERSON.search(words, start, end) else start


def _is_borne(titles: Sequence[str]) -> bool:
    """Whether words are a person's title: "Transport Minister", "Secretary of State"; "State" alone is none."""
    return titles[-1] in _BORNE or (len(titles) > 2 and titles[-2] == "of" and titles[-3] in _BORNE)


def _possessive(question: Question, words: str) -> int:
    """How long the possessive behind a person's name is; "McDonald's" and "St. Paul's" are names."""
    match = _POSSESSIVE.search(words)
    return len(match[0]) if match and question.kind == "who" and not _BODY.match(question.text) else 0
