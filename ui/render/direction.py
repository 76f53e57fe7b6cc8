"""Isolate the writing direction of text from articles, so that it does not affect the text around it.

Without this, an override or isolate character that is never closed would also reverse the date or marker after it.
"""

from __future__ import annotations

import re
from html import escape

from qa.base.answer import escape_markdown

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def isolated_html(text: str) -> str:
    """Escape text as HTML, for use in a line with other text."""
    return f"<bdi>{escape(text)}</bdi>"


def isolated_markdown(text: str) -> str:
    """Escape text as Markdown, for use in a line with other text.

    Text is isolated only if necessary: a paragraph takes its direction from its first letter, but ignores letters in
    isolated text.
    """
    escaped = escape_markdown(text)
    return f"<bdi>{escaped}</bdi>" if _TURNING.search(text) else escaped
