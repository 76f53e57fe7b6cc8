"""The `dateline` command."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import DatelineError, SettingsError
from ui.archive_commands import COMMANDS, opened, print_json, settings
from ui.arguments import Command, build_parser
from ui.logs import start_logging
from ui.page_commands import COMMANDS as PAGE_COMMANDS

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


def _serve(arguments: argparse.Namespace) -> int:
    import ipaddress

    auth = _passwords(arguments.auth) if arguments.auth else None
    local = arguments.host == "localhost"
    if not local:
        try:
            local = ipaddress.ip_address(arguments.host).is_loopback
        except ValueError:
            raise SettingsError(f"--host takes an address such as 127.0.0.1, not {arguments.host!r}") from None
    if not local and auth is None:
        raise SettingsError(
            f"{arguments.host} can be reached by others: name with --auth a file with a line NAME:PASSWORD a visitor"
        )
    _check_port(arguments.host, arguments.port)
    with opened(arguments, create=True) as archive:
        if arguments.samples and not archive.n_articles:
            from ingest.pipeline import ingest
            from ingest.samples import sample_sources

            print("The archive is empty; taking in the sample articles.", flush=True)
            print(ingest(sample_sources(), archive), flush=True)
        from qa.chat_models import load_chat_model
        from ui.chat import serve

        print(f"Dateline opens {archive.settings.archive} ...", flush=True)
        chat = load_chat_model(archive.settings)
        if chat is not None:
            print(f"Answers are written by {chat.name}.", flush=True)
        signal.signal(
            signal.SIGTERM, signal.default_int_handler
        )  # stopped by a service manager is stopped in good order
        serve(archive, arguments.host, arguments.port, auth, ready=_say_address, chat=chat)
    return DONE


def _check_port(host: str, port: int) -> None:
    """See that a port is free before anything slow is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise SettingsError(f"port {port} on {host} cannot be used: {error}. Name another with --port") from None


def _say_address(url: str) -> None:
    print(f"Dateline is at {url}  (stop it with Ctrl+C)", flush=True)


def _passwords(path: str) -> list[tuple[str, str]]:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--auth {path} cannot be read: {error}") from None
    pairs = [line.strip().partition(":") for line in lines if line.strip()]
    if not pairs or not all(name and password for name, _, password in pairs):
        raise SettingsError(f"--auth {path} has to hold a line NAME:PASSWORD for each visitor")
    return [(name, password) for name, _, password in pairs]


_COMMANDS: dict[str, Command] = {"ingest": _ingest, "ask": _ask, "serve": _serve, **COMMANDS, **PAGE_COMMANDS}


if __name__ == "__main__":
    sys.exit(main())
