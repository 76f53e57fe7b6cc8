"""What can be configured about the archive, the embedder and the passages."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest.base.errors import SettingsError
from ingest.base.location import ServerAddress, is_address

#: The embedder that is installed with Dateline and needs no network.
DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"

#: Every environment variable that Dateline reads, with the setting that it names.
VARIABLES = {
    "DATELINE_ARCHIVE": "archive",
    "DATELINE_CHROMA_HEADERS": "chroma_headers",
    "DATELINE_CHROMA_TENANT": "chroma_tenant",
    "DATELINE_CHROMA_DATABASE": "chroma_database",
    "DATELINE_CHROMA_CA": "chroma_ca",
    "DATELINE_CHROMA_RECORDS": "chroma_records",
    "DATELINE_LOG": "log",
    "DATELINE_EMBEDDER": "embedder",
    "DATELINE_PASSAGE_WORDS": "passage_words",
    "DATELINE_READER": "reader",
    "DATELINE_CHAT_MODEL": "chat_model",
    "DATELINE_CHAT_URL": "chat_url",
    "DATELINE_CHAT_SECONDS": "chat_seconds",
    "DATELINE_CHAT_TOKENS": "chat_tokens",
    "DATELINE_CHAT_CONTEXT": "chat_context",
}

# Whole numbers, with the least and the most that each may be.
_NUMBERS = {
    "chroma_records": (1, 100_000),
    "passage_words": (20, 400),
    "chat_seconds": (1, 3_600),
    "chat_tokens": (500, 1_000_000),
    "chat_context": (512, 10_000_000),
}

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a token of RFC 9110


def default_archive() -> Path:
    """The folder that holds the archive where none is named: the platform's own place for user data."""
    from platformdirs import user_data_path

    return user_data_path("dateline", appauthor=False) / "archive"


@dataclass(frozen=True)
class Settings:
    """Settings of one archive; an archive remembers those that shaped it.

    Attributes:
        archive: folder of the archive, or the address of one on a Chroma server.
        chroma_headers: sent with each request to that server: `NAME=VALUE`, several parted by commas or line ends.
            They may hold a key: they are neither logged nor shown.
        chroma_tenant, chroma_database: where on the server; empty for the server's defaults.
        chroma_ca: file with the certificates that the server's is checked against; empty for the system's.
        chroma_records: most records in one request to the server, 1 to 100,000.
        log: `json` for structured logs on standard error, empty for plain ones; the command line heeds it.
        embedder: `all-MiniLM-L6-v2` for the one that is installed with Dateline, else the folder
            or the name of any sentence-transformers model.
        passage_words: target length of a passage, 20 to 400 words.
        reader: empty for the one that is installed with Dateline, else the folder or the name of any extractive
            question-answering model in Hugging Face format. It shapes no archive and can be changed at any time.
        chat_model: empty for none, so that answers are quoted; else `provider:model`, as in `openai:gpt-5-mini`, or
            `gguf:PATH` for a file that llama.cpp runs. Nor do this and what follows shape an archive.
        chat_url: of another server that speaks OpenAI's protocol, for `openai:model`.
        chat_seconds: how long a written answer may take in all, 1 to 3,600.
        chat_tokens: how many tokens a question may cost in all, read and written, 500 or more.
        chat_context: how many tokens the model takes at once, 512 or more.
    """

    archive: Path | ServerAddress = field(default_factory=default_archive)
    embedder: str = DEFAULT_EMBEDDER
    passage_words: int = 130
    reader: str = ""
    chat_model: str = ""
    chat_url: str = ""
    chat_seconds: int = 60
    chat_tokens: int = 8_000
    chat_context: int = 8_192
    chroma_headers: str = field(default="", repr=False)
    chroma_tenant: str = ""
    chroma_database: str = ""
    chroma_ca: str = ""
    chroma_records: int = 5_000
    log: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "archive", _location(self.archive))
        self.headers()
        if self.chroma_ca and not Path(self.chroma_ca).is_file():
            raise SettingsError(f"chroma_ca is {self.chroma_ca!r}, no file; name one with certificates in PEM format")
        if self.log not in ("", "json"):
            raise SettingsError(f"log is {self.log!r}; it takes json, or nothing for plain lines")
        if self.embedder and Path(self.embedder).is_dir():
            object.__setattr__(self, "embedder", str(Path(self.embedder).absolute()))
        if self.reader and Path(self.reader).is_dir():
            object.__setattr__(self, "reader", str(Path(self.reader).absolute()))
        if not self.embedder:
            raise SettingsError(f"the embedder has no name; leave it out for {DEFAULT_EMBEDDER}")
        for name, (least, most) in _NUMBERS.items():
            if not least <= getattr(self, name) <= most:
                raise SettingsError(f"{name} is {getattr(self, name)}; it takes {least:,} to {most:,}")
        if self.chat_model and not all(self.chat_model.partition(":")):
            raise SettingsError(
                f"the chat model is {self.chat_model!r}; it takes provider:model, as in openai:gpt-5-mini, or gguf:PATH"
            )
        if self.chat_url and not self.chat_url.startswith(("http://", "https://")):
            raise SettingsError(f"the chat model's address is {self.chat_url!r}; it begins with http:// or https://")

    @property
    def place(self) -> str:
        """The archive's folder or address as text, the same for the same archive."""
        return str(self.archive.resolve() if isinstance(self.archive, Path) else self.archive)

    def headers(self) -> dict[str, str]:
        """The headers for the Chroma server, by name.

        Raises:
            SettingsError: they cannot be read; the message does not repeat them.
        """
        found: dict[str, str] = {}
        for pair in filter(str.strip, re.split(r"[,\n]", self.chroma_headers)):
            name, _, value = (part.strip() for part in pair.partition("="))
            if not _HEADER.fullmatch(name) or not value or not value.isascii() or not value.isprintable():
                raise SettingsError(
                    "chroma_headers cannot be read; it takes NAME=VALUE, as in Authorization=Bearer KEY"
                )
            found[name] = value
        return found

    @classmethod
    def load(
        cls, archive: str | Path | None = None, environment: Mapping[str, str] | None = None, **overrides: object
    ) -> Settings:
        """Settings from the environment; what is passed here wins over it.

        Args:
            archive: folder or address of the archive; None leaves it to the environment or the default.
            environment: in place of `os.environ`.
            overrides: any other setting by its name.

        Raises:
            SettingsError: an unknown `DATELINE_` variable or setting, or a value that cannot be used.
        """
        environment = os.environ if environment is None else environment
        found: dict[str, Any] = {}
        for name, value in environment.items():
            if not name.startswith("DATELINE_"):
                continue
            if name not in VARIABLES:
                near = difflib.get_close_matches(name, VARIABLES, n=1)
                hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(VARIABLES)}"
                raise SettingsError(f"unknown setting {name} in the environment; {hint}")
            if value:
                found[VARIABLES[name]] = value
        if archive is not None:
            found["archive"] = archive
        found.update(overrides)
        for name, (least, most) in _NUMBERS.items():
            if name in found:
                try:
                    found[name] = int(str(found[name]))
                except ValueError:
                    raise SettingsError(
                        f"{name} is {found[name]!r}; it takes a whole number, {least:,} to {most:,}"
                    ) from None
        try:
            return replace(cls(), **found)
        except TypeError:
            known = ", ".join(VARIABLES.values())
            raise SettingsError(f"unknown setting among {', '.join(found)}; known are {known}") from None


def _location(archive: object) -> Path | ServerAddress:
    if isinstance(archive, ServerAddress):
        return archive
    if is_address(archive):
        return ServerAddress.parse(str(archive))
    if re.match(r"https?:/", str(archive)):
        raise SettingsError(f"the archive {archive} is an address that was made a path; pass it as text")
    return Path(str(archive)).expanduser().absolute()
