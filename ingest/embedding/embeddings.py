"""An encoder with LangChain's Embeddings interface, safe to use from many threads."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING

from langchain_core.embeddings import Embeddings

from ingest.base.settings import DEFAULT_EMBEDDER
from ingest.embedding.encoders import Encoder, SentenceTransformerEncoder
from ingest.embedding.int8 import default_encoder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    _Encode = Callable[[Sequence[str]], NDArray[np.float32]]

_loading = threading.Lock()


class _Turns:
    """Limits the calls that run at a time; questions go before passages that wait."""

    def __init__(self, at_once: int) -> None:
        self._state = threading.Condition()
        self._free = at_once
        self._urgent = 0

    @contextmanager
    def one(self, urgent: bool) -> Iterator[None]:
        with self._state:
            self._urgent += urgent
            try:
                self._state.wait_for(lambda: self._free > 0 and (urgent or not self._urgent))
            finally:
                self._urgent -= urgent
            self._free -= 1
        try:
            yield
        finally:
            with self._state:
                self._free += 1
                self._state.notify_all()


class PassageEmbeddings(Embeddings):
    """Embeds passages and questions as vectors of unit length.

    Attributes:
        name: name of the encoder, as in the settings.
    """

    def __init__(self, name: str = DEFAULT_EMBEDDER, encoder: Encoder | None = None) -> None:
        """Load the encoder.

        Args:
            name: name of the encoder, as in the settings.
            encoder: used in place of the encoder of that name.

        Raises:
            EmbedderError: its files are missing or altered, or it does not load.
        """
        self.name = name
        self._encoder = encoder or (default_encoder() if name == DEFAULT_EMBEDDER else SentenceTransformerEncoder(name))
        self._turns = _Turns(self._encoder.at_once)

    @property
    def dimension(self) -> int:
        """Dimension of the vectors."""
        return self._encoder.dimension

    @property
    def languages(self) -> frozenset[str]:
        """ISO 639-1 codes of the languages that the encoder supports; empty where they are unknown."""
        return self._encoder.languages

    def encode_documents(self, texts: Sequence[str], *, urgent: bool = False) -> NDArray[np.float32]:
        """Encode passages.

        Args:
            texts: the passages.
            urgent: whether they go before other passages that wait, because a user waits for them.

        Returns:
            An array of shape (n_texts, dimension).
        """
        return self._encode(self._encoder.encode_documents, texts, urgent)

    def encode_queries(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Encode questions as an array of shape (n_texts, dimension); they are urgent."""
        return self._encode(self._encoder.encode_queries, texts, True)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Encode passages for LangChain."""
        return [[float(x) for x in vector] for vector in self.encode_documents(texts)]

    def embed_query(self, text: str) -> list[float]:
        """Encode a question for LangChain."""
        return [float(x) for x in self.encode_queries([text])[0]]

    def _encode(self, encode: _Encode, texts: Sequence[str], urgent: bool) -> NDArray[np.float32]:
        import numpy as np

        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)
        # Longest first: texts of similar length share a batch, and no long text is left for the end.
        order = np.argsort([-len(text) for text in texts], kind="stable").tolist()
        batches = [order[at : at + self._encoder.batch] for at in range(0, len(order), self._encoder.batch)]

        def fill(batch: list[int]) -> None:
            with self._turns.one(urgent):
                vectors[batch] = encode([texts[i] for i in batch])

        workers = min(self._encoder.at_once, len(batches))
        if workers <= 1:
            for batch in batches:
                fill(batch)
        else:  # new threads for each call, because the process may fork between two calls
            with ThreadPoolExecutor(workers, "embedding") as threads:
                for _ in threads.map(fill, batches):
                    pass
        return vectors


def load_embedder(name: str = DEFAULT_EMBEDDER) -> PassageEmbeddings:
    """Return the embedder with a name; it is loaded once per process.

    Raises:
        EmbedderError: its files are missing or altered, or it does not load.
    """
    with _loading:
        return _load(name)


@functools.cache
def _load(name: str) -> PassageEmbeddings:
    return PassageEmbeddings(name)
