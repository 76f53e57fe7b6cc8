"""Compare two versions of an article word by word, and highlight deletions and insertions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import Match, SequenceMatcher
from html import escape
from itertools import accumulate, groupby

from ingest.base.article import Article
from ui import words

#: The kind of change (`same`, `out` or `in`), and the text.
Change = tuple[str, str]

#: Patterns for paragraphs, sentences and words. Each splits a text without losing a character.
_LEVELS = (
    re.compile(r"\n{2,}|.+?(?=\n{2,}|\Z)", re.DOTALL),
    re.compile(r".+?(?:[.!?][\"'”’)]*\s+|\Z)", re.DOTALL),
    re.compile(r"\S+\s*|\s+"),
)
_MOST_STEPS = 8_000_000  # in one comparison: one or two seconds
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
    """List the changes that turn one text into another.

    Paragraphs that differ are compared sentence by sentence, and sentences word by word. Parts that would take too
    long to compare are replaced as a whole.

    Args:
        before: the earlier text.
        after: the later text.
    """
    changes = _compared(before, after, 0, _Budget())
    return [(kind, "".join(text for _, text in run)) for kind, run in groupby(changes, lambda change: change[0])]


class _Budget:
    """The number of steps that are left."""

    left = _MOST_STEPS


class _Matcher(SequenceMatcher[str]):
    """The matcher of difflib, which stops looking for matches when the budget is used up."""

    def __init__(self, old: Sequence[str], new: Sequence[str], budget: _Budget) -> None:
        super().__init__(None, old, new, autojunk=False)
        counts = Counter(new)
        self._budget, self._size = budget, len(old)
        # Cost of a search from the beginning to a piece: one step per piece, and one per equal piece in the other text.
        self._steps = list(accumulate((1 + counts[piece] for piece in old), initial=0))

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
    """Count the equal pieces at the beginning."""
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
    """Render changes as HTML. Screen readers read the text in `.spoken`."""
    pieces = []
    for kind, text in changes:
        if kind == "same":
            pieces.append(escape(text))
        else:
            tag, begin, end = ("del", *words.SPOKEN_DELETION) if kind == "out" else ("ins", *words.SPOKEN_INSERTION)
            opening, closing = (f'<span class="spoken">{label}</span>' for label in (begin, end))
            pieces.append(f"<{tag}>{opening}{escape(text)}{closing}</{tag}>")
    return "".join(pieces)


def changes_html(before: Article, after: Article, title: str) -> str:
    """Render the changes in headline, facts and text between two versions.

    Args:
        before: the earlier version.
        after: the later version.
        title: heading that names both versions.
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
