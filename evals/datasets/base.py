"""What a data set gives, and how a missing one is told."""

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
    """The folder that was named does not hold the data; the message says what was looked for."""


def find(folder: Path, *names: str) -> Path:
    """The first of these files that is there, packed or not.

    Args:
        folder: where to look.
        names: paths inside it, without `.gz`.

    Raises:
        DataMissing: none of them is there.
    """
    for name in names:
        for path in (folder / name, folder / f"{name}.gz"):
            if path.is_file():
                return path
    wanted = " or ".join(f"{name}[.gz]" for name in names)
    raise DataMissing(f"{folder} holds no {wanted}; --data names the folder that has it")


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The records of a JSON Lines file, packed or not.

    Raises:
        DataMissing: a line is no JSON object.
    """
    with _open(path) as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
            except ValueError as error:
                raise DataMissing(f"{path}, line {number}: {error}; one JSON object a line is expected") from None
            if not isinstance(record, dict):
                raise DataMissing(f"{path}, line {number}: a JSON {type(record).__name__}, not an object")
            yield record


def read_json(path: Path) -> Any:
    """A JSON file, packed or not.

    Raises:
        DataMissing: it is no JSON.
    """
    with _open(path) as file:
        try:
            return json.load(file)
        except ValueError as error:
            raise DataMissing(f"{path}: {error}; a JSON file is expected") from None


def texts_of(value: Any) -> list[str]:
    """A text, a list of texts, or nothing, as a list."""
    if value is None:
        return []
    return [str(each) for each in (value if isinstance(value, list) else [value]) if str(each).strip()]


def day_of(value: Any) -> str:
    """A date or time as its day, YYYY-MM-DD; empty where it is none."""
    text = str(value or "").strip()
    for words in (text[:10], text[:8]):
        try:
            return date.fromisoformat(words).isoformat()
        except ValueError:
            continue
    return ""


def is_web(url: str) -> bool:
    """Whether an address is one that Dateline takes for an article's."""
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
        raise DataMissing(f"{path} cannot be read: {error}; fetch it again") from None
