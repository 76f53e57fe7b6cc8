"""What an import loads, what a process reaches, and that it works without a network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Run = Callable[..., CompletedProcess[str]]

IMPORT = """
import sys
before = set(sys.modules)
import {module}
loaded = set(sys.modules) - before
print(len(loaded), *{{name.split(".")[0] for name in loaded}} - set(sys.stdlib_module_names))
"""

REACH = """
import socket
try:
    {attempt}
except OSError as error:
    print(type(error).__name__, error)
"""

WORK = """
from pathlib import Path
from ingest import ingest
from qa import ask
text = "Clara Moss won the marrow contest at the fair on Thursday."
Path("fair.txt").write_text(f"WETHERBY FEN, May 2, 2024 (Fen News) - {text}")
print(ingest("fair.txt", archive="archive"))
answer = ask("Who won the marrow contest?", archive="archive")
print(answer.answered, answer.citations[0].quote)
"""


@pytest.mark.parametrize(
    ("module", "libraries"),
    [("qa", set()), ("ingest", set()), ("ui.cli", {"typer", "annotated_doc", "shellingham"})],
)
def test_an_import_loads_little_and_no_other_library(run: Run, module: str, libraries: set[str]) -> None:
    done = run("-c", IMPORT.format(module=module))
    assert done.returncode == 0, done.stderr
    count, *packages = done.stdout.split()
    assert set(packages) <= {"ingest", "qa", "ui"} | libraries
    assert int(count) < 200  # torch alone loads more than a thousand


@pytest.mark.parametrize("module", ["qa", "ingest"])
def test_every_public_name_is_there(run: Run, module: str) -> None:
    code = f"import {module}\nprint(*[name for name in {module}.__all__ if getattr({module}, name) is None], 'ok')"
    done = run("-c", code)
    assert done.stdout.strip() == "ok", done.stderr
    assert (
        run("-c", f"import {module}; {module}.nothing_of_the_kind")
        .stderr.strip()
        .endswith(f"module '{module}' has no attribute 'nothing_of_the_kind'")
    )


@pytest.mark.parametrize(
    "attempt",
    [
        "socket.create_connection(('192.0.2.1', 80), timeout=30)",
        "socket.socket(socket.AF_INET6, socket.SOCK_STREAM).connect(('2001:db8::1', 443))",
        "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
        "socket.getaddrinfo('models.example', 443)",
    ],
)
def test_the_guard_refuses_the_network(run: Run, attempt: str) -> None:
    done = run("-c", REACH.format(attempt=attempt))
    assert done.stdout.startswith("ConnectionRefusedError the tests reach this machine only")


def test_the_guard_lets_this_machine_be_reached(run: Run) -> None:
    code = (
        "import socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
        "socket.create_connection(('localhost', server.getsockname()[1]), timeout=5)\nprint('reached')"
    )
    assert run("-c", code).stdout == "reached\n"


def test_an_article_goes_in_and_a_question_is_answered_without_a_network(run: Run, tmp_path: Path) -> None:
    done = run("-c", WORK, HF_HUB_OFFLINE="1", HF_HOME=str(tmp_path / "empty"), HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "1 added, 0 unchanged, 0 replaced, 0 failed",
        "True Clara Moss won the marrow contest at the fair on Thursday.",
    ]
