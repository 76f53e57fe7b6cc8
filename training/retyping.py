"""Questions as people type them: keywords, typing errors, words around the question, no question mark."""

from __future__ import annotations

import random

_SMALL = frozenset(
    """what which who whom whose when where why how did does do is are was were the a an of in on at to for by with has
    have had be been that this it its and or from as than""".split()
)
_BEFORE = (
    "I was wondering, ",
    "Could you tell me ",
    "Hi, I read something about this a while ago and cannot find it any more. ",
    "I am writing a piece on it: ",
    "Please tell me, ",
    "Quick question - ",
    "My colleague says it is all over the news; ",
    "Do you know ",
    "A friend of mine keeps asking me this. ",
    "Not sure where to look, but ",
)
_AFTER = (" Thanks!", " please", " I can't remember.", " Any idea?", " That's all I need.")


def retyped(rng: random.Random, question: str) -> str:
    """The question as it is, seven times in ten; otherwise as somebody in a hurry types it.

    Args:
        rng: decides what is changed.
        question: a complete question.
    """
    draw = rng.random()
    if draw < 0.70:
        return question
    if draw < 0.80:
        kept = [word for word in question.rstrip("?. ").split() if word.lower() not in _SMALL]
        return " ".join(kept) if len(kept) >= 2 else question
    if draw < 0.90:
        words = question.split() or [question]
        for _ in range(1 + (rng.random() < 0.4)):
            at = max(range(len(words)), key=lambda i: len(words[i]) * rng.random())
            words[at] = mistyped(rng, words[at])
        return " ".join(words)
    if draw < 0.96:
        before = rng.choice(_BEFORE) + question[:1].lower() + question[1:]
        return before + (rng.choice(_AFTER) if rng.random() < 0.5 else "")
    return question.rstrip("?") or question


def mistyped(rng: random.Random, word: str) -> str:
    """A word with a letter left out, doubled, exchanged with its neighbour, or wrong; short words stay.

    Args:
        rng: decides which letter.
        word: one word.
    """
    if len(word) < 5:
        return word
    at, draw = rng.randrange(1, len(word) - 1), rng.random()
    if draw < 0.3:
        return word[:at] + word[at + 1 :]
    if draw < 0.55:
        return word[:at] + word[at] + word[at:]
    if draw < 0.85:
        return word[: at - 1] + word[at] + word[at - 1] + word[at + 1 :]
    return word[:at] + rng.choice("abcdefghijklmnoprstuvwy") + word[at + 1 :]
