"""How a sentence fits a question, in numbers: what the similarity reader weighs.

Words are matched in context by the embedder's word pieces, each of the question's with its closest in the sentence, as
in late interaction (Khattab and Zaharia, "ColBERT", SIGIR 2020), but with a model that was not trained for it.
"""

from __future__ import annotations

import math

from ingest.embeddings import EncodedText
from ingest.lexical import terms as stems
from qa.names import agreement, find_names
from qa.question import Question, Term
from qa.roles import Context, agent, excluded

# Similarity of two word pieces at which they count as unrelated, and as the same.
_UNRELATED, _SAME = 0.30, 0.62
_NAME_UNRELATED = 0.50  # names of one kind are alike without being the same

#: Set by hand on the tuning questions of tests/data; `features` says what each is.
WEIGHTS = {
    "similarity": 3.4,
    "likeness": 0.5,
    "coverage": 2.3,
    "coverage_near": 2.2,
    "weakest_near": 1.4,
    "weakest_name_near": 1.4,
    "agent": 1.0,
}
CONSTANT = -8.1


def confidence(question: Question, asked: EncodedText, context: Context) -> float:
    """Probability in 0..1 that a sentence answers; 0 where it cannot."""
    if excluded(question, context):
        return 0.0
    score = CONSTANT + sum(WEIGHTS[name] * value for name, value in features(question, asked, context).items())
    return 1 / (1 + math.exp(-score))


def features(question: Question, asked: EncodedText, context: Context) -> dict[str, float]:
    """How a sentence fits a question, each in about 0..1.

    Args:
        question: what is asked.
        asked: the same as the embedder sees it.
        context: a sentence and what stands around it.

    Returns:
        `similarity` of the two as wholes; `likeness`, the mean over the question's word pieces of the closest in the
        sentence; `coverage` of the question's words by the sentence, and `coverage_near` with the sentences around it;
        `weakest_near` and `weakest_name_near`, the least covered of its words that matter and of its names; `agent`, as
        in `qa.roles`.
    """
    terms = question.terms
    own = [_covered(term, asked, context) for term in terms]
    around = f"{context.before} {context.text} {context.after}"
    near = [
        max(value, 0.8 * stands_in(term, around), 0.4 * stands_in(term, context.passage))
        for term, value in zip(terms, own, strict=True)
    ]
    total = sum(term.weight for term in terms) or 1.0
    return {
        "similarity": float(asked.vector @ context.encoded.vector),
        "likeness": _likeness(question, asked, context),
        "coverage": sum(term.weight * value for term, value in zip(terms, own, strict=True)) / total,
        "coverage_near": sum(term.weight * value for term, value in zip(terms, near, strict=True)) / total,
        "weakest_near": min((v for t, v in zip(terms, near, strict=True) if t.weight >= 0.9), default=0.5),
        "weakest_name_near": min((v for t, v in zip(terms, near, strict=True) if t.is_specific), default=1.0),
        "agent": agent(question, context),
    }


def _covered(term: Term, asked: EncodedText, context: Context) -> float:
    """How far a sentence has a word of the question: 1 for itself, less for another word for it."""
    exact = stands_in(term, context.text)
    if exact == 1.0 or not context.encoded.spans:
        return exact
    pieces = [i for i, (start, end) in enumerate(asked.spans) if start < term.end and end > term.start]
    if not pieces:
        return exact
    closest = float((asked.pieces[pieces] @ context.encoded.pieces.T).max(axis=1).mean())
    floor = _NAME_UNRELATED if term.name is not None else _UNRELATED
    return max(exact, min(0.9, max(0.0, (closest - floor) / (_SAME - _UNRELATED))))


def _likeness(question: Question, asked: EncodedText, context: Context) -> float:
    """Mean similarity of each word piece that matters in the question with its closest in the sentence, -1..1."""
    pieces = [i for i, (s, e) in enumerate(asked.spans) if any(s < t.end and e > t.start for t in question.terms)]
    if not pieces or not context.encoded.spans:
        return 0.0
    return float((asked.pieces[pieces] @ context.encoded.pieces.T).max(axis=1).mean())


def stands_in(term: Term, text: str) -> float:
    """Whether a word, or another form of it, stands in a text; for names, whether the text names the same."""
    if term.name is not None:
        return max((agreement(term.name.text, name.text) for name in find_names(text)), default=0.0)
    own = stems(term.text)
    return 1.0 if own and set(own) <= set(stems(text)) else 0.0
