"""PDF files for tests, written by hand: text in Helvetica at given places (ISO 32000-1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Line = tuple[float, float, float, str]  # x, y, size, text


def pdf(pages: Sequence[Sequence[Line]], info: Mapping[str, str] | None = None, content: bytes | None = None) -> bytes:
    """A PDF file.

    Args:
        pages: the lines of each page.
        info: its metadata, such as Title and CreationDate.
        content: what is drawn on every page, in place of the lines.
    """
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    kids = []
    for lines in pages:
        drawn = content if content is not None else b"\n".join(map(_draw, lines))
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R"
            b" /Resources << /Font << /F1 %s >> >> >>" % (len(objects), font)
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    entries = b" ".join(b"/%s (%s)" % (key.encode(), _escape(value)) for key, value in (info or {}).items())
    objects.append(b"<< %s >>" % entries)
    return _file(objects)


def column(text: str, x: float = 72, y: float = 700, size: float = 11, width: int = 60) -> list[Line]:
    """A text as lines of at most `width` characters; paragraphs, parted by an empty line, stand further apart."""
    lines: list[Line] = []
    for paragraph in text.split("\n\n"):
        current = ""
        for word in paragraph.split():
            if current and len(current) + 1 + len(word) > width:
                lines.append((x, y, size, current))
                y, current = y - 1.2 * size, word
            else:
                current = f"{current} {word}".strip()
        lines.append((x, y, size, current))
        y -= 2.2 * size
    return lines


def _draw(line: Line) -> bytes:
    x, y, size, text = line
    return b"BT /F1 %g Tf %g %g Td (%s) Tj ET" % (size, x, y, _escape(text))


def _escape(text: str) -> bytes:
    return text.encode("cp1252").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(objects: Sequence[bytes]) -> bytes:
    data = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + (
        b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R /Info %d 0 R >>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, table, len(objects) + 1, len(objects), len(data))
    )
