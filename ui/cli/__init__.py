"""The `dateline` command."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from ingest.base.errors import DatelineError
from ui.cli import archive, page, serving  # noqa: F401 - each adds its commands
from ui.cli.app import ERROR, INTERRUPTED, app


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Args:
        argv: arguments of the command; None for those of the process.
    """
    # All models are installed; none is looked up on the network unless the user allows it.
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        try:
            app(argv, prog_name="dateline")
        except SystemExit as stop:  # how Typer ends every command
            code = int(stop.code or 0)
        except DatelineError as error:
            print(f"dateline: {error}", file=sys.stderr)
            code = ERROR
        sys.stdout.flush()
    except BrokenPipeError:  # nobody reads on; without this, Python would complain about its last flush
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = ERROR
    if code == INTERRUPTED:
        print("dateline: interrupted; the archive is intact", file=sys.stderr)
    return code
