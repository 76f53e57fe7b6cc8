"""Train the model that reads and checks: `python -m training.train --start DIR --out DIR`.

--start names an encoder in Hugging Face format, or trained weights to go on from, with a fresh optimiser. A run that
was stopped goes on where it was. On a CPU, `MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=17179869184` makes it a quarter
faster.

Examples:
  python -m training.train --start all-mpnet-base-v2 --out .cache/training
  python -m training.train --start .cache/weights --out .cache/training --minutes 120 --rate 2e-5
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import torch

from evals.datasets.base import DataMissing
from qa.reader.span_inputs import special
from training.commands import fail, load_tokenizer, parser
from training.features import load_examples
from training.loop import Plan, TrainingError, train
from training.prepare import EXAMPLES
from training.weights import load_network, save_network

_PLAN = Plan()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success, 1 if data is missing or training fails, 2 if an option is invalid."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    plan = Plan(
        steps=options.steps, minutes=options.minutes, epochs=options.epochs, inputs=options.inputs, rate=options.rate,
        frozen=options.frozen, seed=options.seed,
    )  # fmt: skip
    minutes = 1.0 if plan.minutes is None else plan.minutes
    if min(plan.steps, plan.epochs, plan.inputs) < 1 or not (plan.rate > 0 and minutes > 0) or plan.frozen < 0:
        return fail(
            "--steps, --epochs, --inputs, --minutes and --rate must be above 0, and --frozen not below", status=2
        )
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    try:
        reading, checking, made_of = load_examples(options.out / EXAMPLES)
        tokenizer = load_tokenizer(options.start)
        network = load_network(options.start)
        first = json.dumps([made_of, _fingerprint(options.start)])
        pad = special(tokenizer, "<pad>", "[PAD]")
        progress = train(network, reading, checking, pad, plan, options.out, device, first)
    except (DataMissing, TrainingError) as error:
        return fail(str(error))
    save_network(network.to("cpu"), options.start, options.out / "trained")
    print(
        f"{progress.step:,} steps and {progress.seen:,} inputs in {progress.seconds / 3600:.1f} hours; "
        f"the weights are in {options.out / 'trained'}"
    )
    return 0


def _fingerprint(folder: Path) -> str:
    """A hash of the weights in a folder."""
    files = [folder / "model.safetensors"] if (folder / "model.safetensors").exists() else []
    files = files or sorted(folder.glob("weights*.safetensors"))
    whole = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            whole.update(hashlib.file_digest(opened, "sha256").digest())
    return whole.hexdigest()


def _parser() -> argparse.ArgumentParser:
    made = parser("train", __doc__)
    made.add_argument("--start", type=Path, required=True, help="folder of an encoder, or of trained weights")
    made.add_argument(
        "--out", type=Path, required=True, help="folder that training.prepare wrote; checkpoints go there"
    )
    made.add_argument("--steps", type=int, default=_PLAN.steps, help="the most steps (default: %(default)s)")
    made.add_argument("--minutes", type=float, help="time after which the rate is 0, where steps are left")
    made.add_argument("--epochs", type=int, default=_PLAN.epochs, help="how often examples are read (%(default)s)")
    made.add_argument("--inputs", type=int, default=_PLAN.inputs, help="inputs of a step (default: %(default)s)")
    made.add_argument("--rate", type=float, default=_PLAN.rate, help="highest learning rate (default: %(default)s)")
    made.add_argument("--frozen", type=int, default=_PLAN.frozen, help="lowest blocks that stay (default: %(default)s)")
    made.add_argument("--seed", type=int, default=_PLAN.seed, help="of the order (default: %(default)s)")
    made.add_argument("--device", choices=("cpu", "cuda"), help="default: cuda if available")
    return made


if __name__ == "__main__":
    sys.exit(main())
