"""What people thought of answers of the page: the file that `dateline feedback` prints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evals.datasets.base import DataMissing, read_lines
from evals.datasets.written import Item

_GIVEN = frozenset({"published", "publisher", "as_of", "caution"})


def load(path: Path) -> tuple[list[Item], int]:
    """The questions whose answers people found right, with their quotes as evidence, and refusals as unanswerable.

    Args:
        path: of the file.

    Returns:
        The questions, and how many more there are of which nobody said what is right: thumbs down, and comments alone.

    Raises:
        DataMissing: it is no such file, or nobody found an answer right.
    """
    items, unsaid = [], 0
    for number, record in enumerate(read_lines(path), 1):
        try:
            item = _item(record)
        except (KeyError, TypeError, AttributeError) as error:
            raise DataMissing(
                f"{path}, record {number}: {error!r}; a file that `dateline feedback` printed is expected"
            ) from None
        if item is None:
            unsaid += 1
        else:
            items.append(item)
    if not items:
        raise DataMissing(
            f"{path} holds no answer with a thumb up, and of {unsaid} others it is not known what is right"
        )
    return items, unsaid


def _item(record: dict[str, Any]) -> Item | None:
    if record["answerable"] is None:
        return None
    given = {name: value for name, value in record["given"].items() if name in _GIVEN}
    if isinstance(given.get("published"), list):
        given["published"] = tuple(given["published"])
    texts = (record["id"], record["kind"], record["question"])
    if not all(isinstance(text, str) for text in texts):
        raise TypeError("id, kind and question are not texts")
    return Item(*texts, bool(record["answerable"]), tuple(record["evidence"]), tuple(record["short"]), given=given)
