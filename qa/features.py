"""How a sentence fits a question, in numbers: what the similarity reader weighs.

Words are matched in context by the embedder's word pieces, each of the question's with its closest in the sentence, as
in late interaction (Khattab and Zaharia, "ColBERT", SIGIR 2020), but with a model that was not trained for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ingest.embeddings import EncodedText
from ingest.lexical import terms as stems
from qa import expressions
from qa.names import Name, agreement, find_names, is_adjectival
from qa.question import Question, Term

# Similarity of two word pieces at which they count as unrelated, and as the same.
_UNRELATED, _SAME = 0.30, 0.62
_NAME_UNRELATED = 0.50  # names of one kind are alike without being the same

NAMES = (
    "similarity", "coverage", "coverage_near", "weakest", "weakest_near", "weakest_name", "weakest_name_near",
    "kind_found", "kind_missing", "agent", "leads", "length",
)  # fmt: skip

_ACTS = re.compile(
    r"\s+(?:has|had|have|is|was|were|are|will|would|did|does|said|says|told|made|took|gave|went|came|won|lost|held|began|met|put|set"
    r"|may|might|could|can|should|also|then|later|never|not|wants?|and|who|which|[a-z]+ed|[a-z]{3,}s)\b"
)


@dataclass(frozen=True)
class Context:
    """A sentence and what stands around it.

    Attributes:
        text: the sentence.
        before: the one or two sentences before it.
        after: the sentence behind it.
        passage: the whole passage, with its article's headline.
        encoded: the sentence as the embedder sees it.
        leads: whether the sentence is the first of its article.
    """

    text: str
    before: str
    after: str
    passage: str
    encoded: EncodedText
    leads: bool


def features(question: Question, asked: EncodedText, context: Context) -> np.ndarray:
    """How a sentence fits a question.

    Returns:
        Values in the order of NAMES, most of them in 0..1, shape (12,).
    """
    similarity = float(asked.vector @ context.encoded.vector)
    in_sentence = [_covered(term, question, asked, context) for term in question.terms]
    around = f"{context.before} {context.text} {context.after}"
    nearby = [max(c, 0.8 * _stands_in(t, around), 0.6 * _stands_in(t, context.passage)) for t, c in zip(question.terms, in_sentence, strict=True)]
    weights = np.array([term.weight for term in question.terms]) if question.terms else np.ones(1)
    own, near = (np.array(values) if values else np.zeros(1) for values in (in_sentence, nearby))
    heavy = weights >= 0.9
    named = np.array([term.name is not None or term.text[0].isdigit() for term in question.terms] or [False])
    expected = has_kind(question, context)
    return np.array(
        [
            similarity,
            float((weights * own).sum() / weights.sum()),
            float((weights * near).sum() / weights.sum()),
            float(own[heavy].min()) if heavy.any() else 0.5,
            float(near[heavy].min()) if heavy.any() else 0.5,
            float(own[named].min()) if named.any() else 1.0,
            float(near[named].min()) if named.any() else 1.0,
            1.0 if expected else 0.0,
            1.0 if expected is False else 0.0,
            agent(question, context),
            1.0 if context.leads else 0.0,
            min(1.0, len(context.text.split()) / 40),
        ]
    )


def _covered(term: Term, question: Question, asked: EncodedText, context: Context) -> float:
    """How far a sentence has a word of the question: 1 for itself, less for another word for it."""
    exact = _stands_in(term, context.text)
    if exact == 1.0 or not context.encoded.spans:
        return exact
    pieces = [i for i, (start, end) in enumerate(asked.spans) if start < term.end and end > term.start]
    if not pieces:
        return exact
    closest = float((asked.pieces[pieces] @ context.encoded.pieces.T).max(axis=1).mean())
    floor = _NAME_UNRELATED if term.name is not None else _UNRELATED
    return max(exact, min(0.9, max(0.0, (closest - floor) / (_SAME - _UNRELATED))))


def _stands_in(term: Term, text: str) -> float:
    """Whether a word, or another form of it, stands in a text; for names, whether the text names the same."""
    if term.name is not None:
        return max((agreement(term.name.text, name.text) for name in find_names(text)), default=0.0)
    own = stems(term.text)
    return 1.0 if own and set(own) <= set(stems(text)) else 0.0


def has_kind(question: Question, context: Context) -> bool | None:
    """Whether a sentence has what the question's kind asks for and the question does not; None where any may do."""
    finders: dict[str, Callable[[], Sequence[object] | bool]] = {
        "who": lambda: expressions.new_names(context.text, question.names),
        "when": lambda: _fresh(expressions.times(context.text), context.text, question),
        "where": lambda: _fresh(expressions.places(context.text), context.text, question),
        "number": lambda: _fresh(expressions.numbers(context.text), context.text, question),
        "money": lambda: _fresh(expressions.amounts(context.text), context.text, question),
        "why": lambda: expressions.REASON.search(context.text) is not None,
        "said": lambda: expressions.is_speech(context.text),
    }
    finder = finders.get(question.kind)
    return bool(finder()) if finder else None


def _fresh(spans: Sequence[tuple[int, int]], text: str, question: Question) -> list[str]:
    lower = question.text.lower()
    return [text[start:end] for start, end in spans if text[start:end].lower() not in lower]


_SUBJECT = re.compile(
    r"\b(?:did|does|do|has|have|had|will|would|is|was|were|are|could|should)\s+(?:the\s+)?(?=[A-Z])|^(?=[A-Z])", re.MULTILINE
)


def subject(question: Question) -> Name | None:
    """The name that the question says something of: in "Why did Britain ban Huawei?" it is Britain."""
    for match in _SUBJECT.finditer(question.text):
        for name in question.names:
            possessed = re.match(r"[’']s?\b", question.text[name.end :])
            if name.start == match.end() and not possessed:
                return name
    return None


def agent(question: Question, context: Context) -> float:
    """Whether the sentence speaks of the question's subject as one who acts.

    Returns:
        1 where it does, or where the question names no subject; 0.5 where a pronoun may stand for a name in the
        sentences before; 0 where the name is only another's attribute ("U.S. sanctions") or not there at all.
    """
    asked = subject(question)
    if asked is None:
        return 1.0
    mentions = [name for name in find_names(context.text) if agreement(asked.text, name.text)]
    if any(_may_act(name, context.text) for name in mentions):
        return 1.0
    before = any(agreement(asked.text, name.text) for name in find_names(context.before))
    pronoun = re.search(r"\b(?:he|she|they|it|we|I|his|her|their)\b", context.text) is not None
    return 0.5 if before and pronoun else 0.0


def _may_act(name: Name, text: str) -> bool:
    """Whether a mention can be an agent: not a possessor, and not a country's name before a noun."""
    behind = text[name.end :]
    if re.match(r"[’']s?\b", behind):
        return False
    if not is_adjectival(name.text):
        return True
    if re.search(r"\b(?:the|The)\s+$", text[: name.start]) or _ACTS.match(behind):
        return not re.match(r"\s+(?!and\b)[a-z]+\b(?<!ed)", behind) or bool(_ACTS.match(behind))
    return not re.match(r"\s+[a-zA-Z]", behind)
