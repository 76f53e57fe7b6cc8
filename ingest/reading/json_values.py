"""The objects of a JSON file, whichever way it holds them: one, one a line, or a list of them."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, TextIO, cast

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import MAX_ARTICLE_BYTES
from ingest.reading.base import Source
from ingest.reading.decoding import decode_head, detect_encoding
from ingest.reading.jsonlines import MAX_LINE, lines

_PIECE = 262_144
_SPACE = " \t\r\n\ufeff"
_REMEDY = "Correct it, or have it delivered again"
Found = tuple[str, dict[str, Any] | SourceError]


def objects(file: BinaryIO, source: Source) -> Iterator[Found]:
    """(position, object) of each object of a file, or (position, error) in place of one that cannot be read.

    Raises:
        SourceError: it breaks off or is no JSON, so that what follows cannot be told apart.
    """
    head = file.read(_PIECE)
    file.seek(0)
    text = decode_head(head, complete=len(head) < _PIECE).lstrip(_SPACE)
    if text.startswith("{") and _is_object(text.partition("\n")[0]):
        yield from _by_line(file, source)
        return
    stream = _text(file, head, source)
    try:
        yield from (_listed if text.startswith("[") else _single)(_Values(stream, source), source)
    except UnicodeError as error:
        raise source.problem(f"its characters cannot be read: {str(error)[:120]}", "Save it as UTF-8") from None
    finally:
        stream.detach()  # type: ignore[attr-defined] # the file is the caller's to close


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _text(file: BinaryIO, head: bytes, source: Source) -> TextIO:
    import io

    try:
        encoding = detect_encoding(head, complete=len(head) < _PIECE)
    except ValueError as error:
        raise source.problem(str(error), "Save it as UTF-8") from None
    if not head.startswith(codecs.BOM_UTF8):
        encoding = "utf-8" if encoding == "utf-8-sig" else encoding
    return io.TextIOWrapper(file, encoding=encoding)


def _by_line(file: BinaryIO, source: Source) -> Iterator[Found]:
    from ingest.reading.decoding import decode

    several = 0
    try:
        for number, line in enumerate(lines(file), 1):
            position = f"line {number}"
            if not line.strip(b"\xef\xbb\xbf \t\r\n"):
                continue
            several += 1
            if len(line) > MAX_LINE:
                yield position, source.problem("the line is longer than any article", "Put one item a line", position)
                continue
            try:
                yield position, _object(json.loads(decode(line)), source, position)
            except (ValueError, RecursionError, LookupError) as error:
                yield position, source.problem(f"not JSON: {str(error)[:120]}", _REMEDY, position)
    except UnicodeError:
        raise source.problem("it is not UTF-16, though it begins so", "Save it as UTF-8") from None


def _single(values: _Values, source: Source) -> Iterator[Found]:
    number = 1
    while values.peek():  # most have one; others may follow a first line that was too long to be seen whole
        position = f"item {number}" if number > 1 else ""
        yield position, _object(values.next(position), source, position)
        number += 1


def _listed(values: _Values, source: Source) -> Iterator[Found]:
    values.skip("[")
    number = 0
    while values.peek() != "]":
        if number:
            values.skip(",")
        number += 1
        position = f"item {number}"
        yield position, _object(values.next(position), source, position)
    values.skip("]")


def _object(value: Any, source: Source, position: str) -> dict[str, Any] | SourceError:
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    return source.problem(f"a JSON {type(value).__name__}, not an object", _REMEDY, position)


class _Values:
    """JSON values one after the other, from a text that is read as far as needed."""

    def __init__(self, text: TextIO, source: Source) -> None:
        self.text = text
        self.source = source
        self.buffer = ""
        self.ended = False
        self.decoder = json.JSONDecoder()

    def peek(self) -> str:
        """The next character that is not a space; "" at the end."""
        while True:
            self.buffer = self.buffer.lstrip(_SPACE)
            if self.buffer or not self._more():
                return self.buffer[:1]

    def skip(self, mark: str) -> None:
        found = self.peek()
        if not found:
            raise self._broken()
        if found != mark:
            raise self.source.problem(f"not JSON: {found!r} where {mark!r} was expected", _REMEDY)
        self.buffer = self.buffer[1:]

    def next(self, position: str = "") -> Any:
        """The next value, whole.

        Raises:
            SourceError: it is no JSON, breaks off, or is longer than any article.
        """
        self.peek()
        while True:
            try:
                value, end = self.decoder.raw_decode(self.buffer)
            except RecursionError:
                raise self.source.problem("its values are nested too deeply", _REMEDY, position) from None
            except ValueError as error:
                if len(self.buffer) > MAX_LINE:
                    reason = f"it is longer than {MAX_ARTICLE_BYTES / 1e6:.0f} MB of text, or no JSON"
                    raise self.source.problem(reason, "Put one item a line", position) from None
                # Twice as much each time, so that a long item is not begun again at every piece.
                if not self._more(min(max(_PIECE, len(self.buffer)), MAX_LINE + 1 - len(self.buffer))):
                    raise self._broken(position, str(error)) from None
                continue
            if end == len(self.buffer) and self._more():  # a number may go on
                continue
            self.buffer = self.buffer[end:]
            return value

    def _more(self, size: int = _PIECE) -> bool:
        piece = "" if self.ended else self.text.read(size)
        self.ended = self.ended or not piece
        self.buffer += piece
        return bool(piece)

    def _broken(self, position: str = "", why: str = "it ends before its last bracket") -> SourceError:
        reason = f"the JSON breaks off or is not well-formed: {why[:120]}"
        return self.source.problem(reason, "Deliver it again, whole", position)
