"""Words of articles beside the page's own: what turns the direction of writing in them ends with them.

An override or an isolate that is never closed would turn all that follows it in a paragraph: a date, a marker.
"""

from __future__ import annotations

import re
from html import escape

from qa.base.answer import escape_markdown

_TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")


def isolated_html(text: str) -> str:
    """Text in HTML, to stand in a line with other text."""
    return f"<bdi>{escape(text)}</bdi>"


def isolated_markdown(text: str) -> str:
    """Text in Markdown, to stand in a line with other text.

    Only where it has to be is it set apart: a paragraph takes its own direction from its first letter, and looks for
    none in what is set apart.
    """
    escaped = escape_markdown(text)
    return f"<bdi>{escaped}</bdi>" if _TURNING.search(text) else escaped
