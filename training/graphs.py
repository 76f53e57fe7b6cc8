"""Two graphs over one set of int8 weights: an ONNX one for onnxruntime, and one for OpenVINO on CPUs with VNNI.

Both take the matrices from the safetensors files that `training.weights` wrote, so these are kept once. In the first,
ranges of activations are computed for each input. In the second they are static, measured by NNCF on texts of the
training data.
"""

from __future__ import annotations

import copy
import hashlib
import json
import logging
import shutil
import struct
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lxml import etree
from numpy.typing import NDArray
from torch import Tensor, nn

from ingest.embedding.runtime import load_openvino
from training.features import padded
from training.network import ReaderChecker

_OPSET = 17
_OUTLIER = 10.0  # a largest row this many times the median row is brought to the size of the others
_SMALL = 5_000  # values of a tensor that stays in the graph

Inputs = Sequence[NDArray[np.int32]]


@dataclass(frozen=True)
class Kept:
    """Where an int8 matrix is kept.

    Attributes:
        name: of the parameter.
        shape: its rows and columns.
        file: name of the safetensors file.
        start: offset of its bytes in the file.
        length: number of bytes.
    """

    name: str
    shape: list[int]
    file: str
    start: int
    length: int


class _RowScaled(nn.Module):
    """A linear layer whose rows are divided by their largest value before the product, and multiplied by it after.

    Single word pieces, the first and the last, are outliers in some layers. With one int8 range for the whole input,
    the other rows would keep few of their bits. The size of a row commutes with the product.
    """

    def __init__(self, linear: nn.Linear) -> None:
        super().__init__()
        self.weight, self.bias = linear.weight, linear.bias

    def forward(self, inputs: Tensor) -> Tensor:
        size = inputs.abs().amax(dim=-1, keepdim=True).clamp_min(1e-6)
        return torch.matmul(inputs / size, self.weight.t()) * size + self.bias


class _Int8Embedding(nn.Module):
    """An embedding whose rows are int8 with a scale each."""

    def __init__(self, embedding: nn.Embedding) -> None:
        super().__init__()
        scale = embedding.weight.detach().abs().amax(dim=1).clamp_min(1e-8) / 127
        self.rows: Tensor
        self.scale: Tensor
        self.register_buffer("rows", (embedding.weight.detach() / scale[:, None]).round().to(torch.int8))
        self.register_buffer("scale", scale)

    def forward(self, ids: Tensor) -> Tensor:
        return self.rows[ids].float() * self.scale[ids][..., None]


def write_graphs(network: ReaderChecker, folder: Path, texts: Inputs, pad: int) -> None:
    """Write `dynamic.onnx`, and `static.xml`, `static.bin` and `static.json`, beside the weights.

    Args:
        network: with the weights of the folder; a copy of it is exported.
        folder: holds `weights*.safetensors`.
        texts: word pieces of texts that ranges are measured on.
        pad: the word piece to pad with.
    """
    exported = copy.deepcopy(network).eval()
    _scale_rows(exported, texts, pad)
    for name, module in list(exported.encoder.embeddings.named_children()):
        if isinstance(module, nn.Embedding) and module.weight.numel() > _SMALL:
            setattr(exported.encoder.embeddings, name, _Int8Embedding(module))
    kept = _kept_matrices(folder)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "plain.onnx"
        export(exported, plain, ("starts", "ends", "labels"))
        _write_dynamic(plain, folder / "dynamic.onnx", kept)
        _write_static(plain, folder / "static", kept, texts)


def export(network: nn.Module, path: Path, outputs: Sequence[str], inputs: Sequence[str] = ("ids", "mask")) -> None:
    """Export a network as ONNX, for any number of inputs of any length.

    Args:
        network: to export.
        path: file to write.
        outputs: names of its outputs.
        inputs: names of its inputs.
    """
    network.eval()
    example = tuple(torch.ones((2, 16), dtype=torch.long) for _ in inputs)
    lengths = {name: {0: "inputs", 1: "length"} for name in (*inputs, "starts", "ends") if name in (*inputs, *outputs)}
    torch.onnx.export(
        network,
        example,
        str(path),
        input_names=list(inputs),
        output_names=list(outputs),
        dynamic_axes=lengths | {name: {0: "inputs"} for name in outputs if name not in lengths},
        opset_version=_OPSET,
        dynamo=False,
    )


def _scale_rows(network: ReaderChecker, texts: Inputs, pad: int) -> None:
    """Scale the rows of the second linear layer of each block where some are outliers."""
    blocks = network.encoder.encoder.layer
    ratios: dict[nn.Module, list[float]] = {block.output.dense: [] for block in blocks}

    def watch(module: nn.Module, inputs: tuple[Tensor]) -> None:
        sizes = inputs[0].detach().abs().amax(dim=-1).flatten()
        ratios[module].append(float(sizes.max() / sizes.median()))

    hooks = [dense.register_forward_pre_hook(watch) for dense in ratios]
    with torch.inference_mode():
        for ids in texts:
            network(*padded([ids], pad))
    for hook in hooks:
        hook.remove()
    for block in blocks:
        if np.median(ratios[block.output.dense]) > _OUTLIER:
            block.output.dense = _RowScaled(block.output.dense)


def _kept_matrices(folder: Path) -> dict[str, Kept]:
    """Where each int8 matrix is kept, by a hash of its bytes."""
    places = {}
    for file in sorted(folder.glob("weights*.safetensors")):
        raw = file.read_bytes()
        (size,) = struct.unpack("<Q", raw[:8])
        for name, facts in json.loads(raw[8 : 8 + size]).items():
            if name != "__metadata__" and facts["dtype"] == "I8":
                start, end = (8 + size + offset for offset in facts["data_offsets"])
                key = hashlib.sha256(raw[start:end]).hexdigest()
                places[key] = Kept(name, facts["shape"], file.name, start, end - start)
    return places


def _find(value: NDArray[np.int8], kept: dict[str, Kept]) -> tuple[Kept, bool] | None:
    """Where the bytes of a matrix are kept, and whether they are kept transposed; None where they are not."""
    for turned, matrix in ((False, value), (True, np.ascontiguousarray(value.T))):
        place = kept.get(hashlib.sha256(matrix.tobytes()).hexdigest())
        if place is not None:
            return place, turned
    return None


def _write_dynamic(plain: Path, to: Path, kept: dict[str, Kept]) -> None:
    """Quantise for onnxruntime; the matrices are external data, which a product gets transposed."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper
    from onnxruntime.quantization import QuantType, quantize_dynamic

    small = plain.with_name("int8.onnx")
    quantize_dynamic(
        plain, small, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8,
        extra_options={"DefaultTensorType": 1, "MatMulConstBOnly": True},
    )  # fmt: skip
    model = onnx.load(small)
    initializers, turns = [], []
    for tensor in model.graph.initializer:
        if tensor.data_type != TensorProto.INT8 or np.prod(tensor.dims) <= _SMALL:
            initializers.append(tensor)
            continue
        place = _find(numpy_helper.to_array(tensor), kept)
        if place is None:
            raise ValueError(f"{tensor.name} of the graph is none of the weights")
        matrix, turned = place
        initializers.append(_external(matrix.name if turned else tensor.name, matrix))
        if turned:
            turns.append(helper.make_node("Transpose", [matrix.name], [tensor.name], perm=[1, 0]))
    nodes = [*turns, *model.graph.node]
    del model.graph.initializer[:], model.graph.node[:]
    model.graph.initializer.extend(initializers)
    model.graph.node.extend(nodes)
    to.write_bytes(model.SerializeToString())


def _write_static(plain: Path, to: Path, kept: dict[str, Kept], texts: Inputs) -> None:
    """Quantise for OpenVINO; `static.json` lists the pieces of its constants: of `static.bin`, and of the weights."""
    openvino = load_openvino()
    import nncf

    nncf.set_log_level(logging.ERROR)
    inputs = [
        {"ids": np.asarray([ids], dtype=np.int64), "mask": np.ones((1, len(ids)), dtype=np.int64)} for ids in texts
    ]
    # Smoothing and the correction of biases would change the weights, and gave nothing.
    as_they_are = nncf.AdvancedQuantizationParameters(
        disable_bias_correction=True, smooth_quant_alphas=nncf.AdvancedSmoothQuantParameters(matmul=-1)
    )
    model = nncf.quantize(
        openvino.Core().read_model(str(plain)),
        nncf.Dataset(inputs),
        model_type=nncf.ModelType.TRANSFORMER,
        subset_size=len(inputs),
        advanced_parameters=as_they_are,
    )
    whole = plain.with_name("static.xml")
    openvino.save_model(model, str(whole), compress_to_fp16=False)
    constants = whole.with_suffix(".bin").read_bytes()
    matrices = {}
    for layer in etree.parse(whole).getroot().iter("layer"):
        data = layer.find("data")
        if layer.get("type") == "Const" and data is not None and data.get("element_type") == "i8":
            shape = [int(size) for size in data.attrib["shape"].split(",")]
            if len(shape) == 2 and np.prod(shape) > _SMALL:
                matrices[int(data.attrib["offset"])] = shape
    rest, pieces, at = b"", [], 0
    for start, shape in sorted(matrices.items()):
        size = int(np.prod(shape))
        place = _find(np.frombuffer(constants, np.int8, size, start).reshape(shape), kept)
        if place is None:  # NNCF gives some rows of one or two matrices another scale
            continue
        matrix, turned = place
        rest += constants[at:start]
        pieces += [[start - at], [size, matrix.file, matrix.start, *([matrix.shape] if turned else [])]]
        at = start + size
    rest += constants[at:]
    pieces.append([len(constants) - at])
    shutil.copyfile(whole, to.with_suffix(".xml"))
    to.with_suffix(".bin").write_bytes(rest)
    to.with_suffix(".json").write_text(json.dumps(pieces), encoding="utf-8")


def _external(name: str, kept: Kept) -> Any:
    from onnx import StringStringEntryProto, TensorProto

    tensor = TensorProto(name=name, data_type=TensorProto.INT8, dims=kept.shape)
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", kept.file), ("offset", str(kept.start)), ("length", str(kept.length))):
        tensor.external_data.append(StringStringEntryProto(key=key, value=value))
    return tensor
