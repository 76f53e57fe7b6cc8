"""Make the examples to learn from: `python -m training.prepare --encoder DIR --data DIR --out DIR`.

DIR of --data has a subfolder for each set of data; training/README.md names them. What a run leaves in --out is used
again by the next one.

Example:
  python -m training.prepare --encoder all-mpnet-base-v2 --data data --out .cache/training
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from evals.datasets.base import DataMissing
from training.commands import fail, load_tokenizer, parser
from training.features import encode_groups, encode_statements, load_examples, save_examples
from training.groups import Mix, make_groups
from training.negatives import find_negatives
from training.questions import load_paragraphs, split
from training.retyping import retyped
from training.sources import near_misses, other_questions
from training.statements import LABELS, make_statements

EXAMPLES = "examples.npz"

_SEED = 11
_GROUPS_SEED = 5
_MIX = Mix(negatives=0.4, near_misses=0.25, alone=0.25, both=0.03, beside=2)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success, 1 with a message if data is missing, 2 if an option is invalid."""
    options = _parser().parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if min(options.questions, options.statements) < 1:
        return fail("--questions and --statements must be at least 1", status=2)
    try:
        return _prepare(options)
    except DataMissing as error:
        return fail(str(error))


def _prepare(options: argparse.Namespace) -> int:
    tokenizer = load_tokenizer(options.encoder)
    made_of = json.dumps([_SEED, vars(_MIX), options.questions, options.statements, tokenizer.get_vocab_size()])
    whole = options.out / EXAMPLES
    if _holds(whole, made_of):
        print(f"{whole} has them already")
        return 0
    learned, held = split(load_paragraphs(options.data / "squad"))
    options.out.mkdir(parents=True, exist_ok=True)
    rng = random.Random(_SEED)
    groups = list(near_misses(rng, options.data, learned, held))
    every = [(own, index) for own, paragraph in enumerate(learned) for index in range(len(paragraph.questions))]
    rng.shuffle(every)
    asked = every[: options.questions]
    made = make_groups(learned, asked, find_negatives(learned, asked, options.out), _MIX, _GROUPS_SEED)
    groups += [replace(group, question=retyped(rng, group.question)) for group in made]
    groups += other_questions(rng, options.data)
    stated = every[options.questions : options.questions + options.statements] or asked
    statements = make_statements(rng, options.data, learned, stated)
    reading = list(encode_groups(tokenizer, groups))
    checking = list(encode_statements(tokenizer, statements))
    rng.shuffle(checking)
    save_examples(whole, reading, checking, made_of)
    print(f"reading: {len(reading):,} questions, {sum(len(example.inputs) for example in reading):,} inputs")
    print("  " + ", ".join(f"{kind} {count:,}" for kind, count in Counter(g.kind for g in groups).most_common()))
    print(f"checking: {len(checking):,} statements")
    print(
        "  " + ", ".join(f"{LABELS[label]} {count:,}" for label, count in Counter(s.label for s in statements).items())
    )
    return 0


def _holds(whole: Path, made_of: str) -> bool:
    """Whether a file has the examples already; one that is damaged has none."""
    try:
        return load_examples(whole)[2] == made_of
    except DataMissing:
        return False


def _parser() -> argparse.ArgumentParser:
    made = parser("prepare", __doc__)
    made.add_argument("--encoder", type=Path, required=True, help="folder of the encoder's tokenizer.json")
    made.add_argument("--data", type=Path, required=True, help="folder with a subfolder for each set of data")
    made.add_argument("--out", type=Path, required=True, help="folder for the examples")
    made.add_argument("--questions", type=int, default=22_000, help="of SQuAD, for reading (default: %(default)s)")
    made.add_argument("--statements", type=int, default=9_000, help="questions that become statements (%(default)s)")
    return made


if __name__ == "__main__":
    sys.exit(main())
