"""Style and scripts of the page; files beside each other, put together in the order of their names, `page` first."""

from __future__ import annotations

import json
from pathlib import Path

from ui import words

_HERE = Path(__file__).parent


def styles() -> str:
    """All style sheets."""
    return _together("css")


def head() -> str:
    """What goes into the page's head."""
    spoken = json.dumps(words.IN_BROWSER).replace("<", "\\u003c")
    return f"<script>\nwindow.Dateline = {{ words: {spoken} }};\n{_together('js')}\n</script>"


def _together(suffix: str) -> str:
    files = sorted(_HERE.glob(f"*.{suffix}"), key=lambda path: (path.stem != "page", path.stem))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)
