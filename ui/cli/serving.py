"""Commands that serve the page and manage the accounts of its users."""

from __future__ import annotations

import getpass
import ipaddress
import signal
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from ingest.base.errors import SettingsError
from ui.cli.app import ArchiveOption, LogOption, VerboseOption, command, load_settings


@command("dateline serve --samples --port 7860")
def _serve(
    host: Annotated[str, typer.Option(help="Address to listen on; the default is this machine only.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65_535, help="Port to listen on.")] = 7860,
    auth: Annotated[
        str | None, typer.Option(metavar="FILE", help="Let only people in this file sign in; see dateline account.")
    ] = None,
    no_auth: Annotated[bool, typer.Option("--no-auth", help="Let in everybody who reaches the address.")] = False,
    read_only: Annotated[bool, typer.Option("--read-only", help="Do not change the archive from the page.")] = False,
    samples: Annotated[
        bool, typer.Option("--samples", help="Ingest the sample articles if the archive is empty.")
    ] = False,
    archive: ArchiveOption = None,
    log: LogOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Serve the chat page."""
    from ingest.archive.archive import Archive
    from ui.serving.accounts import Accounts

    if auth and no_auth:
        raise typer.BadParameter("not allowed with --auth", param_hint="--no-auth")
    _check_host(host, bool(auth), no_auth, read_only)
    accounts = Accounts(Path(auth).expanduser()) if auth else None
    _check_port(host, port)
    with Archive.open(load_settings(archive), create=True) as opened:
        if samples and not opened.n_articles:
            from ingest.pipeline import ingest
            from ingest.samples import sample_sources

            print("The archive is empty; ingesting the sample articles.", flush=True)
            print(ingest(sample_sources(), opened), flush=True)
        from qa.chat.models import load_chat_model
        from ui.serving.server import serve

        print(f"Dateline opens {opened.settings.archive} ...", flush=True)
        chat = load_chat_model(opened.settings)
        if chat is not None:
            print(f"Answers are written by {chat.name}.", flush=True)
        # A service manager stops the server with SIGTERM: it closes as after Ctrl+C.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        serve(opened, host, port, accounts, read_only, ready=_print_address, chat=chat, open_to_all=no_auth)
    print("Dateline has stopped.", flush=True)


def _check_host(host: str, auth: bool, no_auth: bool, read_only: bool) -> None:
    """Refuse an address that others can reach, unless the user chose who may sign in; warn what it means."""
    local = host == "localhost"
    if not local:
        try:
            local = ipaddress.ip_address(host).is_loopback
        except ValueError:
            raise SettingsError(f"--host takes an address such as 127.0.0.1, not {host!r}") from None
    if not local and not auth and not no_auth:
        raise SettingsError(
            f"{host} can be reached by others: name a file of people who may sign in with --auth (dateline account "
            "NAME --auth FILE creates it), or let everybody in with --no-auth"
        )
    if no_auth:
        rights = "read everything" if read_only else "read everything and change the archive"
        print(f"warning: --no-auth: whoever reaches {host} can {rights}, without sign-in", file=sys.stderr)
    elif not local:
        print("Passwords are sent unencrypted: put a server in front that speaks https.", file=sys.stderr)


def _check_port(host: str, port: int) -> None:
    """Check that a port is free before anything slow starts."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise SettingsError(f"port {port} on {host} cannot be used: {error}. Name another with --port") from None


def _print_address(url: str) -> None:
    print(f"Dateline is at {url}  (stop it with Ctrl+C)", flush=True)


@command("dateline account ada --auth people && dateline serve --host 0.0.0.0 --auth people")
def _account(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name that the person signs in with.")],
    auth: Annotated[str, typer.Option(metavar="FILE", help="File of the accounts; created if it does not exist.")],
    remove: Annotated[bool, typer.Option("--remove", help="Remove the account; its sessions end.")] = False,
    log: LogOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Add a person who may sign in, or change their password."""
    from ui.serving.accounts import change_account, check_name
    from ui.serving.passwords import hash_password

    path, name = Path(auth).expanduser(), check_name(name)
    if remove:
        if not change_account(path, name, None):
            raise SettingsError(f"{path} has no account {name!r}")
        print(f"removed: {name}")
        return
    changed = change_account(path, name, hash_password(_password(name)))
    print(f"{'password changed' if changed else 'added'}: {name}")


def _password(name: str) -> str:
    from ui.serving.passwords import LONGEST, SHORTEST

    if sys.stdin.isatty():
        password = getpass.getpass(f"Password for {name}: ")
        again = getpass.getpass("The same again: ")
        if password != again:
            raise SettingsError("the two passwords differ; nothing was changed")
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if not SHORTEST <= len(password) <= LONGEST:
        raise SettingsError(f"a password has {SHORTEST} to {LONGEST:,} characters; nothing was changed")
    return password
