"""Training data of the reader: questions, each with the passages that are read together for it."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tqdm import tqdm

from ingest.base.article import Span
from ingest.chunking.sentences import sentence_spans
from ingest.cleaning.dateline import MONTHS
from qa.language.names import find_names
from qa.reader.span_inputs import Page
from training import negatives
from training.nearmiss import Case, near_miss, swap_name_in_both
from training.questions import Paragraph, holds

_LONGEST = 150  # words of a passage
_TARGET = 130  # words; longer passages are cut to this, as in use
_SHORTER = 0.45  # share of passages that are cut further, so that more of them are read in the same time
_SHORTEST = 45  # words
_DATELINES = 0.1  # share of passages that start with a dateline
_CITIES = """London Paris Berlin Washington Tokyo Beijing Lagos Nairobi Delhi Sydney Rome Madrid Moscow Cairo Lima
Ottawa Seoul Geneva Brussels Dublin Oslo Warsaw Ankara Jakarta""".split()
_AGENCIES = ("Reuters", "AP", "AFP", "Bloomberg", "PA", "CNN", "dpa", "Kyodo")


@dataclass(frozen=True)
class Mix:
    """How the examples are mixed; each share is of the questions.

    Attributes:
        negatives: share with passages from the retriever beside the one that answers.
        near_misses: share also asked with a changed name, number or sense, without an answer.
        alone: share also asked on a passage from the retriever, without the one that answers.
        both: share also asked with a name changed in both question and passage; the answer remains.
        headings: whether passages start with headline and date.
        beside: number of passages from the retriever, if there are any.
    """

    negatives: float = 0.4
    near_misses: float = 0.36
    alone: float = 0.12
    both: float = 0.06
    headings: bool = True
    beside: int = 1


@dataclass(frozen=True)
class Group:
    """Passages that are normalised together.

    Attributes:
        question: its text.
        pages: the passages.
        answer: page and offsets in its text; None if no page answers.
        kind: `answer`, `near-miss`, `negative` or `both`.
        wanted: all right answers, for scoring.
    """

    question: str
    pages: tuple[Page, ...]
    answer: tuple[int, Span] | None
    kind: str
    wanted: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Article:
    """What the paragraphs of an article share: names, and first sentences that can serve as headlines."""

    names: list[str]
    leads: list[str]


def make_groups(
    paragraphs: Sequence[Paragraph],
    asked: Sequence[tuple[int, int]],
    candidates: Sequence[Sequence[int]],
    mix: Mix,
    seed: int,
) -> Iterator[Group]:
    """Make the groups of some questions, in their order.

    Args:
        paragraphs: those that the indexes refer to.
        asked: for each question, the index of its paragraph and its index there.
        candidates: for each question, the indexes of its negatives.
        mix: how often each kind is made.
        seed: the same seed makes the same groups.
    """
    articles = articles_of(paragraphs)
    for (own, index), near in tqdm(zip(asked, candidates, strict=True), total=len(asked), desc="examples"):
        paragraph = paragraphs[own]
        question = paragraph.questions[index]
        rng = random.Random(f"{seed} {question.id}")
        article = articles[paragraph.title]
        case = cut(rng, Case(question.text, paragraph.text, question.answer))
        pages, at = [page_of(rng, case, paragraph.title, article, headings=mix.headings)], 0
        if rng.random() < mix.negatives:
            drawn = negatives.draw(rng, paragraphs, own, near, mix.beside)
            pages += [_negative(rng, paragraphs[i], articles, mix) for i in drawn]
            at = rng.randrange(len(pages))
            pages[0], pages[at] = pages[at], pages[0]
        wanted = (paragraph.text[slice(*question.answer)],)
        yield Group(question.text, tuple(page for page, _ in pages), _answer(at, pages[at][1]), "answer", wanted)
        if rng.random() < mix.near_misses and (missed := near_miss(rng, case, article.names)):
            page, _ = page_of(rng, missed, paragraph.title, article, headings=mix.headings)
            yield Group(missed.question, (page,), None, "near-miss")
        if rng.random() < mix.alone and (drawn := negatives.draw(rng, paragraphs, own, near, 1)):
            page, _ = _negative(rng, paragraphs[drawn[0]], articles, mix)
            if not holds(page.text, wanted[0]):
                yield Group(question.text, (page,), None, "negative")
        if rng.random() < mix.both and (changed := swap_name_in_both(rng, case, article.names)):
            page, span = page_of(rng, changed, paragraph.title, article, headings=mix.headings)
            yield Group(changed.question, (page,), _answer(0, span), "both", wanted)


def _answer(page: int, span: Span | None) -> tuple[int, Span] | None:
    return None if span is None else (page, span)


def articles_of(paragraphs: Sequence[Paragraph]) -> dict[str, Article]:
    """What the paragraphs of each article share, by title."""
    articles: dict[str, Article] = {}
    for paragraph in paragraphs:
        article = articles.setdefault(paragraph.title, Article([], []))
        article.names.extend(name.text for name in find_names(paragraph.text))
        if len(article.leads) < 12:
            start, end = (sentence_spans(paragraph.text[:400]) or [(0, 80)])[0]
            article.leads.append(" ".join(paragraph.text[start:end].split()[:12]).rstrip(".,;"))
    return {title: Article(sorted(set(shared.names)), shared.leads) for title, shared in articles.items()}


def _negative(
    rng: random.Random, paragraph: Paragraph, articles: dict[str, Article], mix: Mix
) -> tuple[Page, Span | None]:
    case = cut(rng, Case("", paragraph.text, None))
    return page_of(rng, case, paragraph.title, articles[paragraph.title], headings=mix.headings)


def cut(rng: random.Random, case: Case) -> Case:
    """Cut a passage to whole sentences around the answer, about as long as passages in use.

    Args:
        rng: decides the length and the cut.
        case: a question on a passage.
    """
    words = len(case.passage.split())
    target = float(_TARGET) if words > _LONGEST else float(words)
    if rng.random() < _SHORTER:
        target = min(target, rng.uniform(_SHORTEST, 110))
    if target >= words:
        return case
    sentences = sentence_spans(case.passage)
    if len(sentences) < 2:
        return case
    if case.answer is None:
        first = rng.randrange(len(sentences))
        last = first
    else:
        hit = [i for i, (s, e) in enumerate(sentences) if s < case.answer[1] and e > case.answer[0]]
        if not hit:
            return case
        first, last = hit[0], hit[-1]
    while (first > 0 or last < len(sentences) - 1) and _words(case.passage, sentences, first, last) < target:
        if last == len(sentences) - 1 or (first > 0 and rng.random() < 0.5):
            first -= 1
        else:
            last += 1
    start, end = sentences[first][0], sentences[last][1]
    answer = case.answer and (case.answer[0] - start, case.answer[1] - start)
    if answer is not None and not (answer[0] >= 0 and answer[1] <= end - start):
        return case
    return Case(case.question, case.passage[start:end], answer)


def _words(text: str, sentences: Sequence[Span], first: int, last: int) -> int:
    return len(text[sentences[first][0] : sentences[last][1]].split())


def page_of(
    rng: random.Random, case: Case, title: str, article: Article, *, headings: bool
) -> tuple[Page, Span | None]:
    """The passage with a headline and a date in front, in the same form as in use.

    Args:
        rng: decides about headline, date and dateline.
        case: a question on a passage.
        title: of the article.
        article: its first sentences can serve as headlines.
        headings: whether there is a headline at all.

    Returns:
        The page, and the offsets of the answer in its text.
    """
    date = f"{rng.randint(1, 28)} {rng.choice(MONTHS)} {rng.randint(1990, 2026)}"
    kind = rng.random()
    heading = title if kind < 0.45 else rng.choice(article.leads) if kind < 0.85 else "-"
    heading = f"{heading} ({date})" if rng.random() < 0.85 else heading
    text, span = case.passage, case.answer
    if rng.random() < _DATELINES:
        city = rng.choice(_CITIES)
        front = f"{city.upper() if rng.random() < 0.7 else city} ({rng.choice(_AGENCIES)}) - "
        text = front + text
        span = span and (span[0] + len(front), span[1] + len(front))
    return Page(heading if headings else "", text), span
