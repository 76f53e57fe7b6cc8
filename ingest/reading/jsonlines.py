"""JSON Lines: one article a line, keys named by the user or recognised."""

from __future__ import annotations

import codecs
import io
import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from ingest.base.columns import check_columns
from ingest.base.errors import SourceError
from ingest.cleaning.normalize import MAX_ARTICLE_BYTES, Draft
from ingest.reading.base import Source
from ingest.reading.columns import to_draft
from ingest.reading.decoding import decode

_SEEN_WHOLE = 16_000  # characters; a first line at least this long may be cut off in what is shown of the file
#: Bytes of a line; JSON may write each character as \uXXXX, six bytes for one.
MAX_LINE = 6 * MAX_ARTICLE_BYTES + 1_000_000
_BLANK = b"\xef\xbb\xbf \t\r\n"  # with the byte order mark
_REMEDY = "Write one JSON object a line; an array is turned into that by: jq -c '.[]'"


class JsonLinesReader:
    """One JSON object a line; read as a stream, so the file may be of any size."""

    suffixes = frozenset({".jsonl", ".ndjson", ".jsonlines", ".json"})

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        """Args: columns: which key holds which fact, as in `{"text": "body"}`."""
        self.columns = check_columns(columns)

    def recognises(self, head: str) -> bool:
        """The first line is a JSON object, or begins like one and is too long to be seen whole."""
        line, end, _ = head.lstrip().partition("\n")
        if not line.startswith("{"):
            return False
        if not end and len(line) >= _SEEN_WHOLE:
            return True
        try:
            return isinstance(json.loads(line), dict)
        except RecursionError:
            return True
        except ValueError:
            return False

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | SourceError]:
        """The articles, a line each; a line that cannot be read gives an error and the rest goes on."""
        try:
            begun = False
            for number, line in enumerate(lines(file), 1):
                position = f"line {number}"
                if not begun and line.lstrip(_BLANK).startswith(b"["):
                    raise source.problem("it is a JSON array, not JSON Lines", _REMEDY)
                begun = begun or bool(line.strip(_BLANK))
                if len(line) > MAX_LINE:
                    yield source.problem("the line is longer than any article", "Put one article a line", position)
                elif line.strip(_BLANK):
                    yield self._record(line, source, position)
        except UnicodeError:
            raise source.problem("it is not UTF-16, though it begins so", "Save it as UTF-8") from None

    def _record(self, line: bytes, source: Source, position: str) -> Draft | SourceError:
        try:
            record = json.loads(decode(line))
        except (ValueError, RecursionError, LookupError) as error:
            return source.problem(f"not JSON: {error}", _REMEDY, position)
        if not isinstance(record, dict):
            return source.problem(f"a JSON {type(record).__name__}, not an object", _REMEDY, position)
        try:
            return to_draft(record, self.columns, source, position)
        except RecursionError:
            return source.problem("its values are nested too deeply", "Give each fact as text", position)
        except KeyError as error:
            return source.problem(str(error.args[0]), "Name it, as in --columns text=KEY,headline=KEY", position)


def lines(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file, those of UTF-16 as UTF-8; of one that is longer than MAX_LINE only the beginning."""
    wide = file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    file.seek(0)
    text = io.TextIOWrapper(file, encoding="utf-16", newline="\n") if wide else None

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
            text.detach()  # the file is the caller's to close
