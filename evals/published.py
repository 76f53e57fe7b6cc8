"""Results that others published on the same questions, and on how many of the questions they rest."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_FILE = Path(__file__).parent / "datasets" / "realtimeqa_published.json"


def load() -> dict[str, Any]:
    """`figures` by year, (EM, F1) in percent of each published system; `weeks` with the number of predictions."""
    whole: dict[str, Any] = json.loads(_FILE.read_text(encoding="utf-8"))
    return whole


def overlap(ids: Sequence[str]) -> dict[str, int]:
    """On how many ids a list of questions and the published predictions of its weeks agree.

    Returns:
        `asked`, `with_prediction` of these, and `predicted`: how many predictions the years of these questions have.
    """
    weeks = load()["weeks"]
    predicted = {
        f"{week}_{number}"
        for week, facts in weeks.items()
        for number in range(facts["n"])
        if number not in facts.get("gaps", ())
    }
    years = {each[:4] for each in ids}
    return {
        "asked": len(ids),
        "with_prediction": sum(each in predicted for each in ids),
        "predicted": sum(each[:4] in years for each in predicted),
    }
