"""JSON Lines: one article per line; the user names the keys, or they are recognised."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO, cast

from ingest.base.columns import check_columns
from ingest.base.errors import SourceError
from ingest.cleaning.normalize import MAX_ARTICLE_BYTES, Draft
from ingest.reading.base import Source
from ingest.reading.columns import to_draft
from ingest.reading.decoding import decode

_LONG_LINE = 16_000  # characters; a first line of this length may be cut off in the head of the file
#: Longest line, in bytes; JSON may write each character as \uXXXX, six bytes for one.
MAX_LINE = 6 * MAX_ARTICLE_BYTES + 1_000_000
_BLANK = b"\xef\xbb\xbf \t\r\n"  # with the byte order mark
_REMEDY = "Write one JSON object a line; this converts an array: jq -c '.[]'"
PositionedObject = tuple[str, dict[str, Any] | SourceError]


class JsonLinesReader:
    """Reads one JSON object per line, as a stream, so the file may have any size."""

    suffixes = frozenset({".jsonl", ".ndjson", ".jsonlines", ".json"})

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        """Args: columns: the key of each fact, as in `{"text": "body"}`."""
        self.columns = check_columns(columns)

    def recognises(self, head: str) -> bool:
        """Whether the first line is a JSON object, or begins like one and is too long to be in the head."""
        line, end, _ = head.lstrip().partition("\n")
        if not line.startswith("{"):
            return False
        if not end and len(line) >= _LONG_LINE:
            return True
        try:
            return isinstance(json.loads(line), dict)
        except RecursionError:
            return True
        except ValueError:
            return False

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | SourceError]:
        """Yield the articles, one per line; a line that cannot be read yields an error and reading continues.

        Args:
            file: the file, from its first byte on.
            source: what to call it.
        """
        for position, record in objects_by_line(file, source, _REMEDY, refuse_array=True):
            yield record if isinstance(record, SourceError) else self._draft(record, source, position)

    def _draft(self, record: dict[str, Any], source: Source, position: str) -> Draft | SourceError:
        try:
            return to_draft(record, self.columns, source, position)
        except RecursionError:
            return source.problem("its values are nested too deeply", "Give each fact as text", position)
        except KeyError as error:
            return source.problem(str(error.args[0]), "Name it, as in --columns text=KEY,headline=KEY", position)


def objects_by_line(
    file: BinaryIO, source: Source, remedy: str, *, refuse_array: bool = False
) -> Iterator[PositionedObject]:
    """Yield (position, object) for each line that is not blank, or (position, error) for one that cannot be read.

    Args:
        file: the file, from its first byte on.
        source: what to call it in errors.
        remedy: what to do about a line that is not a JSON object.
        refuse_array: whether a file that begins with `[` is refused.

    Raises:
        SourceError: it is an array, or it is not in UTF-16 though it begins like it.
    """
    begun = False
    try:
        for number, line in enumerate(_lines(file), 1):
            position = f"line {number}"
            content = line.strip(_BLANK)
            if refuse_array and not begun and content.startswith(b"["):
                raise source.problem("it is a JSON array, not JSON Lines", remedy)
            begun = begun or bool(content)
            if len(line) > MAX_LINE:
                reason = "the line is longer than any article"
                yield position, source.problem(reason, "Put one article a line", position)
            elif content:
                yield position, _parse(line, source, remedy, position)
    except UnicodeError:
        raise source.problem("it is not UTF-16, though it begins like it", "Save it as UTF-8") from None


def _parse(line: bytes, source: Source, remedy: str, position: str) -> dict[str, Any] | SourceError:
    try:
        return checked_object(json.loads(decode(line)), source, remedy, position)
    except (ValueError, RecursionError, LookupError) as error:
        return source.problem(f"not JSON: {str(error)[:120]}", remedy, position)


def checked_object(value: Any, source: Source, remedy: str, position: str) -> dict[str, Any] | SourceError:
    """The value where it is a JSON object, else an error.

    Args:
        value: what was parsed.
        source: what to call the file.
        remedy: what to do about another value.
        position: where in the file the value is.
    """
    if isinstance(value, dict):
        return cast("dict[str, Any]", value)
    return source.problem(f"a JSON {type(value).__name__}, not an object", remedy, position)


def _lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, those of UTF-16 as UTF-8; of a line longer than MAX_LINE only the beginning."""
    is_utf16 = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-16", newline="\n") if is_utf16 else None

    def readline() -> bytes:
        if text is not None:
            return text.readline(MAX_LINE + 1).encode("utf-8", "surrogatepass")
        return file.readline(MAX_LINE + 1)

    try:
        while line := readline():
            rest = line
            while rest and not rest.endswith(b"\n") and len(line) > MAX_LINE:
                rest = readline()
            yield line
    finally:
        if text is not None:
            text.detach()  # the caller closes the file
