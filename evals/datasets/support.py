"""Statements with a source, and whether people say that it supports them: WiCE, QAGS, SummEdits, FaithBench.

Sources: Kamoi et al., EMNLP 2023; Wang, Cho and Lewis, ACL 2020; Laban et al., EMNLP 2023; Bao et al., 2024.
"""

from __future__ import annotations

import ast
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evals.corruptions import corrupt
from evals.datasets.base import DataMissing, find, read_json, read_lines
from evals.rewordings import reword
from ingest.chunking.sentences import sentence_spans
from qa.language.names import find_names

_FIGURE = re.compile(r"(\d)([,.]) (?=\d)")  # "1, 000" in the articles is "1,000" in their summaries
_SYNTHETIC = 1_000  # untrue sentences, and as many that are only reworded


@dataclass(frozen=True)
class Statement:
    """A statement about a source.

    Attributes:
        text: one sentence or several.
        source: text that should support it.
        supported: according to people, or to how it was made.
        kind: how it was made untrue, if it is synthetic.
    """

    text: str
    source: str
    supported: bool
    kind: str = ""


def wice(folder: Path, half: str = "test") -> Iterator[Statement]:
    """Claims from Wikipedia with the pages that they cite; partly supported counts as not supported.

    Args:
        folder: contains `wice`.
        half: `test` or `dev`.

    Raises:
        DataMissing: the file is missing, as for all of these sets.
    """
    file = find(folder, f"wice/data/entailment_retrieval/claim/{half}.jsonl")
    for record in read_lines(file):
        yield Statement(record["claim"], " ".join(record["evidence"]), record["label"] == "supported")


def qags(folder: Path, name: str) -> Iterator[Statement]:
    """Sentences of summaries, with the majority of three votes.

    Args:
        folder: contains `qags`.
        name: `cnndm` or `xsum`.
    """
    for record in read_lines(find(folder, f"qags/data/mturk_{name}.jsonl")):
        source = _FIGURE.sub(r"\1\2", record["article"])
        for sentence in record["summary_sentences"]:
            votes = [response["response"] == "yes" for response in sentence["responses"]]
            yield Statement(sentence["sentence"], source, sum(votes) * 2 > len(votes))


def summedits(folder: Path) -> Iterator[Statement]:
    """Summaries of news that a language model edited."""
    for record in read_json(find(folder, "summedits/data/summedits/summedits_news.json")):
        yield Statement(record["summary"], record["doc"], bool(record["label"]))


def faithbench(folder: Path) -> Iterator[Statement]:
    """Summaries by recent models; one with an unwanted span is not supported, doubtful ones are left out."""
    batches = sorted((folder / "faithbench" / "data_for_release").glob("batch_*.json*"))
    if not batches:
        raise DataMissing(f"{folder} has no faithbench/data_for_release/batch_*.json[.gz]")
    for batch in batches:
        for sample in read_json(batch)["samples"]:
            labels = " ".join(str(label) for annotation in _annotations(sample) for label in annotation["label"])
            if "Unwanted" in labels or "Questionable" not in labels:
                yield Statement(sample["summary"], sample["source"], "Unwanted" not in labels)


def _annotations(sample: dict[str, Any]) -> list[dict[str, Any]]:
    value = sample.get("annotations") or []
    annotations: list[dict[str, Any]] = ast.literal_eval(value) if isinstance(value, str) else value
    return annotations


def synthetic(folder: Path, count: int = _SYNTHETIC, seed: int = 11) -> Iterator[Statement]:
    """Sentences of news, reworded so that they stay true, and the same sentences made untrue.

    Args:
        folder: contains `gum_wikinews/articles.jsonl`.
        count: how many of each.
        seed: decides which.
    """
    articles = [str(record["text"]) for record in read_lines(find(folder, "gum_wikinews/articles.jsonl"))]
    rng = random.Random(seed)
    made_so_far = 0
    for _ in range(50):
        for article in articles:
            passage = _run_of_paragraphs(rng, article)
            spans = [span for span in sentence_spans(passage) if 30 < span[1] - span[0] < 330]
            if not spans:
                continue
            place = rng.randrange(len(spans))
            sentence = passage[slice(*spans[place])]
            reworded = reword(rng, sentence, passage, spans, place)
            names = [name.text for name in find_names(article)]
            made = corrupt(rng, reworded, passage, names, sentence)
            if made is None or made_so_far >= count:
                continue
            made_so_far += 1
            yield Statement(reworded, passage, True)
            yield Statement(made.text, passage, False, made.kind)


def _run_of_paragraphs(rng: random.Random, article: str) -> str:
    """Some consecutive paragraphs, about as long as a passage."""
    paragraphs = [part.strip() for part in article.split("\n") if len(part.split()) > 12]
    if not paragraphs:
        return ""
    at = rng.randrange(len(paragraphs))
    run = paragraphs[at]
    for following in paragraphs[at + 1 :]:
        if len(run.split()) > 90:
            break
        run = f"{run} {following}"
    return run


#: Every set by its name.
SETS: dict[str, Callable[[Path], Iterator[Statement]]] = {
    "wice": wice,
    "qags-cnndm": lambda folder: qags(folder, "cnndm"),
    "qags-xsum": lambda folder: qags(folder, "xsum"),
    "summedits": summedits,
    "faithbench": faithbench,
    "synthetic": synthetic,
    "wice-dev": lambda folder: wice(folder, "dev"),
}
