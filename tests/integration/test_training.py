"""The training itself on models as small as they can be: its losses, going on after a stop, what comes near."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor
from transformers import MPNetModel

from qa.reader.span_inputs import Page, pack
from tests.conftest import GUARD, ROOT
from tests.tiny import MPNET, save_mpnet, save_transformers, tiny_tokenizer
from training.encoder import smooth
from training.features import (
    Batch,
    Checking,
    Reading,
    collate,
    encode_groups,
    encode_statements,
    padded,
)
from training.figures import Float
from training.groups import Group
from training.loop import Plan, Progress, TrainingError, train
from training.negatives import find_negatives
from training.network import Embedder, ReaderChecker, label_loss, span_loss
from training.questions import Asked, Paragraph, holds
from training.statements import NEITHER, NOT_SUPPORTED, REFUTED, SUPPORTED, Statement

pytestmark = [pytest.mark.part("training"), pytest.mark.usefixtures("one_thread")]


# The loss


def batch_of(
    groups: Sequence[int], length: int, first: int, gold: dict[int, tuple[int, int]], lengths: Sequence[int]
) -> Batch:
    """A batch of which only the places matter.

    Args:
        groups: of each input.
        length: of all inputs, padded.
        first: place of the passage's first word piece.
        gold: of some inputs first and last place of the answer.
        lengths: of each input, where its passage ends.
    """
    shape = (len(groups), length)
    ids = torch.zeros(shape, dtype=torch.long)
    inside, starts, ends = (torch.zeros(shape, dtype=torch.bool) for _ in range(3))
    for row, size in enumerate(lengths):
        inside[row, first:size] = True
    for row, (start, end) in gold.items():
        starts[row, start] = True
        ends[row, end] = True
    return Batch(ids, ids, inside, torch.tensor(groups), starts, ends, len(set(groups)))


def slow_loss(starts: Tensor, ends: Tensor, batch: Batch) -> float:
    """The same as `network.span_loss`, one number after another."""

    def entropy(scores: list[list[float]], gold: list[list[bool]], members: list[list[int]]) -> float:
        total = 0.0
        for rows in members:
            open_ = [0.0]  # "no answer here"
            target = 0.0
            for row in rows:
                for place, value in enumerate(scores[row]):
                    if batch.inside[row][place]:
                        open_.append(value)
                    if gold[row][place]:
                        target = value
            peak = max(open_)
            total += peak + math.log(sum(math.exp(value - peak) for value in open_)) - target
        return total / len(members)

    alone = [[row] for row in range(len(batch.ids))]
    together = [[row for row in range(len(batch.ids)) if batch.group[row] == g] for g in range(batch.n_groups)]
    return (
        sum(
            entropy(scores.tolist(), gold.tolist(), members)
            for scores, gold in ((starts, batch.starts), (ends, batch.ends))
            for members in (alone, together)
        )
        / 4
    )


BATCH = batch_of([0, 0, 1, 2, 2, 2], 9, 3, {1: (4, 6), 2: (3, 3)}, [8, 7, 5, 9, 4, 6])


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("spread", [0.1, 3.0, 60.0])
def test_the_loss_is_that_of_a_slow_reference(seed: int, spread: float) -> None:
    torch.manual_seed(seed)
    starts, ends = (spread * torch.randn(6, 9) for _ in range(2))
    assert float(span_loss(starts, ends, BATCH)) == pytest.approx(slow_loss(starts, ends, BATCH), rel=1e-4, abs=1e-5)


def test_the_loss_of_two_words_is_as_on_paper() -> None:
    batch = batch_of([0], 4, 2, {0: (2, 3)}, [4])
    starts, ends = torch.tensor([[0, 9.0, math.log(2), math.log(3)]]), torch.tensor([[0, 9.0, 0, math.log(4)]])
    # Of three places, "no answer" among them: 2 of 1 + 2 + 3 as a start, 4 of 1 + 1 + 4 as an end.
    assert float(span_loss(starts, ends, batch)) == pytest.approx((-math.log(2 / 6) - math.log(4 / 6)) / 2)


def test_the_loss_falls_where_its_gradient_says() -> None:
    torch.manual_seed(1)
    starts, ends = (torch.randn(6, 9, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(lambda s, e: span_loss(s, e, BATCH), (starts, ends))
    for gradient in torch.autograd.grad(span_loss(starts, ends, BATCH), (starts, ends)):
        assert gradient[BATCH.inside].any()
        assert not gradient[~BATCH.inside].any()


def test_an_answer_that_is_certain_costs_nothing_and_one_that_is_missed_much() -> None:
    sure = torch.where(BATCH.starts, 50.0, -50.0), torch.where(BATCH.ends, 50.0, -50.0)
    assert float(span_loss(*sure, BATCH)) == pytest.approx(0.0, abs=1e-5)
    assert float(span_loss(-sure[0], -sure[1], BATCH)) > 10


def shares(*counts: float) -> Tensor:
    """Logits of labels with these shares."""
    return torch.tensor([counts]).log()


def test_the_loss_of_labels_is_as_on_paper() -> None:
    logits = shares(5, 3, 2)
    for label, share in ((SUPPORTED, 0.5), (REFUTED, 0.3), (NEITHER, 0.2), (NOT_SUPPORTED, 0.5)):
        assert float(label_loss(logits, torch.tensor([label]))) == pytest.approx(-math.log(share))
    both = torch.cat([logits, shares(1, 1, 8)])
    loss = label_loss(both, torch.tensor([SUPPORTED, NOT_SUPPORTED]))
    assert float(loss) == pytest.approx((-math.log(0.5) - math.log(0.9)) / 2)


def test_what_is_not_supported_may_be_refuted_or_neither() -> None:
    labels = torch.tensor([NOT_SUPPORTED])
    sure = [
        float(label_loss(torch.tensor([logits]), labels)) for logits in ([-9.0, 9, -9], [-9.0, -9, 9], [9.0, -9, -9])
    ]
    assert max(sure[:2]) < 1e-5
    assert sure[2] == pytest.approx(18 - math.log(2), abs=1e-4)
    logits = torch.randn(6, 3, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda each: label_loss(each, torch.arange(6) % 4), (logits,))


# The network

BERT = tiny_tokenizer()
PIECES = tiny_tokenizer((), MPNET)


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Bert of one block."""
    return save_transformers(tmp_path_factory.mktemp("encoder") / "tiny", "BertModel")


@pytest.fixture(scope="module")
def mpnet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An MPNet of three blocks."""
    return save_mpnet(tmp_path_factory.mktemp("encoder") / "tiny", hidden=32)


def readings() -> list[Reading]:
    """Groups of one page or two, about half of them with an answer: the word behind an x."""
    words = "a b c d e f g".split()
    groups = []
    for n in range(30):
        text = " ".join(words[(n + i) % 7] for i in range(3 + n % 11))
        answered = f"{text} x y {text}"
        span = (len(text) + 3, len(text) + 4)
        pages = (Page("h", text), Page("h", answered)) if n % 3 == 0 else (Page("h", answered if n % 2 else text),)
        has = n % 3 == 0 or n % 2 == 1
        groups.append(Group("w h o", pages, (len(pages) - 1, span) if has else None, "answer", ("y",) if has else ()))
    return list(encode_groups(BERT, groups))


def checkings() -> list[Checking]:
    """Statements, of which a letter tells the label."""
    made = [
        Statement("a b", Page("h", " ".join(["c d e"] * (1 + n % 4) + ["supv"[label]])), label)
        for n in range(24)
        for label in [n % 4 if n % 4 != NEITHER else SUPPORTED]
    ]
    return list(encode_statements(BERT, made))


@pytest.mark.parametrize("kind", ["encoder", "mpnet"])
def test_scores_are_over_those_of_no_answer_and_the_same_in_any_company(
    kind: str, request: pytest.FixtureRequest
) -> None:
    network = ReaderChecker(request.getfixturevalue(kind)).eval()
    pad = 0 if kind == "encoder" else 1
    made = readings()[:8]
    batch = collate(made, pad)
    with torch.inference_mode():
        starts, ends, labels = network(batch.ids, batch.mask)
        assert starts.shape == ends.shape == batch.ids.shape
        assert labels.shape == (len(batch.ids), 3)
        assert starts.dtype == labels.dtype == torch.float32
        assert not starts[:, 0].any()
        assert not ends[:, 0].any()
        for row, ids in enumerate(ids for example in made for ids in example.inputs):
            alone = torch.as_tensor(ids, dtype=torch.long)[None]
            own = network(alone, torch.ones_like(alone))
            for one, other in zip(own, (starts, ends, labels), strict=True):
                torch.testing.assert_close(one[0], other[row, : one.shape[1]], atol=1e-4, rtol=1e-4)


def test_the_first_heads_are_the_same_whatever_was_drawn_before(encoder: Path) -> None:
    torch.manual_seed(5)
    one = ReaderChecker(encoder)
    torch.manual_seed(6)
    assert same(one.state_dict(), ReaderChecker(encoder).state_dict())


LENGTHS = ([40], [300, 7, 129], [1, 2, 3])


@pytest.mark.parametrize("lengths", LENGTHS)
def test_mpnet_is_quicker_and_says_the_same(mpnet: Path, lengths: list[int]) -> None:
    usual, quick = MPNetModel.from_pretrained(mpnet).eval(), ReaderChecker(mpnet).encoder.eval()
    inputs = [[0, *(5 + (7 * n + length) % 60 for n in range(length)), 2] for length in lengths]
    ids, mask = padded(inputs, 1)
    one, other = (model(input_ids=ids, attention_mask=mask).last_hidden_state for model in (usual, quick))
    torch.testing.assert_close(other[mask.bool()], one[mask.bool()], atol=1e-4, rtol=1e-4)
    # What is learned is the same as well, but that the bias of places is not learned.
    for hidden in (one, other):
        hidden[mask.bool()].square().sum().backward()
    for (name, slow), fast in zip(usual.encoder.named_parameters(), quick.encoder.parameters(), strict=True):
        if name == "relative_attention_bias.weight":
            assert fast.grad is None
        else:
            assert slow.grad is not None
            torch.testing.assert_close(fast.grad, slow.grad, atol=1e-3, rtol=1e-3)


def test_the_network_is_scored_as_any_other(mpnet: Path) -> None:
    network = ReaderChecker(mpnet)
    pages = [Page("h", "x y " * number) for number in (1, 200, 40, 3)]
    packed = pack(PIECES, "w h o", pages) * 9  # more than one batch
    found = Float(network, 1).scores(packed)
    assert len(found) == len(packed)
    for each, scores in zip(packed[:7], found, strict=False):
        ids = torch.tensor([each.ids])
        with torch.inference_mode():
            starts, ends, labels = network(ids, torch.ones_like(ids))
        inside = slice(each.first, each.first + len(each.offsets))
        for one, other in (
            (starts[0, inside], scores.starts),
            (ends[0, inside], scores.ends),
            (labels[0], scores.labels),
        ):
            torch.testing.assert_close(one, torch.as_tensor(other), atol=1e-4, rtol=1e-4)


def test_smoothing_evens_what_goes_into_a_layer_and_leaves_the_vectors(encoder: Path) -> None:
    model = Embedder(encoder).eval()
    inputs = [padded([ids], 0) for example in readings()[:8] for ids in example.inputs]
    with torch.inference_mode():
        before = [model(*each) for each in inputs]
    weights = model.encoder.encoder.layer[0].output.dense.weight.clone()
    smooth(model, inputs)
    assert not torch.allclose(model.encoder.encoder.layer[0].output.dense.linear.weight, weights)
    with torch.inference_mode():
        for vector, each in zip(before, inputs, strict=True):
            torch.testing.assert_close(model(*each), vector, atol=1e-3, rtol=1e-3)
            assert float(vector.norm()) == pytest.approx(1, abs=1e-5)


# Going on after a stop

PLAN = Plan(inputs=4, rate=1e-3, warm=5, epochs=3, frozen=0)


class StoppedError(Exception):
    """What a stop looks like from inside."""


#: Is called before each step with the network.
Watch = Callable[[ReaderChecker], None]


def stopping_at(number: int) -> Watch:
    """Stops the training before the so-manieth step of this run."""
    steps = 0

    def stop(_: ReaderChecker) -> None:
        nonlocal steps
        steps += 1
        if steps == number:
            raise StoppedError

    return stop


def training(
    encoder: Path,
    out: Path,
    watch: Watch | None = None,
    plan: Plan = PLAN,
    made_of: str = "",
    reading: Sequence[Reading] | None = None,
    save_every: float = 0.0,
) -> tuple[ReaderChecker, Progress]:
    """A network after a training that saves after every step."""
    out.mkdir(exist_ok=True)
    network = ReaderChecker(encoder)
    if watch is not None:
        network.register_forward_pre_hook(lambda module, _: watch(module))
    examples = readings() if reading is None else reading
    return network, train(network, examples, checkings(), 0, plan, out, "cpu", made_of, save_every)


def trained(encoder: Path, out: Path, watch: Watch | None = None, **more: Any) -> dict[str, Tensor]:
    """The weights after such a training."""
    return {name: value.clone() for name, value in training(encoder, out, watch, **more)[0].state_dict().items()}


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


def history(out: Path) -> list[dict[str, float]]:
    """What `history.json` tells, but for the speed."""
    entries = json.loads((out / "history.json").read_text())
    return [{name: value for name, value in entry.items() if name != "inputs_per_second"} for entry in entries]


@pytest.fixture(scope="module")
def undisturbed(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training that nothing disturbed."""
    out = tmp_path_factory.mktemp("whole")
    torch.save(trained(encoder, out), out / "weights.pt")
    return out


@pytest.fixture(scope="module")
def whole(undisturbed: Path) -> dict[str, Tensor]:
    """Its weights."""
    found: dict[str, Tensor] = torch.load(undisturbed / "weights.pt")
    return found


@pytest.fixture(scope="module")
def total(undisturbed: Path) -> int:
    """Its steps."""
    return int(torch.load(undisturbed / "checkpoint.pt")["progress"]["step"])


def stopped(encoder: Path, out: Path, at: int = 15, **more: Any) -> None:
    """A training that is stopped before one of its steps."""
    with pytest.raises(StoppedError):
        training(encoder, out, stopping_at(at), **more)


@pytest.mark.parametrize("at", [1, 2, 30])
def test_a_training_that_was_stopped_gives_the_same_weights_and_history_as_an_undisturbed_one(
    encoder: Path, tmp_path: Path, undisturbed: Path, whole: dict[str, Tensor], at: int
) -> None:
    stopped(encoder, tmp_path, at)
    assert same(trained(encoder, tmp_path), whole)
    assert history(tmp_path) == history(undisturbed)
    assert [entry["step"] for entry in history(tmp_path)] == [20, 40]
    assert all(entry["reading"] > 0 and entry["checking"] > 0 for entry in history(tmp_path))


def test_a_training_that_was_stopped_twice_does_too(encoder: Path, tmp_path: Path, whole: dict[str, Tensor]) -> None:
    for _ in range(2):
        stopped(encoder, tmp_path)
    assert same(trained(encoder, tmp_path), whole)


def test_a_training_that_saves_seldom_goes_on_from_what_it_saved(
    encoder: Path, tmp_path: Path, whole: dict[str, Tensor]
) -> None:
    stopped(encoder, tmp_path, save_every=1e9)
    assert list(tmp_path.iterdir()) == []
    assert same(trained(encoder, tmp_path, save_every=1e9), whole)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint.pt", "history.json"]


def test_a_finished_training_is_not_done_again(
    encoder: Path, tmp_path: Path, whole: dict[str, Tensor], total: int
) -> None:
    assert same(trained(encoder, tmp_path), whole)
    network, progress = training(encoder, tmp_path, stopping_at(1))
    assert same(network.state_dict(), whole)
    assert progress.step == total > 40


OTHERS: list[dict[str, Any]] = [
    {"plan": replace(PLAN, rate=5e-2)},
    {"plan": replace(PLAN, seed=2)},
    {"made_of": "other data"},
    {"reading": readings()[:20]},
]


@pytest.mark.parametrize("other", OTHERS)
def test_a_checkpoint_of_another_training_is_not_used(
    encoder: Path, tmp_path: Path, whole: dict[str, Tensor], other: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    stopped(encoder, tmp_path, 9, **other)
    assert same(trained(encoder, tmp_path), whole)
    assert "checkpoint.pt is of another training and is not used" in caplog.text


def test_half_a_checkpoint_beside_the_last_one_does_no_harm(
    encoder: Path, tmp_path: Path, whole: dict[str, Tensor]
) -> None:
    stopped(encoder, tmp_path)
    (tmp_path / "checkpoint.writing.pt").write_bytes(b"half")
    assert same(trained(encoder, tmp_path), whole)
    assert not (tmp_path / "checkpoint.writing.pt").exists()


def test_a_stop_between_two_names_leaves_the_checkpoint_before(
    encoder: Path, tmp_path: Path, whole: dict[str, Tensor], total: int
) -> None:
    stopped(encoder, tmp_path)
    (tmp_path / "checkpoint.pt").replace(tmp_path / "checkpoint.before.pt")
    steps: list[None] = []
    assert same(trained(encoder, tmp_path, lambda _: steps.append(None)), whole)
    assert len(steps) == total - 14


def damage(path: Path) -> None:
    """Cut a file in the midst."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def test_in_place_of_a_damaged_checkpoint_the_one_before_is_used(
    encoder: Path, tmp_path: Path, whole: dict[str, Tensor], total: int, caplog: pytest.LogCaptureFixture
) -> None:
    stopped(encoder, tmp_path)
    damage(tmp_path / "checkpoint.pt")
    steps: list[None] = []
    assert same(trained(encoder, tmp_path, lambda _: steps.append(None)), whole)
    assert len(steps) == total - 13  # the one before was of 13 steps
    assert "checkpoint.pt is damaged" in caplog.text


def test_where_all_checkpoints_are_damaged_it_is_told_which(encoder: Path, tmp_path: Path) -> None:
    stopped(encoder, tmp_path)
    for name in ("checkpoint.pt", "checkpoint.before.pt"):
        damage(tmp_path / name)
    with pytest.raises(TrainingError, match="cannot be read; delete them") as raised:
        training(encoder, tmp_path)
    assert f"{tmp_path / 'checkpoint.pt'} and {tmp_path / 'checkpoint.before.pt'} cannot" in str(raised.value)
    assert "\n" not in str(raised.value)


def fill_the_disk(path: Path) -> None:
    """Whatever is written there meets a full disk."""
    path.symlink_to("/dev/full")


def stand_in_the_way(path: Path) -> None:
    path.mkdir()


FULL = pytest.param(
    fill_the_disk, marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="no full device on this system")
)


@pytest.mark.parametrize("hinder", [FULL, stand_in_the_way])
def test_where_a_checkpoint_cannot_be_written_the_last_one_stays(
    encoder: Path, tmp_path: Path, whole: dict[str, Tensor], hinder: Callable[[Path], None]
) -> None:
    stopped(encoder, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    hinder(tmp_path / "checkpoint.writing.pt")
    with pytest.raises(
        TrainingError, match=r"checkpoint.pt cannot be written: .* The last checkpoint is kept"
    ) as raised:
        training(encoder, tmp_path)
    assert "\n" not in str(raised.value)
    assert {name: (tmp_path / name).read_bytes() for name in before} == before
    if (tmp_path / "checkpoint.writing.pt").exists():
        (tmp_path / "checkpoint.writing.pt").rmdir()
    assert same(trained(encoder, tmp_path), whole)


@pytest.mark.parametrize("hinder", [FULL, stand_in_the_way])
def test_where_the_history_cannot_be_written_it_is_told(
    encoder: Path, tmp_path: Path, whole: dict[str, Tensor], hinder: Callable[[Path], None]
) -> None:
    hinder(tmp_path / "history.json")
    with pytest.raises(TrainingError, match=r"history.json cannot be written: .* The last checkpoint is kept"):
        training(encoder, tmp_path)
    path = tmp_path / "history.json"
    path.unlink() if path.is_symlink() else path.rmdir()
    assert same(trained(encoder, tmp_path), whole)


KILLED = """
import sys, time
from pathlib import Path
import tests.integration.test_training as t

steps = 0

def wait(_):
    global steps
    steps += 1
    if steps == 12:
        print("waiting", flush=True)
        time.sleep(60)

t.training(Path(sys.argv[1]), Path(sys.argv[2]), wait)
"""


def test_a_training_that_was_killed_goes_on(
    encoder: Path, tmp_path: Path, undisturbed: Path, whole: dict[str, Tensor], total: int
) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}",
        "OMP_NUM_THREADS": str(torch.get_num_threads()),
    }
    command = [sys.executable, "-c", KILLED, str(encoder), str(tmp_path)]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "waiting\n" in iter(process.stdout.readline, "")
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
    assert (tmp_path / "checkpoint.pt").exists()
    steps: list[None] = []
    assert same(trained(encoder, tmp_path, lambda _: steps.append(None)), whole)
    assert len(steps) == total - 11
    assert history(tmp_path) == history(undisturbed)


# What is learned


@pytest.mark.smoke
def test_what_can_be_learned_is_learned(encoder: Path, tmp_path: Path) -> None:
    def losses(network: ReaderChecker) -> list[float]:
        batch = collate(readings(), 0)
        ids, mask = padded([each.ids for each in checkings()], 0)
        with torch.inference_mode():
            starts, ends, _ = network(batch.ids, batch.mask)
            labels = torch.tensor([each.label for each in checkings()])
            return [float(span_loss(starts, ends, batch)), float(label_loss(network(ids, mask)[2], labels))]

    before = losses(ReaderChecker(encoder).eval())
    plan = Plan(inputs=8, rate=1e-2, warm=5, epochs=25, average=0.9, frozen=0)
    network, progress = training(encoder, tmp_path, plan=plan, save_every=1e9)
    assert all(after < first / 2 for after, first in zip(losses(network), before, strict=True))
    assert progress.seen == 25 * (sum(len(each.inputs) for each in readings()) + len(checkings()))


def test_in_the_end_the_network_has_the_mean_of_its_weights_in_float32(encoder: Path, tmp_path: Path) -> None:
    kinds: set[torch.dtype] = set()
    network, _ = training(encoder, tmp_path, lambda each: kinds.update(value.dtype for value in each.parameters()))
    assert kinds == {torch.bfloat16}
    assert not network.training
    kept = torch.load(tmp_path / "checkpoint.pt")["training"]
    for parameter, mean in zip(network.parameters(), kept["average"], strict=True):
        assert parameter.dtype == torch.float32
        assert torch.equal(parameter, mean)
    assert not all(torch.equal(*each) for each in zip(kept["average"], kept["master"], strict=True))


def test_what_is_too_little_for_bfloat16_is_not_lost(encoder: Path, tmp_path: Path) -> None:
    # Each step moves a weight by about 1e-5; numbers of bfloat16 above 0.25 are a thousandth apart.
    plan = replace(PLAN, rate=1e-5, weight_decay=0.0, average=0.0)
    network, _ = training(encoder, tmp_path, plan=plan)
    for (name, before), after in zip(ReaderChecker(encoder).named_parameters(), network.parameters(), strict=True):
        if ".layer." in name and before.ndim == 2:
            moved = (after - before).abs()[before.abs() > 0.25]
            assert 5e-5 < moved.max() < 1e-3, name


def test_embeddings_and_the_lowest_blocks_stay(mpnet: Path, tmp_path: Path) -> None:
    first = ReaderChecker(mpnet).state_dict()
    last = trained(mpnet, tmp_path, plan=replace(PLAN, frozen=2, epochs=1))
    moved = {name for name in first if not torch.equal(first[name], last[name])}
    assert {name.rpartition(".")[0] for name in moved} >= {"span", "label", "encoder.encoder.layer.2.output.dense"}
    assert all(name.startswith(("span.", "label.", "encoder.encoder.layer.2.")) for name in moved)


def test_after_its_minutes_a_training_ends_with_a_rate_of_zero(encoder: Path, tmp_path: Path, total: int) -> None:
    plan = replace(PLAN, epochs=400, minutes=0.02, warm=1)
    network, progress = training(encoder, tmp_path, plan=plan, save_every=1e9)
    assert 0 < progress.step < 400 * total / PLAN.epochs
    assert progress.seconds >= 60 * 0.02
    rates = [entry["rate"] for entry in progress.history]
    assert rates == sorted(rates, reverse=True)
    again, more = training(encoder, tmp_path, stopping_at(1), plan=plan)  # its time is over
    assert more.step == progress.step
    assert same(network.state_dict(), again.state_dict())


def test_steps_end_a_training_before_its_examples_do(encoder: Path, tmp_path: Path) -> None:
    _, progress = training(encoder, tmp_path, plan=replace(PLAN, steps=20))
    (entry,) = progress.history
    assert (progress.step, entry["step"]) == (20, 20)
    assert entry["rate"] == pytest.approx(PLAN.rate * (1 / 20) / PLAN.decay)  # of the last step


@pytest.mark.parametrize("reading", [True, False])
def test_examples_of_one_kind_are_enough(encoder: Path, tmp_path: Path, reading: bool) -> None:
    network = ReaderChecker(encoder)
    kinds = (readings(), []) if reading else ([], checkings())
    progress = train(network, *kinds, 0, replace(PLAN, epochs=1), tmp_path, "cpu")
    assert list(progress.losses) == ["reading" if reading else "checking"]


# What diverges


def test_a_loss_of_twice_its_lowest_mean_diverges_and_a_single_high_one_does_not() -> None:
    progress = Progress()
    for loss in (1.0, 30.0, *[1.0] * 90, *[1.9] * 200):
        progress.add("reading", loss, 4)
        progress.add("checking", 9 * loss, 2)
    assert (progress.step, progress.seen) == (584, 1_752)
    while progress.losses["reading"] < 2 * progress.lowest["reading"] - 0.1:
        progress.add("reading", 5.0, 4)
    with pytest.raises(TrainingError, match=r"the loss of reading diverges: \d\.\d{3} at step \d{3}, and it was 1\.\d"):
        progress.add("reading", 9.0, 4)


def test_a_rate_far_too_high_is_told_and_the_last_checkpoint_stays(encoder: Path, tmp_path: Path) -> None:
    plan = replace(PLAN, rate=1e4, warm=1, epochs=20)
    with pytest.raises(TrainingError, match=r"the loss of \w+ diverges: .* at step \d+, and it was .*a lower --rate"):
        training(encoder, tmp_path, plan=plan)
    assert torch.load(tmp_path / "checkpoint.pt")["progress"]["step"] > 0


def test_a_weight_that_is_no_number_is_told(encoder: Path, tmp_path: Path) -> None:
    network = ReaderChecker(encoder)
    with torch.no_grad():
        network.encoder.encoder.layer[0].output.dense.weight[0, 0] = math.nan
    with pytest.raises(TrainingError, match=r"the loss of \w+ diverges: nan at step 1"):
        train(network, readings(), checkings(), 0, PLAN, tmp_path, "cpu")
    assert list(tmp_path.iterdir()) == []


def test_a_loss_that_becomes_no_number_is_told_with_what_it_was(encoder: Path, tmp_path: Path) -> None:
    steps = 0

    def spoil(network: ReaderChecker) -> None:
        nonlocal steps
        steps += 1
        if steps == 30:
            with torch.no_grad():
                network.encoder.encoder.layer[0].output.dense.weight[0, 0] = math.nan

    with pytest.raises(TrainingError, match=r"the loss of \w+ diverges: nan at step 30, and it was \d+\.\d+\. "):
        training(encoder, tmp_path, spoil)
    assert torch.load(tmp_path / "checkpoint.pt")["progress"]["step"] == 29


# What comes near


def paragraph(number: int, theme: str, answer: str) -> Paragraph:
    text = f"In year {1800 + number} the {theme} of Oskell was led by {answer}, and it rained for {number} days."
    start = text.index(answer)
    return Paragraph(
        theme, text, (Asked(f"q{number}", f"Who led the {theme} of Oskell?", (start, start + len(answer))),)
    )


PEOPLE = "Odo Crail; Hester Vayle; Marta Pell; Brisk Tarn; Neve Orde; Davin Roake; Clara Moss; Tobin Askel".split("; ")
THEMES = "harbour library assembly ferry tunnel".split()
MANY = [paragraph(n, THEMES[n % 5], PEOPLE[n % 8]) for n in range(20)]


def test_what_comes_near_does_not_hold_the_answer_and_is_found_once(tmp_path: Path) -> None:
    asked = [(own, 0) for own in range(len(MANY))]
    found = find_negatives(MANY, asked, tmp_path)
    for (own, _), near in zip(asked, found, strict=True):
        answer = MANY[own].text[slice(*MANY[own].questions[0].answer)]
        assert near
        assert own not in near
        assert len(set(near)) == len(near)
        assert not any(holds(MANY[i].text, answer) for i in near)
        assert MANY[near[0]].title == MANY[own].title  # of the same theme, that is
    (kept,) = tmp_path.glob("negatives-*.npy")
    before = kept.stat().st_mtime_ns
    assert find_negatives(MANY, asked, tmp_path) == found
    assert kept.stat().st_mtime_ns == before


def test_of_few_paragraphs_all_may_be_near(tmp_path: Path) -> None:
    few = MANY[:4]
    found = find_negatives(few, [(own, 0) for own in range(4)], tmp_path)
    assert [set(near) for near in found] == [{0, 1, 2, 3} - {own} for own in range(4)]
