"""Reading of data files, and the error for missing data."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit


class DataMissing(Exception):
    """A folder lacks the data; the message says what was expected."""


def find(folder: Path, *names: str) -> Path:
    """The first of several files that exists, compressed or not.

    Args:
        folder: where to look.
        names: paths inside the folder, without `.gz`.

    Raises:
        DataMissing: none of them exists.
    """
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    wanted = " or ".join(f"{name}[.gz]" for name in names)
    raise DataMissing(f"{folder} holds no {wanted}; --data names the folder that contains it")


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a JSON Lines file, compressed or not.

    Raises:
        DataMissing: a line is not a JSON object.
    """
    with _open(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                raise DataMissing(f"{path}, line {number}: {error}; expected one JSON object per line") from None
            if not isinstance(record, dict):
                raise DataMissing(f"{path}, line {number}: a JSON {type(record).__name__}, not an object")
            yield record


def read_json(path: Path) -> Any:
    """Read a JSON file, compressed or not.

    Raises:
        DataMissing: it is not JSON.
    """
    with _open(path) as file:
        try:
            return json.load(file)
        except ValueError as error:
            raise DataMissing(f"{path}: {error}; expected a JSON file") from None


def texts_of(value: Any) -> list[str]:
    """Convert a text, a list of texts, or None to a list."""
    if value is None:
        return []
    return [str(text) for text in (value if isinstance(value, list) else [value]) if str(text).strip()]


def day_of(value: Any) -> str:
    """The day of a date or time, YYYY-MM-DD; empty if it is neither."""
    text = str(value or "").strip()
    for words in (text[:10], text[:8]):
        try:
            return date.fromisoformat(words).isoformat()
        except ValueError:
            continue
    return ""


def is_web(url: str) -> bool:
    """Whether an address is one that Dateline accepts for an article."""
    try:
        return urlsplit(url).scheme in ("http", "https")
    except ValueError:
        return False


@contextmanager
def _open(path: Path) -> Iterator[TextIO]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as file:
            yield file
    except (OSError, EOFError, UnicodeDecodeError, zlib.error) as error:
        raise DataMissing(f"{path} cannot be read: {error}; download it again") from None
