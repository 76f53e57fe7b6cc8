"""Refuses connections and look-ups of names by Python's sockets that are not of this machine.

Python imports a module of this name when it starts; the tests put this folder on the path of each process they start.
"""

import ipaddress
import sys


def _refuse(event: str, arguments: tuple) -> None:
    if event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        host = arguments[0]
    elif event in ("socket.connect", "socket.sendto", "socket.sendmsg", "socket.getnameinfo"):
        address = arguments[0] if event == "socket.getnameinfo" else arguments[1]
        if not isinstance(address, tuple):  # a Unix socket
            return
        host = address[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode()
    if host in (None, "", "localhost"):
        return
    try:
        local = ipaddress.ip_address(host).is_loopback or ipaddress.ip_address(host).is_unspecified
    except ValueError:
        local = False
    if not local:
        raise ConnectionRefusedError(f"the tests reach this machine only, not {host}")


sys.addaudithook(_refuse)
