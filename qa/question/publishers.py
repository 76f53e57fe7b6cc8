"""Publishers and places that a question names, of those that the archive has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.base.filters import publisher_key

_WORD = r"[\w’'.&-]+"
_REPORTS = (
    r"(?:report(?:s|ed|ing)?|sa(?:y|ys|id)|writ(?:e|es|ten)|wrote|publish(?:es|ed)?|print(?:s|ed)?|carr(?:y|ies|ied)"
    r"|cover(?:s|ed|age|ing)?|quot(?:e|es|ed)|tell|told|find|found|claim(?:s|ed)?|run|ran|have|has)"
)
_ARTICLE = re.compile(r"^(?:the|a|an) ", re.IGNORECASE)
# Before a publisher's name, and behind it: "according to Bloomberg", "what did Reuters report", "Reuters' coverage".
_BEFORE = re.compile(
    r"(?:\b(?:according to|as reported (?:by|in)|reported by|written by|published by|carried by|coverage (?:by|in"
    r"|of|from)"
    r"|(?:articles?|stor(?:y|ies)|reports?|pieces?|news|items?) (?:by|from|in|of)|(?:read|printed|appeared|said"
    r"|say|reported) in"
    r"|(?:did|does|do|has|have|had|would|will)|per|only|in|from|by|ask) (?:the |a )?|^(?:the )?|,\s*(?:the )?)$",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\b(?:did|does|do|has|have|had|will|would)\s+(?:the )?$", re.IGNORECASE)
_BEHIND = re.compile(
    rf"^(?:[’']s?)?\s+(?:{_REPORTS}|articles?|stor(?:y|ies)|account|version|reporter)\b", re.IGNORECASE
)
_PLAIN = re.compile(r"^\W*$|^\W*\s(?:and|or|about|on|in|for|who|what|when|where|why|how|did|was|is|were|are)\b|^[,;:]")
_SHORT = 4  # letters of a part of a name that may stand for it


def find_outlets(text: str, publishers: Sequence[str]) -> tuple[tuple[str, ...], str] | None:
    """Publishers that a question is asked of.

    Args:
        text: the question.
        publishers: names of those that the archive has.

    Returns:
        Their names, and the words that name the first; None where it names none.
    """
    found: dict[str, str] = {}
    for publisher, name in _names(publishers):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
            if publisher not in found and _is_asked(text, match):
                found[publisher] = match[0]
    return (tuple(found), next(iter(found.values()))) if found else None


def named_anywhere(text: str, publishers: Sequence[str]) -> list[tuple[str, str]]:
    """Publishers that a text names in any way, each with the words that name it."""
    found: dict[str, str] = {}
    for publisher, name in _names(publishers):
        match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
        if match and publisher not in found:
            found[publisher] = match[0]
    return list(found.items())


def _names(publishers: Sequence[str]) -> list[tuple[str, str]]:
    """Each publisher with the names that it goes by: its own, and a part of it that no other publisher has."""
    names = [(publisher, _ARTICLE.sub("", publisher)) for publisher in publishers if publisher.strip()]
    words = {publisher: set(publisher_key(_ARTICLE.sub("", publisher)).split()) for publisher in publishers}
    for publisher in publishers:
        *_, last = _ARTICLE.sub("", publisher).split() or [""]
        others = (words[other] for other in publishers if other != publisher)
        if len(last) > _SHORT and len(words[publisher]) > 1 and not any(last.casefold() in other for other in others):
            names.append((publisher, last))
    return names


def _is_asked(text: str, match: re.Match[str]) -> bool:
    before, behind = text[: match.start()], text[match.end() :]
    if match[0].islower() and " " not in match[0]:
        return False  # "a courier reported" is no newspaper
    opening = _BEFORE.search(before)
    if opening is None:
        return False
    if _ASKED.search(before) or not before.strip():
        return _BEHIND.match(behind) is not None
    word = opening[0].strip().lower()
    return word not in ("in", "by", "from", "in the", "by the", "from the") or _PLAIN.match(behind) is not None


def find_places(text: str, places: Sequence[str]) -> tuple[str, ...]:
    """Places that a question names as where something is: "in Lisbon", "from Port Hallam"."""
    return tuple(
        place
        for place in places
        if place
        and re.search(rf"\b(?:in|at|from|near|outside|around) (?:the )?{re.escape(place)}(?!\w)", text, re.IGNORECASE)
    )
