"""The Typer application, and what its commands share: options, exit codes and output."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from typer.core import TyperGroup

from ui.cli.logs import start_logging

if TYPE_CHECKING:
    from ingest.archive.archive import Archive
    from ingest.base.settings import Settings

_Function = TypeVar("_Function", bound=Callable[..., None])

#: Exit codes; Typer itself exits with 2 for wrong usage.
ERROR, REFUSED, INTERRUPTED = 1, 3, 130


def _epilog(*examples: str) -> str:
    lines = "".join(f"  {example}\n" for example in examples)  # \b: Typer keeps these lines as they are
    return f"\b\nexample:\n{lines}\nexit codes: 0 answered or done, 1 error, 2 wrong usage, 3 refused"


class _Group(TyperGroup):
    def get_help_option(self, ctx: Any) -> Any:
        """Make `--help` False by default: Typer loads pydantic, which is slow, to convert None."""
        option = super().get_help_option(ctx)
        if option:
            option.default = False
        return option


app = typer.Typer(
    cls=_Group,
    epilog=_epilog("dateline ingest articles/ && dateline ask 'Who resigned in March?'"),
    context_settings={"help_option_names": ["--help", "-h"]},
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def command(*examples: str) -> Callable[[_Function], _Function]:
    """Add a function to the application as a command: `_ask` is `dateline ask`.

    Args:
        examples: command lines shown at the end of its help.
    """

    def register(function: _Function) -> _Function:
        return app.command(function.__name__.lstrip("_"), epilog=_epilog(*examples))(function)

    return register


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        print(f"dateline {version('dateline')}")
        raise typer.Exit


@app.callback()
def _dateline(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Ask a collection of news articles; every sentence of an answer is cited to the word."""


def _start_logging(context: typer.Context, verbose: bool) -> bool:
    start_logging(verbose, context.params["log"])
    return verbose


ArchiveOption = Annotated[
    str | None,
    typer.Option(
        "--archive",
        metavar="DIR",
        help="Folder of the archive, or http://HOST:PORT of a Chroma server. "
        "Default: DATELINE_ARCHIVE, else a folder in your data folder.",
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.")]
# Eager, so that it is parsed before the callback of --verbose starts logging.
LogOption = Annotated[
    str | None, typer.Option("--log", metavar="FILE", is_eager=True, help="Append logs to this file as JSON lines.")
]
VerboseOption = Annotated[bool, typer.Option("--verbose", callback=_start_logging, help="Log more.")]
IdArgument = Annotated[str, typer.Argument(metavar="ID", help="Id of the article, or its first characters.")]
IdsArgument = Annotated[list[str], typer.Argument(metavar="ID", help="Ids of articles, or their first characters.")]


def load_settings(archive: str | None) -> Settings:
    """Load the settings of a command, from `--archive` and the environment."""
    from ingest.base.settings import Settings

    return Settings.load(archive)


def open_archive(archive: str | None) -> Archive:
    """Open the archive of a command, which has to exist."""
    from ingest.archive.archive import Archive

    return Archive.open(load_settings(archive))


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    print(json.dumps(value, ensure_ascii=False, indent=2))
