"""What every chat model shares: how much it may write, and the error where it cannot be used."""

from __future__ import annotations

from ingest.base.errors import DatelineError

#: Tokens that a model may write in one go.
MAX_WRITTEN = 500


class ChatModelError(DatelineError):
    """The chat model that the settings name cannot be used."""
