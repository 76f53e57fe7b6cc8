"""The `dateline` command."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import DatelineError, SettingsError
from ui.arguments import Command, build_parser

if TYPE_CHECKING:
    from ingest.archive import Archive
    from ingest.pipeline import IngestReport
    from ingest.settings import Settings

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
    logging.basicConfig(level=logging.INFO if arguments.verbose else logging.ERROR, format="%(levelname)s %(message)s")
    logging.getLogger("ingest").setLevel(logging.INFO if arguments.verbose else logging.WARNING)
    # The models that are used lie on disk; none is ever looked for on the network unless the user says so.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    run: Command = arguments.run
    try:
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

    hide = arguments.json or arguments.quiet or None  # None: hidden where standard error is no terminal
    with tqdm(unit="B", unit_scale=True, desc="ingest", disable=hide, file=sys.stderr) as bar:

        def progress(done: int, total: int, report: IngestReport) -> None:
            bar.total = total
            bar.update(done - bar.n)
            bar.set_postfix_str(f"{report.total} articles")

        report = ingest(arguments.path, _settings(arguments), arguments.columns, progress)
    if arguments.json:
        _print_json(report.to_dict())
    else:
        for error in report.failed:
            print(f"not taken: {error}", file=sys.stderr)
        print(report)
    return ERROR if report.failed else DONE


def _ask(arguments: argparse.Namespace) -> int:
    from qa import ask

    question = sys.stdin.read() if arguments.question == "-" else arguments.question
    answer = ask(
        question,
        _settings(arguments),
        arguments.published,
        arguments.publisher,
        caution=arguments.caution,
        as_of=arguments.as_of,
        style=arguments.style,
    )
    if arguments.json:
        _print_json(answer.to_dict())
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
    with _opened(arguments, create=True) as archive:
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


def _articles(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as archive:
        articles = archive.listing(with_unavailable=arguments.all)
    if arguments.json:
        _print_json([_without_text(article) for article in articles])
        return DONE
    for article in articles:
        date = article.published.date if article.published else "-" * 10
        print(f"{article.article_id}  {date:10}  {(article.publisher or '-')[:24]:24}  {article.headline}")
    return DONE


def _show(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as archive:
        article = archive.article(arguments.id)
    if arguments.json:
        _print_json(article.to_dict())
        return DONE
    facts = {
        "publisher": article.publisher,
        "published": article.published,
        "place": article.place,
        "authors": ", ".join(article.authors),
        "url": article.url,
        "source": f"{article.source}, {article.position}".rstrip(", "),
        "status": None if article.status == "usable" else article.status,
        "embargo": article.embargo,
        "correction": article.correction,
        "id": article.article_id,
        "version": article.version,
    }
    print(article.headline)
    print("\n".join(f"{name + ':':11} {value}" for name, value in facts.items() if value))
    print(f"\n{article.text}")
    return DONE


def _remove(arguments: argparse.Namespace) -> int:
    with _opened(arguments) as archive:
        article = archive.restore(arguments.id) if arguments.undo else archive.remove(arguments.id)
    if arguments.json:
        _print_json({"article_id": article.article_id, "headline": article.headline, "removed": not arguments.undo})
    elif arguments.undo:
        print(f"put back: {article.headline}")
    else:
        print(f"removed: {article.headline}\nput it back with: dateline remove --undo {article.article_id}")
    return DONE


def _reindex(arguments: argparse.Namespace) -> int:
    from tqdm import tqdm

    from ingest.reindex import reindex

    with tqdm(unit="article", desc="reindex", disable=arguments.json or None, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        count = reindex(_settings(arguments), progress)
    if arguments.json:
        _print_json({"articles": count})
    else:
        print(f"{count} articles indexed again")
    return DONE


def _settings(arguments: argparse.Namespace) -> Settings:
    from ingest.settings import Settings

    return Settings.load(arguments.archive)


def _opened(arguments: argparse.Namespace, create: bool = False) -> Archive:
    from ingest.archive import Archive

    return Archive.open(_settings(arguments), create=create)


def _passwords(path: str) -> list[tuple[str, str]]:
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--auth {path} cannot be read: {error}") from None
    pairs = [line.strip().partition(":") for line in lines if line.strip()]
    if not pairs or not all(name and password for name, _, password in pairs):
        raise SettingsError(f"--auth {path} has to hold a line NAME:PASSWORD for each visitor")
    return [(name, password) for name, _, password in pairs]


def _without_text(article: Any) -> dict[str, Any]:
    facts = dict(article.to_dict())
    del facts["text"]
    return facts


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=2))


_COMMANDS: dict[str, Command] = {
    "ingest": _ingest,
    "ask": _ask,
    "serve": _serve,
    "articles": _articles,
    "show": _show,
    "remove": _remove,
    "reindex": _reindex,
}


if __name__ == "__main__":
    sys.exit(main())
