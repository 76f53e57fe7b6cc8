"""Read wire text: an optional headline and byline, a dateline, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from ingest.base.errors import SourceError
from ingest.cleaning.boilerplate import is_correction
from ingest.cleaning.dateline import parse_dateline
from ingest.cleaning.normalize import Draft, split_paragraphs
from ingest.reading.base import Source, read_whole
from ingest.reading.bylines import BYLINE, authors
from ingest.reading.decoding import decode

_CLOSE = "\"'”’)"
_LOOK_AHEAD = 5  # first paragraphs that may contain the dateline


class WireReader:
    """Reads one article from a plain text of a news agency, or from any other text with the suffix .txt."""

    suffixes = frozenset({".txt", ".text", ".wire", ""})

    def recognises(self, head: str) -> bool:
        """Whether one of the first paragraphs has a dateline with an agency or a date."""
        try:
            datelines = [parse_dateline(paragraph) for paragraph in split_paragraphs(head)[:_LOOK_AHEAD]]
        except ValueError:
            return True  # a dateline with an invalid date, which is reported when the article is made
        return any(dateline is not None and (dateline.agency or dateline.published) for dateline in datelines)

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | SourceError]:
        """Yield the article of a file.

        Args:
            file: the file, from its first byte on.
            source: what to call it.
        """
        try:
            text = decode(read_whole(file, source))
        except (ValueError, LookupError) as error:
            raise source.problem(str(error), "Save it as UTF-8") from None
        title = _title(text)
        opening, story = _split_opening(split_paragraphs(text), title)
        notes = [line for line in opening if is_correction(line)]
        yield Draft(
            text="\n\n".join(notes + story),
            file=source.name,
            key=source.key,
            headline=" ".join(line for line in title if line in opening) or None,
            authors=[name for line in opening for name in authors(line)],
        )


def _title(text: str) -> list[str]:
    """The lines that may contain the headline, which may have several lines without an empty line between them."""
    for block in re.split(r"\n\s*\n", text.strip(), maxsplit=_LOOK_AHEAD)[:_LOOK_AHEAD]:
        lines = [line for line in split_paragraphs(block) if not (BYLINE.fullmatch(line) or is_correction(line))]
        if lines:
            return lines
    return []


def _split_opening(paragraphs: list[str], title: list[str]) -> tuple[list[str], list[str]]:
    """Split paragraphs into those of headline and byline, and those of the story."""
    for index, paragraph in enumerate(paragraphs[:_LOOK_AHEAD]):
        if _is_dateline(paragraph):
            return paragraphs[:index], paragraphs[index:]
        if _is_sentence(paragraph) and not is_correction(paragraph):
            break
    opening = 0
    for paragraph in paragraphs[:3]:
        is_headline = paragraph in title and len(paragraph.split()) <= 20
        is_headline = is_headline and not paragraph.rstrip(_CLOSE).endswith((".", "!", "?", "…"))
        if not (is_headline or BYLINE.fullmatch(paragraph)) or opening + 1 == len(paragraphs):
            break
        opening += 1
    return paragraphs[:opening], paragraphs[opening:]


def _is_sentence(paragraph: str) -> bool:
    return paragraph.rstrip(_CLOSE).endswith(".") and len(paragraph.split()) > 12


def _is_dateline(paragraph: str) -> bool:
    try:
        return parse_dateline(paragraph) is not None
    except ValueError:  # a dateline with an invalid date
        return True
