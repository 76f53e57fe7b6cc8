"""Chroma in a folder or on a server, and its errors as ours. This file alone imports chromadb."""

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
_SECONDS = 60.0  # that a server may take to answer
_CLOUD, _CLOUD_RECORDS = "trychroma.com", 300  # https://docs.trychroma.com/cloud/quotas-limits

T = TypeVar("T")


class CollectionGone(ArchiveError):
    """A collection is not there, or not any more."""


class Connection:
    """A client of Chroma.

    Attributes:
        place: the folder or address, for messages.
        limit: most records in one request.
        is_server: whether other processes may use it, too.
        most_results: most results of one search; None for no limit.
    """

    def __init__(self, location: Path | ServerAddress, settings: Settings | None = None) -> None:
        """Open a folder, or reach a server.

        Args:
            location: which.
            settings: for a server: headers, tenant, database, certificates, records a request.

        Raises:
            ArchiveError: the folder cannot be opened, the server cannot be reached or refuses.
        """
        self.place = str(location)
        self.is_server = isinstance(location, ServerAddress)
        self._failed = ""
        self._secrets = [part for value in (settings.headers().values() if settings else ()) for part in value.split()]
        # Both promise a ClientAPI, which has no close(); what they make is always a Client.
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

    def ask(self, method: Callable[..., T], *args: Any, **named: Any) -> T:
        """Call Chroma.

        Raises:
            CollectionGone: what was asked is not there.
            ArchiveError: Chroma refuses, the disk is full, the server does not answer.
        """
        try:
            return method(*args, **named)
        except NotFoundError as error:
            raise CollectionGone(
                f"{self.place}: {error}. The archive was taken away or rebuilt; open it again"
            ) from None
        except (TypeError, AttributeError):
            raise
        except (ChromaError, httpx.HTTPError, Exception) as error:
            raise ArchiveError(self._failure(error)) from (None if self.is_server else error)
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # how Chroma's own core says that it broke
                raise
            raise ArchiveError(self._failure(error)) from error

    def check_usable(self) -> None:
        """See that Chroma may be asked to write.

        Chroma's core in this process can wait for ever for what it began before a write failed, on a full disk for one.

        Raises:
            ArchiveError: a write to the folder failed before.
        """
        if self._failed:
            raise ArchiveError(
                f"nothing more is written to {self.place}, since Chroma failed there before: {self._failed}. Put that "
                "right and start the program again; what can be read is whole"
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
        """The server's own clock, in seconds since 1970: the same for all who ask it."""
        return float(self.ask(self._client.heartbeat)) / 1e9

    def names(self) -> set[str]:
        """Names of the collections that are there."""
        found: set[str] = set()
        while page := self.ask(self._client.list_collections, limit=self.limit, offset=len(found)):
            found.update(collection.name for collection in page)
        return found

    def collection(self, name: str) -> Collection:
        """A collection that is there.

        Raises:
            CollectionGone: it is not.
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
        """A collection, made where it is not there; one that is keeps its metadata."""
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
        """Delete a collection with all that is in it."""
        self.ask(self._client.delete_collection, name)

    def close(self) -> None:
        """Let go of the folder or the server."""
        self._client.close()


class Collection:
    """A collection of Chroma's; what fails raises ArchiveError."""

    def __init__(self, connection: Connection, raw: Any) -> None:
        self._connection = connection
        self._raw = raw

    @property
    def key(self) -> str:
        """Chroma's own id of it; another one for a collection of the same name that was made anew."""
        return str(self._raw.id)

    @property
    def metadata(self) -> dict[str, Any]:
        """What is remembered of it, as of when it was fetched or last changed here."""
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
    """Makes a client of a server."""

    def __init__(self, address: ServerAddress, settings: Settings | None) -> None:
        self._address = address
        self._settings = settings

    def __call__(self) -> Any:
        address, settings = self._address, self._settings
        named: dict[str, Any] = {}
        if settings and settings.chroma_tenant:
            named["tenant"] = settings.chroma_tenant
        if settings and settings.chroma_database:
            named["database"] = settings.chroma_database
        chroma = ChromaSettings(anonymized_telemetry=False)
        if settings and settings.chroma_ca:
            chroma.chroma_server_ssl_verify = settings.chroma_ca
        client = chromadb.HttpClient(
            host=address.origin,  # a bare name that begins with http would be taken for an address
            port=address.port,
            ssl=address.tls,
            headers=settings.headers() if settings else {},
            settings=chroma,
            **named,
        )
        # Chroma's client waits for ever, and offers no setting for it.
        session = getattr(getattr(client, "_server", None), "_session", None)
        if isinstance(session, httpx.Client):
            session.timeout = httpx.Timeout(_SECONDS)
        return client
