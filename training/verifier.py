"""Train the verifier: `python -m training.verifier --data DIR --reader DIR --out DIR`.

It begins with the encoder of the reader that `training.reader` made, which knows how question and passage go together.

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

_HELD_OUT = 2_000  # questions whose claims are looked at while it learns


@dataclass(frozen=True)
class Example:
    """A claim as the model reads it.

    Attributes:
        packed: one input.
        supported: whether the passage supports it.
        kind: how it was made.
    """

    packed: tuple[Packed, ...]
    supported: bool
    kind: str

    @property
    def length(self) -> int:
        """Word pieces."""
        return len(self.packed[0].ids)


@dataclass(frozen=True)
class HeldOut:
    """Figures on held-out articles; shares 0..1.

    Attributes:
        balanced: mean of the shares of supported ones kept and of others caught, at 0.
        caught: share of those that are not supported caught where one in twenty supported ones is, too.
        by_kind: the same, of each kind.
    """

    balanced: float
    caught: float
    by_kind: dict[str, float]

    def line(self) -> str:
        """In one line."""
        kinds = "  ".join(f"{kind} {share:.0%}" for kind, share in sorted(self.by_kind.items()))
        return f"balanced {self.balanced:.1%}  caught {self.caught:.1%}  ({kinds})"

    def told(self) -> dict[str, float]:
        """The shares by name."""
        return {"balanced": round(self.balanced, 4), "caught": round(self.caught, 4)}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where it went well, 1 with a message where the data is missing."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        learned, held = split(load_paragraphs(options.data))
    except DataMissing as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    start = options.reader / "reader.pt"
    if not start.exists():
        print(f"training: {start} is not there; training.reader makes it", file=sys.stderr)
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
        wanted = torch.tensor([float(each.supported) for each in batch], device=device)
        return binary_cross_entropy_with_logits(model(*padded([each.packed[0] for each in batch], device)), wanted)

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
    """A verifier with the encoder of a reader and a head that knows nothing."""
    model = Verifier(default_model_folder())
    kept = torch.load(reader, map_location="cpu", weights_only=True)
    encoder = {name.removeprefix("encoder."): value for name, value in kept.items() if name.startswith("encoder.")}
    model.encoder.load_state_dict(encoder)
    return model


def claims_of(paragraphs: Sequence[Paragraph], count: int | None, seed: int) -> Iterator[Claim]:
    """The claims of some questions.

    Args:
        paragraphs: that may be drawn from.
        count: how many questions; None for all.
        seed: decides which, and what is made of them.
    """
    every = [(own, index) for own, paragraph in enumerate(paragraphs) for index in range(len(paragraph.questions))]
    asked = every if count is None else [every[i] for i in pick(count, seed, len(every))]
    return make_claims(paragraphs, asked, seed)


def encode(tokenizer: Tokenizer, claims: Iterable[Claim]) -> Iterator[Example]:
    """Claims as examples; of a long passage only the first window is read, so claims on longer ones are left out."""
    for claim in claims:
        packed = pack(tokenizer, claim.text, [claim.page], STATEMENT)
        if len(packed) == 1:
            yield Example(tuple(packed), claim.supported, claim.kind)


def evaluate(model: Verifier, examples: Sequence[Example], device: str) -> HeldOut:
    """Figures on some examples."""
    return figures(score(model, examples, device), examples)


def figures(scores: NDArray[Any], examples: Sequence[Example]) -> HeldOut:
    """Figures of some scores, one an example."""
    wanted = np.array([each.supported for each in examples])
    floor = float(np.quantile(scores[wanted], 0.05))
    by_kind: dict[str, list[bool]] = defaultdict(list)
    for each, value in zip(examples, scores, strict=True):
        by_kind[each.kind].append(bool(value >= floor) == each.supported)
    return HeldOut(
        balanced=float(((scores[wanted] > 0).mean() + (scores[~wanted] <= 0).mean()) / 2),
        caught=float((scores[~wanted] < floor).mean()),
        by_kind={kind: sum(right) / len(right) for kind, right in by_kind.items()},
    )


def score(model: Verifier, examples: Sequence[Example], device: str) -> NDArray[np.float32]:
    """The logits of some examples, shape (n_examples,)."""
    model.eval()
    found = np.zeros(len(examples), dtype=np.float32)
    order = sorted(range(len(examples)), key=lambda i: examples[i].length)
    for at in range(0, len(order), 48):
        row = order[at : at + 48]
        with torch.inference_mode(), torch.autocast(device, dtype=torch.bfloat16):
            found[row] = model(*padded([examples[i].packed[0] for i in row], device)).cpu().numpy()
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.verifier", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that holds SQuAD's train-v1.1.json")
    parser.add_argument("--reader", type=Path, required=True, help="folder that training.reader wrote")
    parser.add_argument("--out", type=Path, required=True, help="folder for checkpoints and weights")
    parser.add_argument("--questions", type=int, help="how many to learn from (default: all)")
    parser.add_argument("--rate", type=float, default=1e-4, help="highest learning rate (default %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another one makes other claims")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: cuda where there is one")
    return parser


if __name__ == "__main__":
    sys.exit(main())
