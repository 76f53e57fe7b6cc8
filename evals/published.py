"""Published results of others on the same questions, and the number of questions that they are based on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "datasets" / "realtimeqa_published.json"


def load() -> dict[str, Any]:
    """`figures` by year, (EM, F1) in percent of each published system; `weeks` with the number of predictions."""
    results: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return results


def overlap(ids: Sequence[str]) -> dict[str, int]:
    """Compare a list of questions with the published predictions of the same weeks.

    Returns:
        `asked`; `with_prediction`, how many of these have one; and `predicted`, all predictions of their years.
    """
    weeks = load()["weeks"]
    predicted = {
        f"{week}_{number}"
        for week, facts in weeks.items()
        for number in range(facts["n"])
        if number not in facts.get("gaps", ())
    }
    years = {question_id[:4] for question_id in ids}
    return {
        "asked": len(ids),
        "with_prediction": sum(question_id in predicted for question_id in ids),
        "predicted": sum(question_id[:4] in years for question_id in predicted),
    }
