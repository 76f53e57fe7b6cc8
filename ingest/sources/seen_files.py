"""Files that went in whole, by their hash: what has not changed since is not read again."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

FILE = "files.json"

#: Changes where readers make other articles of the same bytes.
VERSION = 1

_log = logging.getLogger(__name__)


class KnownFiles:
    """Files and the articles that came of them, in a small file in the archive's folder. It may be deleted."""

    def __init__(
        self, folder: Path | None, versions: Callable[[Iterable[str]], Mapping[str, str]], columns: Mapping[str, str]
    ) -> None:
        """Of one run.

        Args:
            folder: of the archive; None where it has none, and nothing is kept from run to run.
            versions: the version of each of some articles that is in the archive.
            columns: which column holds which fact, for JSON Lines and CSV.
        """
        self._path = folder / FILE if folder else None
        self._versions = versions
        self._salt = json.dumps([VERSION, sorted(columns.items())])
        self._changed = False
        self._files = self._load()

    def hash(self, path: Path) -> str:
        """What tells a file's content, and how it is read.

        Raises:
            OSError: it cannot be read.
        """
        with path.open("rb") as file:
            whole = hashlib.file_digest(file, "sha256")
        whole.update(self._salt.encode())
        return whole.hexdigest()

    def unchanged(self, path: Path, digest: str) -> tuple[str, ...]:
        """Ids of the articles of a file, where it and all of them are as they were; else none."""
        known = self._files.get(str(path.resolve()))
        if known is None or known["hash"] != digest:
            return ()
        articles: dict[str, str] = known["articles"]
        return tuple(articles) if self._versions(articles) == articles else ()

    def note(self, path: Path, digest: str, articles: Mapping[str, str]) -> None:
        """Remember what came of a file, id -> version; forget it, where that is nothing."""
        key = str(path.resolve())
        if articles:
            self._files[key] = {"hash": digest, "articles": dict(articles)}
            self._changed = True
        elif self._files.pop(key, None) is not None:
            self._changed = True

    def save(self) -> None:
        """Write the file, where anything has changed; call it once the articles are in the archive."""
        if not self._changed or self._path is None:
            return
        beside = self._path.with_suffix(".new")
        try:
            beside.write_text(json.dumps({"files": self._files}), encoding="utf-8")
            beside.replace(self._path)
            self._changed = False
        except OSError as error:  # the next time they are read again
            _log.warning("%s cannot be written: %s", self._path, error)

    def _load(self) -> dict[str, dict[str, Any]]:
        if self._path is None:
            return {}
        try:
            files = json.loads(self._path.read_text(encoding="utf-8"))["files"]
            return {
                str(path): {
                    "hash": str(known["hash"]),
                    "articles": {str(i): str(v) for i, v in known["articles"].items()},
                }
                for path, known in files.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("%s cannot be read, and is begun anew: %s", self._path, error)
            return {}
