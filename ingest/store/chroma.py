"""Chroma in a folder or on a server, with its errors translated to ours. Only this file imports chromadb."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import chromadb
import httpx
from chromadb.config import Settings as ChromaSettings
from chromadb.errors import ChromaError, NotFoundError

from ingest.base.errors import ArchiveError
from ingest.base.location import ServerAddress

if TYPE_CHECKING:
    from chromadb.api.client import Client
    from chromadb.api.collection_configuration import CreateHNSWConfiguration

    from ingest.base.settings import Settings

_HNSW: CreateHNSWConfiguration = {"space": "cosine", "ef_construction": 100, "ef_search": 100, "max_neighbors": 16}
_SECONDS = 60.0  # a server may take to answer
_CLOUD, _CLOUD_RECORDS = "trychroma.com", 300  # https://docs.trychroma.com/cloud/quotas-limits

T = TypeVar("T")


class CollectionGone(ArchiveError):
    """A collection does not exist, or no longer."""


class Connection:
    """A client of Chroma.

    Attributes:
        place: the folder or address, for messages.
        limit: number of records in one request at most.
        is_server: whether other processes may use it, too.
        most_results: number of results of one search at most; None for no limit.
    """

    def __init__(self, location: Path | ServerAddress, settings: Settings | None = None) -> None:
        """Open a folder, or connect to a server.

        Args:
            location: the folder or server.
            settings: for a server: headers, tenant, database, certificates, records a request.

        Raises:
            ArchiveError: the folder cannot be opened, the server cannot be reached or refuses.
        """
        self.place = str(location)
        self.is_server = isinstance(location, ServerAddress)
        self._failed = ""
        self._secrets = [part for value in (settings.headers().values() if settings else ()) for part in value.split()]
        # Both are declared to return a ClientAPI, which has no close(); in fact it is always a Client.
        if isinstance(location, ServerAddress):
            make = _ServerClient(location, settings)
            self._client = cast("Client", self._opening(make))
            self.limit = min(int(self.ask(self._client.get_max_batch_size)), settings.chroma_records if settings else 1)
        else:
            quiet = ChromaSettings(anonymized_telemetry=False)
            self._client = cast(
                "Client", self._opening(lambda: chromadb.PersistentClient(path=str(location), settings=quiet))
            )
            self.limit = int(self.ask(self._client.get_max_batch_size))
        cloud = isinstance(location, ServerAddress) and location.host.lower().endswith(_CLOUD)
        self.most_results = _CLOUD_RECORDS if cloud else None
        if cloud:
            self.limit = min(self.limit, _CLOUD_RECORDS)

    def _opening(self, make: Callable[[], T]) -> T:
        try:
            return make()
        except Exception as error:
            message = self._without_secrets(error)
            if self.is_server:
                raise ArchiveError(
                    f"the Chroma server of {self.place} cannot be used: {message}. See that it runs and is reached at "
                    "that address, that DATELINE_CHROMA_HEADERS has the right key, and that tenant and database exist"
                ) from None
            raise ArchiveError(
                f"Chroma cannot open {self.place}: {message}. Restore the folder, or name another"
            ) from error

    def ask(self, method: Callable[..., T], *args: Any, **options: Any) -> T:
        """Call Chroma, and translate its errors.

        Args:
            method: of Chroma's.
            args: for it.
            options: for it, by name.

        Raises:
            CollectionGone: the collection does not exist.
            ArchiveError: Chroma refuses, the disk is full, the server does not answer.
        """
        try:
            return method(*args, **options)
        except NotFoundError as error:
            raise CollectionGone(f"{self.place}: {error}. The archive was deleted or rebuilt; open it again") from None
        except (TypeError, AttributeError):
            raise
        except (ChromaError, httpx.HTTPError, Exception) as error:
            raise ArchiveError(self._failure(error)) from (None if self.is_server else error)
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # of Chroma's own core
                raise
            raise ArchiveError(self._failure(error)) from error

    def check_usable(self) -> None:
        """Check that Chroma can still write.

        After a write has failed, on a full disk for example, Chroma's core in this process can wait for ever.

        Raises:
            ArchiveError: a write to the folder failed before.
        """
        if self._failed:
            raise ArchiveError(
                f"nothing more is written to {self.place}, since Chroma failed there before: {self._failed}. Fix that "
                "and start the program again; what can be read is whole"
            )

    def _failure(self, error: BaseException) -> str:
        message = self._without_secrets(error)
        if not self.is_server:
            self._failed = message
        if isinstance(error, httpx.TimeoutException):
            message = f"no answer within {_SECONDS:.0f} seconds"
        if self.is_server:
            return f"the Chroma server of {self.place} failed: {message}. See that it runs, then do it again"
        return (
            f"Chroma failed in {self.place}: {message}. See that the disk has room and the folder can be written to, "
            "then do it again: what was in the archive before is whole"
        )

    def _without_secrets(self, error: BaseException) -> str:
        message = " ".join(str(error).split())[:300] or type(error).__name__
        for secret in self._secrets:
            if len(secret) > 3:
                message = message.replace(secret, "***")
        return message.rstrip(".?")

    def seconds(self) -> float:
        """The server's own clock, in seconds since 1970: the same for every process."""
        return float(self.ask(self._client.heartbeat)) / 1e9

    def names(self) -> set[str]:
        """Names of all collections."""
        names: set[str] = set()
        while page := self.ask(self._client.list_collections, limit=self.limit, offset=len(names)):
            names.update(collection.name for collection in page)
        return names

    def collection(self, name: str) -> Collection:
        """An existing collection.

        Raises:
            CollectionGone: it does not exist.
            ArchiveError: it was not made by Dateline.
        """
        raw = self.ask(self._client.get_collection, name, embedding_function=None)
        space = (raw.configuration_json.get("hnsw") or {}).get("space")
        # A cloud's collections may have another kind of index, SPANN, in place of HNSW.
        space = space or (raw.configuration_json.get("spann") or {}).get("space")
        if space != "cosine":
            raise ArchiveError(f"collection {name} measures {space}, not cosine: it was not made by Dateline")
        return Collection(self, raw)

    def make_collection(self, name: str, metadata: Mapping[str, Any]) -> Collection:
        """A collection, created where it does not exist; an existing one keeps its metadata.

        Args:
            name: of the collection.
            metadata: of a new one.
        """
        try:
            return self.collection(name)
        except CollectionGone:
            self.ask(
                self._client.get_or_create_collection,
                name,
                configuration={"hnsw": _HNSW},
                metadata=dict(metadata),
                embedding_function=None,
            )
            return self.collection(name)

    def delete_collection(self, name: str) -> None:
        """Delete a collection with all its records."""
        self.ask(self._client.delete_collection, name)

    def close(self) -> None:
        """Release the folder or the server."""
        self._client.close()


class Collection:
    """A collection of Chroma's; every failure raises ArchiveError."""

    def __init__(self, connection: Connection, raw: Any) -> None:
        """Use `Connection.collection`.

        Args:
            connection: that it was fetched from.
            raw: Chroma's own collection.
        """
        self._connection = connection
        self._raw = raw

    @property
    def key(self) -> str:
        """Chroma's own id; a collection that was made anew under the same name has another one."""
        return str(self._raw.id)

    @property
    def metadata(self) -> dict[str, Any]:
        """Its metadata, as of when it was fetched or last changed here."""
        return dict(self._raw.metadata or {})

    def remember(self, metadata: Mapping[str, Any]) -> None:
        """Change its metadata, in one step."""
        self._connection.ask(self._raw.modify, metadata=dict(metadata))

    def count(self) -> int:
        """Number of records."""
        return int(self._connection.ask(self._raw.count))

    def get(self, **what: Any) -> Any:
        """Records by id or condition."""
        return self._connection.ask(self._raw.get, **what)

    def query(self, **what: Any) -> Any:
        """The nearest records."""
        return self._connection.ask(self._raw.query, **what)

    def upsert(self, **what: Any) -> None:
        """Write records."""
        self._connection.ask(self._raw.upsert, **what)

    def update(self, **what: Any) -> None:
        """Change parts of records that are there."""
        self._connection.ask(self._raw.update, **what)

    def delete(self, ids: list[str]) -> None:
        """Delete records by id; one that is not there is no error."""
        self._connection.ask(self._raw.delete, ids=ids)


class _ServerClient:
    """Creates a client for a server."""

    def __init__(self, address: ServerAddress, settings: Settings | None) -> None:
        self._address = address
        self._settings = settings

    def __call__(self) -> Any:
        address, settings = self._address, self._settings
        options: dict[str, Any] = {}
        if settings and settings.chroma_tenant:
            options["tenant"] = settings.chroma_tenant
        if settings and settings.chroma_database:
            options["database"] = settings.chroma_database
        chroma = ChromaSettings(anonymized_telemetry=False)
        if settings and settings.chroma_ca:
            chroma.chroma_server_ssl_verify = settings.chroma_ca
        client = chromadb.HttpClient(
            host=address.origin,  # Chroma would read a bare name that begins with http as an address
            port=address.port,
            ssl=address.tls,
            headers=settings.headers() if settings else {},
            settings=chroma,
            **options,
        )
        # Chroma's client waits for ever, and has no setting for it.
        session = getattr(getattr(client, "_server", None), "_session", None)
        if isinstance(session, httpx.Client):
            session.timeout = httpx.Timeout(_SECONDS)
        return client
