"""The page's own words, all in one place: to be read through, changed or translated together.

What the archive and the answers say of themselves (refusals, notes, errors) comes from `qa` and `ingest`.
"""

from __future__ import annotations

import math

# The page
TITLE = "Dateline"
SUBTITLE = "Answers from the archive, in its own words."

# Asking

# The reading room

# Conversations

# The archive

# Signing in
SIGN_IN = "Sign in"
SIGN_IN_TITLE = f"{SIGN_IN} · {TITLE}"
NAME_LABEL = "Name"
PASSWORD_LABEL = "Password"  # noqa: S105 - a label
SIGNED_IN_AS = "Signed in as"
SIGN_OUT = "Sign out"
SIGNED_OUT = "You are not signed in, or no longer."
WRONG_PASSWORD = "Name and password do not match. Try again."  # noqa: S105 - a message
FILL_BOTH = "Give both your name and your password."
SIGN_IN_BUSY = "Many people are signing in at this moment. Try again in a few seconds."
BAD_FORM = "That could not be read. Fill in both fields and try again."
WRONG_HOST = (
    "This page answers at 127.0.0.1 and localhost only: open it by one of these. To serve it under another name, start "
    "it with --auth FILE, or with --no-auth where something in front of it sees to who comes in.\n"
)
WRONG_ORIGIN = "This came from another site, and is not answered. Open the page itself.\n"
NOT_HERE = "There is nothing here.\n"
READ_ONLY = "This archive cannot be changed from the page: it is served with --read-only."


def too_many_attempts(seconds: float) -> str:
    """That a visitor has to wait, and how long."""
    minutes = max(1, math.ceil(seconds / 60))
    return f"Too many attempts. Try again in {minutes} minute{'' if minutes == 1 else 's'}."
