"""The errors of ingestion and of archives.

    DatelineError
    ├── SettingsError        a setting is unknown or its value is invalid
    ├── SourceError          a file, or one record in it, cannot be read as an article
    ├── EmbedderError        the embedding model or the language model is missing, altered or does not load
    └── ArchiveError
        ├── ArchiveMissing   no archive exists at this location
        ├── ArchiveOwned     another process has the archive's folder open
        ├── ArchiveMismatch  the archive was made with other settings
        └── ArticleNotFound  no article has the requested id

`qa` adds QuestionError. Every message states what was received, what was expected and what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass


class DatelineError(Exception):
    """Base of all errors that Dateline raises on purpose."""


class SettingsError(DatelineError):
    """A setting is unknown, or its value is invalid."""


class EmbedderError(DatelineError):
    """The embedding model or the model that detects languages is missing, altered or does not load."""


class ArchiveError(DatelineError):
    """Base of the errors about an archive."""


class ArchiveMissing(ArchiveError):
    """No archive exists at this location."""


class ArchiveOwned(ArchiveError):
    """Another process has the archive's folder open."""


class ArchiveMismatch(ArchiveError):
    """The archive was made with another embedder or passage size, or has another format."""


class ArticleNotFound(ArchiveError):
    """No article has the requested id, or several ids begin with it."""


@dataclass
class SourceError(DatelineError):
    """A file, or one record in it, that cannot be read as an article.

    Attributes:
        file: the file or address as the user named it.
        place: where in the file, such as "line 12"; "" where the error is about the whole file.
        reason: what was received and what was expected.
        remedy: what to do next.
    """

    file: str
    place: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        """One line: file, place, reason and remedy."""
        where = f"{self.file}, {self.place}" if self.place else self.file
        return f"{where}: {self.reason}. {self.remedy}"

    def to_dict(self) -> dict[str, str]:
        """The four parts, for JSON."""
        return {"file": self.file, "place": self.place, "reason": self.reason, "remedy": self.remedy}
