"""Find the browser that opens the page."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Path of a Chromium: the one that CHROMIUM names, the system's, or playwright's own; None if there is none.

    The headless shell comes first: it opens a page in a quarter of the processor time.
    """
    from playwright.sync_api import sync_playwright

    for name in (os.environ.get("CHROMIUM"), *_NAMES):
        if name and shutil.which(name):
            return shutil.which(name)
    with sync_playwright() as playwright:
        own = playwright.chromium.executable_path
    return own if Path(own).exists() else None
