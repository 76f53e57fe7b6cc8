"""JSON Lines: one article a line, keys named by the user or recognised."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from ingest.decoding import decode
from ingest.draft import MAX_ARTICLE_BYTES, Draft
from ingest.errors import SourceError
from ingest.readers.base import Source
from ingest.readers.records import check_columns, to_draft

# JSON may write each character as \uXXXX, six bytes for one.
_MAX_LINE = 6 * MAX_ARTICLE_BYTES + 1_000_000
_BLANK = b"\xef\xbb\xbf \t\r\n"  # with the byte order mark
_REMEDY = "Write one JSON object a line; an array is turned into that by: jq -c '.[]'"


class JsonLinesReader:
    """One JSON object a line; read as a stream, so the file may be of any size."""

    suffixes = frozenset({".jsonl", ".ndjson", ".jsonlines", ".json"})

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        """Args: columns: which key holds which fact, as in `{"text": "body"}`."""
        self.columns = check_columns(columns)

    def recognises(self, head: bytes) -> bool:
        """The first line is a JSON object, or begins like one and is too long to be seen whole."""
        line = head.lstrip(_BLANK).split(b"\n", 1)[0].strip()
        if not line.startswith(b"{"):
            return False
        if len(line) >= 60_000:
            return True
        try:
            return isinstance(json.loads(line), dict)
        except ValueError:
            return False

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | SourceError]:
        """The articles, a line each; a line that cannot be read gives an error and the rest goes on."""
        if file.read(256).lstrip(_BLANK).startswith(b"["):
            raise source.problem("it is a JSON array, not JSON Lines", _REMEDY)
        file.seek(0)
        number = 0
        while line := file.readline(_MAX_LINE + 1):
            number += 1
            position = f"line {number}"
            if len(line) > _MAX_LINE:
                while line and not line.endswith(b"\n"):
                    line = file.readline(_MAX_LINE)
                yield source.problem("the line is longer than any article", "Put one article a line", position)
            elif line.strip(_BLANK):
                yield self._record(line, source, position)

    def _record(self, line: bytes, source: Source, position: str) -> Draft | SourceError:
        try:
            record = json.loads(decode(line))
        except (ValueError, RecursionError, LookupError) as error:
            return source.problem(f"not JSON: {error}", _REMEDY, position)
        if not isinstance(record, dict):
            return source.problem(f"a JSON {type(record).__name__}, not an object", _REMEDY, position)
        try:
            return to_draft(record, self.columns, source, position)
        except KeyError as error:
            return source.problem(str(error.args[0]), "Name it, as in --columns text=KEY,headline=KEY", position)
