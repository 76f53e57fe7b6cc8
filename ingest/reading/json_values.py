"""The objects of a JSON file: a single one, one per line, or a list of them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, BinaryIO, TextIO

from ingest.base.errors import SourceError
from ingest.cleaning.normalize import MAX_ARTICLE_BYTES
from ingest.reading.base import Source
from ingest.reading.decoding import decode_head, detect_encoding
from ingest.reading.jsonlines import MAX_LINE, PositionedObject, checked_object, objects_by_line

_PIECE = 262_144  # bytes or characters read at once
_SPACES = " \t\r\n\ufeff"
_REMEDY = "Correct it, or have it delivered again"


def objects(file: BinaryIO, source: Source) -> Iterator[PositionedObject]:
    """Yield (position, object) for each object of a file, or (position, error) for one that cannot be read.

    Args:
        file: JSON, from its first byte on.
        source: what to call it in errors.

    Raises:
        SourceError: the file is truncated or is not JSON, so that the rest of it cannot be read.
    """
    head = file.read(_PIECE)
    file.seek(0)
    complete = len(head) < _PIECE
    text = decode_head(head, complete).lstrip(_SPACES)
    if text.startswith("{") and _is_object(text.partition("\n")[0]):
        yield from objects_by_line(file, source, _REMEDY)
        return
    try:
        stream = io.TextIOWrapper(file, encoding=detect_encoding(head, complete))
    except ValueError as error:
        raise source.problem(str(error), "Save it as UTF-8") from None
    try:
        yield from _streamed(_Values(stream, source), source, is_list=text.startswith("["))
    except UnicodeError as error:
        raise source.problem(f"its characters cannot be read: {str(error)[:120]}", "Save it as UTF-8") from None
    finally:
        stream.detach()  # the caller closes the file


def _is_object(line: str) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


class _Values:
    """Reads the JSON values of a text one after the other, and only as much of the text as each needs."""

    def __init__(self, text: TextIO, source: Source) -> None:
        self._text = text
        self._source = source
        self._buffer = ""

    def peek(self) -> str:
        """The next character that is not a space; "" at the end."""
        while True:
            self._buffer = self._buffer.lstrip(_SPACES)
            if self._buffer or not self._read_more():
                return self._buffer[:1]

    def skip(self, mark: str, position: str) -> None:
        if self.peek() != mark:
            raise self._broken(f"{self.peek() or 'end of file'!r} where {mark!r} was expected", position)
        self._buffer = self._buffer[1:]

    def next(self, position: str) -> Any:
        self.peek()
        while True:
            try:
                value, end = json.JSONDecoder().raw_decode(self._buffer)
            except RecursionError:
                raise self._source.problem("its values are nested too deeply", _REMEDY, position) from None
            except ValueError as error:
                if len(self._buffer) > MAX_LINE:
                    reason = f"it is longer than {MAX_ARTICLE_BYTES / 1e6:.0f} MB of text, or not JSON"
                    raise self._source.problem(reason, "Put one item a line", position) from None
                # The buffer doubles, so that a long item is not parsed again for every piece.
                if not self._read_more(min(max(_PIECE, len(self._buffer)), MAX_LINE + 1 - len(self._buffer))):
                    raise self._broken(str(error), position) from None
                continue
            if end < len(self._buffer) or not self._read_more():  # a number may continue in the next piece
                self._buffer = self._buffer[end:]
                return value

    def _read_more(self, size: int = _PIECE) -> bool:
        piece = self._text.read(size)
        self._buffer += piece
        return bool(piece)

    def _broken(self, why: str, position: str) -> SourceError:
        reason = f"the JSON breaks off or is not well-formed: {why[:120]}"
        return self._source.problem(reason, "Deliver it again, complete", position)


def _streamed(values: _Values, source: Source, is_list: bool) -> Iterator[PositionedObject]:
    """The items of a list, or the values of a file that is not a list; most such files have one value."""
    number = 1
    while True:
        position = f"item {number}" if is_list or number > 1 else ""
        if is_list:
            values.skip("[" if number == 1 else ",", position)
        if (number == 1 and values.peek() == "]") if is_list else not values.peek():
            return
        yield position, checked_object(values.next(position), source, _REMEDY, position)
        if is_list and values.peek() == "]":
            return
        number += 1
