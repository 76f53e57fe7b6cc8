"""Verdicts of people on sentences: what is drawn for reading, and what they add up to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.verdicts import drawn, figures, main

pytestmark = pytest.mark.part("evals")

SENTENCES = [
    {"id": f"q.{n}", "question": "Who?", "text": f"Sentence {n}.", "mended": n == 9, "passages": "...",
     "struck": None if n < 3 else "the passage does not say so", "quotes": []}
    for n in range(10)
]  # fmt: skip


def test_all_that_reached_the_reader_is_read_and_nobody_sees_which_it_is() -> None:
    rows = drawn(SENTENCES, 4)
    assert {"q.0", "q.1", "q.2"} <= {row["id"] for row in rows}
    assert len(rows) == 7
    assert "q.9" not in {row["id"] for row in rows}
    assert all(set(row) == {"id", "question", "text", "passages"} for row in rows)
    assert rows == drawn(SENTENCES, 4)


def test_what_is_wrong_among_what_reached_the_reader_is_counted() -> None:
    verdicts = [
        {"id": "a", "reached": True, "supported": True},
        {"id": "b", "reached": True, "supported": False, "why": "another year"},
        {"id": "c", "reached": False, "supported": False},
        {"id": "d", "reached": False, "supported": True},
    ]
    table = figures(verdicts)
    assert table["reached, unsupported"] == 1
    assert table["struck, unsupported"] == 1
    assert figures([])["of these at 95 %"] == "none were read"


def test_the_command_fails_where_something_wrong_got_through(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "verdicts.jsonl"
    file.write_text(json.dumps({"id": "a", "reached": True, "supported": True}) + "\n")
    assert main([str(file)]) == 0
    file.write_text(json.dumps({"id": "a", "reached": True, "supported": False}) + "\n")
    assert main([str(file)]) == 1
    assert "reached, unsupported" in capsys.readouterr().out
    assert main([str(tmp_path / "none.jsonl")]) == 1
