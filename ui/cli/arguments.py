"""What the `dateline` command understands."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from datetime import date
from importlib.metadata import version

from ingest.base.article import Published

#: Runs one command; returns the exit code.
Command = Callable[[argparse.Namespace], int]

_EXIT_CODES = "exit codes: 0 answered or done, 1 error, 2 wrong usage, 3 refused"


def _columns(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if not all(fact.strip() and name.strip() for fact, _, name in pairs):
        raise argparse.ArgumentTypeError(f"it takes FACT=NAME, as in text=body, not {text!r}")
    return {fact.strip(): name.strip() for fact, _, name in pairs}


def _range(text: str) -> str | tuple[str | None, str | None]:
    first, dots, last = (part.strip() for part in text.partition(".."))
    try:
        for date in filter(None, (first, last)):
            Published.parse(date)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return (first or None, last or None) if dots else first


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"it takes a number from 1 on, not {text!r}")
    return int(text)


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise argparse.ArgumentTypeError(f"it takes a day such as 2020-07-21, not {text!r}") from None


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65_536:
        raise argparse.ArgumentTypeError(f"it takes a number from 1 to 65535, not {text!r}")
    return int(text)


def build_parser(commands: Mapping[str, Command]) -> argparse.ArgumentParser:
    """The parser; `run` of what it gives is the function of the command that was named.

    Args:
        commands: what runs each command, by its name.
    """
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--archive",
        metavar="DIR",
        help="folder of the archive, or http://HOST:PORT of a Chroma server (default: DATELINE_ARCHIVE, else in your "
        "data folder)",
    )
    common.add_argument("--log", metavar="FILE", help="add what is done to this file, as JSON lines")
    common.add_argument("--verbose", action="store_true", help="say more of what is done")
    with_json = argparse.ArgumentParser(add_help=False)
    with_json.add_argument("--json", action="store_true", help="print JSON, for programs")

    parser = argparse.ArgumentParser(
        prog="dateline",
        description="Ask a collection of news articles; every sentence of an answer is cited to the word.",
        epilog=f"example:\n  dateline ingest articles/ && dateline ask 'Who resigned in March?'\n\n{_EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"dateline {version('dateline')}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(name: str, about: str, example: str, *, json: bool = True) -> argparse.ArgumentParser:
        added = subparsers.add_parser(
            name,
            help=about,
            description=about[0].upper() + about[1:] + ".",
            epilog=f"example:\n  {example}\n\n{_EXIT_CODES}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
            parents=[common, with_json] if json else [common],
        )
        added.set_defaults(run=commands[name])
        return added

    added = command(
        "ingest", "take articles in from files, folders and the web",
        "dateline ingest wire/ desk.jsonl --columns text=body,headline=title\n"
        "  dateline ingest delivery.zip crawl.warc.gz report.pdf\n"
        "  dateline ingest https://news.example/feed.xml --limit 50",
    )  # fmt: skip
    added.add_argument(
        "path",
        nargs="+",
        metavar="SOURCE",
        help="wire text, HTML, NITF, NewsML-G2, ninjs, RSS, Atom, site maps, JSON Lines, CSV, PDF, and zip, tar, gzip"
        " or WARC of these; folders are walked, web addresses fetched",
    )
    added.add_argument(
        "--follow",
        action=argparse.BooleanOptionalAction,
        help="fetch the pages that feeds and site maps link to (default: of those that are named by their address)",
    )
    added.add_argument(
        "--limit", type=_count, default=500, metavar="N", help="follow links to at most N pages (default %(default)s)"
    )
    added.add_argument(
        "--columns",
        type=_columns,
        metavar="FACT=NAME,...",
        help="which column or key holds which fact, for CSV and JSON Lines",
    )
    added.add_argument("--quiet", action="store_true", help="show no progress bar")

    added = command(
        "ask", "ask the archive a question",
        "dateline ask 'Why did the ferry run aground?' --published 2025-02 --publisher Tidewater",
    )  # fmt: skip
    added.add_argument("question", metavar="QUESTION", help="the question; - reads it from standard input")
    added.add_argument(
        "--published",
        type=_range,
        metavar="DATE[..DATE]",
        help="only articles of this day, month or year, or of a range; .. for all, whatever the question says",
    )
    added.add_argument(
        "--publisher", action="append", metavar="NAME", help="only articles of this publisher; may be repeated"
    )
    added.add_argument(
        "--caution",
        choices=("low", "normal", "high"),
        default="normal",
        help="how sure an answer has to be: low answers more, high refuses more (default %(default)s)",
    )
    added.add_argument(
        "--as-of", type=_day, metavar="DAY", help="answer as the archive stood that day; 'last week' counts from it too"
    )
    added.add_argument(
        "--style",
        choices=("quote", "written"),
        help="quote the articles, or let the model of DATELINE_CHAT_MODEL write (default: written where there is one)",
    )
    added.add_argument("--markdown", action="store_true", help="print Markdown with the sources and their quoted words")

    added = command("serve", "serve the chat page", "dateline serve --samples --port 7860", json=False)
    added.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default %(default)s, this machine only)"
    )
    added.add_argument("--port", type=_port, default=7860, help="port to listen on (default %(default)s)")
    who = added.add_mutually_exclusive_group()
    who.add_argument("--auth", metavar="FILE", help="those who may sign in, as made by dateline account")
    who.add_argument("--no-auth", action="store_true", help="let everybody in who reaches the address")
    added.add_argument("--read-only", action="store_true", help="nothing is changed in the archive from the page")
    added.add_argument("--samples", action="store_true", help="fill an empty archive with the sample articles")

    added = command(
        "account", "add somebody who may sign in, or change their password",
        "dateline account ada --auth people && dateline serve --host 0.0.0.0 --auth people",
        json=False,
    )  # fmt: skip
    added.add_argument("name", metavar="NAME", help="what the person signs in with")
    added.add_argument(
        "--auth", metavar="FILE", required=True, help="file that holds the accounts; made where there is none"
    )
    added.add_argument("--remove", action="store_true", help="take the account out; its sessions end")

    added = command("articles", "list the articles, newest first", "dateline articles --all")
    added.add_argument("--all", action="store_true", help="also those withheld, withdrawn or under embargo")

    added = command("show", "show an article", "dateline show 1d545a70")
    added.add_argument("id", metavar="ID", help="the article's id, or its first characters")
    which = added.add_mutually_exclusive_group()
    which.add_argument("--versions", action="store_true", help="list what it was before, and when")
    which.add_argument("--version", metavar="VERSION", help="show it as it was in this version")

    added = command("remove", "take articles out, or put them back", "dateline remove 1d545a70483aeb95")
    added.add_argument("id", nargs="+", metavar="ID", help="the article's id, or its first characters")
    added.add_argument("--undo", action="store_true", help="put removed articles back")

    command("stats", "say what is in the archive, in numbers", "dateline stats --json")
    command("check", "see that the whole archive is as it has to be", "dateline check")

    command(
        "feedback",
        "print what people think of answers, as JSON Lines that evals/ reads",
        "dateline feedback > feedback.jsonl && python -m evals.run feedback --data feedback.jsonl --archive DIR",
        json=False,
    )
    added = command("links", "list the links to answers, or take some back", "dateline links --remove 5f0c9e...")
    added.add_argument("--remove", nargs="+", metavar="ID", help="let these lead to nothing")

    command("reindex", "build the archive again from itself, with the settings of now", "dateline reindex")
    return parser
