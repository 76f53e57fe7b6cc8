"""Training data of the verifier: statements, each with a passage that supports it or does not.

All of it is made by rule from SQuAD 1.1 train: sentences, unchanged or shortened or joined without a change of meaning;
questions turned into statements with their answers; and untrue versions of both.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tqdm import tqdm

from evals.corruptions import corrupt
from evals.rewordings import reword
from ingest.chunking.sentences import sentence_spans
from qa.question.kinds import find_kind
from qa.reader.span_inputs import Page
from training.groups import Article, articles_of, cut, page_of
from training.nearmiss import Case, near_miss
from training.questions import Paragraph, holds

_AUX = r"(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|should)"
_SUBJECT_QUESTION = re.compile(
    rf"^(?:[Ww]ho|[Ww]hat|[Ww]hich(?: [a-z]+){{1,2}}?)\s+"
    rf"(?={_AUX}\b(?! (?:the|a|an|his|her|their|its?|he|she|they|there|[A-Z]))|[a-z]+(?:ed|es|s)\b)"
)
_INVERTED = re.compile(
    rf"^(?i:when|where|(?:in )?(?:what|which) \w+|what|who|how many \w+)\s+(?P<aux>{_AUX})\s+"
    r"(?P<subject>(?:(?:the|a|an|his|her|their|its)\s+)?[A-Z][\w’'.-]*(?:\s+(?:of\s+)?[A-Z][\w’'.-]*)*|he|she|it|they)\s+"
    r"(?P<rest>.+)$"
)
_PARENTHESES = re.compile(r"\s?\[[^\]]*\]")


@dataclass(frozen=True)
class Claim:
    """A statement with a passage.

    Attributes:
        text: the statement.
        page: the passage with its heading.
        supported: whether the passage supports the statement.
        kind: how it was made, for the report.
    """

    text: str
    page: Page
    supported: bool
    kind: str


def make_claims(paragraphs: Sequence[Paragraph], asked: Sequence[tuple[int, int]], seed: int) -> Iterator[Claim]:
    """Make claims from questions and the sentences around their answers, in the order of the questions.

    Args:
        paragraphs: those of an article are next to each other.
        asked: for each question, the index of its paragraph and its index there.
        seed: the same seed makes the same claims.
    """
    articles = articles_of(paragraphs)
    for own, index in tqdm(asked, desc="claims"):
        paragraph = paragraphs[own]
        question = paragraph.questions[index]
        rng = random.Random(f"claims {seed} {question.id}")
        article = articles[paragraph.title]
        case = cut(rng, Case(question.text, paragraph.text, question.answer))
        page = page_of(rng, case, paragraph.title, article, headings=True)[0]
        near = [
            i
            for i in (own - 1, own + 1, own + 2)
            if 0 <= i < len(paragraphs) and paragraphs[i].title == paragraph.title
        ]
        yield from _of_sentence(rng, case, page, article, [paragraphs[i] for i in near])
        if rng.random() < 0.6:
            yield from _of_question(rng, case, page, paragraph, article)


def _of_sentence(
    rng: random.Random, case: Case, page: Page, article: Article, beside: Sequence[Paragraph]
) -> Iterator[Claim]:
    """A claim from a sentence of the passage, true or untrue."""
    spans = [(s, e) for s, e in sentence_spans(case.passage) if 30 < e - s < 330]
    if not spans:
        return
    at = rng.randrange(len(spans))
    sentence = _PARENTHESES.sub("", case.passage[slice(*spans[at])])
    reworded = reword(rng, sentence, case.passage, spans, at)
    draw = rng.random()
    if draw < 0.4:
        yield Claim(reworded, page, True, "sentence")
    elif draw < 0.89:
        made = corrupt(rng, reworded, case.passage, article.names, sentence)
        if made is not None:
            yield Claim(made.text, page, False, made.kind)
    elif draw < 0.95 and len(spans) > 2:
        rest = f"{case.passage[: spans[at][0]]}{case.passage[spans[at][1] :]}".strip()
        yield Claim(reworded, Page(page.heading, rest), False, "taken out")
    elif beside:
        other = cut(rng, Case("", rng.choice(beside).text, None))
        yield Claim(reworded, Page(page.heading, other.passage), False, "elsewhere")


def _of_question(rng: random.Random, case: Case, page: Page, paragraph: Paragraph, article: Article) -> Iterator[Claim]:
    """A claim from a question: true with its answer, untrue with another answer or if the question is changed."""
    if case.answer is None:
        return
    answer = case.passage[slice(*case.answer)]
    draw = rng.random()
    if draw < 0.45:
        yield Claim(stated(rng, case.question, answer), page, True, "answered")
        return
    if draw < 0.8:
        kind = find_kind(case.question)
        others = [
            paragraph.text[slice(*other.answer)]
            for other in paragraph.questions
            if not holds(other.text, answer) and (find_kind(other.text) == kind or rng.random() < 0.25)
        ]
        others = [other for other in others if not holds(other, answer) and not holds(answer, other)]
        if others:
            yield Claim(stated(rng, case.question, rng.choice(others)), page, False, "another answer")
        return
    missed = near_miss(rng, case, article.names)
    if missed is not None:
        yield Claim(stated(rng, missed.question, answer), Page(page.heading, missed.passage), False, "near-miss")


def stated(rng: random.Random, question: str, answer: str) -> str:
    """Turn a question and its answer into a statement by rule; if no rule fits, append the answer to the question.

    Args:
        rng: decides whether a rule is used.
        question: the question.
        answer: its answer.
    """
    words, kind = question.strip(" ?."), find_kind(question)
    match = _SUBJECT_QUESTION.match(words)
    if match is not None and rng.random() < 0.9:
        return _sentence(f"{answer} {words[match.end() :]}")
    inverted = _INVERTED.match(words)
    if inverted is not None and rng.random() < 0.8:
        lead = {"when": "in " if re.match(r"\d{4}|[A-Z][a-z]+ \d{4}", answer) else "", "where": "in "}.get(kind, "")
        lead = "" if re.match(r"(?:in|on|at|by|from)\b", answer, re.IGNORECASE) else lead
        return _sentence(f"{inverted['subject']} {inverted['aux']} {inverted['rest']} {lead}{answer}")
    return f"{words}? {answer}"


def _sentence(words: str) -> str:
    return f"{words[:1].upper()}{words[1:]}."
