"""Turn the lines of a PDF file into paragraphs: remove running headers, join lines, undo hyphenation."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import dropwhile, pairwise, takewhile
from statistics import median

from ingest.cleaning.normalize import bare_words

_EDGE = 2  # lines at the top and at the bottom of a page that may be running headers or footers
_NUMBER = re.compile(r"\W*(?:page|p\.?)?\s*(?:\d{1,4}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,4})?\W*", re.IGNORECASE)
_ENDS = re.compile(r"[.!?…:][\"'”’»)\]]*$")
_HYPHEN = re.compile(r"(?<=[^\W_])[-\u2010\u00ad]$")
_COMPOUND = re.compile(r"(?<![^\W\d_])([^\W\d_]+)-(?=([^\W\d_]+))")
_LAST_WORD = re.compile(r"(?<![^\W\d_])[^\W\d_]++$")
# Default titles of word processors and layout programs.
_NO_TITLE = re.compile(
    r"(?:microsoft (?:word|powerpoint)|untitled|document\d*\b|layout \d|print)|.*(?:_|\\|\.\w{2,4}$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Line:
    """A line of text: page (from 0); left end, height above the bottom of the page and font size in points."""

    page: int
    x: float
    y: float
    size: float
    text: str


def body_lines(lines: Sequence[Line]) -> list[Line]:
    """Remove page numbers, and lines that recur at the edges of at least half of the pages."""
    pages: dict[int, list[Line]] = {}
    for line in lines:
        pages.setdefault(line.page, []).append(line)
    edges = {
        page: set(sorted(rows, key=lambda line: line.y)[:_EDGE] + sorted(rows, key=lambda line: -line.y)[:_EDGE])
        for page, rows in pages.items()
    }
    counts = Counter(shape for edge in edges.values() for shape in {_shape(line) for line in edge})
    often = max(2, len(pages) / 2)
    large = 1.2 * _body_size(lines)

    def is_running(line: Line) -> bool:
        is_headline = line.page == lines[0].page and line.size >= large
        recurs = not is_headline and counts[_shape(line)] >= often
        return line in edges[line.page] and (recurs or _NUMBER.fullmatch(line.text) is not None)

    return [line for line in lines if not is_running(line)]


def headline(lines: Sequence[Line]) -> str | None:
    """Return the largest lines of the first page, where they are larger than the story."""
    size = _body_size(lines)
    first = list(takewhile(lambda line: line.page == lines[0].page, lines))
    largest = max((line.size for line in first), default=0)
    if largest < 1.2 * size or not first:
        return None
    from_there = dropwhile(lambda line: line.size < largest, first)
    return " ".join(line.text for line in takewhile(lambda line: line.size > 0.9 * largest, from_there))


def plausible_title(title: str | None, lines: Sequence[Line]) -> str | None:
    """Return the title of the metadata where it is not a file name and the first page contains it.

    Args:
        title: the title of the metadata.
        lines: all lines of the file.
    """
    if not title or len(title.split()) < 2 or _NO_TITLE.match(title.strip()):
        return None
    return title if bare_words(title) in bare_words(_first_page(lines)) else None


def plausible_day(created: str | None, lines: Sequence[Line]) -> str | None:
    """Return the day of creation in ISO 8601 where the first page names it, too; else it may be that of a copy.

    Args:
        created: creation date of the metadata, in ISO 8601.
        lines: all lines of the file.
    """
    try:
        day = date.fromisoformat((created or "")[:10])
    except ValueError:
        return None
    month = f"{day:%B}"
    short = rf"(?:{month}|{month[:3]}\.?|Sept\.?)" if day.month == 9 else rf"(?:{month}|{month[:3]}\.?)"
    number = rf"0?{day.day}(?:st|nd|rd|th)?"
    written = rf"\b(?:{number} {short},? {day.year}|{short} {number},? {day.year}|{day.isoformat()})\b"
    return day.isoformat() if re.search(written, _first_page(lines), re.IGNORECASE) else None


def paragraphs(lines: Sequence[Line]) -> list[str]:
    """Join lines to paragraphs, in their order."""
    leading = _leading(lines)
    compounds = sorted({f"{match[1]}-{match[2]}" for line in lines for match in _COMPOUND.finditer(line.text)})
    width = max((len(line.text) for line in lines), default=0)
    joined: list[list[str]] = []
    for before, line in zip([None, *lines], lines, strict=False):
        if before is None or _begins(before, line, leading, width):
            joined.append([line.text])
        else:
            joined[-1][-1] = _joinable(joined[-1][-1], line.text, compounds)
            joined[-1].append(line.text)
    return ["".join(parts) for parts in joined]


def _begins(before: Line, line: Line, leading: float, width: int) -> bool:
    """Whether a line begins a new paragraph."""
    if abs(line.size - before.size) > 0.1 * before.size:
        return True
    gap = before.y - line.y
    ended = bool(_ENDS.search(before.text))
    if line.page != before.page or gap < -0.5 * line.size:  # the next page or column
        return ended and not line.text[:1].islower()
    if gap < 0.5 * line.size:  # beside it
        return False
    if gap > 1.35 * leading:
        return True
    indented = 0.8 * line.size < line.x - before.x < 5 * line.size
    return ended and (indented or len(before.text) < 0.7 * width)


def _joinable(text: str, line: str, compounds: Sequence[str]) -> str:
    """A line as it is joined with the next one: with a space, or without the hyphen of a hyphenated word."""
    match = _HYPHEN.search(text)
    if match is None:
        return f"{text} "
    bare = text[: match.start()]
    first = re.match(r"[^\W\d_]+", line)
    if match[0] != "\u00ad" and (first is None or not line[0].islower()):
        return text
    word = _LAST_WORD.search(bare)
    whole = f"{word[0]}-{first[0]}" if word and first else ""
    place = bisect_left(compounds, whole)  # "re-elected" confirms the hyphen of "re-elect"
    return f"{bare}-" if whole and place < len(compounds) and compounds[place].startswith(whole) else bare


def _shape(line: Line) -> str:
    """A line for comparisons with other pages, which ignore numbers."""
    return re.sub(r"\d+", "#", bare_words(line.text))


def _first_page(lines: Sequence[Line]) -> str:
    return " ".join(line.text for line in lines if line.page == lines[0].page)


def _body_size(lines: Sequence[Line]) -> float:
    """The font size of most of the text."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _leading(lines: Sequence[Line]) -> float:
    """The usual distance between the lines of the story."""
    size = _body_size(lines)
    gaps = [
        before.y - line.y
        for before, line in pairwise(lines)
        if line.page == before.page and line.size == size and 0.5 * size < before.y - line.y < 4 * size
    ]
    return min(median(gaps), 2.2 * size) if gaps else 1.2 * size
