"""Evaluate our own questions on the samples or the seed article, and the questions of readers."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from evals.answers import QUOTES, soundness
from evals.datasets.written import Item
from evals.results import Row, SystemResult
from evals.scores import DEPTHS, exact_match, f1
from evals.systems.dateline import System
from evals.worker import peak_rss_gb
from ingest import Archive, ingest


@contextmanager
def archive_of(sources: Sequence[str | Path]) -> Iterator[Archive]:
    """A temporary archive of some files."""
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "archive", create=True) as archive:
        report = ingest(sources, archive)
        if report.failed:
            raise report.failed[0]
        yield archive


def run(items: Sequence[Item], archive: Archive) -> SystemResult:
    """Ask every question.

    Args:
        items: the questions.
        archive: contains the articles that they were written for.
    """
    system = System(str(archive.folder.parent))
    system.use(archive)
    system.answer(items[0].question)  # loads the models; not counted
    rows = [_row(item, system.answer(item.question, options=item.options)) for item in items]
    facts = {"articles": archive.n_articles, "passages": archive.n_passages, "peak_rss_gb": peak_rss_gb()}
    return SystemResult(rows, {name: float(value) for name, value in facts.items()})


def _row(item: Item, answer: dict[str, Any]) -> Row:
    forced = answer["forced"]
    cites = _holds(answer["quotes"][:QUOTES], item.evidence)
    metrics: dict[str, float | None] = {
        "correct": float(cites) if item.answerable else float(not answer["answered"]),
        "answered": float(answer["answered"]),
        **soundness(answer, forced),
    }
    if item.answerable:
        rank = next((n for n, passage in enumerate(answer["passages"], 1) if _holds([passage], item.evidence)), None)
        metrics |= {f"hit@{k}": float(rank is not None and rank <= k) for k in DEPTHS}
        metrics["answered_answerable"] = float(answer["answered"])
        metrics["cites_right_words"] = float(cites)
        metrics["citation_hit"] = float(cites) if answer["answered"] else None
        metrics["citation_hit_forced"] = float(_holds(forced["quotes"][:QUOTES], item.evidence))
    else:
        metrics["refused_unanswerable"] = float(not answer["answered"])
    if item.short:
        short = answer["short"] if answer["answered"] else ""
        metrics |= {"short_em": exact_match(short, item.short), "short_f1": f1(short, item.short)}
        metrics["short_f1_forced"] = f1(forced["short"], item.short)
    detail = {"kind": item.kind, "gold": list(item.short), "evidence": list(item.evidence)}
    detail |= {name: answer[name] for name in ("answered", "short", "quotes", "forced")}
    right = float(_holds(forced["quotes"][:QUOTES], item.evidence))
    if item.half == "test":  # only sums are reported
        return Row(item.id, "", metrics, answer["seconds"], {}, forced["confidence"], right)
    return Row(item.id, item.question, metrics, answer["seconds"], detail, forced["confidence"], right)


def _holds(texts: Sequence[str], evidence: Sequence[str]) -> bool:
    return any(words in text for text in texts for words in evidence)
