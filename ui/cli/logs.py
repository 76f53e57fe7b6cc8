"""Logs of the `dateline` command: plain lines, or JSON lines for programs."""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from ingest.base.errors import SettingsError

_OURS = ("ingest", "qa", "ui")
_SHORTEST = 4  # characters of what is treated as a secret


class PlainLines(logging.Formatter):
    """A record as a plain line: level and message."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        """Args: secrets: as of `JsonLines`."""
        super().__init__("%(levelname)s %(message)s")
        self._secrets = _longest_first(secrets)

    def format(self, record: logging.LogRecord) -> str:
        """The line, and those of an error behind it."""
        return _masked(super().format(record), self._secrets)


class JsonLines(logging.Formatter):
    """A record as one line of JSON: time in UTC, level, logger, message, and what `extra={"facts": {...}}` adds."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        """Make one.

        Args:
            secrets: what is to be replaced by `***` wherever it would appear.
        """
        super().__init__()
        self._secrets = [json.dumps(each, ensure_ascii=False)[1:-1] for each in _longest_first(secrets)]

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        said: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        facts = getattr(record, "facts", None)
        if isinstance(facts, Mapping):
            said |= {str(name): value for name, value in facts.items() if name not in said}
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return _masked(json.dumps(said, ensure_ascii=False, default=str), self._secrets)


def start_logging(verbose: bool, file: str | None = None, environment: Mapping[str, str] | None = None) -> None:
    """Send the logs where they are to go; what was set up before is replaced.

    Args:
        verbose: also what goes as it should.
        file: where JSON lines are added to.
        environment: in place of `os.environ`; `DATELINE_LOG=json` makes standard error JSON lines.

    Raises:
        SettingsError: the file cannot be written.
    """
    environment = os.environ if environment is None else environment
    as_json = environment.get("DATELINE_LOG") == "json"
    secrets = secrets_in(environment)
    lines = JsonLines(secrets)
    errors = logging.StreamHandler(sys.stderr)
    errors.setFormatter(lines if as_json else PlainLines(secrets))
    detailed = verbose or as_json
    errors.setLevel(logging.INFO if detailed else logging.WARNING)
    handlers: list[logging.Handler] = [errors]
    if file:
        try:
            into = logging.FileHandler(Path(file).expanduser(), encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"--log {file} cannot be written: {error}. Name another file") from None
        into.setFormatter(lines)
        handlers.append(into)
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, handlers=handlers, force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO if detailed or file else logging.WARNING)
    for name in ("httpx", "httpcore"):  # they log each request to a Chroma server or a chat model
        logging.getLogger(name).setLevel(logging.WARNING)


def _longest_first(secrets: Sequence[str]) -> list[str]:
    """What is masked: one secret may be a part of another, and what is very short stands in any text."""
    return sorted((each for each in secrets if len(each) >= _SHORTEST), key=len, reverse=True)


def _masked(line: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        line = line.replace(secret, "***")
    return line


def secrets_in(environment: Mapping[str, str]) -> list[str]:
    """What an environment holds that nobody is to read: keys, and the headers for a Chroma server."""
    found = [value for name, value in environment.items() if name.endswith(("_API_KEY", "_TOKEN", "_SECRET"))]
    for pair in environment.get("DATELINE_CHROMA_HEADERS", "").replace("\n", ",").split(","):
        found += pair.partition("=")[2].split()
    return [value for value in found if value not in ("Basic", "Bearer")]
