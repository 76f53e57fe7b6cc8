"""The file of `--auth`: a line `NAME:HASH` for each person, and comments behind `#`."""

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
from ui.serving.passwords import is_hash, matches, matching_nothing

_LONGEST_NAME = 64
_log = logging.getLogger(__name__)


class Accounts:
    """Who may sign in, as the file says it now: it is read again when it has changed."""

    def __init__(self, path: Path) -> None:
        """Read the file.

        Args:
            path: of the file.

        Raises:
            SettingsError: it cannot be read, others can write it, it holds no account, or a line is none.
        """
        self._path = path
        self._lock = threading.Lock()
        self._stamp: tuple[int, int, int] | None = _stamp(path)
        self._hashes = read_accounts(path)
        if not self._hashes:
            raise SettingsError(f"{path} holds no account yet; add one with: {_command('NAME', path)}")
        self._nobody = matching_nothing(next(iter(self._hashes.values())))

    def check(self, name: str, password: str) -> bool:
        """Whether a password is that of a name; takes as long where there is no such name."""
        hashed = self._current().get(name)
        right = matches(password, hashed or self._nobody)
        return right and hashed is not None

    def mark(self, name: str) -> str | None:
        """What changes when a password does; None where there is no such name."""
        hashed = self._current().get(name)
        return None if hashed is None else hashlib.sha256(hashed.encode()).hexdigest()

    def _current(self) -> dict[str, str]:
        try:
            stamp = _stamp(self._path)
        except SettingsError:
            stamp = None  # reading it says why
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._hashes = read_accounts(self._path)
                except SettingsError as error:
                    _log.error("%s; the accounts of before stay in use", error)
            return self._hashes


def read_accounts(path: Path) -> dict[str, str]:
    """Names and hashes of a file.

    Raises:
        SettingsError: it cannot be read, others can write it, or a line is no account; says which and what to do.
    """
    _check_mode(path)
    hashes: dict[str, str] = {}
    for number, line in enumerate(_lines(path), 1):
        parts = _parts(line)
        if parts is None:
            continue
        where, (name, hashed) = f"{path}, line {number}", parts
        if not name:
            raise SettingsError(f"{where}: it has to be NAME:HASH, as made by: {_command('NAME', path)}")
        if not is_hash(hashed):
            raise SettingsError(
                f"{where}: what stands behind {name!r} is no hash; set a password with: {_command(name, path)}"
            )
        if name in hashes:
            raise SettingsError(f"{where}: {name!r} stands there twice; remove one of the lines")
        hashes[name] = hashed
    return hashes


def change_account(path: Path, name: str, hashed: str | None) -> bool:
    """Add an account, change its password or take it out; other lines stay as they are.

    The file is written whole or not at all; a new one can be read by its owner alone.

    Args:
        path: of the file; made where there is none.
        name: as `check_name` gives it.
        hashed: of the password; None takes the account out.

    Returns:
        Whether there was such an account.

    Raises:
        SettingsError: the file cannot be read or written.
    """
    path = path.resolve()
    lines = _lines(path) if path.exists() else []
    places = [number for number, line in enumerate(lines) if (_parts(line) or ("",))[0] == name]
    kept = [line for number, line in enumerate(lines) if number not in places[1:]]
    if hashed is None:
        kept = [line for number, line in enumerate(lines) if number not in places]
    elif places:
        kept[places[0]] = f"{name}:{hashed}"
    else:
        kept.append(f"{name}:{hashed}")
    if hashed is not None or places:
        _write(path, "".join(f"{line}\n" for line in kept))
    return bool(places)


def check_name(name: str) -> str:
    """A name as it is kept.

    Raises:
        SettingsError: no account can have it.
    """
    name = as_kept(name)
    if not 1 <= len(name) <= _LONGEST_NAME or not name.isprintable() or ":" in name or name.startswith("#"):
        raise SettingsError(
            f"a name has 1 to {_LONGEST_NAME} characters that can be seen, no colon, and no # in front; not {name!r}"
        )
    return name


def as_kept(name: str) -> str:
    """A name as it is compared: typed on another keyboard it is the same."""
    return unicodedata.normalize("NFC", name.strip())


def _parts(line: str) -> tuple[str, str] | None:
    """Name and hash; None for a comment or an empty line. Without a colon it may be a password: there is no name."""
    line = line.strip()
    if not line or line.startswith("#"):
        return None
    name, colon, hashed = line.partition(":")
    return (as_kept(name) if colon else ""), hashed.strip()


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"--auth {path} cannot be read: {error}") from None


def _stamp(path: Path) -> tuple[int, int, int]:
    try:
        found = path.stat()
    except OSError as error:
        raise SettingsError(f"--auth {path} cannot be read: {error}; make it with: {_command('NAME', path)}") from None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _check_mode(path: Path) -> None:
    _stamp(path)
    mode = path.stat().st_mode
    if os.name == "posix" and mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise SettingsError(
            f"{path} can be written by others, who could let themselves in; run: chmod go-w {shlex.quote(str(path))}"
        )


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        before = path.stat() if path.exists() else None
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        if before is not None:  # a service that reads it goes on to
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
