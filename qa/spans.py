"""The few words of a sentence that answer, by the kind of question."""

from __future__ import annotations

import re

from ingest.article import Span
from ingest.lexical import terms as stems
from qa import expressions
from qa.question import Question
from qa.roles import describe, is_identity

_PREPOSITION = re.compile(r"^(?:in|on|since|until|by|from|before|after|of|for)\s+", re.IGNORECASE)


def find_short_answer(question: Question, sentence: str) -> str | None:
    """The words of the asked kind that stand nearest to the words that sentence and question share.

    Returns:
        Words of the sentence, exactly; None where the kind has no few words, or the sentence has none of them.
    """
    if is_identity(question):
        return describe(question, sentence)
    spans = {
        "who": lambda: expressions.new_names(sentence, question.names),
        "when": lambda: expressions.times(sentence),
        "where": lambda: expressions.places(sentence),
        "number": lambda: expressions.numbers(sentence),
        "money": lambda: expressions.amounts(sentence),
    }.get(question.kind, list)()
    asked = question.text.lower()
    spans = [span for span in spans if sentence[span[0] : span[1]].strip().lower() not in asked]
    if not spans:
        return None
    shared = _shared(question, sentence)
    best = min(spans, key=lambda span: (_distance(span, shared), span))
    words = sentence[best[0] : best[1]].strip(" ,;")
    return _PREPOSITION.sub("", words) if question.kind == "when" else words


def _shared(question: Question, sentence: str) -> list[int]:
    wanted = {stem for term in question.terms for stem in stems(term.text)}
    return [m.start() for m in re.finditer(r"[\w’'.-]+", sentence) if wanted & set(stems(m[0]))]


def _distance(span: Span, points: list[int]) -> float:
    """Mean distance to the two nearest shared words, in characters."""
    nearest = sorted(min(abs(point - span[0]), abs(point - span[1])) for point in points)[:2]
    return sum(nearest) / len(nearest) if nearest else float(span[0])
