"""Measure how well the check of written sentences detects unsupported ones: `python -m evals.verify --data DIR`.

DIR contains the folders wice, qags, summedits, faithbench and gum_wikinews; a missing one is skipped with a message.

Examples:
  python -m evals.verify --data data
  python -m evals.verify --data data --sets wice,qags-cnndm --json verify.json
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from evals.datasets.base import DataMissing
from evals.datasets.support import SETS, Statement
from ingest import Article
from ingest.chunking.passages import split_passages
from ingest.chunking.sentences import sentence_spans
from ingest.index.keywords import terms
from qa.verification.support import load_support_model
from qa.verification.verify import SUPPORTED, Source, StatementCheck

_PASSAGES = 4  # of the source, those that share most terms with the sentence, are used for the check
_ALARMS = 0.05  # accepted share of false alarms on supported statements
_DEFAULT = "wice-dev,wice,qags-cnndm,qags-xsum,summedits,faithbench,synthetic"


@dataclass(frozen=True)
class Judged:
    """A checked statement; of several sentences the weakest counts.

    Attributes:
        statement: the statement.
        support: according to the model, 0..1.
        reason: why a rule rejected it, or None.
        overlap: share of its terms that the source has, 0..1, for comparison.
    """

    statement: Statement
    support: float
    reason: str | None
    overlap: float

    @property
    def score(self) -> float:
        """Score of the whole check: 0 if a rule rejects the statement."""
        return 0.0 if self.reason else self.support


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 if at least one data set was evaluated."""
    options = _parser().parse_args(arguments)
    unknown = set(options.sets.split(",")) - set(SETS)
    if unknown:
        print(f"evals: unknown set {', '.join(sorted(unknown))}; choose from {', '.join(SETS)}", file=sys.stderr)
        return 2
    check = StatementCheck(load_support_model())
    chosen: dict[str, float] = {}
    table: dict[str, dict[str, Any]] = {}
    for name in options.sets.split(","):
        try:
            statements = list(SETS[name](options.data))
        except DataMissing as error:
            print(f"evals: {name} is skipped: {error}", file=sys.stderr)
            continue
        judged = [judge(check, statement) for statement in tqdm(statements, desc=name)]
        table[name] = figures(judged)
        if name.endswith("-dev"):
            chosen[name.removesuffix("-dev")] = best_threshold(judged)
        elif name in chosen:
            table[name]["threshold_of_dev"] = round(chosen[name], 4)
            table[name]["check_at_that"] = round(100 * _at(judged, chosen[name]), 1)
        print(_line(name, table[name]))
    if options.json:
        options.json.write_text(json.dumps(table, indent=1), encoding="utf-8")
    return 0 if table else 1


def judge(check: StatementCheck, statement: Statement) -> Judged:
    """Check a statement, sentence by sentence, against the passages of its source that share most terms with each.

    Args:
        check: the shipped check.
        statement: with its source.
    """
    passages = [passage.text for passage in split_passages(Article(identity="-", headline="-", text=statement.source))]
    stems = [set(terms(passage)) for passage in passages]
    supports, reasons, overlaps = [], [], []
    for start, end in sentence_spans(" ".join(statement.text.split())):
        sentence = " ".join(statement.text.split())[start:end]
        own = set(terms(sentence))
        best = sorted(range(len(passages)), key=lambda i: -len(own & stems[i]))[:_PASSAGES]
        sources = [Source(passages[i], article=statement.source) for i in sorted(best)]
        verdict = check.check(sentence, sources)
        supports.append(verdict.support or check.support(sentence, sources))
        reasons.append(verdict.reason if verdict.support == 0 else None)
        overlaps.append(len(own & set().union(*stems)) / max(1, len(own)))
    reason = next((failed for failed in reasons if failed), None)
    return Judged(statement, min(supports, default=0.0), reason, min(overlaps, default=0.0))


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Balanced accuracy of each kind of check, in percent, at the shipped threshold."""
    wanted = np.array([judgement.statement.supported for judgement in judged])
    ways = {
        "overlap": np.array([judgement.overlap for judgement in judged]) >= 1.0,
        "rules": np.array([judgement.reason is None for judgement in judged]),
        "model": np.array([judgement.support for judgement in judged]) >= SUPPORTED,
        "check": np.array([judgement.score for judgement in judged]) >= SUPPORTED,
    }
    scores = np.array([judgement.score for judgement in judged])
    floor = float(np.quantile(scores[wanted], _ALARMS))
    results: dict[str, Any] = {
        "n": len(judged),
        "supported": int(wanted.sum()),
        **{way: round(100 * _balanced(wanted, accepted), 1) for way, accepted in ways.items()},
        "best": round(100 * max(_balanced(wanted, scores >= t) for t in np.unique(scores)), 1),
        "caught": round(100 * float((~ways["check"][~wanted]).mean()), 1),
        "false_alarms": round(100 * float((~ways["check"][wanted]).mean()), 1),
        "caught_at_5": round(100 * float((scores[~wanted] < floor).mean()), 1) if floor > 0 else None,
    }
    kinds: dict[str, list[bool]] = defaultdict(list)
    for judgement, accepted in zip(judged, ways["check"], strict=True):
        if judgement.statement.kind:
            kinds[judgement.statement.kind].append(not accepted)
    if kinds:
        results["by_kind"] = {kind: round(100 * sum(got) / len(got), 1) for kind, got in sorted(kinds.items())}
    return results


def best_threshold(judged: Sequence[Judged]) -> float:
    """The lowest accepted score that gives the highest balanced accuracy."""
    return max(sorted({judgement.score for judgement in judged}), key=lambda threshold: _at(judged, threshold))


def _at(judged: Sequence[Judged], threshold: float) -> float:
    wanted = np.array([judgement.statement.supported for judgement in judged])
    return _balanced(wanted, np.array([judgement.score for judgement in judged]) >= threshold)


def _balanced(wanted: NDArray[Any], accepted: NDArray[Any]) -> float:
    return float((accepted[wanted].mean() + (~accepted[~wanted]).mean()) / 2)


def _line(name: str, row: dict[str, Any]) -> str:
    ways = "  ".join(f"{way} {row[way]:.1f}" for way in ("overlap", "rules", "model", "check", "best"))
    kinds = "  ".join(f"{kind} {share:.0f}" for kind, share in row.get("by_kind", {}).items())
    return (
        f"{name}: n {row['n']}  {ways}  caught {row['caught']:.1f} at {row['false_alarms']:.1f} false alarms, "
        f"{row['caught_at_5']} at 5  {kinds}"
        + (f"  at the threshold of dev {row['check_at_that']:.1f}" if "check_at_that" in row else "")
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evals.verify", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that contains the folders of the sets")
    parser.add_argument("--sets", default=_DEFAULT, help="names, separated by commas (default %(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser


if __name__ == "__main__":
    sys.exit(main())
