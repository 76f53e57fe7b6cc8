"""How many questions are answered with the right words cited, and how many refused: `python -m tests.score SET`."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

from ingest import Archive, ingest
from ingest.samples import sample_sources
from qa import Answer, ask

DATA = Path(__file__).parent / "data"


def cites(answer: Answer, row: dict[str, Any]) -> bool:
    """Whether a citation of an answer holds one of the row's evidence strings."""
    return any(words in citation.quote for citation in answer.citations for words in row["evidence"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("set", choices=("seed", "tune", "test"), help="the seed article's, or a half of the samples'")
    parser.add_argument("--seeds", type=Path, help="folder with the seed article")
    parser.add_argument("--each", action="store_true", help="print every question; not for the half `test`")
    arguments = parser.parse_args()
    if arguments.set == "seed" and not (arguments.seeds and arguments.seeds.is_dir()):
        parser.error("--seeds DIR names the folder with the seed article")
    name = "seed_questions" if arguments.set == "seed" else "sample_questions"
    rows = [json.loads(line) for line in (DATA / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if row.get("half", "seed") == arguments.set]
    sources = [arguments.seeds] if arguments.set == "seed" else sample_sources()
    with tempfile.TemporaryDirectory() as folder, Archive.open(Path(folder) / "archive", create=True) as archive:
        ingest(sources, archive)
        answers = [(row, ask(row["question"], archive)) for row in rows]
    right = [row for row, answer in answers if row["answerable"] and cites(answer, row)]
    refused = [row for row, answer in answers if not row["answerable"] and not answer.answered]
    answered = [row for row, answer in answers if row["answerable"] and answer.answered]
    if arguments.each:
        for row, answer in answers:
            good = cites(answer, row) if row["answerable"] else not answer.answered
            print(f"{'right' if good else 'WRONG'} {answer.confidence:.2f} {row['id']} {row['question']}")
    n = sum(row["answerable"] for row in rows)
    print(f"right words cited: {len(right)} of {n} ({len(answered)} were answered)")
    print(f"refused: {len(refused)} of {len(rows) - n} without an answer")


if __name__ == "__main__":
    main()
