"""Statements, each with a passage and what the passage says of it, from data that people made and by rule."""

from __future__ import annotations

import random
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.corruptions import corrupt
from evals.datasets.base import DataMissing, find, read_lines
from ingest.chunking.sentences import sentence_spans
from qa.reader.span_inputs import Page
from training.claims import make_claims
from training.questions import Paragraph

#: What a passage says of a statement. Data that does not tell "refuted" from "neither" has the last one.
LABELS = ("supported", "refuted", "neither", "not supported")
SUPPORTED, REFUTED, NEITHER, NOT_SUPPORTED = range(4)

_NAME = re.compile(r"[A-Z]\w{3,}")
_SHORTEST = 40  # characters of a sentence of OneStopEnglish


@dataclass(frozen=True)
class Statement:
    """A statement with a passage.

    Attributes:
        text: one sentence.
        page: the passage with its heading.
        label: index in LABELS.
    """

    text: str
    page: Page
    label: int


def make_statements(
    rng: random.Random, folder: Path, learned: Sequence[Paragraph], asked: Sequence[tuple[int, int]]
) -> list[Statement]:
    """All statements to learn from.

    Args:
        rng: decides what is made.
        folder: has a subfolder for each set of data.
        learned: paragraphs of SQuAD.
        asked: for each question to make statements from, the index of its paragraph and its index there.

    Raises:
        DataMissing: a set is missing or has another format.
    """
    made = [
        Statement(claim.text, claim.page, SUPPORTED if claim.supported else NOT_SUPPORTED)
        for claim in make_claims(learned, asked, 7)
    ]
    for source in (fever, fever_symmetric, fool_me_twice, one_stop_english):
        try:
            made += source(rng, folder)
        except (KeyError, TypeError, IndexError) as error:
            raise DataMissing(f"{source.__name__} in {folder} has other columns: {error!r}") from None
    return [statement for statement in made if statement.text and statement.page.text]


def fever(rng: random.Random, folder: Path) -> Iterator[Statement]:
    """Claims of FEVER (Thorne et al., NAACL 2018) with their evidence, and with evidence on the same names."""
    rows = list(read_lines(find(folder, "fever_dev_pairs/pairs.jsonl")))
    evidence = [row["evidence"] for row in rows]
    with_name: dict[str, list[int]] = defaultdict(list)
    for index, text in enumerate(evidence):
        for name in sorted(set(_NAME.findall(text))):
            with_name[name].append(index)
    for row in rows:
        label = SUPPORTED if row["supported"] else REFUTED
        yield Statement(row["claim"], Page("-", _among_others(rng, row["evidence"], evidence)), label)
        if row["supported"] and rng.random() < 0.5:
            names = sorted(
                (name for name in sorted(set(_NAME.findall(row["claim"]))) if name in with_name),
                key=lambda name: len(with_name[name]),
            )
            others = [
                evidence[i]
                for name in names[:2]
                for i in with_name[name]
                if evidence[i] != row["evidence"] and row["evidence"] not in evidence[i]
            ]
            if others and len(with_name[names[0]]) > 1:
                text = _among_others(rng, rng.choice(others), evidence)
                yield Statement(row["claim"], Page("-", text), NOT_SUPPORTED)


def fever_symmetric(rng: random.Random, folder: Path) -> Iterator[Statement]:
    """FEVER-Symmetric (Schuster et al., EMNLP 2019): each claim with evidence for it and against it."""
    evidence = [row["evidence"] for row in read_lines(find(folder, "fever_dev_pairs/pairs.jsonl"))]
    for part, field in (("generated", "evidence_sentence"), ("dev", "evidence"), ("test", "evidence")):
        for row in read_lines(find(folder, f"fever_symmetric/fever_symmetric_{part}.jsonl")):
            text = _among_others(rng, row[field], evidence)
            yield Statement(row["claim"], Page("-", text), SUPPORTED if row["label"] == "SUPPORTS" else REFUTED)


def fool_me_twice(rng: random.Random, folder: Path) -> Iterator[Statement]:
    """Fool Me Twice (Eisenschlos et al., NAACL 2021): claims that players wrote to fool each other."""
    for part in ("dev", "test"):
        for row in read_lines(find(folder, f"fool_me_twice/{part}.jsonl")):
            gold = " ".join(piece["text"] for piece in row["gold_evidence"])
            near = [piece["text"] for piece in row["retrieved_evidence"][:3]]
            text = " ".join([gold, *near]) if rng.random() < 0.5 else gold
            label = SUPPORTED if row["label"] == "SUPPORTS" else REFUTED
            yield Statement(row["text"], Page("-", text), label)


def one_stop_english(rng: random.Random, folder: Path) -> Iterator[Statement]:
    """OneStopEnglish (Vajjala and Lučić, BEA 2018): news at three levels; a sentence, reworded or corrupted."""
    texts = [row["text"] for row in read_lines(find(folder, "onestopenglish/texts.jsonl"))]
    for levels in ("ADV-ELE", "ADV-INT", "ELE-INT"):
        for row in read_lines(find(folder, f"onestopenglish/aligned.{levels}.jsonl")):
            if row["overlaps_onestopqa"] or min(len(row["a"]), len(row["b"])) < _SHORTEST:
                continue
            wording, source = (row["a"], row["b"]) if rng.random() < 0.5 else (row["b"], row["a"])
            host = next((text for text in texts if source in text), None)
            passage = _around(rng, source, host) if host and rng.random() < 0.75 else source
            if rng.random() < 0.5:
                yield Statement(wording, Page("-", passage), SUPPORTED)
            elif (changed := corrupt(rng, wording, passage, ())) is not None:
                yield Statement(changed.text, Page("-", passage), NOT_SUPPORTED)


def _among_others(rng: random.Random, evidence: str, others: Sequence[str]) -> str:
    """Evidence as it is, half of the time, or among one to four other pieces."""
    if rng.random() < 0.5:
        return evidence
    pieces = [rng.choice(others) for _ in range(rng.randint(1, 4))]
    pieces.insert(rng.randrange(len(pieces) + 1), evidence)
    return " ".join(pieces)


def _around(rng: random.Random, sentence: str, text: str) -> str:
    """A sentence with up to three sentences before and after it."""
    spans = sentence_spans(text)
    at = next((i for i, span in enumerate(spans) if sentence[:_SHORTEST] in text[slice(*span)]), None)
    if at is None:
        return sentence
    first, last = max(0, at - rng.randint(0, 3)), min(len(spans), at + 1 + rng.randint(0, 3)) - 1
    return text[spans[first][0] : spans[last][1]]
