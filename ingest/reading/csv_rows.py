"""CSV: one article per row; the user names the columns, or they are recognised."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import BinaryIO, TextIO

from ingest.base.columns import check_columns
from ingest.base.errors import SourceError
from ingest.cleaning.normalize import MAX_ARTICLE_BYTES, Draft
from ingest.reading.base import Source
from ingest.reading.columns import find_columns, shortened, to_draft
from ingest.reading.decoding import detect_encoding

_SAMPLE_BYTES = 262_144
_DELIMITERS = ",;\t|"
_LONGEST_HEADER = 100_000  # characters, less than the csv module's limit for a field
_HEADER_FIRST = "Write a first line that names the columns"


class CsvReader:
    """Reads rows under a header line, as a stream, so the file may have any size."""

    suffixes = frozenset({".csv", ".tsv"})

    def __init__(self, columns: Mapping[str, str] | None = None) -> None:
        """Args: columns: the column of each fact, as in `{"text": "body"}`."""
        self.columns = check_columns(columns)

    def recognises(self, head: str) -> bool:
        """Whether the first line names at least two columns, one of them for the text."""
        names = _split_header(head.lstrip().split("\n", 1)[0].strip())
        plain = all(re.fullmatch(r"[\w .:/-]{1,40}", name) for name in names)
        return len(names) >= 2 and plain and "text" in find_columns(names, self.columns)

    def read(self, file: BinaryIO, source: Source) -> Iterator[Draft | SourceError]:
        """Yield the articles, one per row; a row that cannot be read yields an error and reading continues.

        Args:
            file: the file, from its first byte on.
            source: what to call it.
        """
        csv.field_size_limit(8 * MAX_ARTICLE_BYTES)
        sample = file.read(_SAMPLE_BYTES)
        file.seek(0)
        try:
            encoding = detect_encoding(sample, complete=len(sample) < _SAMPLE_BYTES)
        except ValueError as error:
            raise source.problem(str(error), "Save it as UTF-8") from None
        text = io.TextIOWrapper(file, encoding=encoding, errors="surrogateescape", newline="")
        try:
            yield from self._read(text, source)
        except UnicodeError as error:  # truncated UTF-16
            raise source.problem(str(error), "Save it as UTF-8") from None
        finally:
            text.detach()  # the caller closes the file

    def _read(self, text: TextIO, source: Source) -> Iterator[Draft | SourceError]:
        blank = 0
        while not (header := _header_line(text, source).lstrip("\ufeff")).strip() and header:
            blank += 1
        try:
            delimiter = max(_DELIMITERS, key=lambda mark: len(_split_header(header, mark)))
            names = _split_header(header, delimiter)
        except csv.Error as error:
            raise source.problem(f"its header is not CSV: {error}", _HEADER_FIRST, f"line {blank + 1}") from None
        self._check_header(names, source)
        yield from self._rows(text, names, delimiter, blank + 1, source)

    def _check_header(self, names: list[str], source: Source) -> None:
        remedy = "Name the columns, as in --columns text=NAME,headline=NAME"
        columns = find_columns(names, self.columns)
        missing = [column for fact, column in self.columns.items() if fact not in columns]
        if missing or "text" not in columns:
            what = f"no column {', '.join(map(repr, missing))}" if missing else "no column that holds the text"
            raise source.problem(f"there is {what}; it has {shortened(names)}", remedy, "line 1")

    def _rows(
        self, text: TextIO, names: list[str], delimiter: str, above: int, source: Source
    ) -> Iterator[Draft | SourceError]:
        """The rows after the header, which is line `above`."""
        quote = "Quote fields that contain the delimiter or a line end"
        rows = csv.reader(text, delimiter=delimiter, strict=True)  # without it an open quote swallows the rest
        while True:
            position = f"line {above + rows.line_num + 1}"
            try:
                row = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                yield source.problem(f"not CSV: {error}", quote, position)
                continue
            if len(row) > len(names):
                yield source.problem(f"it has {len(row)} fields, but the header has {len(names)}", quote, position)
            elif any("\udc80" <= character <= "\udcff" for value in row for character in value):
                yield source.problem("some bytes are not in the file's encoding", "Save it as UTF-8", position)
            elif row:  # empty for an empty line
                yield to_draft(dict(zip_longest(names, row)), self.columns, source, position)


def _header_line(text: TextIO, source: Source) -> str:
    """Read the next line, which may be the header.

    Raises:
        SourceError: the line is longer than any header.
    """
    line = text.readline(_LONGEST_HEADER + 1)
    if len(line) > _LONGEST_HEADER:
        reason = f"its first line has more than {_LONGEST_HEADER:,} characters, too many for a header"
        raise source.problem(reason, _HEADER_FIRST, "line 1")
    return line


def _split_header(line: str, delimiter: str | None = None) -> list[str]:
    if delimiter is None:
        delimiter = max(_DELIMITERS, key=line.count)
    return [name.strip() for name in next(csv.reader([line.strip("\r\n")], delimiter=delimiter), [])]
