"""Remember files that were ingested completely, by their hash, so that unchanged files are not read again."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

FILE = "files.json"

#: Raise it where readers make different articles from the same bytes.
VERSION = 1

_log = logging.getLogger(__name__)


class SeenFiles:
    """Files and their articles, stored in a small file in the archive's folder that may be deleted."""

    def __init__(
        self, folder: Path | None, versions: Callable[[Iterable[str]], Mapping[str, str]], columns: Mapping[str, str]
    ) -> None:
        """Load the files of earlier runs.

        Args:
            folder: folder of the archive; None where it has none, so that nothing is remembered.
            versions: returns the versions that the archive has of some articles, by article id.
            columns: the column of each fact, for JSON Lines and CSV.
        """
        self._path = folder / FILE if folder else None
        self._versions = versions
        self._salt = json.dumps([VERSION, sorted(columns.items())])
        self._changed = False
        self._files = self._load()

    def hash(self, path: Path) -> str:
        """Hash the content of a file together with the columns and the version of the readers.

        Raises:
            OSError: the file cannot be read.
        """
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256")
        digest.update(self._salt.encode())
        return digest.hexdigest()

    def unchanged(self, path: Path, digest: str) -> tuple[str, ...]:
        """Return the ids of a file's articles, where neither the file nor any of them has changed; else none.

        Args:
            path: the file.
            digest: its hash.
        """
        seen = self._files.get(str(path.resolve()))
        if seen is None or seen["hash"] != digest:
            return ()
        articles: dict[str, str] = seen["articles"]
        return tuple(articles) if self._versions(articles) == articles else ()

    def note(self, path: Path, digest: str, articles: Mapping[str, str]) -> None:
        """Remember a file; forget it where it has no articles.

        Args:
            path: the file.
            digest: its hash.
            articles: its articles, as id -> version.
        """
        key = str(path.resolve())
        if articles:
            self._files[key] = {"hash": digest, "articles": dict(articles)}
            self._changed = True
        elif self._files.pop(key, None) is not None:
            self._changed = True

    def save(self) -> None:
        """Write the file if anything has changed; to be called when the articles are in the archive."""
        if not self._changed or self._path is None:
            return
        temporary = self._path.with_suffix(".new")
        try:
            temporary.write_text(json.dumps({"files": self._files}), encoding="utf-8")
            temporary.replace(self._path)
            self._changed = False
        except OSError as error:  # the next run reads all files again
            _log.warning("%s cannot be written: %s", self._path, error)

    def _load(self) -> dict[str, dict[str, Any]]:
        if self._path is None:
            return {}
        try:
            files = json.loads(self._path.read_text(encoding="utf-8"))["files"]
            return {
                str(path): {
                    "hash": str(seen["hash"]),
                    "articles": {str(i): str(v) for i, v in seen["articles"].items()},
                }
                for path, seen in files.items()
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            _log.warning("%s cannot be read and will be written again: %s", self._path, error)
            return {}
