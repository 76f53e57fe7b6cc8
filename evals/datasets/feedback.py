"""Questions from the feedback of readers: the file that `dateline feedback` prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evals.datasets.base import DataMissing, read_lines
from evals.datasets.written import Item

_OPTIONS = frozenset({"published", "publisher", "as_of", "caution"})


def load(path: Path) -> tuple[list[Item], int]:
    """Questions whose answers were rated as right, with their quotes as evidence, and refusals as unanswerable.

    Args:
        path: of the file.

    Returns:
        The questions, and the number of records without a right answer: thumbs down, and comments alone.

    Raises:
        DataMissing: it is not such a file, or no answer was rated as right.
    """
    items, unrated = [], 0
    for number, record in enumerate(read_lines(path), 1):
        try:
            item = _item(record)
        except (KeyError, TypeError, AttributeError) as error:
            raise DataMissing(
                f"{path}, record {number}: {error!r}; expected a file that `dateline feedback` printed"
            ) from None
        if item is None:
            unrated += 1
        else:
            items.append(item)
    if not items:
        raise DataMissing(
            f"{path} has no answer with a thumb up; the right answers of its {unrated} other records are unknown"
        )
    return items, unrated


def _item(record: dict[str, Any]) -> Item | None:
    if record["answerable"] is None:
        return None
    options = {name: value for name, value in record["given"].items() if name in _OPTIONS}
    if isinstance(options.get("published"), list):
        options["published"] = tuple(options["published"])
    texts = (record["id"], record["kind"], record["question"])
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("id, kind and question are not texts")
    return Item(*texts, bool(record["answerable"]), tuple(record["evidence"]), tuple(record["short"]), options=options)
