"""The accounts file of `--auth`: one line `NAME:HASH` per person, and comments after `#`."""

from __future__ import annotations

import hashlib
import logging
import os
import secrets
import shlex
import stat
import threading
import unicodedata
from contextlib import suppress
from pathlib import Path

from ingest.base.errors import SettingsError
from ui.serving.passwords import is_hash, matches, unmatchable_hash

_LONGEST_NAME = 64
_log = logging.getLogger(__name__)


class Accounts:
    """The people who may sign in. The file is read again when it has changed."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Args:
            path: the file.

        Raises:
            SettingsError: it cannot be read, others can write to it, it has no account, or a line is invalid.
        """
        self._path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = _stamp(path)
        self._hashes = read_accounts(path)
        if not self._hashes:
            raise SettingsError(f"{path} has no account yet; add one with: {_command('NAME', path)}")
        self._decoy = unmatchable_hash(next(iter(self._hashes.values())))

    def check(self, name: str, password: str) -> bool:
        """Check a password. The check takes equally long if the account does not exist.

        Args:
            name: name of the account.
            password: the password to check.
        """
        hashed = self._current().get(name)
        right = matches(password, hashed or self._decoy)
        return right and hashed is not None

    def mark(self, name: str) -> str | None:
        """A value that changes when the password changes; None if there is no such account."""
        hashed = self._current().get(name)
        return None if hashed is None else hashlib.sha256(hashed.encode()).hexdigest()

    def _current(self) -> dict[str, str]:
        try:
            stamp = _stamp(self._path)
        except SettingsError:
            stamp = None  # reading the file reports why
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._hashes = read_accounts(self._path)
                except SettingsError as error:
                    _log.error("%s; the previous accounts stay in use", error)
            return self._hashes


def read_accounts(path: Path) -> dict[str, str]:
    """Read names and hashes from a file.

    Raises:
        SettingsError: it cannot be read, others can write to it, or a line is invalid. The error names the line and a
            remedy.
    """
    _check_mode(path)
    hashes: dict[str, str] = {}
    for number, line in enumerate(_lines(path), 1):
        parts = _parts(line)
        if parts is None:
            continue
        where, (name, hashed) = f"{path}, line {number}", parts
        if not name:
            raise SettingsError(f"{where}: expected NAME:HASH; create it with: {_command('NAME', path)}")
        if not is_hash(hashed):
            raise SettingsError(f"{where}: {name!r} has no valid hash; set a password with: {_command(name, path)}")
        if name in hashes:
            raise SettingsError(f"{where}: {name!r} is there twice; remove one of the lines")
        hashes[name] = hashed
    return hashes


def change_account(path: Path, name: str, hashed: str | None) -> bool:
    """Add an account, change its password or remove it. Other lines stay as they are.

    The file is replaced atomically. Only its owner can read a new file.

    Args:
        path: the file. It is created if it does not exist.
        name: the name, as returned by `check_name`.
        hashed: hash of the password; None removes the account.

    Returns:
        Whether the account existed before.

    Raises:
        SettingsError: the file cannot be read or written.
    """
    path = path.resolve()
    lines = _lines(path) if path.exists() else []
    places = [number for number, line in enumerate(lines) if (_parts(line) or ("",))[0] == name]
    remaining = [line for number, line in enumerate(lines) if number not in places[1:]]
    if hashed is None:
        remaining = [line for number, line in enumerate(lines) if number not in places]
    elif places:
        remaining[places[0]] = f"{name}:{hashed}"
    else:
        remaining.append(f"{name}:{hashed}")
    if hashed is not None or places:
        _write(path, "".join(f"{line}\n" for line in remaining))
    return bool(places)


def check_name(name: str) -> str:
    """Validate and normalize the name of an account.

    Raises:
        SettingsError: the name is invalid.
    """
    name = normalized(name)
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable() or ":" in name or name.startswith("#"):
        raise SettingsError(
            f"a name must have 1 to {_LONGEST_NAME} printable characters, no colon, and no # at the start; got {name!r}"
        )
    return name


def normalized(name: str) -> str:
    """Normalize a name, so that names typed on different keyboards compare as equal."""
    return unicodedata.normalize("NFC", name.strip())


def _parts(line: str) -> tuple[str, str] | None:
    """Name and hash; None for a comment or an empty line. Without a colon the name is empty: it may be a password."""
    line = line.strip()
    if not line or line.startswith("#"):
        return None
    name, colon, hashed = line.partition(":")
    return (normalized(name) if colon else ""), hashed.strip()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--auth {path} cannot be read: {error}") from None


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        status = path.stat()
    except OSError as error:
        raise SettingsError(
            f"--auth {path} cannot be read: {error}; create it with: {_command('NAME', path)}"
        ) from None
    return status.st_mtime_ns, status.st_size, status.st_ino


def _check_mode(path: Path) -> None:
    _stamp(path)
    mode = path.stat().st_mode
    if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise SettingsError(
            f"{path} can be written by others, who could add themselves; run: chmod go-w {shlex.quote(str(path))}"
        )


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        before = path.stat() if path.exists() else None
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:  # a service that can read the file must still be able to
            with suppress(OSError):
                os.chown(beside, before.st_uid, before.st_gid)
            beside.chmod(stat.S_IMODE(before.st_mode) & 0o640 | 0o600)
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise SettingsError(f"--auth {path} cannot be written: {error}") from None


def _command(name: str, path: Path) -> str:
    return f"dateline account {shlex.quote(name)} --auth {shlex.quote(str(path))}"
