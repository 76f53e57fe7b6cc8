"""Train the reader: `python -m training.reader --data DIR --out DIR`.

Examples:
  python -m training.reader --data data/squad --out .cache/reader
  python -m training.reader --data data/squad --out .cache/try --questions 8000 --near-misses 0
  python -m training.export --data data/squad --run .cache/reader
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import random
import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor

from evals.datasets.base import DataMissing
from ingest.embedding.encoders import default_model_folder
from training.features import Example, collate, encode
from training.groups import Group, Mix, make_groups
from training.heldout import HeldOut, evaluate, pick, torch_scorer
from training.loop import Plan, train
from training.negatives import find_negatives
from training.network import Reader, loss
from training.questions import Paragraph, load_paragraphs, split
from training.recipe import RECIPE, Stage

_HELD_OUT = 500  # questions for evaluations during training


def main(arguments: Sequence[str] | None = None, recipe: Sequence[Stage] = RECIPE) -> int:
    """Train the reader.

    Args:
        arguments: of the command; None for those of the process.
        recipe: stages of the training.

    Returns:
        0 on success, 1 with a message if the data is missing, 2 if an option is invalid.
    """
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for chatty in ("httpx", "sentence_transformers", "transformers"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        paragraphs = load_paragraphs(options.data)
    except DataMissing as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    if options.questions is not None and options.questions < 1:
        print("training: --questions must be at least 1", file=sys.stderr)
        return 2
    options.out.mkdir(parents=True, exist_ok=True)
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    learned, held = split(paragraphs)
    tokenizer = load_tokenizer()
    looked_at = held_out_groups(held, tokenizer, options.out, _HELD_OUT)
    start: Path | None = None
    for name, stage in _stages(options, recipe).items():
        folder = options.out / name
        if _is_done(folder, stage, start):
            logging.info("%s is finished", folder)
        else:
            _run(stage, folder, learned, tokenizer, looked_at, start, device)
        start = folder / "reader.pt"
    shutil.copyfile(folder / "reader.pt", options.out / "reader.pt")
    logging.info("the weights are in %s", options.out / "reader.pt")
    return 0


def _stages(options: argparse.Namespace, recipe: Sequence[Stage]) -> dict[str, Stage]:
    """The recipe, or the one stage that the options describe, by the names of their folders."""
    chosen = {name: value for name, value in vars(options).items() if value is not None}
    mixed = {name: chosen[name] for name in ("negatives", "beside", "near_misses", "alone", "both") if name in chosen}
    planned = {name: chosen[name] for name in ("inputs", "rate", "epochs") if name in chosen}
    if not (mixed or planned or options.questions is not None or options.without_headings):
        return {
            f"stage-{number}": replace(
                stage, plan=replace(stage.plan, seed=stage.plan.seed + options.seed - 1, every=options.every)
            )
            for number, stage in enumerate(recipe, 1)
        }
    plan = Plan(**planned, seed=options.seed, every=options.every)
    return {"try": Stage(options.questions, Mix(**mixed, headings=not options.without_headings), plan)}


def _is_done(folder: Path, stage: Stage, start: Path | None) -> bool:
    if not (folder / "reader.pt").exists():
        return False
    facts = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    return bool(facts.get("made_of") == _made_of(stage, start))


def _made_of(stage: Stage, start: Path | None) -> dict[str, Any]:
    """What determines the weights of a stage."""
    first = hashlib.sha256(start.read_bytes()).hexdigest() if start else None
    facts = {"questions": stage.questions, "mix": asdict(stage.mix), "plan": stage.plan.decides, "start": first}
    whole: dict[str, Any] = json.loads(json.dumps(facts))
    return whole


def _run(
    stage: Stage,
    folder: Path,
    learned: Sequence[Paragraph],
    tokenizer: Tokenizer,
    looked_at: tuple[list[Group], list[Example]],
    start: Path | None,
    device: str,
) -> None:
    """Train one stage; its facts, checkpoint, figures and weights go into its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "reader.pt").unlink(missing_ok=True)
    torch.manual_seed(stage.plan.seed)
    examples = list(encode(tokenizer, _groups(learned, stage, folder.parent)))
    counts = {"examples": len(examples), "inputs": sum(len(example.packed) for example in examples)}
    made_of = _made_of(stage, start)
    facts = {"made_of": made_of, **counts, "device": device, "torch": torch.__version__}
    (folder / "run.json").write_text(json.dumps(facts, indent=1), encoding="utf-8")
    logging.info("%s", json.dumps(facts))
    model = Reader(default_model_folder()).to(device)
    if start is not None:
        model.load_state_dict(torch.load(start, map_location=device, weights_only=True))
    groups, kept = looked_at

    def look() -> HeldOut:
        return evaluate(groups, kept, torch_scorer(model, device))

    def fit(batch: Sequence[Example]) -> Tensor:
        moved = collate(batch).to(device)
        starts, ends = model(moved.ids, moved.mask, moved.types)
        return loss(starts, ends, moved)

    train(model, examples, stage.plan, folder, device, fit, look, made_of=json.dumps(made_of))
    beside = folder / "reader.writing"
    torch.save(model.state_dict(), beside)
    beside.replace(folder / "reader.pt")


def load_tokenizer() -> Tokenizer:
    """The encoder's tokenizer, without truncation and padding."""
    tokenizer = Tokenizer.from_file(str(default_model_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def held_out_groups(
    held: Sequence[Paragraph], tokenizer: Tokenizer, out: Path, count: int, seed: int = 7
) -> tuple[list[Group], list[Example]]:
    """Make groups of held-out questions: each with passages from the retriever, about half also as near-misses.

    Args:
        held: paragraphs of held-out articles.
        tokenizer: the encoder's.
        out: folder that caches the search for passages.
        count: how many questions.
        seed: decides which.

    Returns:
        The groups, and the same groups encoded.
    """
    pairs = [(own, index) for own, paragraph in enumerate(held) for index in range(len(paragraph.questions))]
    asked = [pairs[i] for i in pick(count, seed, len(pairs))]
    candidates = find_negatives(held, asked, out)
    mix = Mix(negatives=1.0, near_misses=0.6, alone=0.4, both=0.0)
    groups, examples = [], []
    for group in make_groups(held, asked, candidates, mix, seed):
        for example in encode(tokenizer, [group]):
            groups.append(group)
            examples.append(example)
    return groups, examples


def _groups(learned: Sequence[Paragraph], stage: Stage, out: Path) -> list[Group]:
    pairs = [(own, index) for own, paragraph in enumerate(learned) for index in range(len(paragraph.questions))]
    random.Random(stage.plan.seed).shuffle(pairs)
    asked = pairs[: stage.questions]
    return list(make_groups(learned, asked, find_negatives(learned, asked, out), stage.mix, stage.plan.seed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.reader", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    usual, plan = Mix(), Plan()
    parser.add_argument("--data", type=Path, required=True, help="folder that contains SQuAD's train-v1.1.json")
    parser.add_argument(
        "--out", type=Path, required=True, help="folder for checkpoints and weights; an interrupted run continues"
    )
    parser.add_argument("--seed", type=int, default=plan.seed, help=f"of all random choices ({plan.seed})")
    parser.add_argument(
        "--look",
        dest="every",
        type=int,
        default=plan.every,
        help="inputs between evaluations on held-out questions",
    )
    tries = parser.add_argument_group("experiments", "any of these replaces the recipe by a single stage")
    tries.add_argument("--questions", type=int, help="number of questions to learn from (all)")
    shares = (
        ("--negatives", usual.negatives, "share with negatives beside the right passage"),
        ("--near-misses", usual.near_misses, "share also used as near-misses"),
        ("--alone", usual.alone, "share also used with a negative alone"),
        ("--both", usual.both, "share also used with a name changed in question and passage"),
    )
    for flag, value, what in shares:
        tries.add_argument(flag, type=float, help=f"{what} ({value})")
    tries.add_argument("--beside", type=int, help=f"number of negatives beside the right passage ({usual.beside})")
    tries.add_argument("--without-headings", action="store_true", help="passages without headline and date")
    tries.add_argument("--batch", dest="inputs", type=int, help=f"passages per step ({plan.inputs})")
    tries.add_argument("--rate", type=float, help=f"highest learning rate ({plan.rate})")
    tries.add_argument("--epochs", type=int, help=f"how often the examples are read ({plan.epochs})")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="default: cuda if available")
    return parser


if __name__ == "__main__":
    sys.exit(main())
