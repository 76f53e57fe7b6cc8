"""Train the reader: `python -m training.reader --data DIR --out DIR`.

Examples:
  python -m training.reader --data data/squad --out .cache/reader
  python -m training.reader --data data/squad --out .cache/try --questions 8000 --near-misses 0
  python -m training.export --data data/squad --run .cache/reader
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import torch
from tokenizers import Tokenizer

from evals.datasets.base import DataMissing
from ingest.embeddings import default_model_folder
from training.features import Example, encode
from training.groups import Group, Mix, make_groups
from training.heldout import HeldOut, evaluate, pick, torch_scorer
from training.loop import Plan, train
from training.negatives import find_negatives
from training.network import Reader
from training.questions import Paragraph, load_paragraphs, split

_HELD_OUT = 500  # questions that are looked at while it learns


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where it went well, 1 with a message where the data is missing."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for chatty in ("httpx", "sentence_transformers", "transformers"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        paragraphs = load_paragraphs(options.data)
    except DataMissing as error:
        print(f"training: {error}", file=sys.stderr)
        return 1
    options.out.mkdir(parents=True, exist_ok=True)
    device = options.device or ("cuda" if torch.cuda.is_available() else "cpu")
    torch.manual_seed(options.seed)
    mix = Mix(
        options.negatives, options.near_misses, options.alone, options.both, headings=not options.without_headings
    )
    plan = Plan(options.batch, options.rate, epochs=options.epochs, seed=options.seed, every=options.look)
    learned, held = split(paragraphs)
    tokenizer = load_tokenizer()
    groups, kept = held_out_groups(held, tokenizer, options.out, _HELD_OUT)
    examples = list(encode(tokenizer, _groups(learned, options.questions, mix, options.out, options.seed)))
    counts = {"examples": len(examples), "inputs": sum(len(example.packed) for example in examples)}
    facts = {"plan": asdict(plan), "mix": asdict(mix), **counts, "device": device, "torch": torch.__version__}
    (options.out / "run.json").write_text(json.dumps(facts, indent=1))
    logging.info("%s", json.dumps(facts))
    model = Reader(default_model_folder()).to(device)

    def look(network: Reader) -> HeldOut:
        return evaluate(groups, kept, torch_scorer(network, device))

    train(model, examples, plan, options.out, device, look)
    torch.save(model.state_dict(), options.out / "reader.pt")
    logging.info("the weights are in %s", options.out / "reader.pt")
    return 0


def load_tokenizer() -> Tokenizer:
    """The encoder's tokenizer, which neither cuts nor pads."""
    tokenizer = Tokenizer.from_file(str(default_model_folder() / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def held_out_groups(
    held: Sequence[Paragraph], tokenizer: Tokenizer, out: Path, count: int, seed: int = 7
) -> tuple[list[Group], list[Example]]:
    """Held-out questions: each with four passages from the retriever, about half of them again as near-misses.

    Args:
        held: paragraphs of held-out articles.
        tokenizer: the encoder's.
        out: where the search is kept.
        count: how many questions.
        seed: decides which.
    """
    every = [(own, index) for own, paragraph in enumerate(held) for index in range(len(paragraph.questions))]
    asked = [every[i] for i in pick(count, seed, len(every))]
    found = find_negatives(held, asked, out)
    mix = Mix(negatives=1.0, near_misses=0.6, alone=0.4, both=0.0)
    groups, examples = [], []
    for group in make_groups(held, asked, found, mix, seed):
        for example in encode(tokenizer, [group]):
            groups.append(group)
            examples.append(example)
    return groups, examples


def _groups(learned: Sequence[Paragraph], most: int | None, mix: Mix, out: Path, seed: int) -> list[Group]:
    every = [(own, index) for own, paragraph in enumerate(learned) for index in range(len(paragraph.questions))]
    random.Random(seed).shuffle(every)
    asked = every[:most]
    return list(make_groups(learned, asked, find_negatives(learned, asked, out), mix, seed))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.reader", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    usual, plan = Mix(), Plan()
    parser.add_argument("--data", type=Path, required=True, help="folder that holds SQuAD's train-v1.1.json")
    parser.add_argument(
        "--out", type=Path, required=True, help="where checkpoints and weights go; a killed run goes on"
    )
    parser.add_argument("--questions", type=int, help="how many to learn from; all without it")
    parser.add_argument("--negatives", type=float, default=usual.negatives, help="share with a passage beside")
    parser.add_argument(
        "--near-misses", type=float, default=usual.near_misses, help="share that is changed and unanswered"
    )
    parser.add_argument("--alone", type=float, default=usual.alone, help="share with a wrong passage alone")
    parser.add_argument("--both", type=float, default=usual.both, help="share changed in question and passage alike")
    parser.add_argument("--without-headings", action="store_true", help="no headline and date in front")
    parser.add_argument("--batch", type=int, default=plan.inputs, help="passages of a step")
    parser.add_argument("--rate", type=float, default=plan.rate, help="highest learning rate")
    parser.add_argument("--epochs", type=int, default=plan.epochs)
    parser.add_argument("--seed", type=int, default=plan.seed)
    parser.add_argument("--look", type=int, default=plan.every, help="inputs between two looks at held-out questions")
    parser.add_argument("--device", choices=("cpu", "cuda"), help="the GPU where there is one, without it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
