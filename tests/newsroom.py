"""How the tests of formats read a file: through the same steps that `ingest` takes."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

from ingest.base.article import Article
from ingest.base.errors import SourceError
from ingest.cleaning.normalize import Draft, Link, to_article
from ingest.reading import HEAD_BYTES, Source, choose_reader

FILES = Path(__file__).parent / "data" / "newsroom"
Found = Draft | Link | SourceError


def found(data: str | bytes | Path, name: str = "", columns: Mapping[str, str] | None = None) -> list[Found]:
    """What a reader makes of a file; an error about the whole of it stands at the end."""
    name = name or (data.name if isinstance(data, Path) else "wire.xml")
    data = data.read_bytes() if isinstance(data, Path) else data.encode() if isinstance(data, str) else data
    source = Source(name, f"/news/{name}")
    things: list[Found] = []
    try:
        things.extend(choose_reader(data[:HEAD_BYTES], source, columns).read(io.BytesIO(data), source))
    except SourceError as error:
        things.append(error)
    return things


def articles(data: str | bytes | Path, name: str = "") -> list[Article]:
    """The articles of a file that has nothing else."""
    drafts = [thing for thing in found(data, name) if isinstance(thing, Draft)]
    assert len(drafts) == len(found(data, name)), [str(t) for t in found(data, name) if not isinstance(t, Draft)]
    return [to_article(draft) for draft in drafts]


def only(data: str | bytes | Path, name: str = "") -> Article:
    """The one article of a file."""
    (article,) = articles(data, name)
    return article


def refused(data: str | bytes | Path, name: str = "") -> SourceError:
    """The only thing that comes of a file, an error with all its parts."""
    (error,) = found(data, name)
    assert isinstance(error, SourceError), error
    assert error.reason.strip()
    assert error.remedy.strip()
    return error


def links(data: str | bytes | Path, name: str = "") -> list[Link]:
    """The links in a file."""
    return [thing for thing in found(data, name) if isinstance(thing, Link)]


def errors(data: str | bytes | Path, name: str = "") -> list[SourceError]:
    """The errors in a file."""
    return [thing for thing in found(data, name) if isinstance(thing, SourceError)]
