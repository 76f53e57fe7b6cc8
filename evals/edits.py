"""Copies of real articles, edited by rule as news desks do: what near-duplicate detection has to recognise.

Each edit is a pure function of a random generator and an article; it returns None if it cannot change the article.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from evals.datasets.copies import Ids, Pair
from ingest.base.article import Article, Published
from ingest.chunking.sentences import sentence_spans
from ingest.index.keywords import terms

_NUMBER = re.compile(r"(?<![\w.,/-])\d+(?:,\d{3})*(?:\.\d+)?(?![\w/-]|[.,]\d)")
_AGENCY = re.compile(r"\b(?:Reuters|Reuter|The BBC|BBC)\b")
_OUTLETS = ("Harbour Courier", "Morning Ledger", "Estrane Dispatch", "Northern Wire")
_BOILERPLATE = (
    "Sign up for our morning briefing and have the day's news in your inbox before breakfast, every weekday.",
    "This story was first published by a partner and appears here under an agreement on shared content.",
    "Readers who know more about this story can write to our newsdesk; we treat every message in confidence.",
    "Our reporting is paid for by its readers. If you value it, consider a subscription from three crowns a month.",
)
_SHORTEST = 80  # words; shorter articles are not edited
_CUT = 25  # a cut article keeps at least so many words
_CANDIDATES = 40  # articles that are compared in full as neighbours of another
_COMMON = 500  # a term of more articles than this does not help to find neighbours

Edit = Callable[[random.Random, Article], Article | None]


def cut(chance: random.Random, article: Article) -> Article | None:
    """Keep the first third or half.

    Args:
        chance: decides what to change.
        article: the original.
    """
    parts = _parts(article)
    kept = _joined(parts[: max(1, len(parts) // chance.choice((2, 3)))])
    return replace(article, text=kept) if len(kept.split()) >= _CUT and kept != article.text else None


def reorder(chance: random.Random, article: Article) -> Article | None:
    """Reorder the paragraphs, or the sentences if there are few paragraphs.

    Args:
        chance: decides what to change.
        article: the original.
    """
    parts = _parts(article)
    order = parts[:]
    while len(parts) > 1 and order == parts:
        chance.shuffle(order)
    return replace(article, text=_joined(order)) if order != parts else None


def retitle(chance: random.Random, article: Article) -> Article | None:
    """Replace the headline by words of a later sentence.

    Args:
        chance: decides what to change.
        article: the original.
    """
    words = _parts(article)[-1].split()[: chance.randint(5, 8)]
    return replace(article, headline=" ".join(words).rstrip(".,") or "Untitled")


def update(chance: random.Random, article: Article) -> Article | None:
    """Change one number.

    Args:
        chance: decides what to change.
        article: the original.
    """
    places = [match for match in _NUMBER.finditer(article.text) if not re.fullmatch(r"(?:19|20)\d\d", match[0])]
    if not places:
        return None
    match = chance.choice(places)
    value = float(match[0].replace(",", ""))
    changed = value + max(1.0, round(value * 0.1)) * chance.choice((1, -1) if value > 1 else (1,))
    decimals = len(match[0].partition(".")[2])
    figure = f"{changed:,.{decimals}f}"
    return replace(article, text=article.text[: match.start()] + figure + article.text[match.end() :])


def swap_outlet(chance: random.Random, article: Article) -> Article | None:
    """Change the outlet: a later time, and the new name in place of the agency's in the text.

    Args:
        chance: decides what to change.
        article: the original.
    """
    outlet = chance.choice(_OUTLETS)
    published = article.published
    if published is not None:
        later = published.start + timedelta(minutes=chance.randint(20, 1_200))
        published = Published.parse(later.strftime("%Y-%m-%dT%H:%M"))
    return replace(article, text=_AGENCY.sub(outlet, article.text), publisher=outlet, published=published)


def drop_quote(chance: random.Random, article: Article) -> Article | None:
    """Remove one paragraph, or sentence, with a quotation.

    Args:
        chance: decides what to change.
        article: the original.
    """
    parts = _parts(article)
    quoting = [at for at, part in enumerate(parts) if '"' in part]
    if not quoting or len(parts) < 3:
        return None
    dropped = chance.choice(quoting)
    return replace(article, text=_joined([part for at, part in enumerate(parts) if at != dropped]))


def add_boilerplate(chance: random.Random, article: Article) -> Article | None:
    """Add boilerplate that pages put around a story.

    Args:
        chance: decides what to change.
        article: the original.
    """
    added = chance.sample(_BOILERPLATE, 2)
    parts = [added[0], article.text, added[1]] if chance.random() < 0.5 else [article.text, *added]
    return replace(article, text="\n\n".join(parts))


def two_edits(chance: random.Random, article: Article) -> Article | None:
    """Apply two of the other edits.

    Args:
        chance: decides what to change.
        article: the original.
    """
    once = twice = None
    for name in chance.sample(sorted(_SINGLE), len(_SINGLE)):
        if once is None:
            once = _SINGLE[name](chance, article)
        elif (twice := _SINGLE[name](chance, once)) is not None:
            return twice
    return None


_SINGLE: dict[str, Edit] = {
    "cut": cut,
    "reordered": reorder,
    "headline": retitle,
    "figure": update,
    "outlet": swap_outlet,
    "quote dropped": drop_quote,
    "boilerplate": add_boilerplate,
}

#: Every kind of edit, by name.
EDITS: dict[str, Edit] = {**_SINGLE, "two edits": two_edits}


def edited_copies(articles: Sequence[Article], seed: int, count: int) -> list[Pair]:
    """Pair articles with edited copies of them, with each kind of edit equally often.

    Args:
        articles: real ones; short ones are skipped, and none is used twice.
        seed: of the choice of articles and of every edit.
        count: how many pairs.
    """
    chance = random.Random(seed)
    long_enough = [article for article in articles if len(article.text.split()) >= _SHORTEST]
    pool = iter(chance.sample(long_enough, len(long_enough)))
    pairs: list[Pair] = []
    kinds = list(EDITS)
    for article in pool:
        if len(pairs) == count:
            break
        kind = kinds[len(pairs) % len(kinds)]
        made = EDITS[kind](chance, article)
        if made is not None:
            pairs.append(Pair(article, replace(made, identity=f"{article.identity}:{kind}"), True, kind))
    return pairs


def neighbours(articles: Sequence[Article], seed: int, count: int, copies: Iterable[Ids] = ()) -> list[Pair]:
    """Pair different articles, each with the one that shares most words with it.

    Args:
        articles: real ones.
        seed: of the choice of articles.
        count: how many pairs.
        copies: identities of pairs that a person recognised as copies; they are left out.
    """
    copy_pairs = {frozenset(pair) for pair in copies}
    chance = random.Random(seed)
    words = [frozenset(terms(article.text)) for article in articles]
    holders: dict[str, list[int]] = {}
    for at, some in enumerate(words):
        for word in some:
            holders.setdefault(word, []).append(at)
    pairs: list[Pair] = []
    long_enough = [at for at, article in enumerate(articles) if len(article.text.split()) >= _SHORTEST]
    for at in chance.sample(long_enough, len(long_enough)):
        if len(pairs) == count:
            break
        near = _nearest(at, words, holders)
        if near is not None and frozenset((articles[at].identity, articles[near].identity)) not in copy_pairs:
            pairs.append(Pair(articles[at], articles[near], False, "neighbour"))
    return pairs


def _nearest(at: int, words: Sequence[frozenset[str]], holders: Mapping[str, Sequence[int]]) -> int | None:
    rare: dict[int, float] = {}
    for word in words[at]:
        if len(holders[word]) <= _COMMON:
            for other in holders[word]:
                rare[other] = rare.get(other, 0.0) + 1 / len(holders[word])
    rare.pop(at, None)
    best = sorted(rare, key=lambda other: (-rare[other], other))[:_CANDIDATES]
    return max(best, key=lambda other: len(words[at] & words[other]) / len(words[at] | words[other]), default=None)


def _parts(article: Article) -> list[str]:
    """The paragraphs of an article; its sentences if there are three paragraphs or fewer."""
    paragraphs = article.text.split("\n\n")
    if len(paragraphs) > 3:
        return paragraphs
    return [article.text[start:end] for start, end in sentence_spans(article.text, article.language or "en")]


def _joined(parts: Sequence[str]) -> str:
    return "\n\n".join(part.strip() for part in parts)
