"""Detect near-duplicates: articles with the same story that was resent, cut, extended, corrected or edited.

There are two steps. Candidates are texts whose MinHash sketches over shingles of three words agree in more places than
chance explains (Broder, "On the resemblance and containment of documents", 1997; sketches by datasketch). Then each
candidate is verified exactly: the longer text has to contain most shingles of the shorter one, and also its other
words, its figures, and the names that it repeats, because reports from one template about another company, day or
market differ in just these. A few figures may differ, as in a correction, where the texts were published within a day
or two. A weekly report from a template does not count as a correction.
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

    #: Sorted unique hashes.
    Hashes = NDArray[np.uint32]

#: First and last possible second of a publication, since 1970.
Lifetime = tuple[int, int]

#: Raise it where fingerprints, sketches or the rule change; an index of an older version is then rebuilt.
VERSION = 2

#: Stands for any time between two publications.
ALWAYS = 2**62

#: Number of places of a sketch.
PLACES = 64

_SHINGLE = 3  # words
_SEED = 1
_FEWEST = 25  # words; the headline of a shorter text is compared, too
_SHARE = 0.5  # minimum share of the shorter text's shingles that are in the longer text
_WORDS = 0.65  # minimum share of the shorter text's other words
_REWRITTEN = 0.6  # below this share of shingles, a text can only be a rewrite of the same day, which needs
_REWRITTEN_SHINGLES = 25  # at least this many shingles,
_REWRITTEN_WORDS = 0.75  # this share of the words, and all figures except one
_SURE = 0.75  # from this share of shingles on, repeated names may differ, and one figure even if there are few
_FIGURES = 0.2  # maximum share of the shorter text's figures that may differ,
_FIGURES_MOST = 3  # but no more figures than this in a short text,
_FIGURES_LONG = 0.05  # or than this share in a long text
_VERBATIM = 0.95  # from this share of shingles on, a text is the same story even years later
_LONG = 100  # shingles; longer texts do not recur word for word in a new story
_DAYS = 3 * 86_400  # seconds between versions in other words, long enough for a weekend
_DAY_AND_HALF = 36 * 3_600  # seconds until a correction of some figures
_SAME_DAY = 18 * 3_600  # seconds until a correction of the only figure; a daily report comes a day later
_MANY = 5  # from this ratio of lengths on, the longer text may be a digest, unless both begin alike
_BEGINNING = 30  # shingles at the beginning of a text
_ALIKE = 0.4  # minimum share of them in the other text for two texts that begin alike
_DOUBT = 0.4  # share of the agreeing places expected at `_SHARE` that makes a text a candidate

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
    """The parts of a text that are compared with other texts.

    Attributes:
        key: 32 hexadecimal digits, the same for texts with the same words in the same order.
        shingles: hashes of its sequences of three words.
        figures: hashes of the values of its numbers: 1500 for "1,500", 6.5 for "6-1/2".
        words: hashes of its other words, without stop words.
        names: hashes of the words that are capitalized more than once; they show what the text is about.
        beginning: hashes of its first shingles.
    """

    key: str
    shingles: Hashes
    figures: Hashes
    words: Hashes
    names: Hashes
    beginning: Hashes

    @property
    def is_empty(self) -> bool:
        """Whether it has nothing to compare."""
        return not len(self.shingles)

    def pack(self) -> bytes:
        """Pack everything but the key for storage: five lengths, then the hashes, little-endian."""
        parts = (self.shingles, self.figures, self.words, self.names, self.beginning)
        return np.concatenate([np.array([len(part) for part in parts]), *parts]).astype("<u4").tobytes()

    @classmethod
    def unpack(cls, key: str, packed: bytes) -> Fingerprint:
        """Restore a packed fingerprint.

        Args:
            key: key of the fingerprint.
            packed: what `pack` returned.
        """
        values = np.frombuffer(packed, dtype="<u4").astype(np.uint32, copy=False)
        at, parts = 5, []
        for length in values[:5].tolist():
            parts.append(values[at : at + length])
            at += length
        return cls(key, *parts)


def fingerprint(article: Article) -> Fingerprint:
    """Compute the fingerprint of an article's text, with its headline where the text has fewer than 25 words."""
    tokens = _tokens(article.text)
    if len(tokens) < _FEWEST:
        tokens = _tokens(article.headline) + tokens
    if not tokens:
        return Fingerprint("", _EMPTY, _EMPTY, _EMPTY, _EMPTY, _EMPTY)
    shingles = _shingles(tokens)
    names = Counter(_word(match[0].casefold()) for match in _TOKEN.finditer(article.text) if match[0][0].isupper())
    return Fingerprint(
        hashlib.blake2b(" ".join(tokens).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest(),
        np.unique(shingles),
        _hashes([token for token in tokens if _is_figure(token)]),
        _hashes([token for token in tokens if not _is_figure(token) and token not in _SMALL_WORDS]),
        _hashes([name for name, count in names.items() if count > 1 and name not in _SMALL_WORDS]),
        np.unique(shingles[:_BEGINNING]),
    )


def _tokens(text: str) -> list[str]:
    return [_value(token) if token[0].isdigit() else _word(token) for token in _TOKEN.findall(text.casefold())]


def _word(token: str) -> str:
    """A word without a possessive ending; a small number in words becomes a figure."""
    return _NUMBERS.get(token, token).removesuffix("'s").removesuffix("’s")


@functools.lru_cache(maxsize=4096)
def _value(figure: str) -> str:
    """The same text for all spellings of a number: 1500 for 1,500.0, 6.5 for 6-1/2."""
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


def _shingles(tokens: Sequence[str]) -> NDArray[np.uint32]:
    """Hashes of all shingles in order; all words of a text with fewer than three are one shingle."""
    hashed = _hash(tokens)
    size = min(_SHINGLE, len(tokens))
    mixed = np.zeros(len(tokens) - size + 1, dtype=np.uint64)
    for at in range(size):  # the multiplication overflows on purpose
        mixed = (mixed ^ hashed[at : len(tokens) - size + 1 + at]) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    return (mixed >> np.uint64(32)).astype(np.uint32)


def sketch(text: Fingerprint) -> NDArray[np.uint32]:
    """Compute the MinHash sketch of a text, of shape (PLACES,).

    The expected share of places in which two sketches agree is the Jaccard similarity of their shingles.
    """
    from datasketch import MinHash

    minhash = MinHash(len(_permutations()[0]), permutations=_permutations(), scheme="affine32", hashfunc=int)
    minhash.update_batch(text.shingles)
    return np.asarray(minhash.hashvalues, dtype=np.uint32)


@functools.cache
def _permutations() -> NDArray[np.uint32]:
    from datasketch import MinHash

    permutations: NDArray[np.uint32] = MinHash(PLACES, seed=_SEED, scheme="affine32").permutations
    return permutations


def is_candidate(agreeing: int, one: int, other: int) -> bool:
    """Whether two texts are worth comparing.

    Args:
        agreeing: number of places in which their sketches agree.
        one: number of shingles of one text.
        other: number of shingles of the other text.
    """
    few, many = sorted((one, other))
    least = _SHARE * few / (few + many - _SHARE * few)  # Jaccard similarity where `_SHARE` of the shorter text agrees
    return agreeing >= max(1.0, _DOUBT * PLACES * least)


def compare(one: Fingerprint, other: Fingerprint) -> int | None:
    """Compare two texts.

    Args:
        one: a text.
        other: another text.

    Returns:
        Within how many seconds they have to be published to be near-duplicates; None where they are two stories.
    """
    if one.is_empty or other.is_empty:
        return None
    if one.key == other.key:
        return ALWAYS
    shorter, longer = sorted((one, other), key=lambda text: (len(text.shingles), text.key))
    share = _share(shorter.shingles, longer.shingles)
    if share < _SHARE or _share(shorter.words, longer.words) < _WORDS or _is_digest(shorter, longer):
        return None
    if share < _SURE and _common(shorter.names, longer.words) < len(shorter.names):
        return None
    others = len(shorter.figures) - _common(shorter.figures, longer.figures)
    if share < _REWRITTEN and not _is_rewrite(shorter, longer, others):
        return None
    apart = _apart(share, len(shorter.figures), others)
    if others == 0:
        apart = ALWAYS if share >= _VERBATIM and len(shorter.shingles) >= _LONG else _DAYS
    return min(apart, _SAME_DAY) if apart and share < _REWRITTEN else apart


def _is_rewrite(shorter: Fingerprint, longer: Fingerprint, other_figures: int) -> bool:
    """Whether texts that share few shingles are still one story, and not two reports from one template."""
    if len(shorter.shingles) < _REWRITTEN_SHINGLES or other_figures > 1:
        return False
    return _share(shorter.words, longer.words) >= _REWRITTEN_WORDS


def _apart(share: float, figures: int, others: int) -> int | None:
    """The result of `compare` for two texts with `others` of the shorter text's `figures` missing in the longer one."""
    if others <= min(_FIGURES * figures, max(_FIGURES_MOST, _FIGURES_LONG * figures)):
        return _DAY_AND_HALF
    return _SAME_DAY if others == 1 and share >= _SURE else None


def lifetime(published: Published | None) -> Lifetime:
    """The first and last second in which an article may have been published; any time where it has no date."""
    return (published.epoch, published.end_epoch) if published else (-ALWAYS, ALWAYS)


def are_near(one: Sequence[Lifetime], other: Sequence[Lifetime], apart: int) -> bool:
    """Whether two texts may have been published within a number of seconds.

    Args:
        one: publications of one text, at least one, in any order.
        other: publications of the other text.
        apart: maximum number of seconds between a publication of one and a publication of the other.
    """
    latest = [-2 * ALWAYS, -2 * ALWAYS]  # last second so far, for each text
    for (first, last), side in sorted([(span, 0) for span in one] + [(span, 1) for span in other]):
        if first - latest[1 - side] <= apart:
            return True
        latest[side] = max(latest[side], last)
    return False


def _is_digest(shorter: Fingerprint, longer: Fingerprint) -> bool:
    """Whether the longer text may be a digest of several stories that contains the shorter one."""
    if len(longer.shingles) <= _MANY * len(shorter.shingles):
        return False
    return _share(longer.beginning, shorter.shingles) < _ALIKE


def _share(some: Hashes, others: Hashes) -> float:
    return _common(some, others) / len(some) if len(some) else 1.0


def _common(some: Hashes, others: Hashes) -> int:
    both = np.concatenate((some, others))
    both.sort()
    return int(np.count_nonzero(both[1:] == both[:-1]))
