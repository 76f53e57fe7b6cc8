"""Settings of the archive, its models and its passages, from code and from the environment."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from ingest.base.errors import SettingsError
from ingest.base.location import ServerAddress, is_address

#: The embedder that is installed with Dateline and needs no network.
DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"

# Whole numbers, with their ranges.
_NUMBERS = {
    "chroma_records": (1, 100_000),
    "passage_words": (20, 400),
    "chat_seconds": (1, 3_600),
    "chat_tokens": (500, 1_000_000),
    "chat_context": (512, 10_000_000),
}

_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")  # a token of RFC 9110


def default_archive() -> Path:
    """Return the default folder of the archive, in the platform's folder for user data."""
    from platformdirs import user_data_path

    return user_data_path("dateline", appauthor=False) / "archive"


@dataclass(frozen=True)
class Settings:
    """Settings of one archive; an archive remembers the settings that shape it.

    Attributes:
        archive: folder of the archive, or its address on a Chroma server.
        embedder: `all-MiniLM-L6-v2` for the model that is installed with Dateline, else the folder or the name of a
            sentence-transformers model.
        passage_words: target length of a passage, 20 to 400 words.
        reader: empty for the model that is installed with Dateline, else the folder or the name of an extractive
            question-answering model in Hugging Face format. It shapes no archive and can be changed at any time.
        chat_model: empty to quote answers; else `provider:model`, as in `openai:gpt-5-mini`, or `gguf:PATH` for a file
            that llama.cpp runs. No chat setting shapes an archive.
        chat_url: address of another server that speaks OpenAI's protocol, for `openai:model`.
        chat_seconds: time limit of a written answer, 1 to 3,600 seconds.
        chat_tokens: most tokens that a question may cost, read and written, 500 or more.
        chat_context: context window of the model in tokens, 512 or more.
        chroma_headers: sent with each request to the Chroma server: `NAME=VALUE`, separated by commas or line breaks.
            They may hold a key: they are neither logged nor shown.
        chroma_tenant: tenant on the server; empty for its default.
        chroma_database: database on the server; empty for its default.
        chroma_ca: file with the certificates that the server's is checked against; empty for the system's.
        chroma_records: most records in one request to the server, 1 to 100,000.
        log: `json` for JSON lines on standard error, empty for plain lines; only the command line uses it.
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
            raise SettingsError(f"chroma_ca is {self.chroma_ca!r}, which is no file; name a file of certificates (PEM)")
        if self.log not in ("", "json"):
            raise SettingsError(f"log is {self.log!r}; it takes json, or nothing for plain lines")
        if not self.embedder:
            raise SettingsError(f"the embedder has no name; leave it out for {DEFAULT_EMBEDDER}")
        for name in ("embedder", "reader"):
            model = getattr(self, name)
            if model and Path(model).is_dir():
                object.__setattr__(self, name, str(Path(model).absolute()))
        for name, (least, most) in _NUMBERS.items():
            if not least <= getattr(self, name) <= most:
                raise SettingsError(f"{name} is {getattr(self, name)}; it takes {least:,} to {most:,}")
        if self.chat_model and not all(self.chat_model.partition(":")):
            raise SettingsError(
                f"the chat model is {self.chat_model!r}; it takes provider:model, as in openai:gpt-5-mini, or gguf:PATH"
            )
        if self.chat_url and not self.chat_url.startswith(("http://", "https://")):
            raise SettingsError(f"the chat model's address is {self.chat_url!r}; it starts with http:// or https://")

    @property
    def place(self) -> str:
        """The archive's resolved folder or its address, as text: equal for the same archive."""
        return str(self.archive.resolve() if isinstance(self.archive, Path) else self.archive)

    def headers(self) -> dict[str, str]:
        """Return the headers for the Chroma server, by name.

        Raises:
            SettingsError: they cannot be read; the message does not repeat them.
        """
        headers: dict[str, str] = {}
        for pair in filter(str.strip, re.split(r"[,\n]", self.chroma_headers)):
            name, _, value = (part.strip() for part in pair.partition("="))
            if not _HEADER.fullmatch(name) or not value or not value.isascii() or not value.isprintable():
                raise SettingsError(
                    "chroma_headers cannot be read; it takes NAME=VALUE, as in Authorization=Bearer KEY"
                )
            headers[name] = value
        return headers

    @classmethod
    def load(
        cls, archive: str | Path | None = None, environment: Mapping[str, str] | None = None, **overrides: object
    ) -> Settings:
        """Load settings from the environment; arguments override it.

        Args:
            archive: folder or address of the archive; None for the environment's or the default.
            environment: in place of `os.environ`.
            overrides: other settings, by name.

        Raises:
            SettingsError: an unknown `DATELINE_` variable or setting, or an invalid value.
        """
        values: dict[str, Any] = {}
        for variable, value in (os.environ if environment is None else environment).items():
            if not variable.startswith("DATELINE_"):
                continue
            if variable not in VARIABLES:
                near = difflib.get_close_matches(variable, VARIABLES, n=1)
                hint = f"did you mean {near[0]}?" if near else f"the settings are {', '.join(VARIABLES)}"
                raise SettingsError(f"unknown setting {variable} in the environment; {hint}")
            if value:
                values[VARIABLES[variable]] = value
        if archive is not None:
            values["archive"] = archive
        values |= overrides
        for name, (least, most) in _NUMBERS.items():
            if name in values:
                try:
                    values[name] = int(str(values[name]))
                except ValueError:
                    raise SettingsError(
                        f"{name} is {values[name]!r}; it takes a whole number, {least:,} to {most:,}"
                    ) from None
        try:
            return cls(**values)
        except TypeError:
            names = ", ".join(VARIABLES.values())
            raise SettingsError(f"unknown setting among {', '.join(values)}; the settings are {names}") from None


#: Every environment variable that Dateline reads, with the setting that it sets.
VARIABLES = {f"DATELINE_{setting.name.upper()}": setting.name for setting in fields(Settings)}


def _location(archive: object) -> Path | ServerAddress:
    if isinstance(archive, ServerAddress):
        return archive
    if is_address(archive):
        return ServerAddress.parse(str(archive))
    if re.match(r"https?:/", str(archive)):
        raise SettingsError(f"the archive {archive} is an address inside a Path; pass it as text")
    return Path(str(archive)).expanduser().absolute()
