"""The reader's training on models as small as they can be: its loss, going on after a stop, what comes near."""

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

import numpy as np
import pytest
import torch
from torch import Tensor

from qa.reader.span_inputs import Page
from tests.conftest import GUARD, ROOT
from tests.tiny import save_transformers, tiny_tokenizer
from training.export import smooth
from training.features import Batch, Example, collate, encode, padded
from training.groups import Group
from training.heldout import HeldOut, evaluate, torch_scorer
from training.loop import Plan, train
from training.negatives import find_negatives
from training.network import Reader, loss
from training.questions import Asked, Paragraph, holds

pytestmark = pytest.mark.part("training")

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
    return Batch(ids, ids, ids, inside, torch.tensor(groups), starts, ends, len(set(groups)))


def slow_loss(starts: Tensor, ends: Tensor, batch: Batch) -> float:
    """The same as `network.loss`, one number after another."""

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
    assert float(loss(starts, ends, BATCH)) == pytest.approx(slow_loss(starts, ends, BATCH), rel=1e-4, abs=1e-5)


def test_the_loss_of_two_words_is_as_on_paper() -> None:
    batch = batch_of([0], 4, 2, {0: (2, 3)}, [4])
    starts, ends = torch.tensor([[0, 9.0, math.log(2), math.log(3)]]), torch.tensor([[0, 9.0, 0, math.log(4)]])
    # Of three places, "no answer" among them: 2 of 1 + 2 + 3 as a start, 4 of 1 + 1 + 4 as an end.
    assert float(loss(starts, ends, batch)) == pytest.approx((-math.log(2 / 6) - math.log(4 / 6)) / 2)


def test_the_loss_falls_where_its_gradient_says() -> None:
    torch.manual_seed(1)
    starts, ends = (torch.randn(6, 9, dtype=torch.float64, requires_grad=True) for _ in range(2))
    assert torch.autograd.gradcheck(lambda s, e: loss(s, e, BATCH), (starts, ends))
    starts.grad = None
    loss(starts, ends, BATCH).backward()
    assert starts.grad is not None
    assert not starts.grad[~BATCH.inside].any()


def test_an_answer_that_is_certain_costs_nothing_and_one_that_is_missed_much() -> None:
    sure = torch.where(BATCH.starts, 50.0, -50.0), torch.where(BATCH.ends, 50.0, -50.0)
    assert float(loss(*sure, BATCH)) == pytest.approx(0.0, abs=1e-5)
    assert float(loss(-sure[0], -sure[1], BATCH)) > 10


# The network


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_transformers(tmp_path_factory.mktemp("encoder") / "tiny", "BertModel")


def examples() -> list[Example]:
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
    return list(encode(tiny_tokenizer(), groups))


def reader(encoder: Path) -> Reader:
    torch.manual_seed(3)
    return Reader(encoder)


def test_scores_are_over_those_of_no_answer_and_the_same_in_any_company(encoder: Path) -> None:
    model = reader(encoder).eval()
    made = examples()[:8]
    batch = collate(made)
    with torch.inference_mode():
        starts, ends = model(batch.ids, batch.mask, batch.types)
        assert starts.shape == ends.shape == batch.ids.shape
        assert starts.dtype == torch.float32
        assert not starts[:, 0].any()
        assert not ends[:, 0].any()
        row = 0
        for example in made:
            alone = collate([example])
            own, _ = model(alone.ids, alone.mask, alone.types)
            for index, packed in enumerate(example.packed):
                size = len(packed.ids)
                torch.testing.assert_close(own[index, :size], starts[row, :size], atol=1e-4, rtol=1e-4)
                row += 1


def test_smoothing_evens_what_goes_into_a_layer_and_leaves_the_scores(encoder: Path) -> None:
    model, batch = reader(encoder), collate(examples()[:8])
    with torch.inference_mode():
        before = model(batch.ids, batch.mask, batch.types)
    weights = model.encoder.encoder.layer[0].output.dense.weight.clone()
    smooth(model, (padded(example.packed, "cpu") for example in examples()[:8]))
    smoothed = model.encoder.encoder.layer[0].output.dense
    assert not torch.allclose(smoothed.linear.weight, weights)
    with torch.inference_mode():
        after = model(batch.ids, batch.mask, batch.types)
    for one, other in zip(before, after, strict=True):
        torch.testing.assert_close(one, other, atol=1e-3, rtol=1e-3)


# Going on after a stop

PLAN = Plan(inputs=4, rate=1e-3, epochs=2, every=12)
NOTHING = HeldOut(0.5, 0.25, 1.0, 0.0, 0.75)


class StoppedError(Exception):
    """What a stop looks like from inside."""


def fitting(model: Reader) -> Callable[[Sequence[Example]], Tensor]:
    """The loss of a batch, as training.reader has it."""

    def fit(batch: Sequence[Example]) -> Tensor:
        made = collate(batch)
        starts, ends = model(made.ids, made.mask, made.types)
        return loss(starts, ends, made)

    return fit


def trained(encoder: Path, out: Path, look: Callable[[], HeldOut], plan: Plan = PLAN) -> dict[str, Tensor]:
    """Weights after a training that saves after every step."""
    out.mkdir(exist_ok=True)
    model = reader(encoder)
    train(model, examples(), plan, out, "cpu", fitting(model), look, save_every=0.0)
    return {name: value.clone() for name, value in model.state_dict().items()}


def undisturbed() -> HeldOut:
    return NOTHING


def stopping_at(number: int) -> Callable[[], HeldOut]:
    """A look that stops the training, the first time, at the so-manieth."""
    looks = 0

    def look() -> HeldOut:
        nonlocal looks
        looks += 1
        if looks == number:
            raise StoppedError
        return NOTHING

    return look


def same(one: dict[str, Tensor], other: dict[str, Tensor]) -> bool:
    return one.keys() == other.keys() and all(torch.equal(one[name], other[name]) for name in one)


@pytest.fixture(scope="module")
def whole(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Tensor]:
    """The weights of a training that nothing disturbed."""
    return trained(encoder, tmp_path_factory.mktemp("whole"), undisturbed)


@pytest.mark.parametrize("at", [1, 2, 4])
def test_a_training_that_was_stopped_gives_the_same_weights_as_an_undisturbed_one(
    encoder: Path, tmp_path: Path, whole: dict[str, Tensor], at: int
) -> None:
    with pytest.raises(StoppedError):
        trained(encoder, tmp_path, stopping_at(at))
    assert same(trained(encoder, tmp_path, undisturbed), whole)


def test_a_training_that_was_stopped_twice_does_too(encoder: Path, tmp_path: Path, whole: dict[str, Tensor]) -> None:
    for _ in range(2):
        with pytest.raises(StoppedError):
            trained(encoder, tmp_path, stopping_at(2))
    assert same(trained(encoder, tmp_path, undisturbed), whole)


def test_the_history_of_a_training_that_was_stopped_has_every_stretch_once(encoder: Path, tmp_path: Path) -> None:
    trained(encoder, tmp_path / "whole", undisturbed)
    with pytest.raises(StoppedError):
        trained(encoder, tmp_path / "stopped", stopping_at(3))
    trained(encoder, tmp_path / "stopped", undisturbed)
    expected, found = (json.loads((tmp_path / n / "history.json").read_text()) for n in ("whole", "stopped"))
    assert [stretch["inputs"] for stretch in found] == [stretch["inputs"] for stretch in expected]
    figures = {"f1": 0.5, "em": 0.25, "refused": 1.0, "kept": 0.0, "right_passage": 0.75}
    assert all(figures.items() <= stretch.items() and stretch["loss"] > 0 for stretch in found)


def test_a_finished_training_is_not_done_again(encoder: Path, tmp_path: Path, whole: dict[str, Tensor]) -> None:
    trained(encoder, tmp_path, undisturbed)
    assert same(trained(encoder, tmp_path, stopping_at(1)), whole)


def test_a_checkpoint_of_another_training_is_not_used(encoder: Path, tmp_path: Path, whole: dict[str, Tensor]) -> None:
    with pytest.raises(StoppedError):
        trained(encoder, tmp_path, stopping_at(2), replace(PLAN, rate=5e-2))
    assert same(trained(encoder, tmp_path, undisturbed), whole)


def test_half_a_checkpoint_beside_the_last_one_does_no_harm(
    encoder: Path, tmp_path: Path, whole: dict[str, Tensor]
) -> None:
    with pytest.raises(StoppedError):
        trained(encoder, tmp_path, stopping_at(2))
    (tmp_path / "checkpoint.writing").write_bytes(b"half")
    assert same(trained(encoder, tmp_path, undisturbed), whole)


KILLED = """
import sys, time
from pathlib import Path
import tests.integration.test_training as t

def look():
    if Path(sys.argv[2], "checkpoint.pt").exists():
        print("looking", flush=True)
        time.sleep(60)
    return t.NOTHING

t.trained(Path(sys.argv[1]), Path(sys.argv[2]), look)
"""


def test_a_training_that_was_killed_goes_on(encoder: Path, tmp_path: Path, whole: dict[str, Tensor]) -> None:
    environment = {
        **os.environ,
        "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}",
        "OMP_NUM_THREADS": str(torch.get_num_threads()),
    }
    command = [sys.executable, "-c", KILLED, str(encoder), str(tmp_path)]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert "looking\n" in iter(process.stdout.readline, "")
        process.send_signal(signal.SIGKILL)
        assert process.wait(30) == -signal.SIGKILL
    assert (tmp_path / "checkpoint.pt").exists()
    assert same(trained(encoder, tmp_path, undisturbed), whole)


@pytest.mark.smoke
def test_what_can_be_learned_is_learned(encoder: Path, tmp_path: Path) -> None:
    model = reader(encoder)
    plan = Plan(inputs=8, rate=1e-2, epochs=25, every=10_000)
    made = examples()
    before = float(sum(loss(*model(b.ids, b.mask, b.types), b) for b in [collate(made)]))
    history = train(model, made, plan, tmp_path, "cpu", fitting(model), undisturbed, save_every=1e9)
    after = float(sum(loss(*model(b.ids, b.mask, b.types), b) for b in [collate(made)]))
    assert after < before / 2
    assert history[-1]["inputs"] == 25 * sum(len(example.packed) for example in made)


def test_the_network_is_scored_as_any_other(encoder: Path) -> None:
    made = examples()
    groups = [Group("w h o", tuple(Page("h", "x y") for _ in example.packed), None, "negative") for example in made]
    scorer = torch_scorer(reader(encoder), "cpu")
    assert all(np.isfinite(scores).all() for scores in scorer(collate(made)))
    assert 0 <= evaluate(groups, made, scorer).refused <= 1


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
