"""Load and run the two models that are shipped: verified files, a session on few cores, padded batches."""

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


#: The most threads for one question, since others may ask at the same time.
MOST_THREADS = 4


class ReaderError(DatelineError):
    """The model of the reader or of the check is missing, altered or unsuitable."""


def load_session(folder: Path, name: str, sha256: dict[str, str], threads: int | None = None) -> Any:
    """Open an onnxruntime session.

    Args:
        folder: folder of the model and `tokenizer.json`.
        name: name of the model's file.
        sha256: checksum of each file.
        threads: threads of one run; None for all cores, up to `MOST_THREADS`.

    Raises:
        ReaderError: a file is missing or altered.
    """
    if wrong := find_altered(folder, sha256):
        repair = "Install Dateline again: pip install --force-reinstall --no-deps dateline"
        raise ReaderError(f"the reader: {wrong}. {repair}")
    return open_session(folder / name, threads or most_threads())


def most_threads() -> int:
    """The number of threads for one question."""
    return min(MOST_THREADS, cores())


def load_tokenizer(folder: Path) -> Tokenizer:
    """Load the tokenizer of a model, without truncation and padding."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True  # "[SEP]" in an article is plain text
    return tokenizer


def pad(batch: Sequence[Packed]) -> dict[str, Any]:
    """Pad the inputs of a batch to one length, as arrays."""
    import numpy as np

    shape = (len(batch), max(len(packed.ids) for packed in batch))
    ids, types, mask = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for row, packed in enumerate(batch):
        size = len(packed.ids)
        ids[row, :size], types[row, :size], mask[row, :size] = packed.ids, packed.types, 1
    return {"ids": ids, "mask": mask, "types": types}
