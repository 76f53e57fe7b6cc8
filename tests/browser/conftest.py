"""A real Chromium on a real server over a real archive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, Page, expect, sync_playwright

from benchmarks.browser import chromium
from ingest import Archive, ingest
from qa import build_chain
from tests.conftest import GUARD, ROOT
from tests.servers import free_port
from ui.state.database import PageDatabase
from ui.state.examples import ExampleQuestions

# Milliseconds. Nothing is waited for that long but on a very busy machine.
PATIENCE = 180_000
expect.set_options(timeout=PATIENCE)

# Without these Chromium itself looks for its maker's hosts at every start.
_QUIET = [
    "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-gpu",
]  # fmt: skip


@pytest.fixture(scope="session")
def browser(request: pytest.FixtureRequest) -> Iterator[Browser]:
    path = chromium()
    if path is None:
        reason = "NO CHROMIUM: the page is not tested. Install one, or name it with CHROMIUM=/path"
        pytest.fail(reason) if request.config.getoption("--require-browser") else pytest.skip(reason)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=_QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def copy_samples(sample_folder: Path) -> Callable[[Path], Path]:
    """Copy the archive of the samples with its example questions, which are chosen once a run."""
    folder = sample_folder.parent / "samples-page"
    with FileLock(sample_folder.parent / "samples-page.lock"):
        if not folder.exists():
            unfinished = Path(shutil.copytree(sample_folder, sample_folder.parent / "samples-page-unfinished"))
            with Archive.open(unfinished) as archive, closing(PageDatabase.beside(archive.settings)) as database:
                assert ExampleQuestions(archive, build_chain(archive), database).questions()
            unfinished.rename(folder)
    return lambda copy: Path(shutil.copytree(folder, copy))


@pytest.fixture(scope="session")
def serve(
    tmp_path_factory: pytest.TempPathFactory, copy_samples: Callable[[Path], Path]
) -> Iterator[Callable[..., str]]:
    """Serve the page over some sources, or the samples, in a process without a network; returns its address."""
    started: list[subprocess.Popen[str]] = []

    def start(*sources: Path, samples: bool = False, arguments: Sequence[str] = (), **variables: str) -> str:
        folder = tmp_path_factory.mktemp("page")
        if samples:
            copy_samples(folder / "archive")
        else:
            assert not ingest(sources, archive=folder / "archive").failed
        port = free_port()
        command = [sys.executable, "-m", "ui.cli", "serve", "--archive", str(folder / "archive"), "--port", str(port)]
        command += arguments
        environment = {**os.environ, "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}", **variables}
        log = (folder / "log").open("w")
        started.append(subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log, text=True))
        address = f"http://127.0.0.1:{port}"
        wait_for(address, started[-1], folder / "log")
        return address

    yield start
    for process in started:
        process.terminate()
        process.wait(timeout=PATIENCE / 1000)


@pytest.fixture(scope="session")
def samples_address(serve: Callable[..., str]) -> str:
    """The address of a page over the samples, for all tests that do not change the archive."""
    return serve(samples=True)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page that notes every request to another host in `page.foreign`."""
    context = browser.new_context(viewport={"width": 1360, "height": 850})
    context.set_default_timeout(PATIENCE)
    opened = context.new_page()
    foreign: list[str] = []
    own = ("http://127.0.0.1:", "data:", "blob:")
    opened.on("request", lambda request: None if request.url.startswith(own) else foreign.append(request.url))
    opened.foreign = foreign  # type: ignore[attr-defined] - a note that travels with the page
    yield opened
    context.close()


def wait_for(address: str, process: subprocess.Popen[str], log: Path) -> None:
    """Wait until a server says its address, which it does once the page can be opened."""
    deadline = time.monotonic() + PATIENCE / 1000
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the server stopped: {log.read_text()}")
        if address in log.read_text():
            return
        time.sleep(0.2)
    pytest.fail(f"no page at {address} after {PATIENCE / 1000:.0f} seconds: {log.read_text()}")
