"""Quantise the default embedder's encoder to int8, as it ships: `python -m training.encoder`.

Nothing is trained. The published weights are smoothed and quantised: once for onnxruntime with dynamic ranges of
activations, and once by NNCF for OpenVINO with ranges measured on the sample archive's passages. With 7 of 8 bits, sums
would be the same on CPUs that add two products in 16 bits (AVX2, and AVX-512 without VNNI), but two of 105 questions on
the samples were lost.

Examples:
  python -m training.encoder
  python -m training.encoder --to /tmp/weights
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from ingest.archive.archive import Archive
from ingest.base.settings import Settings
from ingest.chunking.passages import embedded_text
from ingest.embedding.encoders import default_model_folder
from ingest.embedding.int8 import LONGEST, WEIGHTS
from ingest.embedding.runtime import load_openvino, open_session
from ingest.pipeline import ingest
from ingest.samples import sample_sources
from training.export import export, quantise, smooth
from training.network import Embedder

_FILES = ("encoder.onnx", "encoder.xml", "encoder.bin", "tokenizer.json")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    options.to.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        inputs = _inputs(_sample_texts(Path(scratch)))
        model = Embedder(default_model_folder()).eval()
        with torch.inference_mode():
            reference = np.concatenate([model(torch.tensor(ids), torch.ones_like(torch.tensor(ids))) for ids in inputs])
        plain, smoothed = Path(scratch) / "plain.onnx", Path(scratch) / "smoothed.onnx"
        export(model, plain, ("vectors",), ("ids", "mask"))
        _quantise_statically(plain, inputs, options.to / "encoder.xml")
        smooth(model, ((torch.tensor(ids), torch.ones_like(torch.tensor(ids))) for ids in inputs))
        export(model, smoothed, ("vectors",), ("ids", "mask"))
        quantise(smoothed, options.to / "encoder.onnx")
    shutil.copyfile(default_model_folder() / "tokenizer.json", options.to / "tokenizer.json")
    print("Set _SHA256 in ingest/embedding/int8.py to:")
    for name in _FILES:
        print(f'    "{name}": "{hashlib.sha256((options.to / name).read_bytes()).hexdigest()}",')
    for name, vectors in (
        ("onnxruntime", _by_onnxruntime(options.to / "encoder.onnx", inputs)),
        ("OpenVINO", _by_openvino(options.to / "encoder.xml", inputs)),
    ):
        similarity = (vectors * reference).sum(axis=1)
        print(
            f"{name}: cosine to float32 on {len(inputs)} sample passages: mean {similarity.mean():.4f}, "
            f"least {similarity.min():.4f}"
        )
    return 0


def _quantise_statically(plain: Path, inputs: Sequence[NDArray[np.int64]], to: Path) -> None:
    """Quantise with NNCF to OpenVINO's format; the weights are a file beside it."""
    openvino = load_openvino()
    import nncf

    nncf.set_log_level(logging.ERROR)
    measured = nncf.Dataset(list(inputs), lambda ids: {"ids": ids, "mask": np.ones_like(ids)})
    model = nncf.quantize(
        openvino.Core().read_model(str(plain)),
        measured,
        model_type=nncf.ModelType.TRANSFORMER,
        preset=nncf.QuantizationPreset.MIXED,
        subset_size=len(inputs),
    )
    openvino.save_model(model, str(to))


def _by_onnxruntime(path: Path, inputs: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
    session = open_session(path, threads=1)
    return np.concatenate([session.run(None, {"ids": ids, "mask": np.ones_like(ids)})[0] for ids in inputs])


def _by_openvino(path: Path, inputs: Sequence[NDArray[np.int64]]) -> NDArray[np.float32]:
    model = load_openvino().Core().compile_model(str(path), "CPU", {"INFERENCE_PRECISION_HINT": "f32"})
    return np.concatenate([model({"ids": ids, "mask": np.ones_like(ids)})[0] for ids in inputs])


def _sample_texts(scratch: Path) -> list[str]:
    """The texts that are embedded for the passages of the sample archive."""
    settings = Settings(archive=scratch / "archive", embedder=str(default_model_folder()))
    with Archive.open(settings, create=True) as archive:
        ingest(sample_sources(), archive)
        ids = sorted(head.article_id for head in archive.listing())
        return [embedded_text(archive.article(one), passage) for one in ids for passage in archive.passages_of(one)]


def _inputs(texts: Sequence[str]) -> list[NDArray[np.int64]]:
    """Word pieces of each text, shape (1, length)."""
    tokenizer = Tokenizer.from_file(str(default_model_folder() / "tokenizer.json"))
    tokenizer.enable_truncation(LONGEST)
    tokenizer.no_padding()
    return [np.array([encoding.ids], dtype=np.int64) for encoding in tokenizer.encode_batch(list(texts))]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.encoder", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--to", type=Path, default=WEIGHTS, help="folder for the weights (default: the package's)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
