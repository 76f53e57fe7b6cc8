"""Dateline on the articles up to a day, but not asked as of that day: this shows what knowing the day is worth."""

from __future__ import annotations

from typing import Any

from evals.systems import dateline


class System(dateline.System):
    """The shipped chain with only a last day of publication."""

    def _day(self, until: int | None) -> dict[str, Any]:
        return {"published": (None, dateline.day_of(until))} if until else {}
