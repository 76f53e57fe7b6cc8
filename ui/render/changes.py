"""Two versions of an article compared: what was taken out and what came in, marked word by word."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from html import escape
from itertools import accumulate, groupby

from ingest.base.article import Article
from ui import words

#: (`same`, `out` or `in`, the words).
Change = tuple[str, str]

#: Paragraphs, sentences, words; each takes a text apart and leaves no character out.
_LEVELS = (
    re.compile(r"\n{2,}|.+?(?=\n{2,}|\Z)", re.DOTALL),
    re.compile(r".+?(?:[.!?][\"'”’)]*\s+|\Z)", re.DOTALL),
    re.compile(r"\S+\s*|\s+"),
)
_MOST_STEPS = 8_000_000  # of one comparison: a second or two
_FACTS = (
    "headline",
    "publisher",
    "published",
    "place",
    "authors",
    "language",
    "url",
    "status",
    "embargo",
    "correction",
)


def compare(before: str, after: str) -> list[Change]:
    """What has to be done to a text to make the other one of it.

    Paragraphs that differ are compared by their sentences, and those by their words; what would take too long is
    replaced as a whole.
    """
    changes = _compared(before, after, 0, _Budget())
    return [(kind, "".join(text for _, text in run)) for kind, run in groupby(changes, lambda change: change[0])]


class _Budget:
    """How many steps are left."""

    left = _MOST_STEPS


class _Matcher(SequenceMatcher[str]):
    """difflib's, which looks for no more matches once its steps are used up."""

    def __init__(self, old: Sequence[str], new: Sequence[str], budget: _Budget) -> None:
        super().__init__(None, old, new, autojunk=False)
        there = Counter(new)
        self._budget, self._size = budget, len(old)
        # What looking for a match from the beginning up to each piece costs: one step a pair of equal pieces, and one.
        self._steps = list(accumulate((1 + there[piece] for piece in old), initial=0))

    def find_longest_match(self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None) -> Match:
        ahi = self._size if ahi is None else ahi
        self._budget.left -= self._steps[ahi] - self._steps[alo]
        if self._budget.left < 0:
            return Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)


def _compared(before: str, after: str, level: int, budget: _Budget) -> Iterator[Change]:
    if not before or not after or level == len(_LEVELS) or budget.left < 0:
        yield from _replaced(before, after)
        return
    old, new = (_LEVELS[level].findall(text) for text in (before, after))
    head = _alike(old, new)
    tail = _alike(old[head:][::-1], new[head:][::-1])
    yield from _same("".join(old[:head]))
    yield from _middle(old[head : len(old) - tail], new[head : len(new) - tail], level, budget)
    yield from _same("".join(old[len(old) - tail :]))


def _middle(old: Sequence[str], new: Sequence[str], level: int, budget: _Budget) -> Iterator[Change]:
    for kind, first, last, low, high in _Matcher(old, new, budget).get_opcodes():
        if kind == "equal":
            yield from _same("".join(old[first:last]))
        else:
            yield from _compared("".join(old[first:last]), "".join(new[low:high]), level + 1, budget)


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """How many pieces are the same at the beginning."""
    pairs = enumerate(zip(old, new, strict=False))
    return next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))


def _same(text: str) -> Iterator[Change]:
    if text:
        yield "same", text


def _replaced(before: str, after: str) -> Iterator[Change]:
    if before:
        yield "out", before
    if after:
        yield "in", after


def marked(changes: Sequence[Change]) -> str:
    """Changes as HTML; what a screen reader is to say of them stands in `.spoken`."""
    pieces = []
    for kind, text in changes:
        if kind == "same":
            pieces.append(escape(text))
        else:
            tag, begin, end = ("del", *words.SAID_OUT) if kind == "out" else ("ins", *words.SAID_IN)
            said = [f'<span class="spoken">{each}</span>' for each in (begin, end)]
            pieces.append(f"<{tag}>{said[0]}{escape(text)}{said[1]}</{tag}>")
    return "".join(pieces)


def changes_html(before: Article, after: Article, title: str) -> str:
    """Headline, facts and text of two versions compared.

    Args:
        before: the earlier one.
        after: the later one.
        title: says which they are.
    """
    facts = []
    for name in _FACTS:
        old, new = _fact(before, name), _fact(after, name)
        if old != new:
            facts.append(f'<dt>{escape(words.FACTS[name])}</dt><dd dir="auto">{marked(compare(old, new))}</dd>')
    listed = f'<dl class="facts">{"".join(facts)}</dl>' if facts else ""
    if before.text == after.text:
        text = f'<p class="hint">{words.SAME_TEXT}</p>'
    else:
        text = f'<div class="changed" dir="auto">{marked(compare(before.text, after.text))}</div>'
    key = f'<p class="hint"><del>{words.KEY_OUT}</del> <ins>{words.KEY_IN}</ins></p>'
    return (
        f'<section class="changes" aria-label="{escape(title)}"><h3>{escape(title)}</h3>{key}{listed}{text}</section>'
    )


def _fact(article: Article, name: str) -> str:
    value = getattr(article, name)
    return ", ".join(value) if isinstance(value, tuple) else str(value or "")
