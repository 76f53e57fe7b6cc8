"""Measure how long Dateline takes to start, and what takes the time: `python -m benchmarks.start`.

Each measurement runs in its own process, over the sample archive: the imports, the command's help, a question on the
command line, and the page's first paint in Chromium. The last one needs playwright and is left out without it. Each
runs once before it counts, so that the files are in memory.

Example:
  python -m benchmarks.start --json start.json
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.browser import chromium
from benchmarks.measure import command, machine, quantile
from ingest import Archive, ingest
from ingest.samples import sample_sources

_TIMES = 5
_SHOWN = 6  # imports that are listed
_IMPORT = re.compile(r"import time:\s+\d+ \|\s+(\d+) \| ( *)(\S+)")
_READY = re.compile(r"https?://127\.0\.0\.1:\d+\S*")
_QUESTION = "Who is the harbour master?"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    options = command("benchmarks.start", __doc__).parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive"
        with Archive.open(archive, create=True) as opened:
            ingest(sample_sources(), opened)
        commands = {
            "import qa": ["-c", "import qa"],
            "import ui.page": ["-c", "import ui.page, ui.serving.server"],
            "dateline --help": ["-m", "ui.cli", "--help"],
            "dateline ask": ["-m", "ui.cli", "ask", _QUESTION, "--archive", str(archive)],
        }
        results: dict[str, Any] = {"machine": machine()}
        results["commands"] = {name: timed(command) for name, command in commands.items()}
        results["page"] = first_paint(archive)
    print(table(results))
    if options.json:
        options.json.write_text(json.dumps(results, indent=1))
    return 0


def timed(command: Sequence[str]) -> dict[str, Any]:
    """Median seconds of a Python command, and the seconds of its slowest imports."""
    seconds = []
    for _ in range(_TIMES + 1):
        begun = time.perf_counter()
        subprocess.run([sys.executable, *command], check=False, capture_output=True)
        seconds.append(time.perf_counter() - begun)
    profile = subprocess.run(
        [sys.executable, "-X", "importtime", *command], check=False, capture_output=True, text=True
    )
    return {"seconds": quantile(seconds[1:], 0.5), "imports": dict(_imports(profile.stderr)[:_SHOWN])}


def _imports(log: str) -> list[tuple[str, float]]:
    """Imported packages with the seconds of their slowest module, including what it imports, slowest first."""
    whole: dict[str, float] = {}
    for microseconds, _, name in _IMPORT.findall(log):
        package = name.partition(".")[0]
        whole[package] = max(whole.get(package, 0.0), int(microseconds) / 1e6)
    return sorted(whole.items(), key=lambda item: -item[1])


def first_paint(archive: Path) -> dict[str, float] | None:
    """Seconds until the server answers, and until Chromium paints and accepts a question; None without Chromium."""
    try:
        from playwright.sync_api import Error, sync_playwright
    except ImportError:
        return None
    if (path := chromium()) is None:
        return None
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [sys.executable, "-m", "ui.cli", "serve", "--archive", str(archive), "--port", port]
    begun = time.perf_counter()
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        address = next(match[0] for line in server.stdout or () if (match := _READY.search(line)))
        started = time.perf_counter() - begun
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path)
            paints, ready = [], []
            for _ in range(_TIMES + 1):
                page = browser.new_page()
                opened = time.perf_counter()
                page.goto(address)
                page.wait_for_selector("#question textarea")
                ready.append(time.perf_counter() - opened)
                paints.append(
                    page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime") / 1e3
                )
                page.close()
            browser.close()
        return {
            "server_s": started,
            "first_paint_s": quantile(paints[1:], 0.5),
            "takes_a_question_s": quantile(ready[1:], 0.5),
        }
    except (Error, StopIteration) as error:
        print(f"benchmarks: the page was not measured: {error}", file=sys.stderr)
        return None
    finally:
        server.terminate()
        server.wait()


def table(results: dict[str, Any]) -> str:
    """Format the figures as text."""
    lines = []
    for name, figures in results["commands"].items():
        spent = ", ".join(f"{package} {seconds:.2f}" for package, seconds in figures["imports"].items())
        lines.append(f"{name:16} {figures['seconds']:.2f} s; imports, s: {spent}")
    if results["page"]:
        lines.append("page: " + ", ".join(f"{name} {seconds:.2f}" for name, seconds in results["page"].items()))
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
