"""Compare words: SQuAD's normalisation, and whether a text contains an answer at word boundaries."""

from __future__ import annotations

import functools
import re
import string
import unicodedata
from array import array
from collections.abc import Collection, Iterable, Sequence

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation)
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "\xa0": " "})

#: Characters around an answer that are not part of it.
EDGES = " \t\n\"'.,;:!?"

_WORD = re.compile(r"\w+")
_TOKENS = re.compile(r"\d[\d.,]*|[^\W\d_]+")
_NUMERALS = frozenset(
    """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion
    dozen half third quarter""".split()
)
_AROUND_NUMBERS = frozenset(
    "percent per cent dollars pounds euros us and to about over nearly more than th st nd rd k m bn".split()
)


def normalise(answer: str) -> str:
    """Normalise like SQuAD (Rajpurkar et al., 2016): lower case, no ASCII punctuation, no articles, single spaces."""
    return " ".join(_ARTICLES.sub(" ", answer.lower().translate(_PUNCTUATION)).split())


@functools.lru_cache(maxsize=1 << 16)
def flatten(text: str) -> str:
    """Normalise for `holds`: lower case, straight quotes, single spaces, compatibility forms resolved."""
    return " ".join(unicodedata.normalize("NFKC", text).translate(_QUOTES).lower().split())


@functools.lru_cache(maxsize=1 << 12)
def pattern_of(answer: str) -> re.Pattern[str] | None:
    """A pattern that finds an answer in a flattened text, at word boundaries; None for an answer without a word."""
    words = flatten(answer).strip(EDGES)
    if not words:
        return None
    return re.compile(rf"(?<!\w){re.escape(words)}(?!\w)")


def holds(text: str, answer: str) -> bool:
    """Whether a text contains an answer, at word boundaries, ignoring case and the kind of quotation marks.

    Args:
        text: any text.
        answer: words to look for.
    """
    pattern, flat = pattern_of(answer), flatten(text)
    first = flat.find(flatten(answer).strip(EDGES))  # a plain search is faster, and mostly finds nothing
    return pattern is not None and first >= 0 and pattern.search(flat, first) is not None


def is_number(words: str) -> bool:
    """Whether a flattened answer is only a number: digits or number words, with currency, percent or magnitude."""
    parts = _TOKENS.findall(words)
    return any(part[0].isdigit() or part in _NUMERALS for part in parts) and all(
        part[0].isdigit() or part in _NUMERALS or part in _AROUND_NUMBERS for part in parts
    )


class WordIndex:
    """Finds which of many flattened texts may contain some words, without reading them all."""

    def __init__(self, texts: Iterable[str]) -> None:
        """Args: texts: as `flatten` returns them."""
        self._texts: dict[str, array[int]] = {}
        self._all = range(0)
        for number, text in enumerate(texts):
            self._all = range(number + 1)
            for word in set(_WORD.findall(text)):
                self._texts.setdefault(word, array("L")).append(number)

    def with_words(self, words: str) -> Collection[int]:
        """Ascending numbers of the texts that contain all of some flattened words; all texts if there is no word."""
        return self._with(_WORD.findall(words))

    def with_wording(self, wording: str) -> Collection[int]:
        """Numbers of the texts that may contain a flattened wording, even if its ends are parts of longer words."""
        return self._with(_WORD.findall(wording)[1:-1])

    def _with(self, words: Sequence[str]) -> Collection[int]:
        if not words:
            return self._all
        first, *others = sorted((self._texts.get(word, array("L")) for word in set(words)), key=len)
        numbers = set(first)
        for other in others:
            numbers &= set(other)
        return sorted(numbers)
