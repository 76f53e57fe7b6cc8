"""Choose the page that opens after signing in."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"

_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*", re.ASCII)  # printable, no backslash
_LONGEST = 2000


def back_to(wanted: str) -> str:
    """Return the wanted path if it is a safe path of this host, else the start page."""
    if len(wanted) > _LONGEST or not _PATH.fullmatch(wanted):
        return "/"
    parts = urlsplit(wanted)
    path = parts.path.rstrip("/")
    if parts.scheme or parts.netloc or path in (SIGN_IN, SIGN_OUT) or path.startswith("/gradio_api"):
        return "/"
    return wanted


def sign_in_for(path: str, query: str = "") -> str:
    """The address of the sign-in page that opens a path afterwards.

    Args:
        path: the path.
        query: its query string.
    """
    wanted = back_to(f"{path}?{query}" if query else path)
    return SIGN_IN if wanted == "/" else f"{SIGN_IN}?next={quote(wanted, safe='/')}"
