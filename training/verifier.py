"""Train the verifier: `python -m training.verifier --data DIR --reader DIR --out DIR`.

It starts with the encoder of the reader that `training.reader` trained, which already relates questions to passages.

Examples:
  python -m training.verifier --data data/squad --reader .cache/reader --out .cache/verifier
  python -m training.verifier --data data/squad --reader .cache/reader --out .cache/try --questions 5000
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from evals.datasets.base import DataMissing
from ingest.embedding.encoders import default_model_folder
from qa.reader.span_inputs import Packed, pack
from qa.verification.support import STATEMENT
from training.claims import Claim, make_claims
from training.features import padded
from training.heldout import pick
from training.loop import Plan, train
from training.network import Verifier
from training.questions import Paragraph, load_paragraphs, split
from training.reader import load_tokenizer

_HELD_OUT = 2_000  # questions whose claims are evaluated during training


@dataclass(frozen=True)
class Example:
    """A claim as the model reads it.

    Attributes:
        packed: its only input.
        supported: whether the passage supports it.
        kind: how it was made.
    """

    packed: tuple[Packed, ...]
    supported: bool
    kind: str

    @property
    def length(self) -> int:
        """Number of word pieces."""
        return len(self.packed[0].ids)


@dataclass(frozen=True)
class HeldOut:
    """Figures on held-out articles; shares 0..1.

    Attributes:
        balanced: balanced accuracy at threshold 0.
        caught: share of unsupported claims caught, at the threshold that rejects one in twenty supported ones.
        by_kind: share of right decisions at that threshold, by kind of claim.
    """

    balanced: float
    caught: float
    by_kind: dict[str, float]

    def line(self) -> str:
        """Format in one line."""
        kinds = "  ".join(f"{kind} {share:.0%}" for kind, share in sorted(self.by_kind.items()))
        return f"balanced {self.balanced:.1%}  caught {self.caught:.1%}  ({kinds})"

    def shares(self) -> dict[str, float]:
        """The shares by name."""
        return {"balanced": round(self.balanced, 4), "caught": round(self.caught, 4)}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success, 1 with a message if the data is missing."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        learned, held = split(load_paragraphs(options.data))
    except DataMissing as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    start = options.reader / "reader.pt"
    if not start.exists():
        print(f"training: {start} does not exist; run training.reader first", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    tokenizer = load_tokenizer()
    plan = Plan(rate=options.rate, seed=options.seed)
    torch.manual_seed(plan.seed)
    examples = list(encode(tokenizer, claims_of(learned, options.questions, options.seed)))
    looked_at = list(encode(tokenizer, claims_of(held, _HELD_OUT, 7)))
    facts = {
        "questions": options.questions,
        "examples": len(examples),
        "plan": plan.decides,
        "reader": hashlib.sha256(start.read_bytes()).hexdigest(),
        "torch": torch.__version__,
    }
    (options.out / "run.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    logging.info("%s", json.dumps(facts))
    model = begin(start).to(device)

    def fit(batch: Sequence[Example]) -> Tensor:
        wanted = torch.tensor([float(example.supported) for example in batch], device=device)
        return binary_cross_entropy_with_logits(
            model(*padded([example.packed[0] for example in batch], device)), wanted
        )

    train(
        model, examples, plan, options.out, device, fit, lambda: evaluate(model, looked_at, device),
        made_of=json.dumps(facts),
    )  # fmt: skip
    beside = options.out / "verifier.writing"
    torch.save(model.state_dict(), beside)
    beside.replace(options.out / "verifier.pt")
    logging.info("the weights are in %s", options.out / "verifier.pt")
    return 0


def begin(reader: Path) -> Verifier:
    """A verifier with the encoder of a reader and an untrained head."""
    model = Verifier(default_model_folder())
    kept = torch.load(reader, map_location="cpu", weights_only=True)
    encoder = {name.removeprefix("encoder."): value for name, value in kept.items() if name.startswith("encoder.")}
    model.encoder.load_state_dict(encoder)
    return model


def claims_of(paragraphs: Sequence[Paragraph], count: int | None, seed: int) -> Iterator[Claim]:
    """Make the claims of some questions.

    Args:
        paragraphs: with all questions.
        count: how many questions to draw; None for all.
        seed: decides which questions, and which claims.
    """
    pairs = [(own, index) for own, paragraph in enumerate(paragraphs) for index in range(len(paragraph.questions))]
    asked = pairs if count is None else [pairs[i] for i in pick(count, seed, len(pairs))]
    return make_claims(paragraphs, asked, seed)


def encode(tokenizer: Tokenizer, claims: Iterable[Claim]) -> Iterator[Example]:
    """Encode claims; those on a passage longer than one window are left out.

    Args:
        tokenizer: the encoder's.
        claims: to encode.
    """
    for claim in claims:
        packed = pack(tokenizer, claim.text, [claim.page], STATEMENT)
        if len(packed) == 1:
            yield Example(tuple(packed), claim.supported, claim.kind)


def evaluate(model: Verifier, examples: Sequence[Example], device: str) -> HeldOut:
    """Evaluate a model on some examples.

    Args:
        model: the verifier.
        examples: encoded claims.
        device: where the model is.
    """
    return figures(score(model, examples, device), examples)


def figures(scores: NDArray[Any], examples: Sequence[Example]) -> HeldOut:
    """Figures of the scores of some examples.

    Args:
        scores: one per example.
        examples: encoded claims.
    """
    wanted = np.array([example.supported for example in examples])
    floor = float(np.quantile(scores[wanted], 0.05))
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for example, value in zip(examples, scores, strict=True):
        by_kind[example.kind].append(bool(value >= floor) == example.supported)
    return HeldOut(
        balanced=float(((scores[wanted] > 0).mean() + (scores[~wanted] <= 0).mean()) / 2),
        caught=float((scores[~wanted] < floor).mean()),
        by_kind={kind: sum(right) / len(right) for kind, right in by_kind.items()},
    )


def score(model: Verifier, examples: Sequence[Example], device: str) -> NDArray[np.float32]:
    """Logits of some examples, shape (n_examples,).

    Args:
        model: the verifier.
        examples: encoded claims.
        device: where the model is.
    """
    model.eval()
    logits = np.zeros(len(examples), dtype=np.float32)
    order = sorted(range(len(examples)), key=lambda i: examples[i].length)
    for at in range(0, len(order), 48):
        row = order[at : at + 48]
        with torch.inference_mode(), torch.autocast(device, dtype=torch.bfloat16):
            logits[row] = model(*padded([examples[i].packed[0] for i in row], device)).cpu().numpy()
    return logits


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.verifier", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that contains SQuAD's train-v1.1.json")
    parser.add_argument("--reader", type=Path, required=True, help="folder that training.reader wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and weights")
    parser.add_argument("--questions", type=int, help="number of questions to learn from (default: all)")
    parser.add_argument("--rate", type=float, default=1e-4, help="highest learning rate (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of all random choices (default %(default)s)")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: cuda if available")
    return parser


if __name__ == "__main__":
    sys.exit(main())
