"""An answer of Dateline's as it is scored: plain values, every citation looked up again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import add
from typing import Any

from evals.scores import exact_match, f1, joined
from evals.text import holds
from qa import Answer, Citation

#: Quotes of an answer that are scored, a sentence each; the answerer gives no more.
QUOTES = 3


def whole(question: str, parts: Iterable[Answer]) -> Answer:
    """The parts of an answer added up; a refusal where there is none."""
    given = list(parts)
    return reduce(add, given) if given else Answer(question=question, answered=False)


def told(answer: Answer, text_of: Callable[[Citation], str]) -> dict[str, Any]:
    """An answer as JSON values.

    Args:
        answer: or a refusal.
        text_of: the whole text that a citation points into, from its source and not from the answer.

    Returns:
        `answered`, `short`, `confidence`, `quotes`, and of each quote whether it is `exact`: stands at its offsets; of
        each sentence whether it is `uncited`.
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


def answer_metrics(given: dict[str, Any], forced: dict[str, Any], answers: Sequence[str]) -> dict[str, float | None]:
    """Metrics of one answer.

    Args:
        given: as `told` gives it.
        forced: the same with refusing switched off.
        answers: the right choices, all of them together the answer; one that is empty where there is no answer.
    """
    references = joined(answers)
    short = given["short"] if given["answered"] else ""
    quotes = given["quotes"][:QUOTES]
    exact = [*given["exact"], *forced["exact"]]
    uncited = [*given["uncited"], *forced["uncited"]]
    return {
        "short_em": exact_match(short, references),
        "short_f1": f1(short, references),
        "short_em_forced": exact_match(forced["short"], references),
        "short_f1_forced": f1(forced["short"], references),
        "answered": float(given["answered"]),
        "citation_hit": float(any_holds(quotes, answers)) if given["answered"] else None,
        "citation_hit_forced": float(any_holds(forced["quotes"][:QUOTES], answers)),
        "cited_words": float(sum(len(quote.split()) for quote in quotes)) if given["answered"] else None,
        "citations_exact": sum(exact) / len(exact) if exact else None,
        "uncited_sentences": sum(uncited) / len(uncited) if uncited else None,
    }


def any_holds(quotes: Sequence[str], answers: Sequence[str]) -> bool:
    """Whether a quote holds one of the right choices."""
    return any(holds(quote, answer) for quote in quotes for answer in answers)
