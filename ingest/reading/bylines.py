"""Who wrote a story, from a line such as "By Ida Marsh and Bo Orde, Tidewater"."""

from __future__ import annotations

import re

_PARTICLE = r"(?:de|da|di|do|du|de[lnr]|dos|la|le|van|von|zu|te[nr]|al|el|bin|ibn)"
_NAME = r"[^\W\d_a-z][\w.’'-]*"
_PERSON = rf"(?:{_PARTICLE} )*{_NAME}(?: (?:{_PARTICLE}|{_NAME}))*"
_JOINT = r"(?:, and |, | and | & | AND )"
#: A line that is a byline and nothing else.
BYLINE = re.compile(rf"[Bb][Yy]:? (?P<names>(?=\S+ \S){_PERSON}(?:{_JOINT}{_PERSON})*)(?:, [a-z][\w ’'-]*)?")
_JOB = re.compile(r"\b(?:editor|correspondent|reporter|writer|staff|columnist|chief)\b", re.IGNORECASE)
# What opens a byline in the languages that agencies write in.
_BY = re.compile(r"(?:by|von|par|por|av|af|door)[: ]\s*", re.IGNORECASE)
_JOINTS = re.compile(r"\s*(?:,|;|/|\n|&|\b(?:and|und|et|och|og|en)\b)\s*", re.IGNORECASE)


def authors(line: str) -> list[str]:
    """The people of a line of plain text; none where it is no byline, or only says what somebody is."""
    byline = BYLINE.fullmatch(line)
    names = re.split(_JOINT, byline["names"]) if byline else []
    return [name for name in names if " " in name and not _JOB.search(name)]


def credited(line: str) -> list[str]:
    """The people of a line that is marked as a byline; it needs no "By". Where none can be told, it is taken whole."""
    text = _BY.sub("", " ".join(line.split()), count=1) if _BY.match(line.strip()) else " ".join(line.split())
    text = text.strip(" ,;")
    parts = [part for part in _JOINTS.split(text) if part]
    people = [part for part in parts if " " in part and re.fullmatch(_PERSON, part) and not _JOB.search(part)]
    return people or ([text] if text and not _JOB.search(text) else [])
