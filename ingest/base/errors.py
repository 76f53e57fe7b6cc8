"""What can go wrong while articles are read, stored and opened.

    DatelineError
    ├── SettingsError        a setting is unknown or has a value that cannot be used
    ├── SourceError          a file, or one record in it, cannot be read as an article
    ├── EmbedderError        the embedding model, or that of languages, is missing, altered or does not load
    └── ArchiveError
        ├── ArchiveMissing   there is no archive where one was asked for
        ├── ArchiveOwned     another process has the archive's folder open
        ├── ArchiveMismatch  the archive was made with other settings
        └── ArticleNotFound  no article has the id that was asked for

`qa` adds QuestionError. Every message says what was got, what was expected and what to do next.
"""

from __future__ import annotations

from dataclasses import dataclass


class DatelineError(Exception):
    """Base of all errors that Dateline raises on purpose."""


class SettingsError(DatelineError):
    """A setting is unknown, or its value cannot be used."""


class EmbedderError(DatelineError):
    """The embedding model, or that which tells languages, is missing, altered or does not load."""


class ArchiveError(DatelineError):
    """Base of the errors about an archive."""


class ArchiveMissing(ArchiveError):
    """There is no archive where one was asked for."""


class ArchiveOwned(ArchiveError):
    """Another process has the archive's folder open."""


class ArchiveMismatch(ArchiveError):
    """The archive was made with another embedder or passage size, or has another format."""


class ArticleNotFound(ArchiveError):
    """No article has the id that was asked for, or several begin with it."""


@dataclass
class SourceError(DatelineError):
    """A file, or one record in it, that cannot be read as an article.

    Attributes:
        file: the file or address as the user named it.
        place: where in it, such as "line 12"; "" where the whole file is meant.
        reason: what was got and what was expected.
        remedy: what to do about it.
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
