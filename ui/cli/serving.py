"""Those of the `dateline` commands that serve the page, and say who may sign in."""

from __future__ import annotations

import argparse
import getpass
import ipaddress
import signal
import socket
import sys
from pathlib import Path

from ingest.base.errors import SettingsError
from ui.cli.archive import opened
from ui.cli.arguments import Command

_DONE = 0


def serve(arguments: argparse.Namespace) -> int:
    """`dateline serve`."""
    from ui.serving.accounts import Accounts

    _check_host(arguments)
    accounts = Accounts(Path(arguments.auth).expanduser()) if arguments.auth else None
    _check_port(arguments.host, arguments.port)
    with opened(arguments, create=True) as archive:
        if arguments.samples and not archive.n_articles:
            from ingest.pipeline import ingest
            from ingest.samples import sample_sources

            print("The archive is empty; taking in the sample articles.", flush=True)
            print(ingest(sample_sources(), archive), flush=True)
        from qa.chat.models import load_chat_model
        from ui.serving.server import serve as serve_page

        print(f"Dateline opens {archive.settings.archive} ...", flush=True)
        chat = load_chat_model(archive.settings)
        if chat is not None:
            print(f"Answers are written by {chat.name}.", flush=True)
        # One that is stopped by a service manager is stopped in good order.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        serve_page(
            archive,
            arguments.host,
            arguments.port,
            accounts,
            arguments.read_only,
            ready=_say_address,
            chat=chat,
            open_to_all=arguments.no_auth,
        )
    print("Dateline has stopped.", flush=True)
    return _DONE


def _check_host(arguments: argparse.Namespace) -> None:
    """See that others can come in only where that was said, and say what it means."""
    host, local = arguments.host, arguments.host == "localhost"
    if not local:
        try:
            local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            raise SettingsError(f"--host takes an address such as 127.0.0.1, not {host!r}") from None
    if not local and not arguments.auth and not arguments.no_auth:
        raise SettingsError(
            f"{host} can be reached by others: name with --auth a file of those who may sign in (dateline account NAME "
            "--auth FILE makes it), or let everybody in with --no-auth"
        )
    if arguments.no_auth:
        may = "read everything" if arguments.read_only else "read everything and change the archive"
        print(f"warning: --no-auth: whoever reaches {host} can {may}, without sign-in", file=sys.stderr)
    elif not local:
        print("Passwords are sent as they are typed: put a server in front that speaks https.", file=sys.stderr)


def _check_port(host: str, port: int) -> None:
    """See that a port is free before anything slow is done."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise SettingsError(f"port {port} on {host} cannot be used: {error}. Name another with --port") from None


def _say_address(url: str) -> None:
    print(f"Dateline is at {url}  (stop it with Ctrl+C)", flush=True)


def account(arguments: argparse.Namespace) -> int:
    """`dateline account`."""
    from ui.serving.accounts import change_account, check_name
    from ui.serving.passwords import hash_password

    path, name = Path(arguments.auth).expanduser(), check_name(arguments.name)
    if arguments.remove:
        if not change_account(path, name, None):
            raise SettingsError(f"{path} has no account {name!r}")
        print(f"removed: {name}")
        return _DONE
    changed = change_account(path, name, hash_password(_password(name)))
    print(f"{'password changed' if changed else 'added'}: {name}")
    return _DONE


def _password(name: str) -> str:
    from ui.serving.passwords import LONGEST, SHORTEST

    if sys.stdin.isatty():
        password = getpass.getpass(f"Password for {name}: ")
        again = getpass.getpass("The same once more: ")
        if password != again:
            raise SettingsError("the two passwords differ; nothing was changed")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST <= len(password) <= LONGEST:
        raise SettingsError(f"a password has {SHORTEST} to {LONGEST:,} characters; nothing was changed")
    return password


#: What runs each command.
COMMANDS: dict[str, Command] = {"serve": serve, "account": account}
