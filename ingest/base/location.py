"""Addresses of archives on a Chroma server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from ingest.base.errors import SettingsError

#: Name of an archive whose address holds none.
DEFAULT_NAME = "default"

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{1,60}[A-Za-z0-9]")  # what Chroma allows, without dots
_PORTS = {"http": 8000, "https": 443}


@dataclass(frozen=True)
class ServerAddress:
    """Address of an archive on a Chroma server, as in `https://chroma.example:8000/desk`.

    Attributes:
        host: name or IP address of the server.
        port: by default 8000, for https 443.
        tls: whether the connection uses https.
        name: of the archive on the server, by default `default`.
    """

    host: str
    port: int
    tls: bool
    name: str = DEFAULT_NAME

    @classmethod
    def parse(cls, text: str) -> ServerAddress:
        """Parse an address.

        Raises:
            SettingsError: it is invalid, or holds a password, which would be shown wherever the address is.
        """
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError as error:
            raise SettingsError(f"the archive's address cannot be read: {error}. {_FORM}") from None
        if parts.username is not None or parts.password is not None:
            raise SettingsError("the archive's address holds a password; put it into DATELINE_CHROMA_HEADERS")
        if parts.scheme not in _PORTS or not host or parts.query or parts.fragment:
            raise SettingsError(f"the archive's address is {text!r}. {_FORM}")
        name = parts.path.strip("/") or DEFAULT_NAME
        if not _NAME.fullmatch(name):
            raise SettingsError(
                f"an archive on a server cannot be named {name!r}; a name has 3 to 62 letters, digits, - and _"
            )
        return cls(host, port or _PORTS[parts.scheme], parts.scheme == "https", name)

    @property
    def origin(self) -> str:
        """The address of the server, without the name of the archive."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"

    def __str__(self) -> str:
        """Return the address as text."""
        return f"{self.origin}/{self.name}"


_FORM = "Write it as http://HOST:PORT or https://HOST:PORT/NAME"


def is_address(location: object) -> bool:
    """Tell whether a location is a web address rather than a folder."""
    return isinstance(location, str) and location.lower().startswith(("http://", "https://"))
