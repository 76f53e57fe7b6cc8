"""The `dateline` command."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ingest.base.errors import DatelineError
from ui.cli import archive as archive_commands
from ui.cli import serving as serving_commands
from ui.cli.archive import print_json, settings
from ui.cli.arguments import Command, build_parser
from ui.cli.logs import start_logging
from ui.cli.page import COMMANDS as PAGE_COMMANDS

if TYPE_CHECKING:
    from ingest.pipeline import IngestReport

#: Exit codes; 2, for wrong usage, is argparse's own.
DONE, ERROR, REFUSED, INTERRUPTED = 0, 1, 3, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        argv: its arguments; None for those of the process.

    Returns:
        The exit code.
    """
    arguments = build_parser(_COMMANDS).parse_args(argv)
    # The models that are used lie on disk; none is ever looked for on the network unless the user says so.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    run: Command = arguments.run
    try:
        start_logging(arguments.verbose, arguments.log)
        return run(arguments)
    except DatelineError as error:
        print(f"dateline: {error}", file=sys.stderr)
        return ERROR
    except BrokenPipeError:
        sys.stderr.close()
        return ERROR
    except KeyboardInterrupt:
        print("dateline: interrupted; what is in the archive is whole", file=sys.stderr)
        return INTERRUPTED


def _ingest(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from ingest.pipeline import ingest

    started = time.monotonic()
    hide = arguments.json or arguments.quiet or None  # None: hidden where standard error is no terminal
    with tqdm(unit="B", unit_scale=True, desc="ingest", disable=hide, file=sys.stderr) as bar:

        def progress(done: int, total: int, report: IngestReport) -> None:
            bar.total = total
            bar.update(done - bar.n)
            rate = report.total / max(0.001, time.monotonic() - started)
            bar.set_postfix_str(f"{report.total} articles, {rate:.1f}/s")

        into, follow = settings(arguments), arguments.follow
        report = ingest(arguments.path, into, arguments.columns, progress, follow=follow, limit=arguments.limit)
    if arguments.json:
        print_json(report.to_dict())
    else:
        for error in report.failed:
            print(f"not taken: {error}", file=sys.stderr)
        for word in report.future:
            print(f"look at: {word}", file=sys.stderr)
        print(report)
    return ERROR if report.failed else DONE


def _ask(arguments: argparse.Namespace) -> int:
    from qa import ask

    question = sys.stdin.read() if arguments.question == "-" else arguments.question
    answer = ask(
        question,
        settings(arguments),
        arguments.published,
        arguments.publisher,
        caution=arguments.caution,
        as_of=arguments.as_of,
        style=arguments.style,
    )
    if arguments.json:
        print_json(answer.to_dict())
    elif arguments.markdown:
        print(answer.to_markdown())
    else:
        print(answer.text)
        for sentence in answer.sentences:
            if sentence.struck:
                print(f"\nstruck out ({sentence.struck}): {sentence.text}")
        if answer.cost:
            print(f"\n{answer.cost.line()}")
        if answer.answered and answer.question.limits:
            print(f"\nAsked of what was {answer.question.limits}.")
        for near in answer.nearby if answer.answered else ():
            print(f"- {near.headline}\n    {near.source()}  (dateline show {near.article_id})")
        for number, citation in enumerate(answer.citations, 1):
            print(f"\n[{number}] {citation.headline}\n    {citation.source()}  (dateline show {citation.article_id})")
    return DONE if answer.answered else REFUSED


_COMMANDS: dict[str, Command] = {
    "ingest": _ingest,
    "ask": _ask,
    **PAGE_COMMANDS,
    **archive_commands.COMMANDS,
    **serving_commands.COMMANDS,
}
