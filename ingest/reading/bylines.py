"""Parse bylines such as "By Ida Marsh and Bo Orde, Tidewater"."""

from __future__ import annotations

import re

_PARTICLE = r"(?:de|da|di|do|du|de[lnr]|dos|la|le|van|von|zu|te[nr]|al|el|bin|ibn)"
_NAME = r"[^\W\d_a-z][\w.’'-]*"
_PERSON = rf"(?:{_PARTICLE} )*{_NAME}(?: (?:{_PARTICLE}|{_NAME}))*"
_JOINT = r"(?:, and |, | and | & | AND )"
#: A line that consists of a byline.
BYLINE = re.compile(rf"[Bb][Yy]:? (?P<names>(?=\S+ \S){_PERSON}(?:{_JOINT}{_PERSON})*)(?:, [a-z][\w ’'-]*)?")
_JOB = re.compile(r"\b(?:editor|correspondent|reporter|writer|staff|columnist|chief)\b", re.IGNORECASE)
# First words of a byline in the languages of news agencies.
_BY = re.compile(r"(?:by|von|par|por|av|af|door)[: ]\s*", re.IGNORECASE)
_JOINTS = re.compile(r"\s*(?:,|;|/|\n|&|\b(?:and|und|et|och|og|en)\b)\s*", re.IGNORECASE)


def authors(line: str) -> list[str]:
    """Return the people in a line of plain text; none where it is not a byline, or names only a job."""
    byline = BYLINE.fullmatch(line)
    names = re.split(_JOINT, byline["names"]) if byline else []
    return [name for name in names if " " in name and not _JOB.search(name)]


def credited(line: str) -> list[str]:
    """Return the people in a line that is marked as a byline, with or without "By"; else the whole line."""
    text = _BY.sub("", " ".join(line.split()), count=1) if _BY.match(line.strip()) else " ".join(line.split())
    text = text.strip(" ,;")
    parts = [part for part in _JOINTS.split(text) if part]
    people = [part for part in parts if " " in part and re.fullmatch(_PERSON, part) and not _JOB.search(part)]
    return people or ([text] if text and not _JOB.search(text) else [])
