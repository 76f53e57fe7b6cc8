"""Trained weights as they are kept, and the two graphs over them, which onnxruntime, OpenVINO and the product read."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from numpy.typing import NDArray
from onnx import TensorProto
from onnxruntime.quantization import QuantType, quantize_dynamic
from safetensors.torch import load_file
from torch import Tensor

from evals.datasets.base import DataMissing
from qa.reader.model import ReaderModel
from qa.reader.span_inputs import Page, pack
from tests.examples import examples
from tests.tiny import MPNET, save_mpnet, save_transformers, tiny_tokenizer
from training.export import PARTS
from training.features import padded
from training.graphs import export, write_graphs
from training.network import ReaderChecker
from training.weights import load_network, packed, save_network

pytestmark = [pytest.mark.part("training"), pytest.mark.usefixtures("one_thread")]

LARGE = 5_000  # values of a matrix that is kept in int8
PAD = 1
TOKENIZER = tiny_tokenizer((), MPNET)
TEXTS = ["the ferry sank in 1874 and odo crail raised it", "x", "a harbour, and a reef. " * 9, "who? 東 🚢 l'été"]
INPUTS: list[NDArray[np.int32]] = [np.array(TOKENIZER.encode(text).ids, dtype=np.int32) for text in TEXTS]

# Both graphs are made together, and one is OpenVINO's.
openvino = pytest.mark.skipif(find_spec("openvino") is None, reason="OpenVINO comes on Linux with x86_64 only")
MATRICES = 2 + 3 * 6  # both embeddings, and the matrices of three blocks


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_mpnet(tmp_path_factory.mktemp("encoder") / "tiny")


def drawn(encoder: Path) -> ReaderChecker:
    """A network whose scores differ by some units, as those of a trained one."""
    network = load_network(encoder).eval()
    with torch.no_grad():
        network.span.weight.mul_(20)
        network.label.weight.mul_(20)
    return network


# Weights


def test_values_are_kept_to_half_a_step_of_their_row(encoder: Path, tmp_path: Path) -> None:
    network = drawn(encoder)
    save_network(network, encoder, tmp_path)
    kept = load_file(tmp_path / "weights.safetensors")
    loaded = dict(load_network(tmp_path).named_parameters())
    large = 0
    for name, value in network.named_parameters():
        if value.ndim == 2 and value.numel() > LARGE:
            step = value.detach().abs().amax(dim=1, keepdim=True) / 127
            assert ((loaded[name] - value).abs() <= step * 0.5001).all(), name
            assert kept[name].dtype == torch.int8
            assert kept[f"{name}.scale"].shape == (len(value),)
            large += 1
        else:
            assert torch.equal(loaded[name], value), name
            assert kept[name].dtype == torch.float32
        assert loaded[name].dtype == torch.float32
    assert large == MATRICES
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "tokenizer.json", "weights.safetensors"]
    assert (tmp_path / "weights.safetensors").stat().st_size < (encoder / "model.safetensors").stat().st_size / 3


def test_rows_of_zeros_and_of_one_large_value_are_kept(encoder: Path, tmp_path: Path) -> None:
    network = drawn(encoder)
    weight = network.encoder.encoder.layer[0].output.dense.weight
    with torch.no_grad():
        weight[0] = 0
        weight[1], weight[1, 5] = 1e-3, -1e4
    save_network(network, encoder, tmp_path)
    found = load_network(tmp_path).encoder.encoder.layer[0].output.dense.weight
    assert not found[0].any()
    assert float(found[1, 5].detach()) == pytest.approx(-1e4)
    assert torch.isfinite(found).all()


def test_weights_that_were_kept_are_kept_the_same_again(encoder: Path, tmp_path: Path) -> None:
    save_network(drawn(encoder), encoder, tmp_path / "one")
    save_network(load_network(tmp_path / "one"), tmp_path / "one", tmp_path / "two")
    one, two = (packed(load_network(tmp_path / name)) for name in ("one", "two"))
    for name, value in one.items():
        assert torch.allclose(two[name], value) if value.is_floating_point() else torch.equal(two[name], value), name


def test_weights_in_parts_are_those_of_one_file(encoder: Path, tmp_path: Path) -> None:
    network = drawn(encoder)
    save_network(network, encoder, tmp_path / "whole")
    save_network(network, encoder, tmp_path / "parts", PARTS)
    one, two = (load_file(tmp_path / "parts" / f"weights-{number}.safetensors") for number in (1, 2))
    assert all(name.startswith("encoder.embeddings.") for name in one)
    assert not any(name.startswith("encoder.embeddings.") for name in two)
    assert one.keys() | two.keys() == load_file(tmp_path / "whole" / "weights.safetensors").keys()
    whole, parts = (load_network(tmp_path / name).state_dict() for name in ("whole", "parts"))
    assert all(torch.equal(parts[name], value) for name, value in whole.items())


def test_weights_may_be_written_where_they_were_read(encoder: Path, tmp_path: Path) -> None:
    save_network(drawn(encoder), encoder, tmp_path)
    before = (tmp_path / "config.json").read_bytes()
    save_network(load_network(tmp_path), tmp_path, tmp_path)
    assert (tmp_path / "config.json").read_bytes() == before


def test_an_encoder_comes_with_the_values_that_were_published(encoder: Path) -> None:
    published = load_file(encoder / "model.safetensors")
    for name, value in load_network(encoder).encoder.named_parameters():
        assert torch.equal(value, published[name])


def config(folder: Path, **changes: int | str) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


WRONG: dict[str, tuple[str, Callable[[Path], object], str]] = {
    "no config": ("kept", lambda folder: (folder / "config.json").unlink(), "holds no config.json; name a folder"),
    "config cut": ("kept", lambda folder: cut(folder / "config.json"), "cannot be read"),
    "config of another kind": (
        "kept",
        lambda folder: config(folder, model_type="oskell"),
        "cannot be read: .*`oskell`",
    ),
    "no weights": ("kept", lambda folder: (folder / "weights-2.safetensors").unlink(), "lack 'encoder"),
    "nothing": ("empty", lambda folder: None, "holds neither model.safetensors nor weights.safetensors"),
    "weights cut": ("kept", lambda folder: cut(folder / "weights-1.safetensors"), "cannot be read"),
    "weights empty": ("kept", lambda folder: (folder / "weights-2.safetensors").write_bytes(b""), "cannot be read"),
    "more blocks": (
        "kept",
        lambda folder: config(folder, num_hidden_layers=4),
        r"lack 'encoder.encoder.layer.3.*another",
    ),
    "other sizes": ("kept", lambda folder: config(folder, intermediate_size=100), "cannot be read: .*192"),
    "encoder cut": ("encoder", lambda folder: cut(folder / "model.safetensors"), "cannot be read"),
    "encoder of fewer blocks": (
        "encoder",
        lambda folder: config(folder, num_hidden_layers=4),
        "cannot be read: model.safetensors lacks encoder.layer.3",
    ),
    "encoder of other sizes": ("encoder", lambda folder: config(folder, intermediate_size=100), "cannot be read"),
}


@pytest.mark.parametrize("what", WRONG)
def test_files_that_are_missing_cut_or_of_another_network_are_told_in_one_line(
    encoder: Path, tmp_path: Path, what: str
) -> None:
    kind, spoil, message = WRONG[what]
    folder = tmp_path / "folder"
    if kind == "kept":
        save_network(drawn(encoder), encoder, folder, PARTS)
    elif kind == "encoder":
        shutil.copytree(encoder, folder)
    else:
        folder.mkdir()
        shutil.copy(encoder / "config.json", folder)
    spoil(folder)
    with pytest.raises(DataMissing, match=message) as raised:
        load_network(folder)
    assert str(folder) in str(raised.value)
    assert "\n" not in str(raised.value)


# Graphs

FILES = (
    "dynamic.onnx static.xml static.bin static.json weights-1.safetensors weights-2.safetensors tokenizer.json".split()
)


@pytest.fixture(scope="module")
def folder(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights in two parts, with both graphs."""
    to = tmp_path_factory.mktemp("weights")
    save_network(drawn(encoder), encoder, to, PARTS)
    write_graphs(load_network(to), to, INPUTS, PAD)
    assert {path.name for path in to.iterdir()} == {*FILES, "config.json"}
    return to


@pytest.fixture(scope="module")
def network(folder: Path) -> ReaderChecker:
    """The same weights in torch."""
    return load_network(folder).eval()


def matrices(folder: Path) -> dict[str, dict[str, Tensor]]:
    """The int8 matrices in each file of weights, by name."""
    return {
        file.name: {name: value for name, value in load_file(file).items() if value.dtype == torch.int8}
        for file in folder.glob("weights-*.safetensors")
    }


@openvino
def test_the_dynamic_graph_holds_no_matrix_and_points_at_each_of_the_weights(folder: Path) -> None:
    graph = onnx.load(folder / "dynamic.onnx", load_external_data=False).graph
    inside = [*graph.initializer, *(a.t for node in graph.node for a in node.attribute if a.HasField("t"))]
    pointing = [tensor for tensor in inside if tensor.data_location == TensorProto.EXTERNAL]
    assert all(np.prod(tensor.dims) <= LARGE for tensor in inside if tensor not in pointing)
    kept, found = matrices(folder), set()
    for tensor in pointing:
        facts = {entry.key: entry.value for entry in tensor.external_data}
        raw = (folder / facts["location"]).read_bytes()
        start, length = int(facts["offset"]), int(facts["length"])
        value = torch.frombuffer(bytearray(raw[start : start + length]), dtype=torch.int8).reshape(*tensor.dims)
        (weights,) = [name for name, each in kept[facts["location"]].items() if torch.equal(each, value)]
        found.add(weights)
        assert tensor.data_type == TensorProto.INT8
    assert found == {name for values in kept.values() for name in values}
    assert len(pointing) == len(found) == MATRICES


@openvino
def test_the_static_graph_holds_hardly_a_matrix_and_its_pieces_give_those_of_the_weights(folder: Path) -> None:
    own, kept, found = (folder / "static.bin").read_bytes(), matrices(folder), set()
    at = used = 0
    places = {}
    for size, *where in json.loads((folder / "static.json").read_text()):
        if where:
            name, start, *shape = where
            raw = np.fromfile(folder / name, np.int8)[start : start + size]
            (weights,) = [each for each, value in kept[name].items() if value.numpy().tobytes() == raw.tobytes()]
            found.add(weights)
            assert not shape or shape == [list(kept[name][weights].shape)]
            places[at] = kept[name][weights].T.shape if shape else kept[name][weights].shape
        else:
            used += size
        at += size
    assert used == len(own)
    # NNCF may give a row of one or two matrices another scale, and these are its own.
    assert len(found) >= MATRICES - 2
    assert len(own) < sum(value.numel() for values in kept.values() for value in values.values()) / 3
    constants = [each.attrib for each in etree.parse(folder / "static.xml").iterfind(".//layer[@type='Const']/data")]
    shapes = {int(each["offset"]): each["shape"] for each in constants if each["element_type"] == "i8"}
    assert all(shapes[at] == ", ".join(map(str, shape)) for at, shape in places.items())


def told(network: ReaderChecker, ids: Tensor, mask: Tensor) -> list[NDArray[np.float32]]:
    with torch.inference_mode():
        return [each.numpy() for each in network(ids, mask)]


def alike(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How well scores agree: 1 where they are the same, but for their size."""
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])


@openvino
@pytest.mark.parametrize("lengths", [[3], [70], [40, 9, 200], [16] * 5])
def test_the_dynamic_graph_says_what_torch_says_of_any_inputs(
    folder: Path, network: ReaderChecker, lengths: Sequence[int]
) -> None:
    rng = np.random.default_rng(len(lengths))
    ids, mask = padded([rng.integers(5, 60, length).tolist() for length in lengths], PAD)
    session = onnxruntime.InferenceSession(str(folder / "dynamic.onnx"))
    assert [each.name for each in session.get_outputs()] == ["starts", "ends", "labels"]
    found = session.run(None, {"ids": ids.numpy(), "mask": mask.numpy()})
    expected = told(network, ids, mask)
    inside = mask.numpy().astype(bool)
    assert alike(found[0][inside], expected[0][inside]) > 0.97
    assert alike(found[1][inside], expected[1][inside]) > 0.97
    assert np.abs(found[2] - expected[2]).max() < 0.5


PAGES = [
    Page("Oskell (3 May 2020)", "The ferry sank in 1874. Odo Crail raised it."),
    Page("A long day", "the boats lay side by side until the wind had turned. " * 40),
    Page("", "да 空 🙂"),
]


@openvino
@pytest.mark.parametrize("by_openvino", [False, True])
def test_the_product_reads_both_graphs(folder: Path, network: ReaderChecker, by_openvino: bool) -> None:
    model = ReaderModel(folder, {}, static=by_openvino)
    inputs = pack(model.tokenizer, "who raised the ferry?", PAGES)
    assert len(inputs) > len(PAGES)  # the long one is read in windows
    spans, labels = [], []
    for each, scores in zip(inputs, model.scores(inputs), strict=True):
        ids = torch.tensor([each.ids])
        starts, ends, logits = told(network, ids, torch.ones_like(ids))
        inside = slice(each.first, each.first + len(each.offsets))
        assert scores.starts.shape == scores.ends.shape == (len(each.offsets),)
        assert scores.labels.shape == (3,)
        spans.append(
            (np.concatenate([scores.starts, scores.ends]), np.concatenate([starts[0, inside], ends[0, inside]]))
        )
        labels.append((scores.labels, logits[0]))
    least = 0.95 if by_openvino else 0.97
    assert alike(*map(np.concatenate, zip(*spans, strict=True))) > least
    assert alike(*map(np.concatenate, zip(*labels, strict=True))) > least


@pytest.fixture(scope="module")
def models(folder: Path) -> list[ReaderModel]:
    return [ReaderModel(folder, {}, static=by_openvino) for by_openvino in (False, True)]


PIECES = st.sampled_from([*"ab1.,“é東🚢 \n\t’-", "</s>", "<pad>", "[UNK]"])
TEXT = st.text(max_size=60) | st.lists(PIECES, max_size=900).map("".join)


@openvino
@given(TEXT, TEXT, TEXT)
@examples(30)
def test_whatever_is_read_what_is_marked_lies_inside_the_text(
    models: list[ReaderModel], question: str, heading: str, text: str
) -> None:
    page = Page(heading, text)
    for model in models:
        (marks,) = model.mark(question, [page])
        assert all(0 <= each.span[0] < each.span[1] <= len(text) and math.isfinite(each.score) for each in marks)
        assert bool(marks) == bool(pack(model.tokenizer, question, [page]))
        (said,) = model.support(question, [page])
        assert said.supported + said.refuted + said.neither == pytest.approx(1, abs=1e-5)


@openvino
def test_graphs_of_a_bert_are_written_too(tmp_path: Path) -> None:
    encoder = save_transformers(tmp_path / "bert", "BertModel")
    save_network(load_network(encoder), encoder, tmp_path / "to", PARTS)
    network = load_network(tmp_path / "to").eval()
    write_graphs(network, tmp_path / "to", [np.array([2, 9, 10, 3], dtype=np.int32)], 0)
    ids, mask = padded([[2, *range(6, 40), 3], [2, 7, 8, 3]], 0)
    session = onnxruntime.InferenceSession(str(tmp_path / "to" / "dynamic.onnx"))
    starts, _, labels = session.run(None, {"ids": ids.numpy(), "mask": mask.numpy()})
    expected = told(network, ids, mask)
    assert alike(starts[mask.numpy() > 0], expected[0][mask.numpy() > 0]) > 0.95
    assert np.abs(labels - expected[2]).max() < 0.05


@openvino
def test_weights_of_another_network_are_not_pointed_at(encoder: Path, tmp_path: Path) -> None:
    network = drawn(encoder)
    save_network(network, encoder, tmp_path, PARTS)
    with torch.no_grad():
        network.encoder.encoder.layer[1].output.dense.weight[3, 4] = 9
    with pytest.raises(ValueError, match="is none of the weights"):
        write_graphs(network, tmp_path, INPUTS, PAD)
    assert not list(tmp_path.glob("*.onnx"))


# Outliers


def with_outliers(network: ReaderChecker) -> None:
    """Let the first word piece have values in a block that are hundreds of times those of the others."""
    layer = network.encoder.encoder.layer[1]
    seen: list[Tensor] = []
    hook = layer.intermediate.dense.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0][0]))
    for ids in INPUTS:
        told(network, *padded([ids], PAD))
    hook.remove()
    first, others = torch.stack([rows[0] for rows in seen]), torch.cat([rows[1:] for rows in seen])
    apart = first.mean(dim=0) - others.mean(dim=0)
    apart /= apart.norm()
    border = ((first @ apart).min() + (others @ apart).max()) / 2
    assert (first @ apart).min() > (others @ apart).max()
    with torch.no_grad():
        layer.intermediate.dense.weight[:4] = 300 * apart
        layer.intermediate.dense.bias[:4] = -300 * border


@openvino
def test_single_word_pieces_with_large_values_do_not_blur_the_others(encoder: Path, tmp_path: Path) -> None:
    drawn_one = drawn(encoder)
    with_outliers(drawn_one)
    save_network(drawn_one, encoder, tmp_path, PARTS)
    network = load_network(tmp_path).eval()
    write_graphs(network, tmp_path, INPUTS, PAD)
    export(network, tmp_path / "whole.onnx", ("starts", "ends", "labels"))
    quantize_dynamic(
        tmp_path / "whole.onnx",
        tmp_path / "plain.onnx",
        op_types_to_quantize=["MatMul"],
        per_channel=True,
        weight_type=QuantType.QInt8,
    )
    errors = dict.fromkeys(("plain.onnx", "dynamic.onnx"), 0.0)
    for ids in INPUTS:
        feeds = {"ids": ids[None].astype(np.int64), "mask": np.ones((1, len(ids)), dtype=np.int64)}
        expected = told(network, *(torch.tensor(value) for value in feeds.values()))
        for name in errors:
            found = onnxruntime.InferenceSession(str(tmp_path / name)).run(None, feeds)
            errors[name] += float(np.abs(found[0] - expected[0]).sum())
    assert errors["dynamic.onnx"] < errors["plain.onnx"] / 3
