"""How well the check of written sentences tells what a source supports: `python -m evals.verify --data DIR`.

DIR holds the folders wice, qags, summedits, faithbench and gum_wikinews; a set that is not there is left out and named.

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

_PASSAGES = 4  # of a source that a sentence is checked against: those that share most with it
_ALARMS = 0.05  # share of supported statements that may be called unsupported
_DEFAULT = "wice-dev,wice,qags-cnndm,qags-xsum,summedits,faithbench,synthetic"


@dataclass(frozen=True)
class Judged:
    """A statement as the check sees it; of several sentences the weakest counts.

    Attributes:
        statement: itself.
        support: by the model, 0..1.
        reason: of a rule, or None.
        overlap: share of its terms that the source has, 0..1, for comparison.
    """

    statement: Statement
    support: float
    reason: str | None
    overlap: float

    @property
    def score(self) -> float:
        """Of the whole check: 0 where a rule fails."""
        return 0.0 if self.reason else self.support


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where at least one set was there."""
    options = _parser().parse_args(arguments)
    unknown = set(options.sets.split(",")) - set(SETS)
    if unknown:
        print(f"evals: no set is called {', '.join(sorted(unknown))}; there are {', '.join(SETS)}", file=sys.stderr)
        return 2
    check = StatementCheck(load_support_model())
    chosen: dict[str, float] = {}
    table: dict[str, dict[str, Any]] = {}
    for name in options.sets.split(","):
        try:
            statements = list(SETS[name](options.data))
        except DataMissing as error:
            print(f"evals: {name} is left out: {error}", file=sys.stderr)
            continue
        judged = [judge(check, each) for each in tqdm(statements, desc=name)]
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
    """One statement, sentence by sentence, against the passages of its source that share most with each."""
    passages = [each.text for each in split_passages(Article(identity="-", headline="-", text=statement.source))]
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
    reason = next((each for each in reasons if each), None)
    return Judged(statement, min(supports, default=0.0), reason, min(overlaps, default=0.0))


def figures(judged: Sequence[Judged]) -> dict[str, Any]:
    """Balanced accuracy of each way to tell, at the threshold that ships, in percent."""
    wanted = np.array([each.statement.supported for each in judged])
    ways = {
        "overlap": np.array([each.overlap for each in judged]) >= 1.0,
        "rules": np.array([each.reason is None for each in judged]),
        "model": np.array([each.support for each in judged]) >= SUPPORTED,
        "check": np.array([each.score for each in judged]) >= SUPPORTED,
    }
    scores = np.array([each.score for each in judged])
    floor = float(np.quantile(scores[wanted], _ALARMS))
    found: dict[str, Any] = {
        "n": len(judged),
        "supported": int(wanted.sum()),
        **{way: round(100 * _balanced(wanted, given), 1) for way, given in ways.items()},
        "best": round(100 * max(_balanced(wanted, scores >= t) for t in np.unique(scores)), 1),
        "caught": round(100 * float((~ways["check"][~wanted]).mean()), 1),
        "false_alarms": round(100 * float((~ways["check"][wanted]).mean()), 1),
        "caught_at_5": round(100 * float((scores[~wanted] < floor).mean()), 1) if floor > 0 else None,
    }
    kinds: dict[str, list[bool]] = defaultdict(list)
    for each, given in zip(judged, ways["check"], strict=True):
        if each.statement.kind:
            kinds[each.statement.kind].append(not given)
    if kinds:
        found["by_kind"] = {kind: round(100 * sum(got) / len(got), 1) for kind, got in sorted(kinds.items())}
    return found


def best_threshold(judged: Sequence[Judged]) -> float:
    """The score from which on a statement passes, where balanced accuracy is highest."""
    return max(sorted({each.score for each in judged}), key=lambda threshold: _at(judged, threshold))


def _at(judged: Sequence[Judged], threshold: float) -> float:
    wanted = np.array([each.statement.supported for each in judged])
    return _balanced(wanted, np.array([each.score for each in judged]) >= threshold)


def _balanced(wanted: NDArray[Any], given: NDArray[Any]) -> float:
    return float((given[wanted].mean() + (~given[~wanted]).mean()) / 2)


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
    parser.add_argument("--data", type=Path, required=True, help="folder that holds the sets' folders")
    parser.add_argument("--sets", default=_DEFAULT, help="names, with commas (default %(default)s)")
    parser.add_argument("--json", type=Path, help="write the figures there")
    return parser


if __name__ == "__main__":
    sys.exit(main())
