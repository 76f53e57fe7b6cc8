"""The Chroma collections of one archive, and what they remember of it: how it was made, its revision, its writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ingest.base.errors import ArchiveError
from ingest.store.chroma import Collection, CollectionGone, Connection
from ingest.store.records import idle_vector

_PARTS = ("passages", "articles", "history")
_LEASE = "lease"

#: Revision, mark of a change in progress, generation: what the root remembers beside how the archive was made.
_STATE = {"revision": 0, "changing": 0, "generation": 0}


class Collections:
    """The collections of one archive.

    Attributes:
        connection: the folder or server that they are in.
        generation: which generation of the collections is open; always 0 in a folder.
        passages: text and vector of each passage, and the facts by which it is filtered.
        articles: one record for each article.
        history: earlier versions and removed articles.
    """

    def __init__(
        self, connection: Connection, made_with: Mapping[str, Any], name: str = "", generation: int | None = None
    ) -> None:
        """Open the collections, or create them.

        Args:
            connection: to a folder or a server.
            made_with: what new collections remember of how they were made; existing ones keep what they have.
            name: of the archive on a server; empty in a folder.
            generation: another generation than the current one, to rebuild into.

        Raises:
            ArchiveError: Chroma cannot be used, or holds something else there.
        """
        self.connection = connection
        self._name = name
        if not name and (others := connection.names() - set(_PARTS)):
            raise ArchiveError(f"Chroma holds {', '.join(sorted(others))} there: it was not made by Dateline")
        self._root = connection.make_collection(name or _PARTS[0], {**made_with, **_STATE})
        if "embedder" not in self._root.metadata:
            raise ArchiveError(f"{connection.place} holds a collection {name} that was not made by Dateline")
        self.generation = int(self._root.metadata.get("generation", 0)) if generation is None else generation
        self.passages, self.articles, self.history = self._open_parts(self._root, self.generation)

    def _open_parts(self, root: Collection, generation: int) -> list[Collection]:
        return [
            root if part == self._root_part else self.connection.make_collection(part, {"holds": kind})
            for kind, part in zip(_PARTS, self._part_names(generation), strict=True)
        ]

    @property
    def _root_part(self) -> str | None:
        return None if self._name else _PARTS[0]

    def _part_names(self, generation: int) -> list[str]:
        return [f"{self._name}.{generation}.{part}" for part in _PARTS] if self._name else list(_PARTS)

    @staticmethod
    def exist(connection: Connection, name: str) -> bool:
        """Whether a server has an archive of this name.

        Args:
            connection: to the server.
            name: of the archive.
        """
        try:
            connection.collection(name)
        except CollectionGone:
            return False
        return True

    # what they remember

    @property
    def made_with(self) -> dict[str, Any]:
        """How the archive was made, with its revision."""
        return self._root.metadata

    @property
    def key(self) -> str:
        """An id of these collections; a rebuilt archive has another one."""
        return f"{self._root.key}/{self.generation}"

    @property
    def revision(self) -> int:
        """Number of changes so far."""
        return int(self.made_with.get("revision", 0))

    @property
    def changing(self) -> bool:
        """Whether a change is in progress, or was interrupted."""
        return bool(self.made_with.get("changing", 0))

    def refresh(self, check: Callable[[Mapping[str, Any]], None] = lambda made_with: None) -> None:
        """Read again what other processes may have changed.

        Args:
            check: called with how the archive is made now. What it raises is passed on, and nothing has changed then.
        """
        root = self.connection.collection(self._name or _PARTS[0])
        check(root.metadata)
        generation = int(root.metadata.get("generation", 0))
        if generation != self.generation or not self._name:
            self.passages, self.articles, self.history = self._open_parts(root, generation)
        self._root, self.generation = root, generation

    def begin(self) -> int:
        """Mark that a change is in progress; returns the revision that it will make."""
        self._root.remember({**self.made_with, "changing": 1})
        return self.revision + 1

    def advance(self, past: int | None = None) -> int:
        """Count one finished change, after the current revision or after `past`; returns the new revision."""
        revision = (self.revision if past is None else past) + 1
        self._root.remember({**self.made_with, "revision": revision, "changing": 0})
        return revision

    def settle(self) -> None:
        """Have Chroma apply its log: otherwise a write that failed there may appear with the next one.

        Reading does not apply the log. A change to a record that does not exist does that and nothing else.
        """
        for collection in (self.passages, self.articles, self.history):
            collection.update(ids=["none"], metadatas=[{"settled": 1}])

    def switch(self, made_with: Mapping[str, Any], revision: int) -> None:
        """Make this generation the current one; on a server only.

        Args:
            made_with: how it was made.
            revision: the archive's revision from now on.
        """
        state = {"revision": revision, "changing": 0, "generation": self.generation}
        self._root.remember({**made_with, **state})

    def drop_other_generations(self) -> None:
        """Delete generations that were replaced, or whose rebuilding was interrupted; on a server only."""
        current = set(self._part_names(int(self._root.metadata["generation"])))
        for name in self.connection.names():
            parts = name.split(".")
            if len(parts) == 3 and parts[0] == self._name and parts[2] in _PARTS and name not in current:
                self.connection.delete_collection(name)

    def lease(self) -> str:
        """The lease as JSON; empty where there is none."""
        leases = self._root.get(ids=[_LEASE], include=["documents"])
        return str(leases["documents"][0]) if leases["ids"] else ""

    def put_lease(self, document: str) -> None:
        """Write the lease; an empty document deletes it."""
        if document:
            self._root.upsert(ids=[_LEASE], documents=[document], embeddings=[idle_vector(_LEASE)])
        else:
            self._root.delete([_LEASE])
