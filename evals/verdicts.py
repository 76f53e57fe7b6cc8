"""Summarize what people said about sentences of a chat model: `python -m evals.verdicts FILE ...`.

`--draw SENTENCES` prints sentences that `evals.chat --sentences` wrote, for people to read: all that reached the reader
and some of those that did not, in random order and without that label. A verdict is a line of JSON: `id` of the
sentence, whether it `reached` the reader, whether the passages `supported` it, and `why` not in a few words. People
judge without knowing the result of the automatic check.

Examples:
  python -m evals.verdicts --draw sentences.jsonl --struck 40 > to-read.jsonl
  python -m evals.verdicts evals/verdicts/*.jsonl
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from scipy.stats import binomtest

from evals.datasets.base import DataMissing, read_lines

_SEED = 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success, 1 if a sentence that reached the reader is not supported."""
    options = _parser().parse_args(arguments)
    try:
        if options.draw:
            for row in drawn(list(read_lines(options.draw)), options.struck):
                print(json.dumps(row, ensure_ascii=False))
            return 0
        wrong = 0
        for file in options.verdicts:
            table = figures(list(read_lines(file)))
            wrong += table["reached, unsupported"]
            print(file.stem)
            print("\n".join(f"  {name:28} {value}" for name, value in table.items()))
    except (DataMissing, OSError, KeyError) as error:
        print(f"evals: {error}", file=sys.stderr)
        return 1
    return 1 if wrong else 0


def drawn(sentences: Sequence[dict[str, Any]], struck: int, seed: int = _SEED) -> list[dict[str, Any]]:
    """Sentences for people to judge: all that reached the reader, and some of the others, mixed and unlabelled.

    Args:
        sentences: as `evals.chat --sentences` writes them.
        struck: how many of those that did not reach the reader.
        seed: of the order and the choice.
    """
    rng = random.Random(seed)
    others = [row for row in sentences if row["struck"] is not None and not row["mended"]]
    rows = [row for row in sentences if row["struck"] is None] + rng.sample(others, min(struck, len(others)))
    rng.shuffle(rows)
    return [{name: row[name] for name in ("id", "question", "text", "passages")} for row in rows]


def figures(verdicts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Count the unsupported sentences among those that reached the reader and among those that were struck."""
    reached = [row for row in verdicts if row["reached"]]
    struck = [row for row in verdicts if not row["reached"]]
    wrong = sum(not row["supported"] for row in reached)
    interval = binomtest(wrong, len(reached)).proportion_ci(method="wilson") if reached else None
    return {
        "read": len(verdicts),
        "reached the reader": len(reached),
        "reached, unsupported": wrong,
        "of these at 95 %": f"{interval.low:.1%} to {interval.high:.1%}" if interval else "none were read",
        "struck": len(struck),
        "struck, unsupported": sum(not row["supported"] for row in struck),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.verdicts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("verdicts", nargs="*", type=Path, help="files with verdicts")
    parser.add_argument("--draw", type=Path, metavar="SENTENCES", help="print sentences of this file to judge")
    parser.add_argument("--struck", type=int, default=40, help="number of struck sentences (default %(default)s)")
    return parser


if __name__ == "__main__":
    sys.exit(main())
