"""Measure how well near-duplicates are distinguished from other reports: `python -m evals.copies --data DIR`.

DIR contains the folders bbc_news, basil and reuters21578; a missing data set is skipped with a message.

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
_TOGETHER = 64  # articles per write, as in ingestion


@dataclass(frozen=True)
class Score:
    """Decisions on pairs, compared with the truth.

    Attributes:
        name: of the set of pairs.
        pairs: number of pairs.
        copies: how many of them are copies.
        detected: how many of the copies were detected.
        wrong: how many of the others were taken for copies.
        mistakes: the wrong decisions: two identities, and what the data says about the pair.
    """

    name: str
    pairs: int
    copies: int
    detected: int
    wrong: int
    mistakes: tuple[tuple[str, str, str], ...] = ()

    @property
    def precision(self) -> float | None:
        """Share of copies among the pairs taken for copies; None if there are none."""
        return self.detected / (self.detected + self.wrong) if self.detected + self.wrong else None

    @property
    def recall(self) -> float | None:
        """Share of the copies that were detected; None if there are none."""
        return self.detected / self.copies if self.copies else None


def are_one(first: Article, second: Article) -> bool:
    """Whether the index takes two articles, and nothing else, for one story.

    Args:
        first: an article.
        second: another article.
    """
    origins = Origins()
    origins.replace([], [first, second])
    try:
        return len(origins.carriers(first.article_id)) == 2
    finally:
        origins.database.close()


def score(name: str, pairs: Iterable[Pair]) -> Score:
    """Decide on pairs, each on its own.

    Args:
        name: of the set of pairs.
        pairs: with the truth.
    """
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
    """Pair each article with the first one that has the same headline and text."""
    first: dict[tuple[str, str], Article] = {}
    pairs = []
    for article in articles:
        earlier = first.setdefault((article.headline, article.text), article)
        if earlier is not article:
            pairs.append(Pair(earlier, article, True, "exact"))
    return pairs


def timed(articles: Sequence[Article]) -> dict[str, float]:
    """Detect near-duplicates among articles with an index in a file; return times and counts."""
    with tempfile.TemporaryDirectory() as folder:
        origins = Origins(Path(folder) / "origins.sqlite")
        begun, used = time.perf_counter(), time.process_time()
        for at in range(0, len(articles), _TOGETHER):
            origins.replace([], articles[at : at + _TOGETHER])
        figures = {
            "articles": len(articles),
            "words": sum(len(article.text.split()) for article in articles),
            "seconds": time.perf_counter() - begun,
            "cpu_seconds": time.process_time() - used,
            "megabytes": (Path(folder) / "origins.sqlite").stat().st_size / 1e6,
            "origins": origins.count_origins(),
            "largest_group": max(map(len, origins.groups()), default=1),
        }
        origins.database.close()
    return figures


def _bbc_and_edits(data: Path) -> list[Score]:
    bbc = list(bbc_articles(data / "bbc_news").values())
    scores = [score("bbc_news, exact duplicates", exact_pairs(bbc))]
    distinct = list({article.text: article for article in reversed(bbc)}.values())
    reuters = list(reuters_articles(data / "reuters21578").values())
    copies = neighbours_that_are_copies()
    for sample, seed in _SEED.items():
        edited = edited_copies(reuters, seed, _HALF) + edited_copies(distinct, seed, _HALF)
        others = neighbours(reuters, seed, _HALF, copies) + neighbours(distinct, seed, _HALF, copies)
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
    """Format the scores as a table."""
    lines = [f"{'pairs':45} {'number':>6} {'copies':>6} {'detected':>8} {'wrong':>6} {'precision':>9} {'recall':>7}"]
    lines += [
        f"{row.name:45} {row.pairs:6} {row.copies:6} {row.detected:8} {row.wrong:6}"
        f" {_percent(row.precision):>9} {_percent(row.recall):>7}"
        for row in scores
    ]
    return "\n".join(lines)


def kinds_missed(scores: Sequence[Score]) -> dict[str, dict[str, int]]:
    """Count the mistakes of each set by reason or kind."""
    kinds: dict[str, Counter[str]] = defaultdict(Counter)
    for row in scores:
        kinds[row.name].update(reason for _, _, reason in row.mistakes)
    return {name: dict(counts) for name, counts in kinds.items()}


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    parser = argparse.ArgumentParser(prog="python -m evals.copies", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that contains bbc_news, basil, reuters21578")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    options = parser.parse_args(arguments)
    scores: list[Score] = []
    for measure in (_bbc_and_edits, _basil, _reuters):
        try:
            scores += measure(options.data)
        except DataMissing as error:
            print(f"skipped: {error}", file=sys.stderr)
    if not scores:
        return 1
    print(table(scores))
    for name, reasons in kinds_missed([row for row in scores if row.mistakes]).items():
        print(f"wrong, {name}: " + "; ".join(f"{reason} ({count})" for reason, count in reasons.items()))
    try:
        speed = _speed(options.data)
    except DataMissing:
        speed = {}
    if speed:
        per_thousand = 1_000 / speed["articles"]
        print(
            f"time per thousand articles: {per_thousand * speed['seconds']:.2f} s, of the processor "
            f"{per_thousand * speed['cpu_seconds']:.2f} s ({speed['articles']:,.0f} articles of "
            f"{speed['words'] / speed['articles']:.0f} words); {speed['megabytes']:.0f} MB; {speed['origins']:,.0f} "
            f"stories, the largest with {speed['largest_group']:.0f} articles"
        )
    if options.json:
        figures = [asdict(row) | {"precision": row.precision, "recall": row.recall} for row in scores]
        options.json.write_text(json.dumps({"scores": figures, "speed": speed}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
