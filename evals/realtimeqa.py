"""Questions over a whole archive, asked as it stood then: how RealTime QA's quizzes are run and scored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from evals.answers import answer_metrics, any_holds
from evals.datasets.realtimeqa import Item, Quiz
from evals.results import Row, SystemResult
from evals.runner import Outcome, run_system
from evals.scores import hit_at, retrieval_metrics

#: Keys that every system's object has, null where it cannot do it.
KEYS = (
    *("hit@1", "hit@4", "hit@10", "hit@20", "hit_500w", "hit_2000w"),
    *("short_em", "short_f1", "short_em_forced", "short_f1_forced"),
    *("answered", "citation_hit", "cited_words", "citations_exact", "uncited_sentences"),
    *("refused_when_withdrawn", "aurc", "p50_s", "p95_s", "peak_rss_gb", "questions", "articles", "passages"),
)


def run(quiz: Quiz, name: str, systems: Sequence[str], cache: Path, *, fresh: bool = False) -> dict[str, SystemResult]:
    """Ask every system every question.

    Args:
        quiz: questions and articles.
        name: of the data, for the cache.
        systems: names as in `evals.systems`.
        cache: where indexes are kept.
        fresh: make them anew.
    """
    articles = [article.to_record() for article in quiz.articles]
    asked = [
        {
            "id": item.id,
            "question": item.question,
            "until": int(item.until.replace("-", "")),
            "without": list(item.holders) if item.withdrawable else None,
        }
        for item in quiz.items
    ]
    results = {}
    for system in systems:
        outcome = run_system(system, cache, f"{name}-{quiz.digest}", articles, asked, fresh=fresh)
        results[system] = score(quiz.items, outcome)
    return results


def score(items: Sequence[Item], outcome: Outcome) -> SystemResult:
    """The figures of one system's answers."""
    rows = [_row(item, found) for item, found in zip(items, outcome.answers, strict=True)]
    rows = [
        replace(row, metrics={key: row.metrics.get(key) for key in {**dict.fromkeys(KEYS), **row.metrics}})
        for row in rows
    ]
    return SystemResult(rows, outcome.facts)


def _row(item: Item, found: dict[str, Any]) -> Row:
    metrics: dict[str, float | None] = {"search_s": found["search_seconds"]}
    if item.findable:
        metrics |= retrieval_metrics(found["passages"], item.answers)
    detail: dict[str, Any] = {
        "asked": item.asked,
        "source": item.source,
        "gold": list(item.answers),
        "findable": item.findable,
        "stands": item.stands,
        "held_by": len(item.holders) if item.withdrawable else None,
        "hit_rank": hit_at(found["passages"], item.answers),
    }
    if "answered" not in found:
        return Row(item.id, item.question, metrics, found["seconds"], detail)
    forced = found["forced"]
    metrics |= answer_metrics(found, forced, item.answers)
    if item.withdrawable:
        refused = float(not found["withdrawn"]["answered"])
        metrics["refused_when_withdrawn"] = refused
        metrics["refused_when_withdrawn_held"] = refused if item.holders else None
    detail |= {name: found[name] for name in ("answered", "short", "quotes", "forced")}
    detail["withdrawn"] = found.get("withdrawn")
    right = float(any_holds(forced["quotes"], item.answers))
    return Row(item.id, item.question, metrics, found["seconds"], detail, forced["confidence"], right)
