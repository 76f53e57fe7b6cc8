"""Export trained weights in int8: `python -m training.export --run DIR --to DIR`.

The weights become int8 with a scale for each row, in files that a repository takes. Two graphs point at them:
`dynamic.onnx` for onnxruntime anywhere, and `static.xml` for OpenVINO on CPUs with VNNI.

Example:
  python -m training.export --run .cache/training --to .cache/weights
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from evals.datasets.base import DataMissing
from qa.reader.span_inputs import special
from training.commands import fail, load_tokenizer, parser
from training.features import load_examples
from training.graphs import write_graphs
from training.prepare import EXAMPLES
from training.weights import load_network, save_network

#: Beginnings of names: each part of the weights is a file of its own, so that none is above 95 MB.
PARTS = ("encoder.embeddings.", "")

_MEASURED = 100  # texts of the training data that ranges are measured on


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success, 1 if data is missing."""
    options = _parser().parse_args(arguments)
    try:
        trained = options.weights or options.run / "trained"
        network, tokenizer = load_network(trained), load_tokenizer(trained)
        reading, _, _ = load_examples(options.run / EXAMPLES)
    except DataMissing as error:
        return fail(str(error))
    texts = [example.inputs[0] for example in random.Random(1).sample(reading, min(_MEASURED, len(reading)))]
    save_network(network, trained, options.to, PARTS)
    write_graphs(load_network(options.to), options.to, texts, special(tokenizer, "<pad>", "[PAD]"))
    print("Checksums:")
    for file in sorted(options.to.iterdir()):
        if file.suffix in (".onnx", ".safetensors") or file.stem == "static" or file.name == "tokenizer.json":
            print(f'    "{file.name}": "{hashlib.sha256(file.read_bytes()).hexdigest()}",')
    return 0


def _parser() -> argparse.ArgumentParser:
    made = parser("export", __doc__)
    made.add_argument("--run", type=Path, required=True, help="folder that training.prepare and training.train wrote")
    made.add_argument("--weights", type=Path, help="folder of other trained weights")
    made.add_argument("--to", type=Path, required=True, help="folder for the weights and the graphs")
    return made


if __name__ == "__main__":
    sys.exit(main())
