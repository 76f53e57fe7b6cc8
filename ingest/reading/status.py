"""Interpret the status of an item: usable, withheld, canceled or corrected.

The codes are the IPTC's NewsCodes (https://cv.iptc.org/newscodes/pubstatusg2/ and .../signal/) and the older codes of
NITF. An unknown code is returned unchanged, so that the item is refused with a message: an item that may not be meant
for readers never counts as usable.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest.cleaning.boilerplate import is_correction

_CANCELED = frozenset(
    "canceled cancelled cancel kill killed mandatorykill withdraw withdrawn withdrawal retracted retraction deleted"
    " delete takedown".split()
)
_WITHHELD = frozenset("withheld withhold hold held embargoed embargo advance draft".split())
_USABLE = frozenset("usable update updated writethru new correction corrected corrective clarification publish".split())
_CORRECTION = frozenset("correction corrected corrective".split())

#: The correction of an item that is marked as corrected without a note on what was corrected.
CORRECTED = "Corrected by its publisher."


def code(name: str | None) -> str:
    """Return the last part of a QCode or NewsCode in lower case, `canceled` for `stat:canceled`; "" for None."""
    last = (name or "").strip().rstrip("/").replace("/", ":").rpartition(":")[2]
    return last.lower().replace("-", "").replace(" ", "")


def status(*words: str | None) -> str:
    """Return the strictest status of some codes; `usable` where there are none.

    An unknown code is returned unchanged, unless another code is stricter.
    """
    codes = [name for name in map(code, words) if name]
    if any(name in _CANCELED for name in codes):
        return "canceled"
    if any(name in _WITHHELD for name in codes):
        return "withheld"
    return next((name for name in codes if name not in _USABLE), "usable")


def status_codes(words: Iterable[str | None]) -> list[str]:
    """Return the words that are codes of a status or correction, from a field that may contain other words."""
    return [name for name in map(code, words) if name in _CANCELED | _WITHHELD | _USABLE]


def correction(words: Iterable[str | None], note: str | None) -> str | None:
    """Return the editor's note of an item that is marked as corrected, else None.

    Notes to editors are not meant for readers, so a note is used only where it reads like a correction.

    Args:
        words: codes of the item.
        note: its note to editors.
    """
    if not any(code(word) in _CORRECTION for word in words):
        return None
    note = " ".join((note or "").split())
    return note if is_correction(note) else CORRECTED


def edition(version: object) -> str | None:
    """Return a version that counts deliveries; None where it is not a whole number of at most nine digits."""
    text = str(version).strip()
    return text if text.isascii() and text.isdecimal() and len(text) < 10 else None
