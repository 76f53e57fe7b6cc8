"""Find the archive's publishers and places that a question names."""

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
# Words before and after a publisher's name: "according to Bloomberg", "what did Reuters report", "Reuters' coverage".
_BEFORE = re.compile(
    r"(?:\b(?:according to|as reported (?:by|in)|reported by|written by|published by|carried by|coverage (?:by|in"
    r"|of|from)"
    r"|(?:articles?|stor(?:y|ies)|reports?|pieces?|news|items?) (?:by|from|in|of)|(?:read|printed|appeared|said"
    r"|say|reported) in"
    r"|(?:did|does|do|has|have|had|would|will)|per|only|in|from|by|ask) (?:the |a )?|^(?:the )?|,\s*(?:the )?)$",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(r"\b(?:did|does|do|has|have|had|will|would)\s+(?:the )?$", re.IGNORECASE)
_AFTER = re.compile(rf"^(?:[’']s?)?\s+(?:{_REPORTS}|articles?|stor(?:y|ies)|account|version|reporter)\b", re.IGNORECASE)
_PLAIN = re.compile(r"^\W*$|^\W*\s(?:and|or|about|on|in|for|who|what|when|where|why|how|did|was|is|were|are)\b|^[,;:]")
_SHORT = 4  # letters; a longer last word of a name may stand for the name


def find_outlets(text: str, publishers: Sequence[str]) -> tuple[tuple[str, ...], str] | None:
    """The publishers that a question limits the search to.

    Args:
        text: the question.
        publishers: names of the archive's publishers.

    Returns:
        Their names, and the words that name the first; None where it names none.
    """
    words: dict[str, str] = {}
    for publisher, name in _names(publishers):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE):
            if publisher not in words and _is_limit(text, match):
                words[publisher] = match[0]
    return (tuple(words), next(iter(words.values()))) if words else None


def named_anywhere(text: str, publishers: Sequence[str]) -> list[tuple[str, str]]:
    """The publishers that a text names anywhere, each with the words that name it.

    Args:
        text: a question.
        publishers: names of the archive's publishers.
    """
    words: dict[str, str] = {}
    for publisher, name in _names(publishers):
        match = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
        if match and publisher not in words:
            words[publisher] = match[0]
    return list(words.items())


def _names(publishers: Sequence[str]) -> list[tuple[str, str]]:
    """Each publisher with its names: its own, and its last word where no other publisher's name has that."""
    names = [(publisher, _ARTICLE.sub("", publisher)) for publisher in publishers if publisher.strip()]
    words = {publisher: set(publisher_key(_ARTICLE.sub("", publisher)).split()) for publisher in publishers}
    for publisher in publishers:
        *_, last = _ARTICLE.sub("", publisher).split() or [""]
        others = (words[other] for other in publishers if other != publisher)
        if len(last) > _SHORT and len(words[publisher]) > 1 and not any(last.casefold() in other for other in others):
            names.append((publisher, last))
    return names


def _is_limit(text: str, match: re.Match[str]) -> bool:
    """Whether a publisher's name in a question limits the search to it."""
    before, after = text[: match.start()], text[match.end() :]
    if match[0].islower() and " " not in match[0]:
        return False  # "a courier reported" does not name a newspaper
    opening = _BEFORE.search(before)
    if opening is None:
        return False
    if _AUXILIARY.search(before) or not before.strip():
        return _AFTER.match(after) is not None
    word = opening[0].strip().lower()
    return word not in ("in", "by", "from", "in the", "by the", "from the") or _PLAIN.match(after) is not None


def find_places(text: str, places: Sequence[str]) -> tuple[str, ...]:
    """The places that a question names after a preposition of place: "in Lisbon", "from Port Hallam".

    Args:
        text: the question.
        places: the places that the archive has articles from.
    """
    return tuple(
        place
        for place in places
        if place
        and re.search(rf"\b(?:in|at|from|near|outside|around) (?:the )?{re.escape(place)}(?!\w)", text, re.IGNORECASE)
    )
