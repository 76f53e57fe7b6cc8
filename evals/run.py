r"""Run one data set: `python -m evals.run DATASET --data DIR`.

Examples:
  python -m evals.run realtimeqa --data data/realtimeqa --years 2022 --json realtimeqa-2022.json
  python -m evals.run realtimeqa --data data/realtimeqa --years 2022 --articles 1500 \
      --systems dateline,langchain,llamaindex,txtai,bm25s --json beside.json
  python -m evals.run squad --data data/squad --json squad.json
  python -m evals.run multihop_rag_500 --data data/multihop_rag_500
  python -m evals.run samples --half tune
  python -m evals.run feedback --data feedback.jsonl --archive my-archive
  python -m evals.run dialogues --half test --data data/gum_wikinews
  python -m evals.run dialogues --half tune --chat-model gguf:SmolLM2-135M-Instruct.Q4_1.gguf
  python -m evals.compare before.json after.json
  python -m evals.report realtimeqa-2022.json beside.json squad.json
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from evals import dialogues, multihop, reading, realtimeqa, written
from evals.cache import DEFAULT
from evals.datasets import dialogues as dialogues_data
from evals.datasets import feedback as feedback_data
from evals.datasets import multihop as multihop_data
from evals.datasets import realtimeqa as realtimeqa_data
from evals.datasets import squad as squad_data
from evals.datasets import written as written_data
from evals.datasets.base import DataMissing
from evals.datasets.written import HALVES
from evals.environments import EnvironmentFailed
from evals.published import overlap
from evals.results import Row, SystemResult, commit, to_json, write
from evals.runner import SystemFailed
from evals.systems import MODULES
from evals.tables import figures_table
from evals.worker import peak_rss_gb
from ingest import Archive, DatelineError, Settings
from ingest.samples import sample_sources
from qa.chat.models import load_chat_model

Run = tuple[dict[str, Any], dict[str, SystemResult]]

#: For each data set with a paragraph per question, the names of its file inside --data.
READING = {
    "squad": ("dev-v2.0.json", "dev-v2.0.from-html.json"),
    "xquad": ("xquad.en.json",),
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success, 1 with a message if the data or a system is missing."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    options = _parser().parse_args(words)
    at = commit()
    try:
        if options.json:
            options.json.parent.mkdir(parents=True, exist_ok=True)
        facts, systems = _RUNS[options.dataset](options)
    except (DataMissing, EnvironmentFailed, SystemFailed, DatelineError, OSError) as error:
        print(f"evals: {error}", file=sys.stderr)
        return 1
    failed = facts.get("failed", {})
    for reason in failed.values():
        print(f"evals: {reason}", file=sys.stderr)
    if not systems:
        return 1
    settings = Settings.load("evals")
    made_with = {"embedder": Path(settings.embedder).name, "passage_words": settings.passage_words}
    whole = to_json(
        options.dataset, ["python", "-m", "evals.run", *_without_paths(words)], facts | made_with, systems, at
    )
    print(figures_table(whole))
    if options.json:
        write(options.json, whole)
    return 1 if failed else 0


def _without_paths(words: Sequence[str]) -> list[str]:
    """The command line without folders of this machine, so that others can repeat it."""
    kept = []
    for before, word in zip(["", *words], words, strict=False):
        option, sign, value = word.partition("=")
        if before in ("--data", "--cache", "--archive"):
            kept.append("DIR")
        elif before == "--json":
            kept.append(Path(word).name)
        elif sign and option in ("--data", "--cache", "--archive", "--json"):
            kept.append(f"{option}={Path(value).name if option == '--json' else 'DIR'}")
        else:
            kept.append(word)
    return kept


def _realtimeqa(options: argparse.Namespace) -> Run:
    quiz = realtimeqa_data.load(options.data, options.years, options.articles, options.limit)
    systems, failed = realtimeqa.run(quiz, "realtimeqa", options.systems, options.cache, fresh=options.fresh)
    facts = {
        "years": options.years,
        "asked": len(quiz.items),
        "articles": len(quiz.articles),
        "quiz_pages_left_out": quiz.quiz_pages,
        "unusable_left_out": quiz.unusable,
        "listed": sum(item.listed for item in quiz.items),
        "findable": sum(item.findable for item in quiz.items),
        "withdrawable": sum(item.withdrawable for item in quiz.items),
        "withdrawable_and_held": sum(bool(item.holders) for item in quiz.items),
        "published": overlap([item.id for item in quiz.items]),
        "failed": failed,
    }
    return facts, systems


def _reading(options: argparse.Namespace) -> Run:
    if options.dataset == "onestopqa":
        items = squad_data.load_onestopqa(options.data)
    else:
        items = squad_data.load_squad(options.data, READING[options.dataset])
    items = items[: options.limit]
    facts = {"asked": len(items), "answerable": sum(bool(item.answers) for item in items)}
    return facts, {"dateline": reading.run(items)}


def _multihop(options: argparse.Namespace) -> Run:
    items, documents = multihop_data.load(options.data)
    items = items[: options.limit]
    kinds = {kind: sum(item.kind == kind for item in items) for kind in dict.fromkeys(item.kind for item in items)}
    result = multihop.run(items, documents, options.cache, fresh=options.fresh)
    return {"asked": len(items), "documents": len(documents), "kinds": kinds}, {"dateline": result}


def _written(options: argparse.Namespace) -> Run:
    if options.dataset == "seed":
        if not options.data.is_dir():
            raise DataMissing(f"{options.data} is not a folder; --data names the one that contains the seed article")
        items, sources = written_data.load("seed_questions"), [options.data]
    else:
        items, sources = written_data.load("sample_questions", options.half), sample_sources()
    items = items[: options.limit]
    facts: dict[str, Any] = {"half": getattr(options, "half", None), "asked": len(items)}
    with written.archive_of(sources) as archive:
        return facts | {"answerable": sum(i.answerable for i in items)}, {"dateline": written.run(items, archive)}


def _feedback(options: argparse.Namespace) -> Run:
    items, unrated = feedback_data.load(options.data)
    items = items[: options.limit]
    facts: dict[str, Any] = {"asked": len(items), "answerable": sum(item.answerable for item in items)}
    with Archive.open(options.archive) as archive:
        return facts | {"left_out_as_unsaid": unrated}, {"dateline": written.run(items, archive)}


def _dialogues(options: argparse.Namespace) -> Run:
    shown = options.half == "tune"  # of the other half only sums are reported
    sources: dict[str, Any] = {"samples": sample_sources()}
    rows: list[Row] = []
    facts: dict[str, Any] = {"half": options.half}
    chat = load_chat_model(Settings.load("evals", {}, chat_model=options.chat_model or "", chat_context=4_096))
    if chat is not None:
        facts["follow-ups completed by"] = chat.name
    with ExitStack() as stack:
        if options.data is None:
            print("evals: without --data only the dialogues over the sample archive are run", file=sys.stderr)
        else:
            sources["wikinews"] = [stack.enter_context(dialogues_data.wikinews(options.data))]
        for name, paths in sources.items():
            held = dialogues_data.load_dialogues(name, options.half)[: options.limit]
            facts[f"dialogues_{name}"] = len(held)
            rows += dialogues.run(held, stack.enter_context(written.archive_of(paths)), shown=shown, chat=chat)
    questions = dialogues_data.load_dated(options.half)
    facts["dated"] = len(questions)
    rows += dialogues.dated(questions, shown=shown)
    return facts, {"dateline": SystemResult(rows, {"peak_rss_gb": peak_rss_gb()})}


_RUNS: dict[str, Callable[[argparse.Namespace], Run]] = {
    "realtimeqa": _realtimeqa,
    "squad": _reading,
    "xquad": _reading,
    "onestopqa": _reading,
    "multihop_rag_500": _multihop,
    "samples": _written,
    "seed": _written,
    "feedback": _feedback,
    "dialogues": _dialogues,
}


def _parser() -> argparse.ArgumentParser:
    text, _, examples = (__doc__ or "").partition("\n\n")
    parser = argparse.ArgumentParser(
        prog="python -m evals.run",
        description=text,
        epilog=examples,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    sets = parser.add_subparsers(dest="dataset", required=True, metavar="DATASET")
    helps = {
        "realtimeqa": "questions over a whole archive, asked as of their day",
        "squad": "reading: development set of SQuAD 2.0, or any file in its format",
        "xquad": "reading: XQuAD, English",
        "onestopqa": "reading: news at three levels",
        "multihop_rag_500": "questions that need several articles",
        "samples": "our own questions on the sample archive; needs no data",
        "seed": "our own questions on the seed article",
        "feedback": "answers that readers of the page rated as right; --data names the output of `dateline feedback`",
        "dialogues": "follow-ups and dates; --data names the folder of the free articles of half of them",
    }
    for name, text in helps.items():
        one = sets.add_parser(name, help=text, description=text)
        if name != "samples":
            needed = name != "dialogues"
            one.add_argument("--data", type=Path, required=needed, metavar="DIR", help="folder of the data set")
        one.add_argument("--limit", type=_positive, metavar="N", help="ask only the first N questions")
        one.add_argument("--json", type=Path, metavar="OUT", help="write all figures and answers to this file")
        if name in ("realtimeqa", "multihop_rag_500"):  # the others build their archives in a temporary folder, or none
            one.add_argument(
                "--cache", type=Path, default=DEFAULT, metavar="DIR", help="folder of the archives (%(default)s)"
            )
            one.add_argument("--fresh", action="store_true", help="rebuild the archives")
        if name == "feedback":
            one.add_argument("--archive", type=Path, required=True, metavar="DIR", help="archive to ask")
        if name == "dialogues":
            one.add_argument(
                "--chat-model", metavar="NAME", help="model that completes the follow-ups, as in DATELINE_CHAT_MODEL"
            )
        if name in ("samples", "dialogues"):
            one.add_argument(
                "--half", choices=HALVES, default="tune", help="of `test` only sums are reported (%(default)s)"
            )
        if name == "realtimeqa":
            one.add_argument(
                "--years", type=_years, default=[], metavar="Y,Y", help="years of the questions (default: all)"
            )
            one.add_argument(
                "--articles", type=_positive, metavar="N", help="a fixed sample: questions with about N articles"
            )
            one.add_argument(
                "--systems",
                type=_systems,
                default=["dateline"],
                metavar="NAME,NAME",
                help=f"of {', '.join(MODULES)}; others than Dateline are installed separately, once (dateline)",
            )
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive whole number")
    return int(text)


def _years(text: str) -> list[int]:
    years = text.replace(",", " ").split()
    if not years or not all(year.isdecimal() and len(year) == 4 for year in years):
        raise argparse.ArgumentTypeError(f"{text!r} is not a list of years; write 2022 or 2022,2023")
    return [int(year) for year in years]


def _systems(text: str) -> list[str]:
    names = list(dict.fromkeys(text.replace(",", " ").split()))
    unknown = [name for name in names if name not in MODULES]
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"unknown system {', '.join(unknown)}; choose from {', '.join(MODULES)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
