"""Pictures of the page for docs/, taken where `--screenshots` names a folder, as `make screenshots` does."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page


def shoot(page: Page, request: pytest.FixtureRequest, name: str, part: Locator | None = None) -> None:
    """Take a picture of what is seen.

    Args:
        page: the page.
        request: of the test; knows the folder.
        name: of the file, without its suffix.
        part: of the page, for a picture of that alone.
    """
    folder: Path | None = request.config.getoption("--screenshots")
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        page.wait_for_timeout(800)  # for scrolling and fading to end
        (part or page).screenshot(path=folder / f"{name}.png")
