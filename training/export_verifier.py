"""Export a trained verifier as it ships: `python -m training.export_verifier --data DIR --run DIR`.

Example:
  python -m training.export_verifier --data data/squad --run .cache/verifier
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch

from evals.datasets.base import DataMissing
from ingest.embedding.encoders import default_model_folder
from qa.reader.onnx import pad
from training.export import export, quantise, smooth
from training.features import padded
from training.network import Verifier
from training.questions import load_paragraphs, split
from training.reader import load_tokenizer
from training.verifier import claims_of, encode, figures, score

_WEIGHTS = Path(__file__).parent.parent / "qa" / "reader" / "weights"
_SMOOTHED_ON = 200  # held-out claims, without their labels


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        _, held = split(load_paragraphs(options.data))
    except DataMissing as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    weights = options.run / "verifier.pt"
    if not weights.exists():
        print(f"training: {weights} does not exist; run training.verifier first", file=sys.stderr)
        return 1
    model = Verifier(default_model_folder())
    model.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    examples = list(encode(load_tokenizer(), claims_of(held, options.questions, 7)))
    print(f"fp32: {figures(score(model, examples, 'cpu'), examples).line()}")
    smooth(model, (padded(example.packed, "cpu") for example in examples[:_SMOOTHED_ON]))
    whole, small = options.run / "verifier.fp32.onnx", options.to / "verifier.onnx"
    options.to.mkdir(parents=True, exist_ok=True)
    export(model, whole, ("support",))
    quantise(whole, small)
    import onnxruntime

    session = onnxruntime.InferenceSession(str(small), providers=["CPUExecutionProvider"])
    scores = np.array([float(session.run(None, pad(example.packed))[0][0]) for example in examples])
    print(f"int8: {figures(scores, examples).line()}  {small.stat().st_size / 1e6:.1f} MB")
    print(f"Set _SHA256 in qa/verification/support.py to:\n    {hashlib.sha256(small.read_bytes()).hexdigest()}")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.export_verifier",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that contains SQuAD's train-v1.1.json")
    parser.add_argument("--run", type=Path, required=True, help="folder that training.verifier wrote")
    parser.add_argument("--to", type=Path, default=_WEIGHTS, help="folder for the weights (default: the package's)")
    parser.add_argument("--questions", type=int, default=2_000, help="number of held-out questions to measure on")
    return parser


if __name__ == "__main__":
    sys.exit(main())
