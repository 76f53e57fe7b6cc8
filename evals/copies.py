"""How well copies of a story are told from reports of the same form: `python -m evals.copies --data DIR`.

DIR holds the folders bbc_news, basil and reuters21578; a set that is not there is left out and named.

Examples:
  python -m evals.copies --data data
  python -m evals.copies --data data --json copies.json
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from itertools import combinations
from pathlib import Path

from evals.datasets.base import DataMissing
from evals.datasets.copies import (
    Pair,
    basil_articles,
    bbc_articles,
    labelled_pairs,
    neighbours_that_are_copies,
    reuters_articles,
)
from evals.edits import edited_copies, neighbours
from ingest.base.article import Article
from ingest.index.stories import Origins

_SEED = {"tune": 12, "test": 11}
_HALF = 100  # edited copies, and as many neighbours, of each of the two collections
_TOGETHER = 64  # articles that are written at once, as ingestion does


@dataclass(frozen=True)
class Score:
    """What was decided on pairs, beside what is true of them.

    Attributes:
        name: of the pairs.
        pairs: how many there are.
        copies: how many of them are copies.
        found: how many of the copies were taken for copies.
        wrong: how many others were.
        mistakes: the pairs that were decided wrongly: two identities, and what the data says of them.
    """

    name: str
    pairs: int
    copies: int
    found: int
    wrong: int
    mistakes: tuple[tuple[str, str, str], ...] = ()

    @property
    def precision(self) -> float | None:
        """Share of copies among those that were taken for copies; None where none was."""
        return self.found / (self.found + self.wrong) if self.found + self.wrong else None

    @property
    def recall(self) -> float | None:
        """Share of the copies that were found; None where there are none."""
        return self.found / self.copies if self.copies else None


def are_one(first: Article, second: Article) -> bool:
    """Whether the index takes two articles, and nothing else, for one story."""
    origins = Origins()
    origins.replace([], [first, second])
    try:
        return len(origins.carriers(first.article_id)) == 2
    finally:
        origins.database.close()


def score(name: str, pairs: Iterable[Pair]) -> Score:
    """Decide on pairs, each alone."""
    decided = [(pair, are_one(pair.first, pair.second)) for pair in pairs]
    mistakes = tuple(
        (pair.first.identity, pair.second.identity, pair.reason or pair.kind)
        for pair, one in decided
        if one != pair.copy
    )
    return Score(
        name,
        len(decided),
        sum(pair.copy for pair, _ in decided),
        sum(one and pair.copy for pair, one in decided),
        sum(one and not pair.copy for pair, one in decided),
        mistakes,
    )


def exact_pairs(articles: Sequence[Article]) -> list[Pair]:
    """Each article with the first one that has the same headline and text."""
    first: dict[tuple[str, str], Article] = {}
    pairs = []
    for article in articles:
        known = first.setdefault((article.headline, article.text), article)
        if known is not article:
            pairs.append(Pair(known, article, True, "exact"))
    return pairs


def timed(articles: Sequence[Article]) -> dict[str, float]:
    """Seconds that it takes to look for copies among articles, in a file, as ingestion does; and what was found."""
    with tempfile.TemporaryDirectory() as folder:
        origins = Origins(Path(folder) / "origins.sqlite")
        begun, used = time.perf_counter(), time.process_time()
        for at in range(0, len(articles), _TOGETHER):
            origins.replace([], articles[at : at + _TOGETHER])
        found = {
            "articles": len(articles),
            "words": sum(len(article.text.split()) for article in articles),
            "seconds": time.perf_counter() - begun,
            "cpu_seconds": time.process_time() - used,
            "megabytes": (Path(folder) / "origins.sqlite").stat().st_size / 1e6,
            "origins": origins.count_origins(),
            "largest_group": max(map(len, origins.groups()), default=1),
        }
        origins.database.close()
    return found


def _bbc_and_edits(data: Path) -> list[Score]:
    bbc = list(bbc_articles(data / "bbc_news").values())
    scores = [score("bbc_news, exact duplicates", exact_pairs(bbc))]
    distinct = list({article.text: article for article in reversed(bbc)}.values())
    reuters = list(reuters_articles(data / "reuters21578").values())
    known = neighbours_that_are_copies()
    for sample, seed in _SEED.items():
        edited = edited_copies(reuters, seed, _HALF) + edited_copies(distinct, seed, _HALF)
        others = neighbours(reuters, seed, _HALF, known) + neighbours(distinct, seed, _HALF, known)
        scores.append(score(f"edited copies and neighbours, {sample}", edited + others))
    return scores


def _basil(data: Path) -> list[Score]:
    events = basil_articles(data / "basil").values()
    pairs = [Pair(a, b, False, "one event, two outlets") for event in events for a, b in combinations(event, 2)]
    return [score("basil, one event in several outlets", pairs)]


def _reuters(data: Path) -> list[Score]:
    articles = reuters_articles(data / "reuters21578")
    return [score(f"reuters21578, {sample}", labelled_pairs(articles, sample)) for sample in ("tune", "test", "fresh")]


def _speed(data: Path) -> dict[str, float]:
    return timed(list(reuters_articles(data / "reuters21578").values()))


def table(scores: Sequence[Score]) -> str:
    """The scores in lines."""
    lines = [f"{'pairs':45} {'number':>6} {'copies':>6} {'found':>6} {'wrong':>6} {'precision':>9} {'recall':>7}"]
    lines += [
        f"{each.name:45} {each.pairs:6} {each.copies:6} {each.found:6} {each.wrong:6}"
        f" {_percent(each.precision):>9} {_percent(each.recall):>7}"
        for each in scores
    ]
    return "\n".join(lines)


def kinds_missed(scores: Sequence[Score]) -> dict[str, dict[str, int]]:
    """Of each set, what the mistakes are: reason or kind, and how many."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for each in scores:
        found[each.name].update(reason for _, _, reason in each.mistakes)
    return {name: dict(counts) for name, counts in found.items()}


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit code."""
    parser = argparse.ArgumentParser(prog="python -m evals.copies", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds bbc_news, basil and reuters21578")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    options = parser.parse_args(arguments)
    scores: list[Score] = []
    for measure in (_bbc_and_edits, _basil, _reuters):
        try:
            scores += measure(options.data)
        except DataMissing as error:
            print(f"left out: {error}", file=sys.stderr)
    if not scores:
        return 1
    print(table(scores))
    for name, reasons in kinds_missed([each for each in scores if each.mistakes]).items():
        print(f"wrong, {name}: " + "; ".join(f"{reason} ({count})" for reason, count in reasons.items()))
    try:
        speed = _speed(options.data)
    except DataMissing:
        speed = {}
    if speed:
        each = 1_000 / speed["articles"]
        print(
            f"time: {each * speed['seconds']:.2f} s, of the processor {each * speed['cpu_seconds']:.2f} s, a thousand "
            f"articles ({speed['articles']:,.0f} of {speed['words'] / speed['articles']:.0f} words); "
            f"{speed['megabytes']:.0f} MB; {speed['origins']:,.0f} stories, the largest carried by "
            f"{speed['largest_group']:.0f}"
        )
    if options.json:
        figures = [asdict(each) | {"precision": each.precision, "recall": each.recall} for each in scores]
        options.json.write_text(json.dumps({"scores": figures, "speed": speed}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
