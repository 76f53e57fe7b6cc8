"""What the two shipped models share: files that are checked, a session on few cores, inputs side by side."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.base.errors import DatelineError
from ingest.embedding.checksums import find_altered
from ingest.embedding.runtime import cores, open_session
from qa.reader.span_inputs import Packed

if TYPE_CHECKING:
    from tokenizers import Tokenizer


#: Threads that read for one question, at the most: others may be asking.
MOST_THREADS = 4


class ReaderError(DatelineError):
    """The model of the reader or of the check is missing, altered, or none that does what it is for."""


def load_session(folder: Path, name: str, sha256: dict[str, str], threads: int | None = None) -> Any:
    """An onnxruntime session.

    Args:
        folder: holds the model and `tokenizer.json`.
        name: of the model's file.
        sha256: of each file.
        threads: of one run; None for all cores, up to `MOST_THREADS`.

    Raises:
        ReaderError: a file is missing or altered.
    """
    if wrong := find_altered(folder, sha256):
        repair = "Install Dateline again: pip install --force-reinstall --no-deps dateline"
        raise ReaderError(f"the reader: {wrong}. {repair}")
    return open_session(folder / name, threads or most_threads())


def most_threads() -> int:
    """How many threads read for one question."""
    return min(MOST_THREADS, cores())


def load_tokenizer(folder: Path) -> Tokenizer:
    """The tokenizer beside a model, which neither cuts nor pads."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True  # a "[SEP]" in an article is text
    return tokenizer


def side_by_side(batch: Sequence[Packed]) -> dict[str, Any]:
    """Inputs as the models take them, padded."""
    import numpy as np

    shape = (len(batch), max(len(each.ids) for each in batch))
    ids, types, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for row, each in enumerate(batch):
        size = len(each.ids)
        ids[row, :size], types[row, :size], mask[row, :size] = each.ids, each.types, 1
    return {"ids": ids, "mask": mask, "types": types}
