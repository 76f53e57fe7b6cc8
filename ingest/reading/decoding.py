"""Detect the encoding of text and decode it."""

from __future__ import annotations

import codecs
import re

# First bytes of binary files, with a name for their kind.
_MAGIC = {
    b"%PDF": "a PDF file", b"PK\x03\x04": "a zip archive or office document", b"\x89PNG": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image", b"GIF8": "a GIF image", b"\x1f\x8b": "a gzip file", b"{\\rtf": "an RTF document",
    b"\xd0\xcf\x11\xe0": "an old office document", b"SQLite format": "an SQLite database", b"\x7fELF": "a program",
}  # fmt: skip
# Encodings of documents. Python has other codecs, such as punycode and unicode_escape; some take quadratic time.
_TEXT = re.compile(
    r"utf-?(?:8|16|32)|ascii|latin|iso8859|iso-8859|cp\d|windows|koi8|mac-|mac_|shift_jis|euc_|gb|big5|iso2022|tis|johab|hz"
)
# Characters of Western news; text in other code pages that is decoded as cp1252 contains others.
_WESTERN = re.compile(r"[\x00-\x7fÀ-ÖØ-öø-ÿŒœŠšŽžŸ“”„‘’‚‹›«»–—…•·°ºª€£¥¢§©®™¿¡¼½¾²³±×´\xa0\xad]*")
_WESTERN_LANGUAGES = frozenset("ca da de en es fi fr id it nl no pt sv sw".split())
# Beginnings of markup in UTF-16 without a byte order mark (XML 1.0, appendix F).
_WIDE = {
    "utf-16-le": re.compile(rb"<\x00[?!/A-Za-z]\x00"),
    "utf-16-be": re.compile(rb"\x00<\x00[?!/A-Za-z]"),
}
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


def known_encoding(name: str) -> str | None:
    """Return Python's name for an encoding that a document or server names; None where it is not one of text."""
    try:
        encoding = codecs.lookup(name).name
    except (LookupError, ValueError):  # ValueError: the name has a zero byte
        return None
    return encoding if _TEXT.match(encoding) else None


def binary_kind(head: bytes) -> str | None:
    """Describe the kind of binary file that begins with these bytes; None where they are text."""
    for magic, kind in _MAGIC.items():
        if head.startswith(magic):
            return kind
    if b"\x00" in head and not head.startswith(tuple(_MARKS)) and _wide(head) is None:
        return "a binary file"
    return None


def _wide(head: bytes) -> str | None:
    """The variant of UTF-16 of markup without a byte order mark; None for anything else."""
    return next((encoding for encoding, begins in _WIDE.items() if begins.match(head)), None)


def detect_encoding(sample: bytes, complete: bool = True) -> str:
    """Detect the encoding of a text.

    A byte order mark or zero bytes decide first; then valid UTF-8, then plausible cp1252, then charset-normalizer.

    Args:
        sample: the text or its beginning.
        complete: False where the sample may end in the middle of a character.

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
        raise ValueError("the encoding of its characters was not recognised")
    return best.encoding


def _is_western(sample: bytes) -> bool:
    """Whether bytes are Western European text in cp1252, which charset-normalizer takes for Eastern or Asian text."""
    from ingest.cleaning.language import detect_language

    try:
        text = sample.decode("cp1252")
    except UnicodeDecodeError:
        return False
    letters = re.findall(r"[^\W\d_]", text)
    beyond = sum(not letter.isascii() for letter in letters)
    # "³" inside a word is the Polish ł of cp1250
    if not _WESTERN.fullmatch(text) or beyond * 4 > len(letters) or re.search(r"[a-z][³¹¿¡][a-z]", text):
        return False
    # Czech text decoded as cp1252 has only Western letters, but language detection still recognises Czech.
    first = next((match.start() for match in re.finditer(r"[^\x00-\x7f]", text)), 0)
    language, probability = detect_language(text[max(0, first - 1000) :])
    return language in _WESTERN_LANGUAGES or probability < 0.5


def decode_head(head: bytes, complete: bool) -> str:
    """Decode the beginning of a file for the detection of its format; invalid bytes are replaced.

    Args:
        head: the first bytes of the file.
        complete: False where they may end in the middle of a character.
    """
    try:
        encoding = detect_encoding(head, complete)
    except ValueError:
        encoding = "utf-8"
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    return text.replace("\r\n", "\n").replace("\r", "\n")


def decode(data: bytes) -> str:
    r"""Decode bytes in a detected encoding and convert line ends to `\n`.

    Raises:
        ValueError: no encoding fits.
    """
    encoding = detect_encoding(data)
    return data.decode(encoding).replace("\r\n", "\n").replace("\r", "\n")
