"""Extract the lines of text from a PDF file (ISO 32000-2) with pypdf, in a subprocess.

It runs as a program that reads the file from standard input and writes JSON to standard output. A damaged file may keep
any PDF library busy for hours or fill the memory, and both can be limited only for a separate process.
"""

from __future__ import annotations

import io
import json
import logging
import sys
from typing import Any

MAX_PAGES = 2_000
MAX_CHARACTERS = 2_500_000  # slightly more than an article may have
_MEMORY = 2_000_000_000  # bytes of address space


def main() -> None:
    """Read a file from standard input and write its lines to standard output."""
    _limit_memory()
    logging.disable(logging.CRITICAL)  # pypdf logs each irregularity
    json.dump(extract(sys.stdin.buffer.read()), sys.stdout)


def extract(data: bytes) -> dict[str, Any]:
    """Extract the lines and metadata of a PDF file.

    Returns:
        `lines` as tuples of page (from 0), x, y and size in points, and text; `title` and `created` (ISO 8601) of the
        metadata, or None. For a file that cannot be read, only `error`: a key of `PROBLEMS` in `reader.py`, and
        details.
    """
    import pypdf
    from pypdf.errors import DependencyError, FileNotDecryptedError

    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return {"error": ("encrypted", "")}
        if len(reader.pages) > MAX_PAGES:
            return {"error": ("long", f"{len(reader.pages):,} pages")}
        lines: list[tuple[int, float, float, float, str]] = []
        characters = 0
        for number, page in enumerate(reader.pages):
            page_lines = _page_lines(page)
            characters += sum(len(line[-1]) for line in page_lines)
            if characters > MAX_CHARACTERS:
                return {"error": ("long", f"over {MAX_CHARACTERS:,} characters")}
            lines += [(number, *line) for line in page_lines]
        return {"lines": lines, **_facts(reader)}
    except (DependencyError, FileNotDecryptedError):
        return {"error": ("encrypted", "")}
    except Exception as error:  # for damaged files pypdf raises many types of exceptions
        return {"error": ("damaged", f"{type(error).__name__}: {error}"[:200])}


def _page_lines(page: Any) -> list[tuple[float, float, float, str]]:
    """The lines of a page as x, y, size and text, in drawing order."""
    lines: list[list[Any]] = []
    ended = True

    def visit(text: str, cm: list[float], tm: list[float], _: Any, size: float) -> None:
        nonlocal ended
        x = tm[4] * cm[0] + tm[5] * cm[2] + cm[4]
        y = tm[4] * cm[1] + tm[5] * cm[3] + cm[5]
        size = abs(size * (tm[3] or tm[1] or 1) * (cm[3] or cm[1] or 1))
        for index, piece in enumerate(text.split("\n")):
            ended = ended or index > 0
            if not piece or (ended and not piece.strip()):
                continue
            if ended or abs(y - lines[-1][1]) > max(size, lines[-1][2]) * 0.6:
                lines.append([x, y, size, piece, len(piece)])
            else:
                lines[-1][3] += piece
                if len(piece) > lines[-1][4]:  # the longest piece determines the size, not a bullet or initial
                    lines[-1][2], lines[-1][4] = size, len(piece)
            ended = False

    page.extract_text(visitor_text=visit)
    return [(round(x, 1), round(y, 1), round(size, 1), " ".join(text.split())) for x, y, size, text, _ in lines]


def _facts(reader: Any) -> dict[str, str | None]:
    """Title and creation date, where the metadata can be read."""
    try:
        metadata = reader.metadata
        title, created = (metadata.title, metadata.creation_date) if metadata else (None, None)
    except Exception:  # broken metadata does not affect the text
        return {"title": None, "created": None}
    return {"title": str(title) if title else None, "created": created.isoformat() if created else None}


def _limit_memory() -> None:
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    except (ImportError, OSError, ValueError):  # not available on this system; the time limit remains
        pass


if __name__ == "__main__":
    main()
