"""Evaluate reading alone: the paragraph is given, and the shipped reader and answerer do the rest."""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence

from tqdm import tqdm

from evals.answers import any_held, join_parts, soundness, to_record
from evals.datasets.squad import Item
from evals.results import Row, SystemResult
from evals.scores import exact_match, f1
from evals.worker import peak_rss_gb
from ingest.archive.archive import Found
from ingest.base.article import Article
from ingest.base.settings import Settings
from ingest.chunking.passages import split_passages
from ingest.embedding.embeddings import load_embedder
from qa.generation.quoting import QuotingAnswerer
from qa.question.question import Question
from qa.reader.reader import EvidenceReader, load_reader
from qa.retrieval.retrieval import Candidate


def run(items: Sequence[Item], reader: EvidenceReader | None = None) -> SystemResult:
    """Ask every question on its own paragraph.

    Args:
        items: questions with their paragraphs.
        reader: instead of the one in the settings.
    """
    settings = Settings.load("given")
    reader = reader or load_reader(settings.reader, load_embedder(settings.embedder))
    _row(items[0], reader)  # loads the models; not counted
    rows = [_row(item, reader) for item in tqdm(items, desc="reading", file=sys.stderr)]
    paragraphs = {item.context: item for item in items}
    passages = sum(len(candidates(item)) for item in paragraphs.values())
    facts: dict[str, float | None] = {
        "peak_rss_gb": peak_rss_gb(),
        "articles": float(len(paragraphs)),
        "passages": float(passages),
    }
    return SystemResult(rows, facts)


def candidates(item: Item) -> list[Candidate]:
    """The paragraph, split into passages as in the archive."""
    article = Article(identity="given", headline=item.title or "-", text=item.context, language="en")
    passages = split_passages(article, Settings.load("given").passage_words)
    return [Candidate(Found(passage, article), 1.0) for passage in passages]


def _row(item: Item, reader: EvidenceReader) -> Row:
    start = time.perf_counter()
    question = Question.parse(item.question)
    evidence = reader.read(question, candidates(item))
    answer = join_parts(question, QuotingAnswerer().answer(question, evidence))
    seconds = time.perf_counter() - start
    unrefused = join_parts(question, QuotingAnswerer(threshold=0.0).answer(question, evidence))
    record, forced = (to_record(one, lambda _: item.context) for one in (answer, unrefused))
    short = record["short"] if record["answered"] else ""
    # Each reference alone is a right answer; for a question without one, a refusal is right.
    references = item.answers or ("",)
    refused = float(not record["answered"])
    em, overlap = (exact_match(short, references), f1(short, references)) if item.answers else (refused, refused)
    metrics: dict[str, float | None] = {
        "em": em,
        "f1": overlap,
        "answered": float(record["answered"]),
        **soundness(record, forced),
    }
    if item.answers:
        metrics |= {
            "em_answerable": em,
            "f1_answerable": overlap,
            "em_forced": exact_match(forced["short"], references),
            "f1_forced": f1(forced["short"], references),
            "answered_answerable": float(record["answered"]),
            "citation_hit": float(any_held(record["quotes"], item.answers)) if record["answered"] else None,
            "citation_hit_forced": float(any_held(forced["quotes"], item.answers)),
        }
    else:
        metrics["refused_unanswerable"] = refused
    detail = {
        "gold": list(item.answers),
        **{name: record[name] for name in ("answered", "short", "quotes")},
        "forced": forced,
    }
    right = float(any_held(forced["quotes"], item.answers))
    return Row(item.id, item.question, metrics, seconds, detail, forced["confidence"], right, cluster=item.context)
