"""Bytes to text, never mojibake in silence."""

from __future__ import annotations

import codecs
import re

# What a file that is no text begins with, and what to call it.
_MAGIC = {
    b"%PDF": "a PDF file", b"PK\x03\x04": "a zip archive or office document", b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image", b"GIF8": "a GIF image", b"\x1f\x8b": "a gzip file", b"{\\rtf": "an RTF document",
    b"\xd0\xcf\x11\xe0": "an old office document", b"SQLite format": "an SQLite database", b"\x7fELF": "a program",
}  # fmt: skip
# Encodings of text; others that Python knows, such as punycode and unicode_escape, are no way to write a document, and
# some of them take a time that grows with the square of its length.
_TEXT = re.compile(
    r"utf-?(?:8|16|32)|ascii|latin|iso8859|iso-8859|cp\d|windows|koi8|mac-|mac_|shift_jis|euc_|gb|big5|iso2022|tis|johab|hz"
)
# What Western news has beyond ASCII; other code pages read as cp1252 show signs that are not among these.
_WESTERN = re.compile(r"[\x00-\x7fÀ-ÖØ-öø-ÿŒœŠšŽžŸ“”„‘’‚‹›«»–—…•·°ºª€£¥¢§©®™¿¡¼½¾²³±×´\xa0\xad]*")
_WESTERN_LANGUAGES = frozenset("ca da de en es fi fr id it nl no pt sv sw".split())
# Markup in UTF-16 without a mark, by the zero bytes about its first two characters (XML 1.0, appendix F).
_WIDE = {
    "utf-16-le": re.compile(rb"<\x00[?!/A-Za-z]\x00"),
    "utf-16-be": re.compile(rb"\x00<\x00[?!/A-Za-z]"),
}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def known_encoding(name: str) -> str | None:
    """An encoding of text that a document or a server names, as Python calls it; None where it is none."""
    try:
        found = codecs.lookup(name).name
    except (LookupError, ValueError):  # ValueError: a zero byte in it
        return None
    return found if _TEXT.match(found) else None


def binary_kind(head: bytes) -> str | None:
    """What kind of binary file begins with these bytes; None where they are text."""
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if b"\x00" in head and not head.startswith(tuple(_MARKS)) and _wide(head) is None:
        return "a binary file"
    return None


def _wide(head: bytes) -> str | None:
    """Which UTF-16 markup without a byte order mark is in; None of anything else."""
    return next((encoding for encoding, begins in _WIDE.items() if begins.match(head)), None)


def detect_encoding(sample: bytes, complete: bool = True) -> str:
    """The encoding of a text: by its byte order mark or first zero bytes, UTF-8 where it is valid, cp1252 where that
    reads well, else a guess.

    Args:
        sample: the text or its beginning.
        complete: False where the sample may stop in the middle of a character.

    Raises:
        ValueError: no encoding fits.
    """
    for mark, encoding in _MARKS.items():
        if sample.startswith(mark):
            return encoding
    if (wide := _wide(sample)) is not None:
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=complete)
        return "utf-8"
    except UnicodeDecodeError:
        pass
    if _is_western(sample):
        return "cp1252"
    from charset_normalizer import from_bytes

    best = from_bytes(sample).best()
    if best is None:
        raise ValueError("its characters are in no encoding that could be recognised")
    return best.encoding


def _is_western(sample: bytes) -> bool:
    """Whether bytes are text of Western Europe in cp1252, which charset-normalizer takes for Eastern or Asian ones."""
    from ingest.cleaning.language import detect_language

    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    letters = re.findall(r"[^\W\d_]", text)
    beyond = sum(not letter.isascii() for letter in letters)
    # "³" inside a word is the Polish l of cp1250
    if not _WESTERN.fullmatch(text) or beyond * 4 > len(letters) or re.search(r"[a-z][³¹¿¡][a-z]", text):
        return False
    # Czech read as cp1252 has Western letters alone, yet its words are still those of Czech.
    first = next((match.start() for match in re.finditer(r"[^\x00-\x7f]", text)), 0)
    language, probability = detect_language(text[max(0, first - 1000) :])
    return language in _WESTERN_LANGUAGES or probability < 0.5


def decode_head(head: bytes, complete: bool) -> str:
    """The text of a file's beginning, to recognise its format by; what cannot be read is replaced.

    Args:
        head: the first bytes of the file.
        complete: False where it may stop in the middle of a character.
    """
    try:
        encoding = detect_encoding(head, complete)
    except ValueError:
        encoding = "utf-8"
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode(data: bytes) -> str:
    r"""The text of some bytes; line ends become `\n`.

    Raises:
        ValueError: no encoding fits.
    """
    encoding = detect_encoding(data)
    return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
