"""Passwords as scrypt hashes that say how they were made: `scrypt$15$8$3$SALT$KEY`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass

#: Characters of a password: at least, at most.
SHORTEST, LONGEST = 8, 1024

_FORM = re.compile(r"scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22,88})\$([\w-]{43})", re.ASCII)
_MOST_MEMORY = 256 * 2**20  # of one check, for hashes that were made elsewhere


@dataclass(frozen=True)
class Cost:
    """What scrypt is to take: memory is 128 * r * 2**log_n bytes; p is how often.

    The default takes 32 MiB and about a quarter of a second.
    """

    log_n: int = 15
    r: int = 8
    p: int = 3

    @property
    def memory(self) -> int:
        """Bytes."""
        return 128 * self.r * ((1 << self.log_n) + self.p + 2)

    def key(self, password: str, salt: bytes) -> bytes:
        """What scrypt makes of a password; one that is typed on another keyboard in another form is the same."""
        words = unicodedata.normalize("NFKC", password[:LONGEST]).encode("utf-8", "surrogatepass")
        n, most = 1 << self.log_n, self.memory + 2**20
        return hashlib.scrypt(words, salt=salt, n=n, r=self.r, p=self.p, maxmem=most, dklen=32)


def hash_password(password: str, cost: Cost | None = None) -> str:
    """A password as it is kept, with a salt of its own."""
    cost, salt = cost or Cost(), secrets.token_bytes(16)
    parts = cost.log_n, cost.r, cost.p, _text(salt), _text(cost.key(password, salt))
    return "$".join(["scrypt", *map(str, parts)])


def is_hash(text: str) -> bool:
    """Whether a text is a hash that can be checked here."""
    return _read(text) is not None


def matches(password: str, hashed: str) -> bool:
    """Whether a hash was made of a password; takes as long whatever the password is."""
    read = _read(hashed)
    if read is None:
        return False
    cost, salt, key = read
    return hmac.compare_digest(cost.key(password, salt), key)


def matching_nothing(like: str) -> str:
    """A hash that no password has, and that takes as long to check as another one."""
    read = _read(like)
    cost = read[0] if read else Cost()
    parts = cost.log_n, cost.r, cost.p, _text(secrets.token_bytes(16)), _text(secrets.token_bytes(32))
    return "$".join(["scrypt", *map(str, parts)])


def _read(text: str) -> tuple[Cost, bytes, bytes] | None:
    match = _FORM.fullmatch(text)
    if match is None:
        return None
    cost = Cost(int(match[1]), int(match[2]), int(match[3]))
    if not (1 <= cost.log_n <= 20 and cost.r >= 1 and 1 <= cost.p <= 16 and cost.memory <= _MOST_MEMORY):
        return None
    try:
        return cost, _bytes(match[4]), _bytes(match[5])
    except ValueError:
        return None


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
