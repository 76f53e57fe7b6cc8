"""CSV: one article a row, columns named by the user or recognised."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO

from ingest.decoding import detect_encoding
from ingest.draft import MAX_ARTICLE_BYTES, Draft
from ingest.errors import SourceError
from ingest.readers.base import Source
from ingest.readers.records import check_columns, find_columns, to_draft

_SAMPLE_BYTES = 262_144
_DELIMITERS = ",;\t|"
_EXTRA = "\0"  # where csv puts the fields that the header does not name


class CsvReader:
    """Rows under a header line; read as a stream, so the file may be of any size."""

    suffixes = frozenset({".csv", ".tsv"})

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        """Args: columns: which column holds which fact, as in `{"text": "body"}`."""
        self.columns = check_columns(columns)

    def recognises(self, head: bytes) -> bool:
        """The first line names at least two columns, and one of them holds the text."""
        line = head.decode("utf-8", "replace").lstrip("\ufeff").split("\n", 1)[0].strip()
        names = _split_header(line)
        plain = all(re.fullmatch(r"[\w .:/-]{1,40}", name) for name in names)
        return len(names) >= 2 and plain and "text" in find_columns(names, self.columns)

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | SourceError]:
        """The articles, a row each; a row that cannot be read gives an error and the rest goes on."""
        csv.field_size_limit(8 * MAX_ARTICLE_BYTES)
        sample = file.read(_SAMPLE_BYTES)
        file.seek(0)
        try:
            encoding = detect_encoding(sample, complete=len(sample) < _SAMPLE_BYTES)
        except ValueError as error:
            raise source.problem(str(error), "Save it as UTF-8") from None
        text = io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="")
        header = text.readline().lstrip("\ufeff")
        delimiter = max(_DELIMITERS, key=lambda mark: len(_split_header(header, mark)))
        names = _split_header(header, delimiter)
        self._check_header(names, source)
        rows = csv.DictReader(text, fieldnames=names, delimiter=delimiter, restkey=_EXTRA)
        try:
            yield from self._rows(rows, source)
        finally:
            text.detach()  # the file is the caller's to close

    def _check_header(self, names: list[str], source: Source) -> None:
        remedy = "Name the columns, as in --columns text=NAME,headline=NAME"
        found = find_columns(names, self.columns)
        missing = [column for fact, column in self.columns.items() if fact not in found]
        if missing or "text" not in found:
            what = f"no column {', '.join(map(repr, missing))}" if missing else "no column that holds the text"
            raise source.problem(f"there is {what}; it has {', '.join(map(repr, names))}", remedy, "line 1")

    def _rows(self, rows: csv.DictReader[str], source: Source) -> Iterator[Draft | SourceError]:
        while True:
            position = f"line {rows.line_num + 2}"
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield source.problem(
                    f"not CSV: {error}", "Quote fields that hold the delimiter or a line end", position
                )
                continue
            extra = row.pop(_EXTRA, None)
            if extra:
                reason = f"it has {len(row) + len(extra)} fields, the header {len(row)}"
                yield source.problem(reason, "Quote fields that hold the delimiter or a line end", position)
            elif any("\udc80" <= character <= "\udcff" for value in row.values() for character in value or ""):
                yield source.problem("some bytes are not in the file's encoding", "Save it as UTF-8", position)
            else:
                yield to_draft(row, self.columns, source, position)


def _split_header(line: str, delimiter: str | None = None) -> list[str]:
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=line.count)
    return [name.strip() for name in next(csv.reader([line.strip("\r\n")], delimiter=delimiter), [])]
