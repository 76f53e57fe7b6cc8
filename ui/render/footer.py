"""What can be done with an answer: links under it."""

from __future__ import annotations

from ui import words


def footer_markdown(turn: int) -> str:
    """Thumbs, a comment, and a link to the answer.

    Args:
        turn: of the conversation, from 0.
    """
    links = {
        "up": words.HELPFUL,
        "down": words.NOT_HELPFUL,
        "comment": words.COMMENT,
        "link": words.COPY_LINK,
    }
    return " · ".join(f"[{label}](#{verb}-{turn})" for verb, label in links.items())
