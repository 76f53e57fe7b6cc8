"""Sentences in other words that say no more than the original: the statements that a check has to accept."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence

from ingest.base.article import Span
from qa.language.names import find_names

_ASIDE = re.compile(r"\s\([^()]{3,80}\)|, [^,.]{4,60},(?= )")
_OPENING = re.compile(r"^(?:In|On|By|During|After|Since|However|Moreover|Additionally|Meanwhile)\b[^,]{0,40}, (?=\w)")
_ADVERB = re.compile(r" (?:[a-z]{3,}ly|also|however|very|still|already|then)(?= )")
_TAIL = re.compile(r",? (?:which|who|where|while|because|although|when|and then|but) [^,]+(?=\.$)|, [^,]{8,80}(?=\.$)")
_SAID = {"said": "stated", "stated": "said", "announced": "said", "declared": "said"}


def reword(rng: random.Random, sentence: str, passage: str, spans: Sequence[Span], at: int) -> str:
    """Reword a sentence: shorten it, or join it to the next one.

    Args:
        rng: decides how.
        sentence: of the passage.
        passage: contains the sentence.
        spans: of the passage's sentences.
        at: index of the sentence in `spans`.
    """
    reworded = sentence
    for chance, pattern in ((0.5, _ASIDE), (0.4, _OPENING), (0.5, _ADVERB), (0.3, _TAIL)):
        if rng.random() < chance:
            shorter = pattern.sub("", reworded, count=1)
            reworded = shorter if len(shorter) > 25 else reworded
    if rng.random() < 0.3:
        reworded = re.sub(r"\b(?:said|stated|announced|declared)\b", lambda m: _SAID[m[0]], reworded, count=1)
    if rng.random() < 0.3:
        names = [name for name in find_names(reworded) if len(name.text.split()) == 2]
        if names:
            reworded = f"{reworded[: names[0].start]}{names[0].text.split()[1]}{reworded[names[0].end :]}"
    if rng.random() < 0.15 and at + 1 < len(spans):
        following = passage[slice(*spans[at + 1])]
        if len(reworded) + len(following) < 320:
            reworded = f"{reworded.rstrip('.')}, {rng.choice(['and', 'while', 'and'])} {following}"
    return f"{reworded[:1].upper()}{reworded[1:]}"
