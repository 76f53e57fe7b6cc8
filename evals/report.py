"""Write the report: `python -m evals.report RUN.json ... [--notes NOTES.md] [--out evals/RESULTS.md]`.

Each RUN.json is a file that evals.run wrote with --json. The report has tables, and plots as SVG in a folder beside it;
the notes, which a person wrote, are appended unchanged. No text of the data is copied.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals import published
from evals.losses import losses
from evals.tables import figures_table

HERE = Path(__file__).parent

_RETRIEVAL = ("hit@1", "hit@4", "hit@10", "hit@20", "hit_500w", "hit_2000w")
_ANSWERS = (
    *("short_em", "short_f1", "short_em_forced", "short_f1_forced", "short_f1_forced_findable"),
    *("answered", "citation_hit", "citation_hit_forced", "citation_hit_at_50", "cited_words", "citations_exact"),
    *("uncited_sentences", "refused_when_withdrawn", "refused_when_withdrawn_held", "refused_when_withdrawn_at_60"),
    *("aurc", "ece"),
)
_COST = (
    "search_p50_s",
    "search_p95_s",
    "p50_s",
    "p95_s",
    "peak_rss_gb",
    "index_s",
    "index_peak_rss_gb",
    "questions",
    "articles",
    "passages",
)

_ENOUGH = 0.95  # of the published predictions; if fewer of their questions were asked, the results do not compare

_TITLES = {
    "realtimeqa": "News quizzes over a whole archive (RealTime QA)",
    "squad": "Reading a given paragraph (SQuAD 2.0, development set)",
    "xquad": "Reading a given paragraph (XQuAD, English)",
    "onestopqa": "Reading a given paragraph of news at three levels (OneStopQA)",
    "multihop_rag_500": "Questions that need several articles (MultiHop-RAG, 500 questions, facts as documents)",
    "dialogues": "Follow-ups and times in conversations (our own dialogues)",
    "samples": "Our own questions on the sample archive",
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 1 with a message if a run cannot be read."""
    parser = argparse.ArgumentParser(
        prog="python -m evals.report", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN.json")
    parser.add_argument("--notes", type=Path, default=HERE / "NOTES.md", help="Markdown to append (%(default)s)")
    parser.add_argument("--out", type=Path, default=HERE / "RESULTS.md", help="file to write (%(default)s)")
    options = parser.parse_args(arguments)
    try:
        runs = [_read(path) for path in options.runs]
        notes = options.notes.read_text(encoding="utf-8") if options.notes.exists() else ""
        text = report(runs, notes, options.out.parent / "plots")
    except (OSError, ValueError, KeyError, ImportError) as error:
        print(f"evals: {error!r}; a report needs files that evals.run --json wrote, and matplotlib", file=sys.stderr)
        return 1
    options.out.write_text(text, encoding="utf-8")
    return 0


def _read(path: Path) -> dict[str, Any]:
    run = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(run, dict) or not isinstance(run.get("systems"), dict):
        raise ValueError(f"{path} is not a run: it has no `systems`")
    return run


def report(runs: Sequence[dict[str, Any]], notes: str, plots: Path) -> str:
    """Format the report as Markdown, and write its plots into a folder.

    Args:
        runs: as `evals.results.to_json` returns them.
        notes: text to append.
        plots: folder of the plots; created if missing.
    """
    parts = [
        "# How good the answers are",
        "Written by `python -m evals.report`, except for the last part. In parentheses: 95 % bootstrap intervals over "
        "questions. [README.md](README.md) explains each figure.",
    ]
    for number, run in enumerate(runs, 1):
        parts += _section(run, plots, number)
    return "\n\n".join([*parts, notes.strip()]).rstrip() + "\n"


def _section(run: dict[str, Any], plots: Path, number: int) -> list[str]:
    title = _TITLES.get(run["dataset"], run["dataset"])
    beside = len(run["systems"]) > 1
    parts = [
        f"## {title}{': side by side' if beside else ''}",
        f"`{run['command']}` at commit {run['commit']}, {run['date']}, {run['machine']}.",
    ]
    stale = [name for name, figures in run["systems"].items() if figures.get("stale")]
    parts += [f"The archive of {', '.join(stale)} was built by an earlier version of the code."] if stale else []
    if run["dataset"] != "realtimeqa":
        return [*parts, _asked(run), figures_table(run), *_refusals(run, plots, number)]
    parts += [
        _asked_quizzes(run),
        figures_table(run, _RETRIEVAL),
        figures_table(run, _ANSWERS),
        figures_table(run, _COST),
    ]
    if beside or "dateline" not in run["systems"]:
        return [*parts, *_plot(plots, run, f"hits-{number}")]
    return [*parts, *_published(run), *_losses(run), *_plot(plots, run, f"coverage-{number}")]


def _asked(run: dict[str, Any]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in run["options"].items()) + "."


def _asked_quizzes(run: dict[str, Any]) -> str:
    o = run["options"]
    return (
        f"{o['asked']} questions of {', '.join(map(str, o['years'])) or 'all years'}, {o['articles']} articles "
        f"({o['quiz_pages_left_out']} quiz pages left out). Retrieval is scored on the {o['findable']} questions with "
        f"an answer in one of their listed articles that the archive has on that day (on any day: {o['listed']}). "
        f"Withdrawal is scored on {o['withdrawable']} questions; for {o['withdrawable_and_held']} of them an article "
        "contains the answer."
    )


def _published(run: dict[str, Any]) -> list[str]:
    """Published results on nearly the same questions."""
    others = published.load()["figures"]
    lists = run["options"]["published"]
    if lists["with_prediction"] < _ENOUGH * lists["predicted"]:  # another data set, or a part of this one
        return []
    figures = run["systems"]["dateline"]
    lines = ["| | EM | F1 |", "|---|---|---|"]
    for year in map(str, run["options"]["years"]):
        for name, value in others.get(year, {}).items():
            if name != "questions":
                lines.append(f"| {name}, {year}, {others[year]['questions']} questions | {value[0]} % | {value[1]} % |")
    if len(lines) == 2:
        return []
    em, f1 = (100 * figures[name] for name in ("short_em_forced", "short_f1_forced"))
    lines.append(f"| Dateline, refusing switched off, {lists['asked']} questions | {em:.1f} % | {f1:.1f} % |")
    words = (
        "Published results on answers without choices, recomputed from the predictions that the authors published. "
        f"{lists['with_prediction']} of our {lists['asked']} questions have the id of one of the "
        f"{lists['predicted']} predictions that are available for these years."
    )
    return [words, "\n".join(lines)]


def _losses(run: dict[str, Any]) -> list[str]:
    counts = losses(run["answers"]["dateline"])
    total = sum(counts.values())
    lines = ["| step that lost the answer, refusing switched off | questions | share |", "|---|---|---|"]
    lines += [f"| {name} | {n} | {100 * n / total:.1f} % |" for name, n in counts.items()]
    return ["\n".join(lines)]


def _refusals(run: dict[str, Any], plots: Path, number: int) -> list[str]:
    """Figures at several refusal thresholds, for questions on a paragraph some of which have no answer."""
    curve = run.get("refusals", {}).get("dateline", [])
    if not any(row["refused"] for row in curve):
        return []
    from evals.plots import draw_refusals

    lines = ["| refused below | F1 | EM | F1 of answerable | unanswerable refused |", "|---|---|---|---|---|"]
    lines += [
        f"| {row['threshold']:.2f} | "
        + " | ".join(f"{100 * row[name]:.1f} %" for name in ("f1", "em", "f1_answerable", "refused"))
        + " |"
        for row in curve[::10]
    ]
    plots.mkdir(parents=True, exist_ok=True)
    draw_refusals(curve, plots / f"refusals-{number}.svg")
    shown = f"![F1 of answerable questions against the share of unanswerable ones refused](plots/refusals-{number}.svg)"
    return ["\n".join(lines), shown]


def _plot(plots: Path, run: dict[str, Any], name: str) -> list[str]:
    from evals.plots import draw_coverage, draw_hits

    plots.mkdir(parents=True, exist_ok=True)
    if name.startswith("hits"):
        draw_hits(run, plots / f"{name}.svg")
        return [f"![Share of questions with an answer among the first k passages, by system](plots/{name}.svg)"]
    draw_coverage(run, plots / f"{name}.svg")
    return [f"![Accuracy of citations against the share of questions answered](plots/{name}.svg)"]


if __name__ == "__main__":
    sys.exit(main())
