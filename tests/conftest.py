"""What all tests share: no network, one archive of the samples, one of each test's own articles."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

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

from ingest import Archive, ingest  # noqa: E402 - after the network is closed
from ingest.samples import sample_sources  # noqa: E402


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
def dateline(run: Callable[..., subprocess.CompletedProcess[str]]) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the `dateline` command in a process of its own."""
    return lambda *arguments, **environment: run("-m", "ui.cli", *arguments, **environment)
