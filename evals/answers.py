"""An answer of Dateline's as it is scored: plain values, every citation looked up again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import reduce
from operator import add
from typing import Any

from evals.scores import exact_match, f1, joined
from evals.text import holds
from qa import Answer, Citation, Question

#: Quotes of an answer that are scored, a sentence each; the answerer gives no more.
QUOTES = 3


def whole(question: Question, parts: Iterable[Answer]) -> Answer:
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
    return {
        "short_em": exact_match(short, references),
        "short_f1": f1(short, references),
        "short_em_forced": exact_match(forced["short"], references),
        "short_f1_forced": f1(forced["short"], references),
        "answered": float(given["answered"]),
        "citation_hit": float(all_held(given["quotes"], answers)) if given["answered"] else None,
        "citation_hit_forced": float(all_held(forced["quotes"], answers)),
        **soundness(given, forced),
    }


def soundness(given: dict[str, Any], *others: dict[str, Any]) -> dict[str, float | None]:
    """Of an answer: `cited_words`; of it and others to the same question: `citations_exact`, `uncited_sentences`."""
    exact = [each for answer in (given, *others) for each in answer["exact"]]
    uncited = [each for answer in (given, *others) for each in answer["uncited"]]
    words = sum(len(quote.split()) for quote in given["quotes"][:QUOTES])
    return {
        "cited_words": float(words) if given["answered"] else None,
        "citations_exact": sum(exact) / len(exact) if exact else None,
        "uncited_sentences": sum(uncited) / len(uncited) if uncited else None,
    }


def all_held(quotes: Sequence[str], answers: Sequence[str]) -> bool:
    """Whether the first QUOTES quotes hold every right choice."""
    return bool(answers) and all(any(holds(quote, answer) for quote in quotes[:QUOTES]) for answer in answers)


def any_held(quotes: Sequence[str], answers: Sequence[str]) -> bool:
    """Whether one of the first QUOTES quotes holds one of several answers, each of which is enough."""
    return any(holds(quote, answer) for quote in quotes[:QUOTES] for answer in answers)
