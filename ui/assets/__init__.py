"""The style sheets and scripts of the page, joined in alphabetical order, with `page` first."""

from __future__ import annotations

import json
from pathlib import Path

from ui import words

_HERE = Path(__file__).parent


def styles() -> str:
    """Join all style sheets."""
    return _joined("css")


def head() -> str:
    """Build the content of the page's head."""
    texts = json.dumps(words.IN_BROWSER).replace("<", "\\u003c")
    return f"<script>\nwindow.Dateline = {{ words: {texts} }};\n{_joined('js')}\n</script>"


def _joined(suffix: str) -> str:
    files = sorted(_HERE.glob(f"*.{suffix}"), key=lambda path: (path.stem != "page", path.stem))
    return "\n".join(path.read_text(encoding="utf-8") for path in files)
