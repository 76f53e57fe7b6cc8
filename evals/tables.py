"""Format figures as Markdown tables; pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

#: Figures that are not shares.
PLAIN = frozenset(
    """cited_words questions articles passages p50_s p95_s search_p50_s search_p95_s search_s seconds
    peak_rss_gb index_s index_peak_rss_gb stale""".split()
)


def figures_table(run: dict[str, Any], keys: Sequence[str] | None = None) -> str:
    """Format figures as a table: a row per figure, a column per system, with intervals.

    Args:
        run: as `evals.results.to_json` returns it.
        keys: which figures, in order; None for all.
    """
    systems = list(run["systems"])
    names = list(run["systems"][systems[0]]) if keys is None else list(keys)
    lines = [f"| | {' | '.join(systems)} |", f"|---|{'---|' * len(systems)}"]
    for name in names:
        cells = [cell(name, run["systems"][s].get(name), run["intervals"][s].get(name)) for s in systems]
        if any(cells):
            lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def cell(name: str, value: float | None, interval: Sequence[float] | None = None) -> str:
    """Format a figure: shares in percent with their interval; empty if there is no value.

    Args:
        name: of the figure.
        value: 0..1 for a share.
        interval: lowest and highest value.
    """
    if value is None:
        return ""
    if name in PLAIN:
        return f"{value:,.0f}" if value == int(value) or value >= 100 else f"{value:.3g}"
    if interval is None:
        return f"{100 * value:.1f} %"
    return f"{100 * value:.1f} % ({100 * interval[0]:.1f}–{100 * interval[1]:.1f})"
