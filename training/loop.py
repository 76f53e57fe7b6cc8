"""The training loop; an interrupted run continues, and progress is evaluated regularly."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn
from tqdm import tqdm

from training.features import Sized, batches

_log = logging.getLogger(__name__)

E = TypeVar("E", bound=Sized)


class Figures(Protocol):
    """Figures on held-out examples."""

    def line(self) -> str:
        """Format in one line."""

    def shares(self) -> dict[str, float]:
        """The figures by name, for the history."""


@dataclass(frozen=True)
class Plan:
    """Settings of a training.

    Attributes:
        inputs: passages per step.
        rate: highest learning rate.
        warm: share of the steps in which the rate rises; it falls to 0 afterwards.
        decay: of the weights.
        epochs: how often the examples are read.
        seed: of the head's first weights and the order.
        every: inputs between two evaluations on held-out examples.
    """

    inputs: int = 32
    rate: float = 2e-4
    warm: float = 0.05
    decay: float = 0.01
    epochs: int = 1
    seed: int = 1
    every: int = 16_000

    @property
    def decides(self) -> dict[str, Any]:
        """The settings that determine the result: all but the interval of evaluations."""
        return {name: value for name, value in asdict(self).items() if name != "every"}


def train(
    model: nn.Module,
    examples: Sequence[E],
    plan: Plan,
    out: Path,
    device: str,
    fit: Callable[[Sequence[E]], Tensor],
    look: Callable[[], Figures],
    save_every: float = 120.0,
    made_of: str = "",
) -> list[dict[str, Any]]:
    """Train a model in place.

    Args:
        model: on its device.
        examples: to learn from.
        plan: settings.
        out: folder of the checkpoint and of `history.json`.
        device: "cpu" or "cuda".
        fit: returns the mean loss of some examples.
        look: returns figures on held-out examples.
        save_every: seconds between two checkpoints.
        made_of: what else determines the result; a checkpoint of other examples or first weights is not used.

    Returns:
        The history: for each evaluation the `inputs` read so far, the mean `loss` since the last one or the start, and
        the figures on held-out examples.
    """
    optimizer = _optimizer(model, plan)
    rows = [row for epoch in range(plan.epochs) for row in batches(examples, plan.inputs, plan.seed + epoch)]
    state = _State(out / "checkpoint.pt", json.dumps([made_of, plan.decides, len(examples), len(rows)]))
    step, seen, history = state.load(model, optimizer, device)
    if step:
        _log.info("continuing at step %d of %d", step, len(rows))
    warm = max(1, int(plan.warm * len(rows)))
    losses: list[float] = []
    last = time.monotonic()
    next_look = (seen // plan.every + 1) * plan.every
    with tqdm(total=len(rows), initial=step, desc="training", unit="step", mininterval=5, smoothing=0.02) as bar:
        for number in range(step, len(rows)):
            batch = [examples[i] for i in rows[number]]
            part = min((number + 1) / warm, max(0.0, (len(rows) - number) / max(1, len(rows) - warm)))
            for settings in optimizer.param_groups:
                settings["lr"] = plan.rate * part
            model.train()
            with torch.autocast(device, dtype=torch.bfloat16):
                value = fit(batch)
            torch.autograd.backward(value)
            torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(float(value.detach()))
            seen += sum(len(example.packed) for example in batch)
            bar.update()
            if number % 20 == 0:
                bar.set_postfix(loss=f"{sum(losses[-200:]) / len(losses[-200:]):.3f}", inputs=seen)
            if seen >= next_look or number == len(rows) - 1:
                figures = look()
                next_look += plan.every
                stretch = {"inputs": seen, "loss": round(sum(losses) / len(losses), 4), **figures.shares()}
                history.append(stretch)
                tqdm.write(f"{seen:,} inputs: loss {stretch['loss']:.3f}  {figures.line()}")
                losses = []
                (out / "history.json").write_text(json.dumps(history, indent=1))
            if time.monotonic() - last > save_every or number == len(rows) - 1:
                state.save(model, optimizer, number + 1, seen, history)
                last = time.monotonic()
    return history


def _optimizer(model: nn.Module, plan: Plan) -> torch.optim.Optimizer:
    plain = [p for name, p in model.named_parameters() if p.ndim < 2]
    decayed = [p for name, p in model.named_parameters() if p.ndim >= 2]
    groups = [{"params": decayed, "weight_decay": plan.decay}, {"params": plain, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=plan.rate, fused=True)


@dataclass(frozen=True)
class _State:
    """The checkpoint; written to another file first, so that an interruption leaves the previous one."""

    path: Path
    key: str

    def load(
        self, model: nn.Module, optimizer: torch.optim.Optimizer, device: str
    ) -> tuple[int, int, list[dict[str, Any]]]:
        if not self.path.exists():
            return 0, 0, []
        kept = torch.load(self.path, map_location=device, weights_only=True)
        if kept["key"] != self.key:
            _log.warning("%s is of another training and is not used; it will be overwritten", self.path)
            return 0, 0, []
        model.load_state_dict(kept["model"])
        optimizer.load_state_dict(kept["optimizer"])
        return kept["step"], kept["seen"], kept["history"]

    def save(
        self, model: nn.Module, optimizer: torch.optim.Optimizer, step: int, seen: int, history: list[dict[str, Any]]
    ) -> None:
        beside = self.path.with_suffix(".writing")
        kept = {
            "key": self.key,
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "step": step,
            "seen": seen,
            "history": history,
        }
        torch.save(kept, beside)
        beside.replace(self.path)
