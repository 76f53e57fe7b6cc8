"""Questions that people asked, with their answers: SQuAD 2.0's near-misses and sets of other kinds."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.datasets.base import DataMissing, find, read_json, read_lines
from qa.reader.span_inputs import Page
from training.groups import Group, articles_of, cut, page_of
from training.nearmiss import Case
from training.questions import Paragraph
from training.retyping import retyped

_NOT_A_WORD = re.compile(r"[\W_]+")  # titles have "_" for spaces
_SINGLE_BREAK = re.compile(r"(?<!\n)\n(?!\n)")
_LONGEST = 500  # words of a passage of a tale
_OF_A_SENTENCE = 8  # questions


def other_questions(rng: random.Random, folder: Path) -> Iterator[Group]:
    """Questions of FairytaleQA, NQ-open, Quoref and QAMR, each with its passage, three in ten retyped.

    Args:
        rng: decides what is cut and retyped.
        folder: has a subfolder for each set.

    Raises:
        DataMissing: a set is missing or has another format.
    """
    for source in (fairytales, searches, coreferences, sentences):
        try:
            for title, question, passage, start, answer in source(rng, folder):
                case = cut(rng, Case(question, passage, (start, start + len(answer))))
                if case.answer is not None and case.passage[slice(*case.answer)] == answer:
                    page = Page(title, case.passage)
                    yield Group(retyped(rng, question), (page,), (0, case.answer), source.__name__, (answer,))
        except (KeyError, TypeError, IndexError, AttributeError) as error:
            raise DataMissing(f"the {source.__name__} in {folder} have other columns: {error!r}") from None


#: Title, question, passage, where the answer begins in it, and the answer.
_Row = tuple[str, str, str, int, str]


def near_misses(
    rng: random.Random, folder: Path, learned: Sequence[Paragraph], held: Sequence[Paragraph]
) -> Iterator[Group]:
    """Near-misses that people wrote for SQuAD 2.0 (Rajpurkar, Jia and Liang, ACL 2018), half with their answered twin.

    Args:
        rng: decides the order and what is cut.
        folder: has `squad2_unanswerable_pairs`.
        learned: paragraphs of the articles to learn from; near-misses of others are left out.
        held: paragraphs of held-out articles.

    Raises:
        DataMissing: the file is missing or has another format.
    """
    articles = articles_of(learned)
    titles = {_plain(title): title for title in articles}
    for title in {_plain(paragraph.title) for paragraph in held}:
        titles.pop(title, None)
    try:
        rows = [
            row
            for row in read_lines(find(folder, "squad2_unanswerable_pairs/pairs.jsonl"))
            if _plain(row["title"]) in titles
        ]
        rng.shuffle(rows)
        for row in rows:
            answer = row["answers"][0]
            span = answer["answer_start"], answer["answer_start"] + len(answer["text"])
            case = Case(row["answerable_question"], row["context"], span)
            if row["context"][slice(*span)] != answer["text"]:
                continue
            case = cut(rng, case)
            if case.answer is None:
                continue
            title = titles[_plain(row["title"])]
            page, place = page_of(rng, case, title, articles[title], headings=True)
            yield Group(_joined(row["unanswerable_question"]), (page,), None, "near-miss")
            if rng.random() < 0.5 and place is not None:
                yield Group(row["answerable_question"], (page,), (0, place), "twin", (answer["text"],))
    except (KeyError, TypeError, IndexError) as error:
        raise DataMissing(f"squad2_unanswerable_pairs in {folder} has other columns: {error!r}") from None


def fairytales(_: random.Random, folder: Path) -> Iterator[_Row]:
    """FairytaleQA (Xu et al., ACL 2022): why and how, where the answer stands in the passage."""
    for row in read_lines(find(folder, "fairytaleqa/qa.jsonl")):
        answer = row["answers"][0].strip(" .")
        passage = _SINGLE_BREAK.sub(" ", row["passage"])
        start = passage.lower().find(answer.lower())
        if row["ex_or_im"] == "explicit" and start >= 0 and len(passage.split()) < _LONGEST:
            yield "-", row["question"], passage, start, passage[start : start + len(answer)]


def searches(_: random.Random, folder: Path) -> Iterator[_Row]:
    """NQ-open (Lee et al., ACL 2019): questions typed into a search engine, with the passage that answers."""
    for row in read_lines(find(folder, "nq_open_oracle/nq-open-oracle.jsonl")):
        best = row["ctxs"][0]
        answer = next((answer for answer in row["answers"] if answer in best["text"]), None)
        if answer is not None:
            yield best["title"], row["question"], best["text"], best["text"].find(answer), answer


def coreferences(_: random.Random, folder: Path) -> Iterator[_Row]:
    """Quoref (Dasigi et al., EMNLP 2019): questions that need to know whom a pronoun stands for."""
    for article in read_json(find(folder, "quoref_dev/quoref-dev-v0.1.json"))["data"]:
        for paragraph in article["paragraphs"]:
            for row in paragraph["qas"]:
                if len(row["answers"]) == 1:
                    answer = row["answers"][0]
                    yield (
                        article["title"], row["question"], paragraph["context"], answer["answer_start"], answer["text"]
                    )  # fmt: skip


def sentences(rng: random.Random, folder: Path) -> Iterator[_Row]:
    """QAMR (Michael et al., NAACL 2018): questions on single sentences; those of gum_wikinews are left out."""
    evaluated = " ".join(row["text"] for row in read_lines(find(folder, "gum_wikinews/articles.jsonl")))
    rows = list(read_lines(find(folder, "qamr/qa.jsonl")))
    rng.shuffle(rows)
    taken: Counter[str] = Counter()
    for row in rows:
        sentence = row["sentence"]
        start = sentence.find(row["answer"])
        plain = sentence.replace(" ,", ",").replace(" .", ".")
        if start < 0 or taken[row["sentence_id"]] >= _OF_A_SENTENCE or plain[:60] in evaluated:
            continue
        taken[row["sentence_id"]] += 1
        yield "-", row["question"], sentence, start, row["answer"]


def _plain(title: str) -> str:
    return _NOT_A_WORD.sub(" ", title).strip().lower()


def _joined(tokens: str) -> str:
    """A question of which the word pieces are set apart, as people write it."""
    for apart in ("n't", "'s", ",", "."):
        tokens = tokens.replace(f" {apart}", apart)
    return tokens
