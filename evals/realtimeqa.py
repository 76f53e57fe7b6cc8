"""Evaluate questions over a whole archive, asked as of their day: how RealTime QA's quizzes are run and scored."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

from evals.answers import all_held, answer_metrics, soundness
from evals.datasets.realtimeqa import Item, Quiz
from evals.environments import python_for
from evals.results import Row, SystemResult
from evals.runner import Outcome, SystemFailed, run_system
from evals.scores import hit_at, retrieval_metrics


def run(
    quiz: Quiz, name: str, systems: Sequence[str], cache: Path, *, fresh: bool = False
) -> tuple[dict[str, SystemResult], dict[str, str]]:
    """Ask every system every question.

    Args:
        quiz: questions and articles.
        name: of the data, for the cache.
        systems: names as in `evals.systems`.
        cache: folder of the indexes.
        fresh: rebuild the indexes.

    Returns:
        The results by system, and the reasons why others failed.

    Raises:
        EnvironmentFailed: the other systems cannot be installed.
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
    for system in systems:
        python_for(system, cache)  # fail on what cannot be installed before anything is asked
    results, failed = {}, {}
    for system in systems:
        try:
            outcome = run_system(system, cache, f"{name}-{quiz.digest}", articles, asked, fresh=fresh)
        except SystemFailed as error:
            failed[system] = str(error)
            continue
        results[system] = score(quiz, outcome)
    return results, failed


def score(quiz: Quiz, outcome: Outcome) -> SystemResult:
    """Score the answers of one system.

    Args:
        quiz: the questions.
        outcome: the answers, in the same order.
    """
    titles = frozenset(" ".join(article.title.split()) for article in quiz.articles)
    rows = [_row(item, answer, titles) for item, answer in zip(quiz.items, outcome.answers, strict=True)]
    return SystemResult(rows, outcome.facts)


def without_headlines(passages: Sequence[str], titles: Collection[str]) -> list[str]:
    """Remove the headline that a system put in front of a passage, and passages that are only a headline.

    Args:
        passages: as the system returned them.
        titles: of all articles.
    """
    kept = []
    for passage in passages:
        first, _, rest = passage.strip().partition("\n")
        words = rest.strip() if " ".join(first.split()) in titles else passage
        if words:
            kept.append(words)
    return kept


def _row(item: Item, answer: dict[str, Any], titles: Collection[str]) -> Row:
    passages = without_headlines(answer["passages"], titles)
    metrics: dict[str, float | None] = {"search_s": answer["search_seconds"]}
    if item.findable:
        metrics |= retrieval_metrics(passages, item.answers)
    detail: dict[str, Any] = {
        "asked": item.asked,
        "source": item.source,
        "gold": list(item.answers),
        "findable": item.findable,
        "stands": item.stands,
        "held_by": len(item.holders) if item.withdrawable else None,
        "hit_rank": hit_at(passages, item.answers),
    }
    if "answered" not in answer:
        return Row(item.id, item.question, metrics, answer["seconds"], detail)
    forced = answer["forced"]
    metrics |= answer_metrics(answer, forced, item.answers)
    if item.withdrawable:
        withdrawn = answer["withdrawn"]
        metrics |= soundness(answer, forced, withdrawn)
        refused = float(not withdrawn["answered"])
        metrics["refused_when_withdrawn"] = refused
        metrics["refused_when_withdrawn_held"] = refused if item.holders else None
    if item.findable:
        metrics["short_f1_forced_findable"] = metrics["short_f1_forced"]
    detail |= {name: answer[name] for name in ("answered", "short", "quotes", "forced")}
    detail["withdrawn"] = answer.get("withdrawn")
    right = float(all_held(forced["quotes"], item.answers))
    gone = answer["withdrawn"]["confidence"] if item.withdrawable else None
    return Row(item.id, item.question, metrics, answer["seconds"], detail, forced["confidence"], right, gone)
