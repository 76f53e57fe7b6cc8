"""Which addresses may be fetched: public ones alone, however they are spelt (RFC 6890 and what grew from it)."""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Callable, Sequence
from urllib.parse import urlsplit, urlunsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

#: From a name and a port to its addresses, as text; raises OSError where it has none.
Resolver = Callable[[str, int], Sequence[str]]

_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]+)){0,3}\.?", re.IGNORECASE)
_SECRET = re.compile(
    r"([?&;#](?:[\w.%-]*(?:key|token|secret|passw(?:or)?d|signature|credentials?)"
    r"|(?:[\w.%-]*[_.-])?(?:auth|jwt|pass|pwd|session|sid|sig))=)[^&#]+",
    re.IGNORECASE,
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_COMPATIBLE = ipaddress.ip_network("::/96")
_6TO4 = ipaddress.ip_network("2002::/16")
# Where clouds answer questions about a machine, beside the link-local and private ones that most use.
_METADATA = frozenset(map(ipaddress.ip_address, ("168.63.129.16", "192.0.0.192", "100.100.100.200", "fd00:ec2::254")))
# Others that are not for everyone, and that Python counts as public, or did before 3.11.10 and 3.12.4.
_SPECIAL = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "3fff::/20")))


class Refused(Exception):
    """An address that is not fetched; the argument says why."""


def check_url(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address that may be asked for, as far as its words tell.

    Raises:
        Refused: it is no web address, has a password in it, or a port that belongs to another service.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Refused(f"it is no web address: {error}") from None
    if parts.scheme not in ("http", "https"):
        raise Refused(f"its scheme is {parts.scheme!r}; only http and https are fetched")
    if not parts.hostname or re.search(r"[\s\\]", url):
        raise Refused("it is no web address")
    if parts.username is not None or parts.password is not None:
        raise Refused("it has a user name or password in it, which would be stored and shown with the article")
    if port is None:
        port = 80 if parts.scheme == "http" else 443
    check_port(port)
    return parts.scheme, parts.hostname.lower(), port


def check_port(port: int) -> None:
    """See that a port is one that web servers have.

    Raises:
        Refused: it is below 1024 and neither 80 nor 443.
    """
    if port not in (80, 443) and port < 1024:
        raise Refused(f"port {port} belongs to another service; 80, 443 and those from 1024 on are fetched from")


def shown(url: str) -> str:
    """An address as it may be shown and logged: without user name, password, and keys and tokens in its query."""
    try:
        parts = urlsplit(url)
        url = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    except ValueError:
        url = re.sub(r"//[^/]*@", "//", url)
    return _SECRET.sub(r"\1***", url)


def is_public(address: IPAddress) -> bool:
    """Whether an address is of the public internet: not private, loopback, link-local, multicast or reserved.

    Nor is it one at which a cloud tells of its machines. An IPv6 address that carries an IPv4 one (mapped, NAT64,
    6to4) is as public as that.
    """
    if address in _METADATA or any(address in network for network in _SPECIAL):
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast and not address.is_reserved
    carried = address.ipv4_mapped
    if address in _NAT64:
        carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    elif address in _6TO4:
        carried = address.sixtofour
    if carried is not None:
        return is_public(carried)
    if address in _COMPATIBLE or address.is_site_local or address.scope_id:
        return False
    return address.is_global and not address.is_multicast and not address.is_reserved


def resolve_name(host: str, port: int) -> Sequence[str]:
    """The addresses of a name, as the system gives them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Gate:
    """Looks names up, and lets through what is public."""

    def __init__(self, allow: Sequence[str] = (), resolve: Resolver = resolve_name) -> None:
        """Args:
        allow: networks that are let through besides, such as `127.0.0.1/32`.
        resolve: how names are looked up.
        """
        self._allow: list[IPNetwork] = [ipaddress.ip_network(network) for network in allow]
        self._resolve = resolve

    def addresses(self, host: str, port: int, seconds: float = 20.0) -> list[str]:
        """Where a host may be connected to: addresses, never names, so that nobody looks the name up again.

        Args:
            host: a name or an address.
            port: to be connected to.
            seconds: how long looking it up may take.

        Raises:
            Refused: one of its addresses is not public.
            TimeoutError: it was not looked up in that time.
            OSError: it has none.
        """
        check_port(port)
        literal = _literal(host)
        texts = [] if literal else _within(seconds, self._resolve, host, port)
        found = [literal] if literal else [ipaddress.ip_address(text) for text in texts]
        if not found:
            raise OSError(f"{host} has no address")
        for address in found:
            if not is_public(address) and not any(address in network for network in self._allow):
                raise Refused(
                    f"{host} is at {address}, which is no public address" if str(address) != host
                    else f"{host} is no public address"
                )  # fmt: skip
        return [str(address) for address in found]


def _within(seconds: float, resolve: Resolver, host: str, port: int) -> Sequence[str]:
    """What a resolver says, in a thread of its own: the system's cannot be told when to stop, nor be stopped.

    Raises:
        TimeoutError: it says nothing in that time; its thread goes on, and keeps no program from ending.
        OSError: as the resolver.
    """
    answers: queue.SimpleQueue[Sequence[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(resolve(host, port))
        except Exception as error:  # raised where it was asked for
            answers.put(error)

    threading.Thread(target=ask, name=f"look up {host}", daemon=True).start()
    try:
        found = answers.get(timeout=seconds)
    except queue.Empty:
        raise TimeoutError(f"no name server answers within {seconds:.3g} seconds") from None
    if isinstance(found, Exception):
        raise found
    return found


def _literal(host: str) -> IPAddress | None:
    """The address that a host is, in any spelling that a system would take; None for a name."""
    host = host.strip("[]")
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    if not _NUMERIC.fullmatch(host):
        return None
    try:
        # 127.1, 0x7f.0.0.1, 017700000001 and 2130706433 are all 127.0.0.1
        return ipaddress.IPv4Address(socket.inet_aton(host.rstrip(".")))
    except OSError:
        raise Refused(f"{host} is neither a name nor an address") from None
