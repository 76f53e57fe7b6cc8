"""The training loop: bfloat16 with float32 master weights, a moving average, and checkpoints that no stop can harm."""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import math
import random
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from training.features import (
    Checking,
    Reading,
    checking_batches,
    collate,
    padded,
    reading_batches,
)
from training.network import ReaderChecker, freeze, label_loss, span_loss

CHECKPOINT = "checkpoint.pt"

_SMOOTH = 0.97  # of the moving averages of the losses
_DIVERGED = 2.0  # a moving average this many times as high as its lowest
_STRETCH = 20  # steps of an entry of the history

_log = logging.getLogger(__name__)


class TrainingError(Exception):
    """The training cannot go on; the message says why, and what is kept."""


@dataclass(frozen=True)
class Plan:
    """Settings of a training.

    Attributes:
        steps: after which the rate is 0; at most as many as there are batches.
        minutes: after which the rate is 0 also where steps are left; None for all steps.
        epochs: how often the examples are read.
        inputs: per step, about.
        rate: highest learning rate.
        warm: steps in which the rate rises.
        decay: last share of the steps, in which the rate falls to 0.
        weight_decay: of matrices.
        average: weight of the past in the moving average of the weights.
        frozen: the lowest blocks that are not trained; embeddings never are.
        seed: of the order of the examples.
    """

    steps: int = 4_200
    minutes: float | None = None
    epochs: int = 1
    inputs: int = 32
    rate: float = 4e-5
    warm: int = 100
    decay: float = 0.25
    weight_decay: float = 0.01
    average: float = 0.998
    frozen: int = 2
    seed: int = 1


@dataclass
class Progress:
    """How far a training is.

    Attributes:
        step: steps done.
        seconds: time they took.
        seen: inputs read.
        losses: moving averages of the losses, by kind of batch.
        lowest: the lowest of each.
        history: every 20 steps the step, both losses, inputs a second and the rate.
    """

    step: int = 0
    seconds: float = 0.0
    seen: int = 0
    losses: dict[str, float] = field(default_factory=dict)
    lowest: dict[str, float] = field(default_factory=dict)
    history: list[dict[str, float]] = field(default_factory=list)

    def add(self, kind: str, loss: float, inputs: int) -> None:
        """Add a step.

        Args:
            kind: "reading" or "checking".
            loss: of its batch.
            inputs: of its batch.

        Raises:
            TrainingError: the loss is no number, or has risen far above its lowest value.
        """
        mean = self.losses[kind] = _SMOOTH * self.losses.get(kind, loss) + (1 - _SMOOTH) * loss
        self.lowest[kind] = min(self.lowest.get(kind, mean), mean)  # not a NaN, where there is a number
        self.step += 1
        self.seen += inputs
        if not math.isfinite(loss) or mean > _DIVERGED * self.lowest[kind]:
            raise TrainingError(
                f"the loss of {kind} diverges: {mean:.3f} at step {self.step}, and it was {self.lowest[kind]:.3f}. "
                "The last checkpoint is kept; a lower --rate may help"
            )


class Training:
    """A network with its optimiser, which learns in pure bfloat16 from float32 master weights."""

    def __init__(self, network: ReaderChecker, plan: Plan, device: str) -> None:
        """Prepare for training.

        Args:
            network: in float32; becomes bfloat16.
            plan: settings.
            device: "cpu" or "cuda".
        """
        freeze(network, plan.frozen)
        self.network = network.to(device)
        self.plan = plan
        self.device = device
        self.parameters = list(network.parameters())
        self.master = [p.detach().float().clone().requires_grad_(True) for p in self.parameters]
        self.average = [m.detach().clone() for m in self.master]
        matrices = {"params": [m for m in self.master if m.ndim >= 2], "weight_decay": plan.weight_decay}
        vectors = {"params": [m for m in self.master if m.ndim < 2], "weight_decay": 0.0}
        self.optimizer = torch.optim.AdamW([matrices, vectors], lr=plan.rate, betas=(0.9, 0.98), fused=True)
        network.to(torch.bfloat16).train()

    def step(self, loss: Tensor, rate: float, number: int) -> None:
        """Learn from the loss of one batch.

        Args:
            loss: of the batch.
            rate: learning rate.
            number: of the step, from 0.
        """
        for group in self.optimizer.param_groups:
            group["lr"] = rate
        torch.autograd.backward(loss)
        for parameter, master in zip(self.parameters, self.master, strict=True):
            master.grad = None if parameter.grad is None else parameter.grad.float()
            parameter.grad = None
        torch.nn.utils.clip_grad_norm_([m for m in self.master if m.grad is not None], 1.0)
        self.optimizer.step()
        weight = 1 - min(self.plan.average, (1 + number) / (10 + number))
        with torch.no_grad():
            for parameter, master, average in zip(self.parameters, self.master, self.average, strict=True):
                parameter.copy_(master)
                average.lerp_(master, weight)

    def state(self) -> dict[str, Any]:
        """What a checkpoint keeps of it."""
        return {
            "optimizer": self.optimizer.state_dict(),
            "master": [m.data for m in self.master],
            "average": self.average,
        }

    def restore(self, state: dict[str, Any]) -> None:
        """Go back to a state of `state`."""
        self.optimizer.load_state_dict(state["optimizer"])
        with torch.no_grad():
            for parameter, master, average, kept, mean in zip(
                self.parameters, self.master, self.average, state["master"], state["average"], strict=True
            ):
                master.copy_(kept)
                parameter.copy_(kept)
                average.copy_(mean)


def train(
    network: ReaderChecker,
    reading: Sequence[Reading],
    checking: Sequence[Checking],
    pad: int,
    plan: Plan,
    out: Path,
    device: str,
    made_of: str = "",
    save_every: float = 300.0,
) -> Progress:
    """Train a network in place; at the end it has the moving average of its weights, in float32.

    Args:
        network: to train.
        reading: questions with passages.
        checking: statements with passages.
        pad: the word piece to pad with.
        plan: settings.
        out: folder of the checkpoint and of `history.json`.
        device: "cpu" or "cuda".
        made_of: what else determines the result; a checkpoint of other examples or first weights is not used.
        save_every: seconds between two checkpoints.

    Raises:
        TrainingError: the training diverges, a checkpoint cannot be written, or none of those there can be read.
    """
    rows = _batches(reading, checking, plan)
    total = min(plan.steps, len(rows))
    training, progress = Training(network, plan, device), Progress()
    checkpoint = Checkpoint(out / CHECKPOINT, json.dumps([made_of, asdict(plan), len(reading), len(checking)]))
    if (kept := checkpoint.load(device)) is not None:
        training.restore(kept["training"])
        progress = Progress(**kept["progress"])
        _log.info("going on at step %d of %d", progress.step, total)
    begun = saved = time.monotonic()
    before = progress.seconds
    with tqdm(total=total, initial=progress.step, desc="training", unit="step", mininterval=10, smoothing=0.02) as bar:
        while progress.step < total and (rate := _rate(plan, progress, total)) > 0:
            kind, indexes = rows[progress.step]
            if kind == "reading":
                batch = collate([reading[i] for i in indexes], pad).to(device)
                starts, ends, _ = network(batch.ids, batch.mask)
                loss = span_loss(starts, ends, batch)
                inputs = len(batch.ids)
            else:
                ids, mask = padded([checking[i].ids for i in indexes], pad)
                labels = torch.tensor([checking[i].label for i in indexes], device=device)
                loss = label_loss(network(ids.to(device), mask.to(device))[2], labels)
                inputs = len(ids)
            training.step(loss, rate, progress.step)
            progress.add(kind, float(loss.detach()), inputs)
            progress.seconds = before + time.monotonic() - begun
            bar.update()
            if progress.step % _STRETCH == 0:
                _note(progress, rate, out)
            if time.monotonic() - saved > save_every:
                checkpoint.save({"training": training.state(), "progress": asdict(progress)})
                saved = time.monotonic()
    checkpoint.save({"training": training.state(), "progress": asdict(progress)})
    network.float().eval()
    with torch.no_grad():
        for parameter, average in zip(training.parameters, training.average, strict=True):
            parameter.copy_(average)
    return progress


def _batches(reading: Sequence[Reading], checking: Sequence[Checking], plan: Plan) -> list[tuple[str, list[int]]]:
    """The batches of all epochs, both kinds mixed."""
    rows: list[tuple[str, list[int]]] = []
    for epoch in range(plan.epochs):
        rng = random.Random(plan.seed + epoch + 2)
        made = [("reading", row) for row in reading_batches(reading, plan.inputs, plan.seed + epoch)]
        made += [("checking", row) for row in checking_batches(checking, plan.inputs, rng)]
        rng.shuffle(made)
        rows += made
    return rows


def _rate(plan: Plan, progress: Progress, total: int) -> float:
    done = progress.step / total
    if plan.minutes is not None:
        done = max(done, progress.seconds / 60 / plan.minutes)
    return plan.rate * min(1.0, (progress.step + 1) / plan.warm, max(0.0, (1 - done) / plan.decay))


def _note(progress: Progress, rate: float, out: Path) -> None:
    entry = {"step": progress.step, **{kind: round(value, 4) for kind, value in sorted(progress.losses.items())}}
    entry |= {"inputs_per_second": round(progress.seen / max(progress.seconds, 1e-9), 2), "rate": rate}
    progress.history.append(entry)
    tqdm.write("  ".join(f"{name} {value:.4g}" for name, value in entry.items()))
    try:
        (out / "history.json").write_text(json.dumps(progress.history, indent=1), encoding="utf-8")
    except OSError as error:
        raise _unwritable(out / "history.json", error) from None


@dataclass(frozen=True)
class Checkpoint:
    """A file that is written beside the last one, which stays as the one before.

    Attributes:
        path: the file.
        key: what determines the result; a checkpoint with another key is not used.
    """

    path: Path
    key: str

    @property
    def _before(self) -> Path:
        return self.path.with_suffix(".before.pt")

    def load(self, device: str) -> dict[str, Any] | None:
        """The last whole checkpoint; None where there is none of this training.

        Raises:
            TrainingError: there are checkpoints, and all are damaged.
        """
        damaged = []
        for path in (self.path, self._before):
            if not path.exists():
                continue
            try:
                kept: dict[str, Any] = torch.load(path, map_location=device, weights_only=True, mmap=device == "cpu")
                key = kept["key"]
            except Exception as error:  # torch, zipfile and pickle each raise their own types
                _log.warning("%s is damaged: %s", path, str(error).partition("\n")[0])
                damaged.append(str(path))
                continue
            if key == _hash(self.key):
                return kept
            _log.warning("%s is of another training and is not used; it will be replaced", path)
        if damaged:
            raise TrainingError(f"{' and '.join(damaged)} cannot be read; delete them to start with the first weights")
        return None

    def save(self, kept: dict[str, Any]) -> None:
        """Write a checkpoint.

        Args:
            kept: tensors and plain values.

        Raises:
            TrainingError: it cannot be written; the last one stays.
        """
        beside = self.path.with_suffix(".writing.pt")
        try:
            torch.save({"key": _hash(self.key), **kept}, beside)
            if self.path.exists():
                self.path.replace(self._before)
            beside.replace(self.path)
        except (OSError, RuntimeError) as error:  # torch wraps a full disk in the latter
            with contextlib.suppress(OSError):
                beside.unlink(missing_ok=True)
            raise _unwritable(self.path, error) from None


def _unwritable(path: Path, error: Exception) -> TrainingError:
    reason = str(error).partition("\n")[0]
    return TrainingError(f"{path} cannot be written: {reason}. The last checkpoint is kept; make room and run it again")


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
