"""Render the links under an answer."""

from __future__ import annotations

from ui import words


def footer_markdown(turn: int) -> str:
    """Render links to rate the answer, comment on it and copy a link to it.

    Args:
        turn: index of its turn in the conversation, from 0.
    """
    links = {
        "up": words.HELPFUL,
        "down": words.NOT_HELPFUL,
        "comment": words.COMMENT,
        "link": words.COPY_LINK,
    }
    return " · ".join(f"[{label}](#{verb}-{turn})" for verb, label in links.items())
