"""Read PDF files that have a text layer."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import Draft
from ingest.reading.base import Source, read_whole
from ingest.reading.pdf import lines as pdf_lines
from ingest.reading.pdf.layout import Line, body_lines, headline, paragraphs, plausible_day, plausible_title

_MAX_FILE = 100_000_000  # bytes
_SECONDS = 60.0
_FEW_LETTERS = 20  # a text layer has more letters; scanners may write their name

#: Reason and remedy for each error of `ingest.reading.pdf.lines`.
PROBLEMS = {
    "encrypted": ("it is encrypted", "Save it without a password"),
    "damaged": ("it is damaged and cannot be read as PDF", "Deliver it again, or save it again from its program"),
    "long": ("it is too long for one article", "Split it into one file per article"),
}


class PdfReader:
    """Reads one article from a PDF file."""

    suffixes = frozenset({".pdf"})

    def __init__(self, seconds: float = _SECONDS) -> None:
        """Args: seconds: time limit for reading a file."""
        self._seconds = seconds

    def recognises(self, head: str) -> bool:
        """Whether it begins with the signature of PDF."""
        return head.lstrip().startswith("%PDF-")

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | SourceError]:
        """Yield the article of a file; it uses title and date of the metadata only where the first page has them, too.

        Args:
            file: the file, from its first byte on.
            source: what to call it.
        """
        contents = self._extract(read_whole(file, source, _MAX_FILE), source)
        if "error" in contents:
            kind, detail = contents["error"]
            reason, remedy = PROBLEMS[kind]
            raise source.problem(f"{reason}: {detail}" if detail else reason, remedy)
        everything = [Line(*line) for line in contents["lines"]]
        if sum(character.isalpha() for line in everything for character in line.text) < _FEW_LETTERS:
            raise source.problem(
                "it has no text layer, only pictures of pages", "Run OCR on it, for example with ocrmypdf"
            )
        lines = body_lines(everything) or everything
        title = headline(lines)
        yield Draft(
            text="\n\n".join(text for text in paragraphs(lines) if text != title),
            file=source.name,
            key=source.key,
            headline=title or plausible_title(contents["title"], everything),
            published=plausible_day(contents["created"], everything),
        )

    def _extract(self, data: bytes, source: Source) -> dict[str, Any]:
        try:
            program = [sys.executable, "-P", pdf_lines.__file__]
            # our own module, without a shell; the file is on standard input
            done = subprocess.run(program, input=data, capture_output=True, timeout=self._seconds)  # noqa: S603
            return dict(json.loads(done.stdout))
        except subprocess.TimeoutExpired:
            reason = f"reading it takes more than {self._seconds:g} seconds"
        except ValueError:  # the process was killed, for example at its memory limit
            reason = "reading it takes too much memory"
        raise source.problem(reason, "Print it into a new PDF file, and ingest that")
