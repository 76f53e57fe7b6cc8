"""Bytes to text, never mojibake in silence."""

from __future__ import annotations

import codecs

# What a file that is no text begins with, and what to call it.
_MAGIC = {
    b"%PDF": "a PDF file", b"PK\x03\x04": "a zip archive or office document", b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image", b"GIF8": "a GIF image", b"\x1f\x8b": "a gzip file", b"{\\rtf": "an RTF document",
    b"\xd0\xcf\x11\xe0": "an old office document", b"SQLite format": "an SQLite database", b"\x7fELF": "a program",
}  # fmt: skip
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def binary_kind(head: bytes) -> str | None:
    """What kind of binary file begins with these bytes; None where they are text."""
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if b"\x00" in head and not head.startswith(tuple(_MARKS)):
        return "a binary file"
    return None


def detect_encoding(sample: bytes, complete: bool = True) -> str:
    """The encoding of a text: its byte order mark, UTF-8 where it is valid, else charset-normalizer's finding.

    Args:
        sample: the text or its beginning.
        complete: False where the sample may stop in the middle of a character.

    Raises:
        ValueError: no encoding fits.
    """
    for mark, encoding in _MARKS.items():
        if sample.startswith(mark):
            return encoding
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=complete)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None:
        raise ValueError("its characters are in no encoding that could be recognised")
    return best.encoding


def decode(data: bytes) -> str:
    r"""The text of some bytes; line ends become `\n`.

    Raises:
        ValueError: no encoding fits.
    """
    encoding = detect_encoding(data)
    return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
