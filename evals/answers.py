"""Answers of Dateline as plain values, and their metrics; every citation is looked up again in its article."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import add
from typing import Any

from evals.scores import exact_match, f1, joined
from evals.text import holds
from qa import Answer, Citation, Question

#: How many quotes of an answer are scored, one sentence each; the answerer gives no more.
QUOTES = 3


def join_parts(question: Question, parts: Iterable[Answer]) -> Answer:
    """Join the parts of an answer; a refusal if there are none.

    Args:
        question: the question of a refusal.
        parts: as an answerer yields them.
    """
    answers = list(parts)
    return reduce(add, answers) if answers else Answer(question=question, answered=False)


def to_record(answer: Answer, text_of: Callable[[Citation], str]) -> dict[str, Any]:
    """Convert an answer to JSON values.

    Args:
        answer: an answer or a refusal.
        text_of: returns the whole text that a citation points into, from the archive and not from the answer.

    Returns:
        `answered`, `short`, `confidence`, `quotes`; for each quote whether it is `exact`: the article has it at its
        offsets; for each sentence whether it is `uncited`.
    """
    citations = answer.citations
    return {
        "answered": answer.answered,
        "short": answer.short_answer or "",
        "confidence": answer.confidence,
        "quotes": [citation.quote for citation in citations],
        "exact": [bool(c.quote) and text_of(c)[c.start : c.end] == c.quote for c in citations],
        "uncited": [not sentence.citations for sentence in answer.sentences],
    }


def answer_metrics(record: dict[str, Any], forced: dict[str, Any], answers: Sequence[str]) -> dict[str, float | None]:
    """Metrics of one answer.

    Args:
        record: the answer, from `to_record`.
        forced: the same with refusing switched off.
        answers: the right choices, which form the answer together; a single empty one if there is no answer.
    """
    references = joined(answers)
    short = record["short"] if record["answered"] else ""
    return {
        "short_em": exact_match(short, references),
        "short_f1": f1(short, references),
        "short_em_forced": exact_match(forced["short"], references),
        "short_f1_forced": f1(forced["short"], references),
        "answered": float(record["answered"]),
        "citation_hit": float(all_held(record["quotes"], answers)) if record["answered"] else None,
        "citation_hit_forced": float(all_held(forced["quotes"], answers)),
        **soundness(record, forced),
    }


def soundness(record: dict[str, Any], *other_records: dict[str, Any]) -> dict[str, float | None]:
    """Measure the citations of an answer: `cited_words`, `citations_exact` and `uncited_sentences`.

    Args:
        record: the answer, from `to_record`.
        other_records: other answers to the same question, which count for the last two figures.
    """
    exact = [flag for one in (record, *other_records) for flag in one["exact"]]
    uncited = [flag for one in (record, *other_records) for flag in one["uncited"]]
    words = sum(len(quote.split()) for quote in record["quotes"][:QUOTES])
    return {
        "cited_words": float(words) if record["answered"] else None,
        "citations_exact": sum(exact) / len(exact) if exact else None,
        "uncited_sentences": sum(uncited) / len(uncited) if uncited else None,
    }


def all_held(quotes: Sequence[str], answers: Sequence[str]) -> bool:
    """Whether the first QUOTES quotes contain every right choice.

    Args:
        quotes: of the answer.
        answers: the right choices.
    """
    return bool(answers) and all(any(holds(quote, answer) for quote in quotes[:QUOTES]) for answer in answers)


def any_held(quotes: Sequence[str], answers: Sequence[str]) -> bool:
    """Whether one of the first QUOTES quotes contains one of several right answers.

    Args:
        quotes: of the answer.
        answers: right answers; one is enough.
    """
    return any(holds(quote, answer) for quote in quotes[:QUOTES] for answer in answers)
