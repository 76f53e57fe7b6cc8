"""Plot the figures of `docs/scale.md`: `python -m benchmarks.plots --retrieval FILE --answer FILE --ingest FILE`.

The files are those that the other benchmarks write with --json. Needs matplotlib: pip install 'dateline[evals]'.

Example:
  python -m benchmarks.plots --retrieval retrieval.json --answer answer.json --ingest ingest.json
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_IMAGES = Path(__file__).parent.parent / "docs" / "images"
_SIZE = (7.2, 3.6)  # inches


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.plots", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    for name in ("retrieval", "answer", "ingest"):
        parser.add_argument(f"--{name}", type=Path, required=True, help=f"file that benchmarks.{name} wrote")
    parser.add_argument("--to", type=Path, default=_IMAGES, help="folder for the images (default: docs/images)")
    options = parser.parse_args(arguments)
    try:
        import matplotlib
    except ImportError:
        print("benchmarks: plots need matplotlib: pip install 'dateline[evals]'", file=sys.stderr)
        return 1
    matplotlib.use("svg")
    matplotlib.rcParams.update({"svg.hashsalt": "dateline", "svg.fonttype": "none", "font.size": 10})
    for name, draw in (("retrieval", retrieval), ("answer", answer), ("ingest", steps)):
        path = options.to / f"scale-{name}.svg"
        draw(json.loads(getattr(options, name).read_text()), path)
        print(path)
    return 0


def retrieval(results: dict[str, Any], path: Path) -> None:
    """Plot the p95 of retrieval against the size of the archive, one line per filter.

    Args:
        results: as `benchmarks.retrieval` writes them.
        path: image to write.
    """
    archives = list(results["archives"].values())
    figure, axes = _axes()
    for name in results["growth"]:
        axes.plot(
            [archive["passages"] for archive in archives],
            [archive["warm"][name]["p95_ms"] for archive in archives],
            marker="o",
            label={"none": "no filter"}.get(name, name),
        )
    axes.set(xlabel="passages", ylabel="p95 of retrieval, ms", ylim=(0, None), xlim=(0, None))
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.legend(frameon=False)
    _save(figure, path)


def answer(results: dict[str, Any], path: Path) -> None:
    """Plot the median time of each step of an answer, one bar per archive.

    Args:
        results: as `benchmarks.answer` writes them.
        path: image to write.
    """
    figure, axes = _axes()
    names = [f"{archive['passages']:,}\npassages" for archive in results["archives"].values()]
    left = [0.0] * len(names)
    for step in ("understand", "retrieve", "read", "answer"):
        widths = [archive["steps"].get(step, {"p50_ms": 0.0})["p50_ms"] for archive in results["archives"].values()]
        axes.barh(names, widths, left=left, label=step, height=0.5)
        left = [start + width for start, width in zip(left, widths, strict=True)]
    axes.set(xlabel="median, ms")
    axes.legend(frameon=False, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 1.16))
    _save(figure, path)


def steps(results: dict[str, Any], path: Path) -> None:
    """Plot the share of ingestion time that each step takes.

    Args:
        results: as `benchmarks.ingest` writes them.
        path: image to write.
    """
    figure, axes = _axes()
    shares = sorted(results["steps"].items(), key=lambda item: item[1])
    bars = axes.barh([name for name, _ in shares], [100 * share for _, share in shares], height=0.6)
    axes.bar_label(bars, fmt="%.1f %%", padding=3)
    axes.set(xlabel="share of the time, %", xlim=(0, 100))
    _save(figure, path)


def _axes() -> tuple[Any, Any]:
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=_SIZE)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Any, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    sys.exit(main())
