"""What all tests share: no network, one archive of the samples, one of each test's own articles."""

from __future__ import annotations

import io
import logging
import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TextIO

import pytest
from filelock import FileLock
from hypothesis import HealthCheck, settings

from tests import parts

ROOT = Path(__file__).parent.parent
DATA = ROOT / "tests" / "data"
GUARD = ROOT / "tests" / "guard"

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"
for name in [name for name in os.environ if name.startswith("DATELINE_")]:
    del os.environ[name]
runpy.run_path(str(GUARD / "sitecustomize.py"))
# A busy machine is no fault of what is tested, so nothing here has a deadline. `make test-all` takes the profile "all".
settings.register_profile("all", deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("all"), max_examples=15)
settings.load_profile("ci")

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
    parser.addoption(
        "--parts",
        metavar="NAMES",
        help="folders whose longer tests all run: all, none, or some of evals,training,benchmarks,ui; "
        "by default those that were changed lately (see tests/parts.py), and all where files are named",
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.option.parts is None:  # decided once: workers of pytest-xdist receive the option
        named = config.args_source is pytest.Config.ArgsSource.ARGS
        config.option.parts = "all" if named else ",".join(parts.changed(ROOT)) or "none"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect the tests of a part that does not run whole, except its smoke tests."""
    chosen = config.option.parts.split(",")

    def runs(item: pytest.Item) -> bool:
        part = item.get_closest_marker("part")
        if part is None or item.get_closest_marker("smoke"):
            return True
        return not {"all", *part.args, item.path.relative_to(ROOT).as_posix()}.isdisjoint(chosen)

    if left_out := [item for item in items if not runs(item)]:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if runs(item)]


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """Number long values rather than write them out: some of them, such as hashes, differ between two processes."""
    return argname if isinstance(val, str | bytes) and (len(val) > 60 or isinstance(val, bytes)) else None


@pytest.fixture(scope="session")
def sample_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an archive of the samples, built once a run. It is never opened: copy it."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent  # of the whole run
    folder = shared / "samples"
    with FileLock(shared / "samples.lock"):
        if not folder.exists():
            report = ingest(sample_sources(), archive=shared / "samples-unfinished")
            assert not report.failed
            (shared / "samples-unfinished").rename(folder)
    return folder


@pytest.fixture(scope="session")
def copy_samples(sample_folder: Path) -> Callable[[Path], Path]:
    """Copy the archive of the samples to a folder that is not there yet; returns the folder."""
    return lambda folder: Path(shutil.copytree(sample_folder, folder))


@pytest.fixture(scope="session")
def samples(copy_samples: Callable[[Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """An open archive of the samples; not to be changed."""
    with Archive.open(copy_samples(tmp_path_factory.mktemp("samples") / "archive")) as archive:
        yield archive


@pytest.fixture(scope="module")
def one_thread() -> Iterator[None]:
    """Tiny networks are slower on several threads, and much slower on a busy machine."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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
            timeout=1_200,
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
