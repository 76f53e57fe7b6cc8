"""Evaluate questions that need several articles: MultiHop-RAG, with its facts as documents."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.answers import QUOTES, soundness
from evals.datasets.multihop import Fact, Item
from evals.results import Row, SystemResult
from evals.runner import run_system
from evals.scores import ranking_metrics
from evals.text import normalise


def run(items: Sequence[Item], facts: Sequence[Fact], cache: Path, *, fresh: bool = False) -> SystemResult:
    """Ask every question on an archive of the facts.

    Args:
        items: the questions.
        facts: one document each.
        cache: folder of the archive.
        fresh: rebuild the archive.
    """
    digest = hashlib.sha256(repr(facts).encode()).hexdigest()[:12]
    asked = [{"id": item.id, "question": item.question, "until": None} for item in items]
    records = [fact.to_record() for fact in facts]
    outcome = run_system("dateline", cache, f"multihop-{digest}", records, asked, fresh=fresh)
    texts = {fact.id: fact.text for fact in facts}
    rows = [_row(item, record, texts) for item, record in zip(items, outcome.answers, strict=True)]
    return SystemResult(rows, outcome.facts)


def _row(item: Item, record: dict[str, Any], texts: dict[str, str]) -> Row:
    documents = [identity.removeprefix("guid ") for identity in dict.fromkeys(record["documents"])]
    metrics: dict[str, float | None] = {
        "answered": float(record["answered"]),
        **soundness(record, record["forced"]),
        "search_s": record["search_seconds"],
    }
    right = 0.0
    if item.evidence:
        metrics |= ranking_metrics([document in item.evidence for document in documents], len(item.evidence))
        metrics["answered_with_evidence"] = float(record["answered"])
        needed = [normalise(texts[fact_id]) for fact_id in item.evidence]
        right = _cites(record["forced"]["quotes"], needed)
        metrics["citation_hit"] = _cites(record["quotes"], needed) if record["answered"] else None
        metrics["short_em_forced"] = float(normalise(item.answer) == normalise(record["forced"]["short"]))
    else:
        metrics["refused_null"] = float(not record["answered"])
    detail = {
        "kind": item.kind,
        "gold": [item.answer],
        "evidence": list(item.evidence),
        "documents": documents[:20],
        **{name: record[name] for name in ("answered", "short", "quotes", "forced")},
    }
    return Row(item.id, item.question, metrics, record["seconds"], detail, record["forced"]["confidence"], right)


def _cites(quotes: Sequence[str], needed: Sequence[str]) -> float:
    """1.0 if one of the quotes is part of one of the needed facts."""
    return float(any(normalise(quote) in fact for quote in quotes[:QUOTES] for fact in needed))
