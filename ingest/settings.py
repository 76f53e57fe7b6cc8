"""What can be configured about the archive, the embedder and the passages."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingest.errors import SettingsError

#: The embedder that is installed with Dateline and needs no network.
DEFAULT_EMBEDDER = "all-MiniLM-L6-v2"

#: Every environment variable that Dateline reads, with the setting that it names.
VARIABLES = {
    "DATELINE_ARCHIVE": "archive",
    "DATELINE_EMBEDDER": "embedder",
    "DATELINE_PASSAGE_WORDS": "passage_words",
    "DATELINE_READER": "reader",
}


def default_archive() -> Path:
    """The folder that holds the archive where none is named: the platform's own place for user data."""
    from platformdirs import user_data_path

    return user_data_path("dateline", appauthor=False) / "archive"


@dataclass(frozen=True)
class Settings:
    """Settings of one archive; an archive remembers those that shaped it.

    Attributes:
        archive: folder of the archive.
        embedder: `all-MiniLM-L6-v2` for the one that is installed with Dateline, else the folder
            or the name of any sentence-transformers model.
        passage_words: target length of a passage, 20 to 400 words.
        reader: empty for the one that is installed with Dateline, else the folder or the name of any extractive
            question-answering model in Hugging Face format. It shapes no archive and can be changed at any time.
    """

    archive: Path = field(default_factory=default_archive)
    embedder: str = DEFAULT_EMBEDDER
    passage_words: int = 130
    reader: str = ""

    def __post_init__(self) -> None:
        if str(self.archive).startswith(("http://", "https://")):
            raise SettingsError(
                f"the archive {self.archive} is an address; this version keeps archives in folders only: name a folder"
            )
        object.__setattr__(self, "archive", Path(self.archive).expanduser().absolute())
        if self.embedder and Path(self.embedder).is_dir():
            object.__setattr__(self, "embedder", str(Path(self.embedder).absolute()))
        if self.reader and Path(self.reader).is_dir():
            object.__setattr__(self, "reader", str(Path(self.reader).absolute()))
        if not self.embedder:
            raise SettingsError(f"the embedder has no name; leave it out for {DEFAULT_EMBEDDER}")
        if not 20 <= self.passage_words <= 400:
            raise SettingsError(f"passage_words is {self.passage_words}; it takes 20 to 400")

    @classmethod
    def load(
        cls, archive: str | Path | None = None, environment: Mapping[str, str] | None = None, **overrides: object
    ) -> Settings:
        """Settings from the environment; what is passed here wins over it.

        Args:
            archive: folder of the archive; None leaves it to the environment or the default.
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
        if "passage_words" in found:
            try:
                found["passage_words"] = int(str(found["passage_words"]))
            except ValueError:
                raise SettingsError(
                    f"passage_words is {found['passage_words']!r}; it takes a whole number, 20 to 400"
                ) from None
        try:
            return replace(cls(), **found)
        except TypeError:
            known = ", ".join(VARIABLES.values())
            raise SettingsError(f"unknown setting among {', '.join(found)}; known are {known}") from None
