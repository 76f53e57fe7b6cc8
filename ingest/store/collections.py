"""The collections of one archive, and what they remember of it: how it was made, its revision, who writes to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ingest.base.errors import ArchiveError
from ingest.store.chroma import Collection, CollectionGone, Connection
from ingest.store.records import idle_vector

_PARTS = ("passages", "articles", "history")
_LEASE = "lease"

#: Revision, mark of a change under way, generation: what the root remembers beside how the archive was made.
_STATE = {"revision": 0, "changing": 0, "generation": 0}


class StoreState:
    """The collections of one archive, and what they remember."""

    def __init__(
        self, connection: Connection, made_with: Mapping[str, Any], name: str = "", generation: int | None = None
    ) -> None:
        """Open the collections, or make them.

        Args:
            connection: to a folder or a server; it is closed with the store.
            made_with: what a new store is to remember of how it was made; an old one keeps what it has.
            name: of the archive on a server; empty in a folder.
            generation: another one than that which counts, to rebuild into.

        Raises:
            ArchiveError: Chroma cannot be used, or holds something else there.
        """
        self._connection = connection
        self._name = name
        self._slice = connection.limit
        if not name and (others := connection.names() - set(_PARTS)):
            raise ArchiveError(f"Chroma holds {', '.join(sorted(others))} there: it was not made by Dateline")
        made = {**made_with, **_STATE}
        self._root = connection.make_collection(name or _PARTS[0], made)
        if "embedder" not in self._root.metadata:
            raise ArchiveError(f"{connection.place} holds a collection {name} that was not made by Dateline")
        self.generation = int(self._root.metadata.get("generation", 0)) if generation is None else generation
        self._passages, self._articles, self._history = self._open_parts(self._root, self.generation)

    def _open_parts(self, root: Collection, generation: int) -> list[Collection]:
        return [
            root if part == self._root_part else self._connection.make_collection(part, {"holds": kind})
            for kind, part in zip(_PARTS, self._part_names(generation), strict=True)
        ]

    @property
    def _root_part(self) -> str | None:
        return None if self._name else _PARTS[0]

    def _part_names(self, generation: int) -> list[str]:
        return [f"{self._name}.{generation}.{part}" for part in _PARTS] if self._name else list(_PARTS)

    @staticmethod
    def exists(connection: Connection, name: str) -> bool:
        """Whether there is an archive of a name on a server."""
        try:
            connection.collection(name)
        except CollectionGone:
            return False
        return True

    # what it remembers of itself

    @property
    def made_with(self) -> dict[str, Any]:
        """What the store remembers of how it was made, its revision among it."""
        return self._root.metadata

    @property
    def key(self) -> str:
        """What tells this store from any other, and from a rebuilt one."""
        return f"{self._root.key}/{self.generation}"

    @property
    def revision(self) -> int:
        """Number of changes so far."""
        return int(self.made_with.get("revision", 0))

    @property
    def changing(self) -> bool:
        """Whether a change is under way, or was cut off."""
        return bool(self.made_with.get("changing", 0))

    @property
    def is_server(self) -> bool:
        """Whether other processes may change it."""
        return self._connection.is_server

    @property
    def place(self) -> str:
        """Its folder or address."""
        return self._connection.place

    def refresh(self, check: Callable[[Mapping[str, Any]], None] = lambda made_with: None) -> None:
        """See what other processes made of it.

        Args:
            check: asked whether how it is made now will do, before that is taken over; what it raises goes on to the
                caller, and all is left as it was.
        """
        root = self._connection.collection(self._name or _PARTS[0])
        check(root.metadata)
        generation = int(root.metadata.get("generation", 0))
        if generation != self.generation or not self._name:
            self._passages, self._articles, self._history = self._open_parts(root, generation)
        self._root, self.generation = root, generation

    def begin(self) -> int:
        """Mark that a change is under way; returns the revision that it will make."""
        self._root.remember({**self.made_with, "changing": 1})
        return self.revision + 1

    def check_usable(self) -> None:
        """See that it may be changed.

        Raises:
            ArchiveError: Chroma failed before, in this process.
        """
        self._connection.check_usable()

    def advance(self, past: int | None = None) -> int:
        """Count one change that is done, after the present revision or another; returns the new one."""
        revision = (self.revision if past is None else past) + 1
        self._root.remember({**self.made_with, "revision": revision, "changing": 0})
        return revision

    def settle(self) -> None:
        """Have Chroma apply what it has in its log: a write that failed there may else appear with the next one.

        Reading does not apply it, and a change to a record that is not there does no more than that.
        """
        for collection in (self._passages, self._articles, self._history):
            collection.update(ids=["none"], metadatas=[{"settled": 1}])

    def upgrade(self, made_with: Mapping[str, Any]) -> None:
        """Remember another way in which it was made."""
        self._root.remember({**self.made_with, **made_with})

    def switch(self, made_with: Mapping[str, Any], revision: int) -> None:
        """Let this generation count from now on; on a server only."""
        state = {"revision": revision, "changing": 0, "generation": self.generation}
        self._root.remember({**made_with, **state})

    def drop_other_generations(self) -> None:
        """Delete what was rebuilt in vain, or has been replaced; on a server only."""
        counts = set(self._part_names(int(self._root.metadata["generation"])))
        for name in self._connection.names():
            parts = name.split(".")
            if len(parts) == 3 and parts[0] == self._name and parts[2] in _PARTS and name not in counts:
                self._connection.delete_collection(name)

    def seconds(self) -> float:
        """The server's clock."""
        return self._connection.seconds()

    def lease(self) -> str:
        """What the lease says, as JSON; empty where there is none."""
        found = self._root.get(ids=[_LEASE], include=["documents"])
        return str(found["documents"][0]) if found["ids"] else ""

    def put_lease(self, document: str) -> None:
        """Write the lease, or delete it by an empty one."""
        if document:
            self._root.upsert(ids=[_LEASE], documents=[document], embeddings=[idle_vector(_LEASE)])
        else:
            self._root.delete([_LEASE])

    def close(self) -> None:
        """Let go of folder or server."""
        self._connection.close()

    @property
    def n_passages(self) -> int:
        """Number of passages, those of replaced versions that are not yet collected among them."""
        return self._passages.count()

    @property
    def n_articles(self) -> int:
        """Number of articles."""
        return self._articles.count()
