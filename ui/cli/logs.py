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
_SHORTEST = 4  # characters of a secret that is masked; a shorter one occurs in any text


class PlainLines(logging.Formatter):
    """Format a record as a plain line of level and message, without secrets."""

    def __init__(self, secrets: Sequence[str] = ()) -> None:
        """Args: secrets: texts that are replaced by `***`, as they are and as JSON writes them."""
        super().__init__("%(levelname)s %(message)s")
        in_json = (json.dumps(secret, ensure_ascii=False)[1:-1] for secret in secrets)
        # The longest first: one secret may be a part of another.
        self._secrets = sorted((s for s in {*secrets, *in_json} if len(s) >= _SHORTEST), key=len, reverse=True)

    def format(self, record: logging.LogRecord) -> str:
        """Format a record, with its traceback if it has one."""
        line = self._line(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line

    def _line(self, record: logging.LogRecord) -> str:
        return super().format(record)


class JsonLines(PlainLines):
    """Format a record as JSON: time in UTC, level, logger, message, and what `extra={"facts": {...}}` adds."""

    def _line(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        facts = getattr(record, "facts", None)
        if isinstance(facts, Mapping):
            entry |= {str(name): value for name, value in facts.items() if name not in entry}
        if record.exc_info:
            entry["error"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False, default=str)


def start_logging(verbose: bool, file: str | None = None) -> None:
    """Send logs to standard error and to a file, in place of any earlier set-up.

    `DATELINE_LOG=json` in the environment makes standard error JSON lines.

    Args:
        verbose: whether standard error gets more than warnings.
        file: JSON lines are appended to it.

    Raises:
        SettingsError: the file cannot be written.
    """
    as_json = os.environ.get("DATELINE_LOG") == "json"
    secrets = _secrets(os.environ)
    json_lines = JsonLines(secrets)
    stderr = logging.StreamHandler(sys.stderr)
    stderr.setFormatter(json_lines if as_json else PlainLines(secrets))
    detailed = verbose or as_json
    stderr.setLevel(logging.INFO if detailed else logging.WARNING)
    handlers: list[logging.Handler] = [stderr]
    if file:
        try:
            appending = logging.FileHandler(Path(file).expanduser(), encoding="utf-8")
        except OSError as error:
            raise SettingsError(f"--log {file} cannot be written: {error}. Name another file") from None
        appending.setFormatter(json_lines)
        handlers.append(appending)
    logging.basicConfig(level=logging.INFO if verbose else logging.ERROR, handlers=handlers, force=True)
    for name in _OURS:
        logging.getLogger(name).setLevel(logging.INFO if detailed or file else logging.WARNING)
    for name in ("httpx", "httpcore"):  # they log each request to a Chroma server or a chat model
        logging.getLogger(name).setLevel(logging.WARNING)


def _secrets(environment: Mapping[str, str]) -> list[str]:
    """Collect the secrets of an environment: API keys, and the headers for a Chroma server."""
    values = [value for name, value in environment.items() if name.endswith(("_API_KEY", "_TOKEN", "_SECRET"))]
    for pair in environment.get("DATELINE_CHROMA_HEADERS", "").replace("\n", ",").split(","):
        values += pair.partition("=")[2].split()
    return [value for value in values if value not in ("Basic", "Bearer")]
