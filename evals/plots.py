"""Plots of the report, as SVG by matplotlib; the same figures give the same file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("svg")
matplotlib.rcParams.update({"svg.hashsalt": "dateline", "svg.fonttype": "none", "font.size": 10})

from matplotlib import pyplot  # noqa: E402 - after the backend is chosen

from evals.scores import DEPTHS  # noqa: E402


def draw_coverage(run: dict[str, Any], path: Path) -> None:
    """Plot accuracy against coverage of each system that has a confidence, with its shipped operating point.

    Args:
        run: as in its JSON.
        path: image to write.
    """
    figure, axes = pyplot.subplots(figsize=(6.4, 4))
    for name, curve in run["curves"].items():
        if not curve:
            continue
        axes.plot([100 * c for c, _ in curve], [100 * a for _, a in curve], label=name)
        figures = run["systems"][name]
        if figures.get("citation_hit") is not None:
            axes.plot(100 * figures["answered"], 100 * figures["citation_hit"], "o", label=f"{name}, as shipped")
    axes.set(
        xlabel="questions answered, %",
        ylabel="answered questions whose quotes contain the answer, %",
        xlim=(0, 100),
        ylim=(0, 100),
    )
    _finish(figure, axes, path)


def draw_refusals(curve: list[dict[str, float]], path: Path) -> None:
    """Plot F1 of the answerable questions against the share of the others that is refused.

    Args:
        curve: as `evals.operating.refusal_curve` returns it.
        path: image to write.
    """
    figure, axes = pyplot.subplots(figsize=(6.4, 4))
    axes.plot([100 * row["refused"] for row in curve], [100 * row["f1_answerable"] for row in curve])
    axes.set(
        xlabel="unanswerable questions refused, %", ylabel="F1 of answerable questions, %", xlim=(0, 100), ylim=(0, 100)
    )
    _finish(figure, axes, path)


def draw_hits(run: dict[str, Any], path: Path) -> None:
    """Plot hit@k of each system with its interval.

    Args:
        run: as in its JSON.
        path: image to write.
    """
    figure, axes = pyplot.subplots(figsize=(6.4, 4))
    names = [f"hit@{k}" for k in DEPTHS]
    scored = [(name, figures) for name, figures in run["systems"].items() if figures.get(names[0]) is not None]
    for shift, (name, figures) in enumerate(scored):
        values = [100 * figures[n] for n in names]
        spans = [run["intervals"][name][n] for n in names]
        errors = [[v - 100 * low for v, (low, _) in zip(values, spans, strict=True)]]
        errors.append([100 * high - v for v, (_, high) in zip(values, spans, strict=True)])
        places = [n + 0.07 * shift for n in range(len(names))]
        axes.errorbar(places, values, yerr=errors, marker="o", capsize=2, linewidth=1, label=name)
    axes.set(ylabel="answer among the first k passages, %", ylim=(0, 100))
    axes.set_xticks(range(len(DEPTHS)), [f"k = {k}" for k in DEPTHS])
    _finish(figure, axes, path)


def _finish(figure: Any, axes: Any, path: Path) -> None:
    axes.grid(alpha=0.3)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(frameon=False)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None, "Creator": None})
    pyplot.close(figure)
