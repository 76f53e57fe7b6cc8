"""Hash passwords with scrypt. A hash includes its parameters: `scrypt$15$8$3$SALT$KEY`."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import unicodedata
from dataclasses import dataclass

#: Minimum and maximum number of characters in a password.
SHORTEST, LONGEST = 8, 1024

_FORM = re.compile(r"scrypt\$(\d{1,2})\$(\d{1,2})\$(\d{1,2})\$([\w-]{22,88})\$([\w-]{43})", re.ASCII)
_MOST_MEMORY = 256 * 2**20  # bytes for one check, to limit hashes that were made elsewhere


@dataclass(frozen=True)
class Cost:
    """The cost parameters of scrypt. It uses about 128 * r * 2**log_n bytes of memory, p times.

    The default uses 32 MiB and takes about a quarter of a second.
    """

    log_n: int = 15
    r: int = 8
    p: int = 3

    @property
    def memory(self) -> int:
        """Bytes of memory that scrypt needs."""
        return 128 * self.r * ((1 << self.log_n) + self.p + 2)

    def key(self, password: str, salt: bytes) -> bytes:
        """Derive a key from a password. Different Unicode forms of a password give the same key.

        Args:
            password: the password.
            salt: random bytes.
        """
        secret = unicodedata.normalize("NFKC", password[:LONGEST]).encode("utf-8", "surrogatepass")
        n, most = 1 << self.log_n, self.memory + 2**20
        return hashlib.scrypt(secret, salt=salt, n=n, r=self.r, p=self.p, maxmem=most, dklen=32)


def hash_password(password: str, cost: Cost | None = None) -> str:
    """Hash a password with a new salt.

    Args:
        password: the password.
        cost: the cost parameters; None for the default.
    """
    cost, salt = cost or Cost(), secrets.token_bytes(16)
    parts = cost.log_n, cost.r, cost.p, _text(salt), _text(cost.key(password, salt))
    return "$".join(["scrypt", *map(str, parts)])


def is_hash(text: str) -> bool:
    """Whether a text is a valid hash."""
    return _read(text) is not None


def matches(password: str, hashed: str) -> bool:
    """Check a password in constant time.

    Args:
        password: the password to check.
        hashed: a hash from `hash_password`.
    """
    read = _read(hashed)
    if read is None:
        return False
    cost, salt, key = read
    return hmac.compare_digest(cost.key(password, salt), key)


def unmatchable_hash(like: str) -> str:
    """Create a hash that no password matches, and that takes as long to check as another hash."""
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
