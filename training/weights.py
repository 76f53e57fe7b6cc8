"""Weights as they are kept: matrices in int8 with a scale for each row, everything else in float32."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from evals.datasets.base import DataMissing
from training.network import ReaderChecker

_SMALL = 5_000  # values of a matrix that stays in float32


def packed(network: ReaderChecker) -> dict[str, Tensor]:
    """The weights of a network: `NAME` in int8 with `NAME.scale`, or `NAME` in float32.

    Args:
        network: in float32.
    """
    kept: dict[str, Tensor] = {}
    for name, parameter in network.named_parameters():
        value = parameter.detach()
        if value.ndim == 2 and value.numel() > _SMALL:
            scale = value.abs().amax(dim=1).clamp_min(1e-8) / 127
            kept[name] = (value / scale[:, None]).round().clamp(-127, 127).to(torch.int8)
            kept[f"{name}.scale"] = scale
        else:
            kept[name] = value.float().contiguous()
    return kept


def load_network(folder: Path) -> ReaderChecker:
    """A network with the weights of a folder: those of a trained one, or of an encoder with new heads.

    Args:
        folder: has `config.json`, and `model.safetensors` of an encoder or what `save_network` wrote.

    Raises:
        DataMissing: a file is missing, cut, or does not fit.
    """
    if not (folder / "config.json").is_file():
        raise DataMissing(f"{folder} holds no config.json; name a folder of an encoder or of trained weights")
    try:
        network = ReaderChecker(folder)
        if (folder / "model.safetensors").exists():
            return network
        files = sorted(folder.glob("weights*.safetensors"))
        if not files:
            raise DataMissing(f"{folder} holds neither model.safetensors nor weights.safetensors")
        kept = {name: value for file in files for name, value in load_file(file).items()}
        with torch.no_grad():
            for name, parameter in network.named_parameters():
                value, scale = kept[name].float(), kept.get(f"{name}.scale")
                parameter.copy_(value if scale is None else value * scale[:, None])
    except DataMissing:
        raise
    except KeyError as error:
        raise DataMissing(f"the weights in {folder} lack {error}; they are of another network") from None
    except Exception as error:  # safetensors and transformers each raise their own types
        reason = str(error).partition("\n")[0]
        raise DataMissing(f"the weights in {folder} cannot be read: {reason}") from None
    return network


def save_network(network: ReaderChecker, encoder: Path, to: Path, parts: Sequence[str] = ("",)) -> None:
    """Write the weights and what the network needs beside them.

    Args:
        network: in float32.
        encoder: folder of its `config.json` and `tokenizer.json`.
        to: folder to write to.
        parts: beginnings of names; each part becomes a file of its own, with what no earlier part has.
    """
    to.mkdir(parents=True, exist_ok=True)
    kept = packed(network)
    for number, part in enumerate(parts, 1):
        names = [name for name in kept if name.startswith(part)]
        file = to / ("weights.safetensors" if len(parts) == 1 else f"weights-{number}.safetensors")
        save_file({name: kept.pop(name).contiguous() for name in names}, file)
        file.chmod(0o644)
    for name in ("config.json", "tokenizer.json"):
        if (encoder / name).resolve() != (to / name).resolve():
            shutil.copyfile(encoder / name, to / name)
