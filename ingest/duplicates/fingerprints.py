"""Which texts are one story: sent again, cut, carried on, put right, edited; and which only follow the same form.

Two steps. Candidates are texts whose MinHash sketches over runs of three words agree in more places than by chance
(Broder, "On the resemblance and containment of documents", 1997; sketches by datasketch). Each candidate is verified
exactly: most of the shorter text's runs of words stand in the longer one, and so do its other words, its figures, and
the names that it repeats, since reports of the same form about another company, day or market differ in just these. A
few figures may differ, as in a correction, where the texts are of the same day or two; a form that is filled in anew
each week does not pass for a correction.
"""

from __future__ import annotations

import functools
import hashlib
import re
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ingest.base.article import Article, Published

if TYPE_CHECKING:
    from numpy.typing import NDArray

    #: Sorted hashes, each once.
    Hashes = NDArray[np.uint32]

#: First and last second, since 1970, in which something may have been published.
Lifetime = tuple[int, int]

#: Changes where fingerprints, sketches or the rule change, so that an index of older ones is built again.
VERSION = 2

#: Seconds between two publications that stand for any time.
ALWAYS = 2**62

#: Places of a sketch.
PLACES = 64

_RUN = 3  # words
_SEED = 1
_FEWEST = 25  # words of a text that speaks for itself; with a shorter one its headline counts as well
_SHARE = 0.5  # of the shorter text's runs that stand in the longer one
_WORDS = 0.65  # of the shorter text's other words
_REWRITTEN = 0.6  # share of runs under which a text is a rewrite of the same day, if anything: it has so many runs,
_REWRITTEN_RUNS = 25
_REWRITTEN_WORDS = 0.75  # this share of its words, and all figures but one
_SURE = 0.75  # share of runs from which on what a text is about may be put right, and one figure, however few there are
_FIGURES = 0.2  # share of the shorter text's figures that may be others in the longer one,
_FIGURES_MOST = 3  # of a short text, at the most;
_FIGURES_LONG = 0.05  # of a long one this share, where that is more
_VERBATIM = 0.95  # share of runs from which on a text is the same story even years later
_LONG = 100  # runs of a text that is not written in just these words on another day
_DAYS = 3 * 86_400  # seconds in which a text is sent again in other words, over a weekend as well,
_DAY_AND_HALF = 36 * 3_600  # in which its figures are put right,
_SAME_DAY = 18 * 3_600  # and in which the only figure is: a daily report comes a day later
_MANY = 5  # times as long: then the longer one may be a digest, unless the two begin alike
_BEGINNING = 30  # runs at the beginning of a text
_ALIKE = 0.4  # share of them that stand in the other text
_DOUBT = 0.4  # share of the agreeing places that are to be expected at `_SHARE`, with which a candidate is looked at

_TOKEN = re.compile(r"\d+(?:[.,]\d+)*(?:-\d+/\d+|/\d+)?|[^\W\d_]+(?:['’][^\W\d_]+)?")
_NUMBERS = {word: str(number) for number, word in enumerate(
    "zero one two three four five six seven eight nine ten eleven twelve".split()
)}  # fmt: skip
_SMALL_WORDS = frozenset(
    "a an the of in on at to for from by with as and or but is are was were be been has have had it its he his she her"
    " they their this that said will would than which who more up down not".split()
)
_EMPTY = np.zeros(0, dtype=np.uint32)


@dataclass(frozen=True)
class Fingerprint:
    """What of a text is compared with others.

    Attributes:
        key: the same for texts of the same words in the same order; 32 hexadecimal digits.
        runs: hashes of its runs of three words.
        figures: hashes of its numbers, each as its value: "1,500", "six-and-a-half" is none, "6-1/2" is 6.5.
        words: hashes of its other words, without the smallest.
        names: hashes of those words that are written with a capital letter more than once: what it is about.
        beginning: hashes of the runs that it begins with.
    """

    key: str
    runs: Hashes
    figures: Hashes
    words: Hashes
    names: Hashes
    beginning: Hashes

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to compare."""
        return not len(self.runs)

    def pack(self) -> bytes:
        """All but the key, to be stored: five lengths, then the hashes, little-endian."""
        parts = (self.runs, self.figures, self.words, self.names, self.beginning)
        return np.concatenate([np.array([len(part) for part in parts]), *parts]).astype("<u4").tobytes()

    @classmethod
    def unpack(cls, key: str, packed: bytes) -> Fingerprint:
        """The fingerprint that was packed."""
        values = np.frombuffer(packed, dtype="<u4").astype(np.uint32, copy=False)
        at, parts = 5, []
        for length in values[:5].tolist():
            parts.append(values[at : at + length])
            at += length
        return cls(key, *parts)


def fingerprint(article: Article) -> Fingerprint:
    """What of an article is compared: its text, and its headline where the text has fewer than 25 words."""
    tokens = _tokens(article.text)
    if len(tokens) < _FEWEST:
        tokens = _tokens(article.headline) + tokens
    if not tokens:
        return Fingerprint("", _EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY)
    runs = _runs(tokens)
    names = Counter(_word(match[0].casefold()) for match in _TOKEN.finditer(article.text) if match[0][0].isupper())
    return Fingerprint(
        hashlib.blake2b(" ".join(tokens).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
        np.unique(runs),
        _hashes([token for token in tokens if _is_figure(token)]),
        _hashes([token for token in tokens if not _is_figure(token) and token not in _SMALL_WORDS]),
        _hashes([name for name, count in names.items() if count > 1 and name not in _SMALL_WORDS]),
        np.unique(runs[:_BEGINNING]),
    )


def _tokens(text: str) -> list[str]:
    return [_value(token) if token[0].isdigit() else _word(token) for token in _TOKEN.findall(text.casefold())]


def _word(token: str) -> str:
    """A word without the ending of a possessive; a small number in words as its figure."""
    return _NUMBERS.get(token, token).removesuffix("'s").removesuffix("’s")


@functools.lru_cache(maxsize=4096)
def _value(figure: str) -> str:
    """A number as the same words however it is written: 1,500.0 as 1500, 6-1/2 as 6.5."""
    whole, _, part = figure.replace(",", "").rpartition("-")
    if "/" not in part:
        return part.rstrip("0").rstrip(".") if part.count(".") == 1 else part
    above, _, below = part.partition("/")
    try:
        return f"{int(whole or 0) + int(above) / int(below):g}"
    except (ValueError, ZeroDivisionError, OverflowError):
        return figure


def _is_figure(token: str) -> bool:
    return token[0].isdigit()


def _hash(tokens: Sequence[str]) -> NDArray[np.uint64]:
    return np.fromiter((zlib.crc32(token.encode("utf-8", "surrogatepass")) for token in tokens), np.uint64, len(tokens))


def _hashes(tokens: Sequence[str]) -> Hashes:
    return np.unique(_hash(list(set(tokens))).astype(np.uint32))


def _runs(tokens: Sequence[str]) -> NDArray[np.uint32]:
    """Hashes of all runs of three words, in order; of a shorter text, of all its words as one."""
    hashed = _hash(tokens)
    size = min(_RUN, len(tokens))
    mixed = np.zeros(len(tokens) - size + 1, dtype=np.uint64)
    for at in range(size):  # multiplication wraps around, which is wanted
        mixed = (mixed ^ hashed[at : len(tokens) - size + 1 + at]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def sketch(text: Fingerprint) -> NDArray[np.uint32]:
    """The MinHash sketch of a text, `PLACES` values.

    Two texts agree, on average, in a share of the places that is the share of their runs that they have in common.
    """
    from datasketch import MinHash

    made = MinHash(len(_permutations()[0]), permutations=_permutations(), scheme="affine32", hashfunc=int)
    made.update_batch(text.runs)
    return np.asarray(made.hashvalues, dtype=np.uint32)


@functools.cache
def _permutations() -> NDArray[np.uint32]:
    from datasketch import MinHash

    permutations: NDArray[np.uint32] = MinHash(PLACES, seed=_SEED, scheme="affine32").permutations
    return permutations


def is_candidate(agreeing: int, one: int, other: int) -> bool:
    """Whether two texts are worth comparing.

    Args:
        agreeing: places in which their sketches agree.
        one: number of runs of one of them.
        other: of the other.
    """
    few, many = sorted((one, other))
    least = _SHARE * few / (few + many - _SHARE * few)  # Jaccard, where `_SHARE` of the shorter stands in the longer
    return agreeing >= max(1.0, _DOUBT * PLACES * least)


def compare(one: Fingerprint, other: Fingerprint) -> int | None:
    """How far apart, in seconds, two texts may have been published to be one story; None where they are two stories."""
    if one.is_empty or other.is_empty:
        return None
    if one.key == other.key:
        return ALWAYS
    shorter, longer = sorted((one, other), key=lambda each: (len(each.runs), each.key))
    share = _share(shorter.runs, longer.runs)
    if share < _SHARE or _share(shorter.words, longer.words) < _WORDS or _is_digest(shorter, longer):
        return None
    if share < _SURE and _common(shorter.names, longer.words) < len(shorter.names):
        return None
    others = len(shorter.figures) - _common(shorter.figures, longer.figures)
    if share < _REWRITTEN and not _is_rewrite(shorter, longer, others):
        return None
    apart = _apart(share, len(shorter.figures), others)
    if others == 0:
        apart = ALWAYS if share >= _VERBATIM and len(shorter.runs) >= _LONG else _DAYS
    return min(apart, _SAME_DAY) if apart and share < _REWRITTEN else apart


def _is_rewrite(shorter: Fingerprint, longer: Fingerprint, other_figures: int) -> bool:
    """Whether texts that share few runs are one story all the same, and no two lines of one form."""
    if len(shorter.runs) < _REWRITTEN_RUNS or other_figures > 1:
        return False
    return _share(shorter.words, longer.words) >= _REWRITTEN_WORDS


def _apart(share: float, figures: int, others: int) -> int | None:
    """The same of texts by the share of runs, the shorter one's figures, and how many of these the longer has not."""
    if others <= min(_FIGURES * figures, max(_FIGURES_MOST, _FIGURES_LONG * figures)):
        return _DAY_AND_HALF
    return _SAME_DAY if others == 1 and share >= _SURE else None


def lifetime(published: Published | None) -> Lifetime:
    """When an article may have been published: first and last second of what is known of it; any where nothing is."""
    return (published.epoch, published.end_epoch) if published else (-ALWAYS, ALWAYS)


def are_near(one: Sequence[Lifetime], other: Sequence[Lifetime], apart: int) -> bool:
    """Whether a publication of one text may lie near to one of the other.

    Args:
        one: when it was published, at least once, in any order.
        other: the same of the other text.
        apart: seconds that may lie between the two.
    """
    latest = [-2 * ALWAYS, -2 * ALWAYS]  # ends, of each text
    for (first, last), side in sorted([(each, 0) for each in one] + [(each, 1) for each in other]):
        if first - latest[1 - side] <= apart:
            return True
        latest[side] = max(latest[side], last)
    return False


def _is_digest(shorter: Fingerprint, longer: Fingerprint) -> bool:
    """Whether the longer text may be a list of stories that holds the shorter one."""
    if len(longer.runs) <= _MANY * len(shorter.runs):
        return False
    return _share(longer.beginning, shorter.runs) < _ALIKE


def _share(some: Hashes, others: Hashes) -> float:
    return _common(some, others) / len(some) if len(some) else 1.0


def _common(some: Hashes, others: Hashes) -> int:
    both = np.concatenate((some, others))
    both.sort()
    return int(np.count_nonzero(both[1:] == both[:-1]))
