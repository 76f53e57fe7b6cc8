"""Export a trained reader as it ships: `python -m training.export --data DIR --run DIR`.

Examples:
  python -m training.export --data data/squad --run .cache/reader
  python -m training.export --data data/squad --run .cache/reader --to /tmp/weights
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import shutil
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from evals.datasets.base import DataMissing
from ingest.embedding.encoders import default_model_folder
from training.features import Batch, padded
from training.heldout import Scorer, evaluate
from training.network import Embedder, Reader, Verifier
from training.questions import load_paragraphs, split
from training.reader import held_out_groups, load_tokenizer

_WEIGHTS = Path(__file__).parent.parent / "qa" / "reader" / "weights"
_HELD_OUT = 2_000  # questions to measure the loss from quantising on
_OPSET = 17
_SMOOTHED_ON = 200  # held-out questions, without their answers
_SMOOTHING = 0.85  # 0 leaves the whole range of a channel to the activations, 1 moves it to the weights


class _Exported(nn.Module):
    """A network with positional arguments only, as torch's exporter needs."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, *inputs: Tensor) -> Any:
        return self.network(*inputs)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        _, held = split(load_paragraphs(options.data))
    except DataMissing as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    model = Reader(default_model_folder())
    model.load_state_dict(torch.load(options.run / "reader.pt", map_location="cpu", weights_only=True))
    options.to.mkdir(parents=True, exist_ok=True)
    whole, small = options.run / "reader.fp32.onnx", options.to / "reader.onnx"
    groups, examples = held_out_groups(held, load_tokenizer(), options.run, options.questions)
    smooth(model, (padded(example.packed, "cpu") for example in examples[:_SMOOTHED_ON]))
    export(model, whole, ("starts", "ends"))
    quantise(whole, small)
    shutil.copyfile(default_model_folder() / "tokenizer.json", options.to / "tokenizer.json")
    figures = {}
    for name, path in (("fp32", whole), ("int8", small)):
        held_out = evaluate(groups, examples, onnx_scorer(path))
        figures[name] = vars(held_out)
        print(f"{name}: {held_out.line()}  {path.stat().st_size / 1e6:.1f} MB")
    print(f"lost by quantising: {(figures['fp32']['f1'] - figures['int8']['f1']) * 100:.2f} points of F1")
    (options.run / "export.json").write_text(json.dumps(figures, indent=1))
    print("Set _SHA256 in qa/reader/span_models.py to:")
    for name in ("reader.onnx", "tokenizer.json"):
        print(f'    "{name}": "{hashlib.sha256((options.to / name).read_bytes()).hexdigest()}",')
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


def smooth(model: Reader | Verifier | Embedder, inputs: Iterable[tuple[Tensor, ...]]) -> None:
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


def export(
    model: nn.Module, path: Path, outputs: Sequence[str], inputs: Sequence[str] = ("ids", "mask", "types")
) -> None:
    """Export a network as ONNX, for any number of inputs of any length.

    Args:
        model: the network.
        path: file to write.
        outputs: names of its outputs.
        inputs: names of its inputs.
    """
    model.eval()
    names = list(inputs)
    example = tuple(torch.ones((2, 16), dtype=torch.long) for _ in names)
    axes = {name: {0: "inputs", 1: "length"} for name in names} | {name: {0: "inputs"} for name in outputs}
    torch.onnx.export(
        _Exported(model),
        example,
        str(path),
        input_names=names,
        output_names=list(outputs),
        dynamic_axes=axes,
        opset_version=_OPSET,
        dynamo=False,
    )


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


def onnx_scorer(path: Path) -> Scorer:
    """A scorer that runs an exported model."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])

    def score(batch: Batch) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        feeds = {"ids": batch.ids.numpy(), "mask": batch.mask.numpy(), "types": batch.types.numpy()}
        starts, ends = session.run(None, feeds)
        return starts, ends

    return score


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.export", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that contains SQuAD's train-v1.1.json")
    parser.add_argument("--run", type=Path, required=True, help="folder that training.reader wrote")
    parser.add_argument("--to", type=Path, default=_WEIGHTS, help="folder for the weights (default: the package's)")
    parser.add_argument("--questions", type=int, default=_HELD_OUT, help="number of held-out questions to measure on")
    return parser


if __name__ == "__main__":
    sys.exit(main())
