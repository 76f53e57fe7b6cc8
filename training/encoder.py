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
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

from ingest.archive.archive import Archive
from ingest.base.settings import Settings
from ingest.chunking.passages import embedded_text
from ingest.embedding.encoders import default_model_folder
from ingest.embedding.int8 import LONGEST, WEIGHTS
from ingest.embedding.runtime import load_openvino, open_session
from ingest.pipeline import ingest
from ingest.samples import sample_sources
from training.graphs import export
from training.network import Embedder

_SMOOTHING = 0.85  # 0 leaves the whole range of a channel to the activations, 1 moves it to the weights
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
        export(model, plain, ("vectors",))
        _quantise_statically(plain, inputs, options.to / "encoder.xml")
        smooth(model, ((torch.tensor(ids), torch.ones_like(torch.tensor(ids))) for ids in inputs))
        export(model, smoothed, ("vectors",))
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


class _Smoothed(nn.Module):
    """A linear layer with the same outputs, whose input channels are scaled to similar ranges."""

    def __init__(self, linear: nn.Linear, peaks: Tensor) -> None:
        """Wrap a layer.

        Args:
            linear: the layer; its weights are changed.
            peaks: highest absolute input of each channel.
        """
        super().__init__()
        weights = linear.weight.detach().abs().amax(dim=0).clamp(min=1e-4)
        scale = (peaks.clamp(min=1e-4) ** _SMOOTHING / weights ** (1 - _SMOOTHING)).clamp(min=1e-3)
        with torch.no_grad():
            linear.weight *= scale
        self.linear = linear
        self.inverse: Tensor
        self.register_buffer("inverse", 1 / scale)

    def forward(self, inputs: Tensor) -> Tensor:
        outputs: Tensor = self.linear(inputs * self.inverse)
        return outputs


def smooth(model: Embedder, inputs: Iterable[tuple[Tensor, ...]]) -> None:
    """Move the range of GELU's outputs, which int8 represents badly, into the next weights; scores stay the same.

    Source: Xiao et al., "SmoothQuant" (ICML 2023); here with a separate multiplication, because GELU cannot absorb it.

    Args:
        model: is changed in place.
        inputs: arguments of the model, to measure the ranges on.
    """
    model.eval()
    layers = [layer.output for layer in model.encoder.encoder.layer]
    peaks: dict[nn.Module, Tensor] = {}

    def watch(module: nn.Module, inputs: tuple[Tensor]) -> None:
        highest = inputs[0].detach().abs().flatten(0, -2).amax(dim=0)
        peaks[module] = torch.maximum(peaks[module], highest) if module in peaks else highest

    hooks = [layer.dense.register_forward_pre_hook(watch) for layer in layers]
    with torch.inference_mode():
        for batch in inputs:
            model(*batch)
    for hook in hooks:
        hook.remove()
    for layer in layers:
        layer.dense = _Smoothed(layer.dense, peaks[layer.dense])


def quantise(whole: Path, small: Path) -> None:
    """Fuse attention and quantise the weights to int8 with a scale per column (dynamic quantising).

    Args:
        whole: the exported network.
        small: file to write.
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.transformers.optimizer import optimize_model

    fused = whole.with_suffix(".fused.onnx")
    optimised = optimize_model(str(whole), model_type="bert", num_heads=12, hidden_size=384, opt_level=1)
    optimised.save_model_to_file(str(fused))
    quantize_dynamic(
        str(fused),
        str(small),
        per_channel=True,
        weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": 1},
    )


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
