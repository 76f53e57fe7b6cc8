"""What agencies say about an item beside its text: that it is withheld, canceled, embargoed or corrected.

The words are those of the IPTC's NewsCodes (https://cv.iptc.org/newscodes/pubstatusg2/ and .../signal/), with the older
ones that stand in NITF. A word that is not known is passed on, so that the item is refused by name: what may not be
meant for readers is never taken for usable.
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

#: What stands as the correction where an item is marked as one, and nothing says what was corrected.
CORRECTED = "Corrected by its publisher."


def code(name: str | None) -> str:
    """The last part of a QCode or a NewsCode's address, in lower case: `stat:canceled` as `canceled`; "" of None."""
    last = (name or "").strip().rstrip("/").replace("/", ":").rpartition(":")[2]
    return last.lower().replace("-", "").replace(" ", "")


def status(*words: str | None) -> str:
    """The status that some codes come to: the strictest that any of them says, `usable` where none says anything.

    A word that is in no vocabulary comes back as it is.
    """
    codes = [found for found in map(code, words) if found]
    if any(found in _CANCELED for found in codes):
        return "canceled"
    if any(found in _WITHHELD for found in codes):
        return "withheld"
    return next((found for found in codes if found not in _USABLE), "usable")


def known(words: Iterable[str | None]) -> list[str]:
    """Those of some words that say something of a status or a correction; for fields that hold other things, too."""
    return [found for found in map(code, words) if found in _CANCELED | _WITHHELD | _USABLE]


def correction(words: Iterable[str | None], note: str | None) -> str | None:
    """The editor's note of an item that is marked as corrected, else None.

    Notes to editors are not meant for readers, so one is taken only where it reads as a correction.
    """
    if not any(code(word) in _CORRECTION for word in words):
        return None
    note = " ".join((note or "").split())
    return note if is_correction(note) else CORRECTED


def edition(version: object) -> str | None:
    """A version that counts deliveries; None of one that is no whole number of at most nine digits."""
    text = str(version).strip()
    return text if text.isascii() and text.isdecimal() and len(text) < 10 else None
