"""Figures of trained weights: `python -m training.figures --weights DIR --data DIR`.

They are those of SQuAD 2.0's dev set, of held-out articles of SQuAD 1.1, and of support. Each form of the weights is
scored by itself: float32 in torch, and the graphs that training.export wrote, by onnxruntime and by OpenVINO.

Examples:
  python -m training.figures --weights .cache/training/trained --data data --forms float --questions 1000
  python -m training.figures --weights .cache/weights --data data --pairs pairs.jsonl
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from tqdm import tqdm

from evals.datasets.base import DataMissing, read_lines
from evals.datasets.squad import Item, load_squad
from evals.scores import exact_match, f1
from qa.reader.model import ReaderModel, Scores
from qa.reader.span_decoding import mark
from qa.reader.span_inputs import STATEMENT, Packed, Page, pack, special
from training.commands import fail, load_tokenizer, parser
from training.features import padded
from training.heldout import evaluate, held_out_groups
from training.network import ReaderChecker
from training.questions import load_paragraphs, split
from training.weights import load_network

FORMS = ("float", "onnxruntime", "openvino")

_DEV = ("dev-v2.0.json", "dev-v2.0.from-html.json")
_BATCH = 24
_HELD_OUT = 250


class Model(Protocol):
    """One form of the weights."""

    def scores(self, packed: Sequence[Packed]) -> list[Scores]:
        """What it says of each input."""


class Float:
    """The network in torch, in float32."""

    def __init__(self, network: ReaderChecker, pad: int) -> None:
        """Wrap a network.

        Args:
            network: in float32.
            pad: the word piece to pad with.
        """
        self._network, self._pad = network.eval(), pad

    def scores(self, packed: Sequence[Packed]) -> list[Scores]:
        """What it says of each input."""
        results: list[Scores | None] = [None] * len(packed)
        order = sorted(range(len(packed)), key=lambda i: len(packed[i].ids))
        for at in range(0, len(order), _BATCH):
            row = order[at : at + _BATCH]
            with torch.inference_mode():
                starts, ends, labels = self._network(*padded([packed[i].ids for i in row], self._pad))
            for i, first, last, logits in zip(row, starts.numpy(), ends.numpy(), labels.numpy(), strict=True):
                inside = slice(packed[i].first, packed[i].first + len(packed[i].offsets))
                results[i] = Scores(first[inside], last[inside], logits)
        return [result for result in results if result is not None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success, 1 if data is missing, 2 if an option is invalid."""
    options = _parser().parse_args(arguments)
    forms = [form for form in options.forms.split(",") if form]
    if unknown := sorted(set(forms) - set(FORMS)):
        return fail(f"--forms takes {', '.join(FORMS)}, not {unknown[0]}", status=2)
    if options.questions is not None and options.questions < 1:
        return fail("--questions must be at least 1", status=2)
    try:
        figures = _figures(options, forms)
    except DataMissing as error:
        return fail(str(error))
    if options.json:
        options.json.write_text(json.dumps(figures, indent=1), encoding="utf-8")
    return 0


def _figures(options: argparse.Namespace, forms: Sequence[str]) -> dict[str, dict[str, Any]]:
    tokenizer = load_tokenizer(options.weights)
    items = load_squad(options.data / "squad", _DEV)
    random.Random(5).shuffle(items)
    _, held = split(load_paragraphs(options.data / "squad"))
    groups = held_out_groups(held, options.cache or options.weights, _HELD_OUT)
    pairs = list(read_lines(options.pairs)) if options.pairs else []
    figures = {}
    for form in forms:
        model = open_form(form, options.weights)
        rows: dict[str, Any] = squad(model, tokenizer, items[: options.questions])
        rows |= {f"held_out_{name}": value for name, value in evaluate(model, tokenizer, groups).shares().items()}
        if pairs:
            rows["support_auroc"] = support(model, tokenizer, pairs)
        figures[form] = {name: round(value, 4) for name, value in rows.items()}
        print(f"{form}: " + "  ".join(f"{name} {value:.4g}" for name, value in figures[form].items()), flush=True)
    return figures


def open_form(form: str, weights: Path) -> Model:
    """Open the weights in one form.

    Args:
        form: one of FORMS.
        weights: folder of the weights, and of the graphs where the form needs one.

    Raises:
        DataMissing: a file or OpenVINO is missing.
    """
    if form == "float":
        return Float(load_network(weights), special(load_tokenizer(weights), "<pad>", "[PAD]"))
    if form == "openvino" and find_spec("openvino") is None:
        raise DataMissing("OpenVINO is not installed; leave openvino out of --forms")
    graph = weights / ("static.xml" if form == "openvino" else "dynamic.onnx")
    if not graph.exists():
        raise DataMissing(f"{graph} does not exist; make it with `python -m training.export`")
    return ReaderModel(weights, {}, static=form == "openvino")


def squad(model: Model, tokenizer: Any, items: Sequence[Item]) -> dict[str, float]:
    """Best F1 and EM over all thresholds, in percent, and F1 and EM of the answerable questions if all are answered.

    Args:
        model: one form of the weights.
        tokenizer: the encoder's.
        items: questions, each on one paragraph.
    """
    rows = []
    for item in tqdm(items, desc="SQuAD", mininterval=10):
        packed = pack(tokenizer, item.question, [Page("-", item.context)])
        marks = [
            best
            for piece, scores in zip(packed, model.scores(packed), strict=True)
            for best in mark(scores.starts, scores.ends, piece.offsets, 0, 1)
        ]
        best = max(marks, key=lambda candidate: candidate.score)
        words = item.context[slice(*best.span)]
        rows.append(
            (
                best.score,
                not item.answers,
                *((f1(words, item.answers), exact_match(words, item.answers)) if item.answers else (0.0, 0.0)),
            )
        )
    rows.sort(reverse=True)
    overlap = exact = best_f1 = best_em = float(sum(unanswerable for _, unanswerable, _, _ in rows))
    for _, unanswerable, part, whole in rows:
        overlap += -1 if unanswerable else part
        exact += -1 if unanswerable else whole
        if overlap > best_f1:
            best_f1, best_em = overlap, exact
    answerable = [row for row in rows if not row[1]]
    return {
        "best_f1": 100 * best_f1 / len(rows),
        "best_em": 100 * best_em / len(rows),
        "forced_f1": 100 * float(np.mean([row[2] for row in answerable])),
        "forced_em": 100 * float(np.mean([row[3] for row in answerable])),
    }


def support(model: Model, tokenizer: Any, rows: Sequence[dict[str, Any]]) -> float:
    """Probability that a true statement scores above a false one (AUROC).

    Args:
        model: one form of the weights.
        tokenizer: the encoder's.
        rows: each with `sentence`, `passages` (heading, line break, text) and `true`.

    Raises:
        DataMissing: a row lacks one of them.
    """
    true: list[float] = []
    false: list[float] = []
    try:
        for row in rows:
            parts = [text.partition("\n") for text in row["passages"]]
            pages = [Page(heading, text) for heading, _, text in parts]
            if len(pages) > 1:
                pages.append(Page("-", " ".join(page.text for page in pages)))
            scores = model.scores(pack(tokenizer, row["sentence"], pages, STATEMENT))
            best = max(float(result.labels[0] - np.logaddexp.reduce(result.labels)) for result in scores)
            (true if row["true"] else false).append(best)
    except (KeyError, TypeError) as error:
        raise DataMissing(f"--pairs: a row lacks {error}; expected sentence, passages and true") from None
    return float(np.mean([(t > f) + 0.5 * (t == f) for t in true for f in false]))


def _parser() -> argparse.ArgumentParser:
    made = parser("figures", __doc__)
    made.add_argument("--weights", type=Path, required=True, help="folder of trained weights")
    made.add_argument("--data", type=Path, required=True, help="folder with the subfolder squad")
    made.add_argument("--forms", default=",".join(FORMS), help="forms, with commas between them (%(default)s)")
    made.add_argument("--questions", type=int, help="how many questions of SQuAD 2.0's dev set (all)")
    made.add_argument("--pairs", type=Path, help="JSON Lines of statements: sentence, passages, true")
    made.add_argument("--cache", type=Path, help="folder that caches the search for passages (that of --weights)")
    made.add_argument("--json", type=Path, help="file for the figures")
    return made


if __name__ == "__main__":
    sys.exit(main())
