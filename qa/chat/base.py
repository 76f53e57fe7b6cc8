"""What all chat models share: the limit of what they write, and their error."""

from __future__ import annotations

from ingest.base.errors import DatelineError

#: The most tokens that a model writes in one call.
MAX_WRITTEN = 500


class ChatModelError(DatelineError):
    """The chat model that the settings name cannot be used."""
