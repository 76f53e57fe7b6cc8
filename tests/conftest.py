"""What all tests share: no network, one archive of the samples, one of each test's own articles."""

from __future__ import annotations

import io
import logging
import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

import pytest
from hypothesis import settings

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
GUARD = ROOT / "tests" / "guard"

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
for name in [name for name in os.environ if name.startswith("DATELINE_")]:
    del os.environ[name]
runpy.run_path(str(GUARD / "sitecustomize.py"))
settings.register_profile("dateline", deadline=None)  # a busy machine is no fault of what is tested
settings.load_profile("dateline")

import qa  # noqa: E402 - after the network is closed
from ingest import Archive, ingest  # noqa: E402
from ingest.samples import sample_sources  # noqa: E402
from ui.cli import main  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--seeds", type=Path, help="folder with the seed article, for the questions on it")
    parser.addoption("--screenshots", type=Path, help="folder to write screenshots of the page into")
    parser.addoption(
        "--require-browser", action="store_true", help="fail, rather than skip, where there is no Chromium"
    )


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive of the samples that is not open, and not to be changed."""
    folder = tmp_path_factory.mktemp("samples") / "archive"
    report = ingest(sample_sources(), archive=folder)
    assert not report.failed
    return folder


@pytest.fixture(scope="session")
def samples(sample_folder: Path) -> Iterator[Archive]:
    """An open archive of the samples; not to be changed."""
    with Archive.open(sample_folder) as archive:
        yield archive


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Archive]:
    """An empty archive of the test's own."""
    with Archive.open(tmp_path / "archive", create=True) as opened:
        yield opened


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run a Python program of the project in a process of its own, without a network."""

    def start(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *map(str, arguments)],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}", **environment},
            capture_output=True,
            text=True,
            timeout=120,
        )

    return start


@pytest.fixture
def dateline_process(
    run: Callable[..., subprocess.CompletedProcess[str]],
) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the `dateline` command in a process of its own, where the process is the point."""
    return lambda *arguments, **environment: run("-m", "ui.cli", *arguments, **environment)


@pytest.fixture
def dateline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the `dateline` command through its function; what it opens is closed as at the end of a process."""

    def call(*arguments: object, stdin: TextIO | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        argv = [str(argument) for argument in arguments]
        streams = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2)]
        with monkeypatch.context() as patch, _own_logging(), redirect_stdout(streams[0]), redirect_stderr(streams[1]):
            patch.chdir(tmp_path)
            patch.setattr(sys, "stdin", stdin or io.StringIO())
            for variable, value in environment.items():
                patch.setenv(variable, value)
            try:
                code = main(argv)
            finally:
                qa.close()
        stdout, stderr = (stream.buffer.getvalue().decode() for stream in streams)  # type: ignore[attr-defined]
        return subprocess.CompletedProcess(argv, code, stdout, stderr)

    return call


@contextmanager
def _own_logging() -> Iterator[None]:
    """Let a command set logging up, and put back what pytest had set up."""
    root = logging.getLogger()
    loggers = [root, *map(logging.getLogger, ("ingest", "qa", "ui", "httpx", "httpcore"))]
    levels, handlers, root.handlers = [logger.level for logger in loggers], root.handlers, []
    try:
        yield
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers = handlers
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
