"""Wire text: an optional headline and byline, a dateline, paragraphs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO

from ingest.dateline import Dateline, parse_dateline
from ingest.decoding import decode
from ingest.draft import Draft, split_paragraphs
from ingest.errors import SourceError
from ingest.readers.base import Source, read_whole

_BYLINE = re.compile(
    r"[Bb][Yy]:? (?P<names>[A-Z][\w.’'-]+(?: (?:[A-Z][\w.’'-]*|and|de|van|von|al|bin|,))+,?(?: [A-Z][\w.’'-]+)*)"
)
_LOOK_AHEAD = 5  # paragraphs in which a dateline is looked for


class WireReader:
    """Plain text as agencies send it, and any other plain text with the suffix .txt."""

    suffixes = frozenset({".txt", ".text", ".wire", ""})

    def recognises(self, head: bytes) -> bool:
        """A dateline with an agency or a date stands near the top."""
        text = head.decode("utf-8", "replace")
        for paragraph in split_paragraphs(text)[:_LOOK_AHEAD]:
            dateline = _dateline(paragraph)
            if dateline is not None and (dateline.agency or dateline.published):
                return True
        return False

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | SourceError]:
        """The one article of a file."""
        try:
            text = decode(read_whole(file, source))
        except (ValueError, LookupError) as error:
            raise source.problem(str(error), "Save it as UTF-8") from None
        paragraphs = split_paragraphs(text)
        opening, story = _split_opening(paragraphs)
        headline, authors = None, []
        for line in opening:
            byline = _BYLINE.fullmatch(line)
            if byline is not None:
                authors += re.split(r"\s*(?:,| and )\s*", byline["names"])
            elif headline is None:
                headline = line
        yield Draft(
            text="\n\n".join(story), file=source.name, key=source.key, headline=headline, authors=authors
        )  # fmt: skip


def _split_opening(paragraphs: list[str]) -> tuple[list[str], list[str]]:
    """Headline and byline, and the story behind them."""
    for index, paragraph in enumerate(paragraphs[:_LOOK_AHEAD]):
        if _dateline(paragraph) is not None:
            return paragraphs[:index], paragraphs[index:]
    opening = 0
    for paragraph in paragraphs[:2]:
        is_headline = len(paragraph.split()) <= 20 and not re.search(r"[.!?…][\"”’)]*$", paragraph)
        if not (is_headline or _BYLINE.fullmatch(paragraph)) or opening + 1 == len(paragraphs):
            break
        opening += 1
    return paragraphs[:opening], paragraphs[opening:]


def _dateline(paragraph: str) -> Dateline | None:
    try:
        return parse_dateline(paragraph)
    except ValueError:
        # A dateline with an impossible date is one all the same; making an article of it says what is wrong.
        return Dateline(paragraph, 0, None, "", None)
