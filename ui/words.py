"""The page's own words, all in one place: to be read through, changed or translated together.

What the archive and the answers say of themselves (refusals, notes, errors) comes from `qa` and `ingest`.
"""

from __future__ import annotations

# The page
TITLE = "Dateline"
SUBTITLE = "Answers from the archive, in its own words."

# Asking

# The reading room

# Conversations

# The archive

# Signing in
