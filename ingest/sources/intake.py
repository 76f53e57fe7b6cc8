"""Read articles from files, folders, containers and URLs, and from the links of feeds and sitemaps."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO
from urllib.parse import urlsplit

from ingest.base.article import Article
from ingest.base.errors import SourceError
from ingest.cleaning.normalize import Draft, Link, to_article
from ingest.reading import HEAD_BYTES, Source, choose_reader
from ingest.sources.containers import Budget, Member, unpack
from ingest.sources.fetching.addresses import redacted
from ingest.sources.fetching.validators import Memory
from ingest.sources.seen_files import SeenFiles
from ingest.sources.uploads import Upload

if TYPE_CHECKING:
    from ingest.sources.fetching.fetcher import Fetcher

#: Maximum number of pages that are fetched through links of feeds and sitemaps in one run.
DEFAULT_LIMIT = 500

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_DEPTH = 2  # links from the source to a sitemap, and from that to another sitemap
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Unchanged:
    """Articles in the archive whose page or file has not changed."""

    article_ids: tuple[str, ...]


#: What reading a source yields.
Result = Article | Unchanged | SourceError

#: A source to read: a URL, the path of a file or folder, or an upload.
IngestSource = str | Path | Upload


def is_address(source: IngestSource) -> bool:
    """Whether a source is a URL and not a path."""
    return isinstance(source, str) and _ADDRESS.match(source) is not None


@dataclass(frozen=True)
class Web:
    """How pages are fetched.

    Attributes:
        make: creates the fetcher, before the first page is fetched.
        memory: pages of earlier runs.
        in_archive: returns which of some article ids the archive has.
        follow: whether links of feeds and sitemaps are followed; None to follow them only in sources that are URLs.
        limit: maximum number of pages that are fetched through such links.
    """

    make: Callable[[], Fetcher]
    memory: Memory
    in_archive: Callable[[Iterable[str]], Collection[str]]
    follow: bool | None = None
    limit: int = DEFAULT_LIMIT


@dataclass(frozen=True)
class _File:
    """A file to read.

    Attributes:
        path: its path.
        size: its length, in bytes.
        source: what to call it.
        is_permanent: whether its path stays valid, so that remembering it is useful; False for uploads.
    """

    path: Path
    size: int
    source: Source
    is_permanent: bool


class Intake:
    """Reads sources one after the other; a source that cannot be read yields an error and reading continues.

    Attributes:
        total_bytes: length of all files and of all pages fetched so far.
    """

    def __init__(self, columns: Mapping[str, str], web: Web, seen_files: SeenFiles) -> None:
        """Prepare one run.

        Args:
            columns: the column of each fact, for JSON Lines and CSV.
            web: how pages are fetched.
            seen_files: files of earlier runs.
        """
        self.total_bytes = 0
        self._seen_files = seen_files
        self._columns = columns
        self._web = web
        self._fetcher: Fetcher | None = None
        self._finished = 0  # bytes of completed files
        self._current: BinaryIO | None = None
        self._visited: set[str] = set()
        self._followed = 0  # number of links
        self._summaries = 0  # number of articles for which only the summary was available

    def close(self) -> None:
        """Close all network connections."""
        if self._fetcher is not None:
            self._fetcher.close()

    @property
    def done_bytes(self) -> int:
        """How many of `total_bytes` were read."""
        current = self._current
        return self._finished + (current.tell() if current is not None and not current.closed else 0)

    def read(self, sources: Iterable[IngestSource]) -> Iterator[Result]:
        """Yield the articles of files, folders, URLs and uploads, in their order."""
        inputs: list[_File | str | SourceError] = []
        seen: set[str] = set()
        for source in sources:
            if isinstance(source, str) and is_address(source):
                inputs.append(source)
            else:
                inputs += _uploaded(source, seen) if isinstance(source, Upload) else _files(source, seen)
        self.total_bytes = sum(entry.size for entry in inputs if isinstance(entry, _File))
        for entry in inputs:
            if isinstance(entry, SourceError):
                yield entry
            elif isinstance(entry, str):
                yield from self._page(entry, follow=self._web.follow is not False)
            else:
                yield from self._file(entry)

    def _file(self, file: _File) -> Iterator[Result]:
        follow = self._web.follow is True
        try:
            digest = self._seen_files.hash(file.path) if file.is_permanent else ""
            if file.is_permanent and not follow and (ids := self._seen_files.unchanged(file.path, digest)):
                yield Unchanged(ids)
                return
            with file.path.open("rb") as opened:
                self._current = opened
                articles: dict[str, str] | None = {}  # None where the file has to be read again in the next run
                for result in self._documents(Member(opened, file.source), follow, 0):
                    if not isinstance(result, Article) or (articles and result.article_id in articles):
                        articles = None
                    elif articles is not None:
                        articles[result.article_id] = result.version
                    yield result
            if file.is_permanent:
                self._seen_files.note(file.path, digest, (not follow and articles) or {})
        except OSError as error:
            reason = error if file.is_permanent else error.strerror
            yield file.source.problem(f"it cannot be read: {reason}", "Check the file and its permissions")
        finally:
            self._current = None
            self._finished += file.size

    def _page(self, url: str, follow: bool, depth: int = 0, linked: Draft | None = None) -> Iterator[Result]:
        """Yield the articles of a page; `linked` has the facts of the link that led to it."""
        if url in self._visited:
            return
        self._visited.add(url)
        earlier = self._web.memory.get(url)
        if earlier and len(self._web.in_archive(earlier.articles)) < len(earlier.articles):
            earlier = None  # some articles were removed from the archive, so the page is ingested again
        self._fetcher = self._fetcher or self._web.make()
        try:
            page = self._fetcher.fetch(url, earlier.headers() if earlier else None)
        except SourceError as error:
            yield error
            return
        if page is None:
            yield Unchanged(earlier.articles) if earlier else _unexpected_304(url)
            return
        self.total_bytes += page.size
        self._finished += page.size
        ids: list[str] = []
        is_complete, summaries = True, self._summaries
        with page.file as file:
            member = Member(file, Source(redacted(url), url), page.url)
            for result in self._documents(member, follow, depth, linked):
                is_complete = is_complete and not isinstance(result, SourceError)
                if isinstance(result, Article):
                    ids.append(result.article_id)
                elif isinstance(result, Unchanged):
                    ids += result.article_ids
                yield result
        if is_complete and ids and summaries == self._summaries:
            self._web.memory.note(url, page.etag, page.modified, ids)
        else:
            self._web.memory.note(url, None, None, ())

    def _documents(self, member: Member, follow: bool, depth: int, linked: Draft | None = None) -> Iterator[Result]:
        """Yield the articles of a file, or of the files in it where it is a container."""
        budget = Budget()
        try:
            for document in unpack(member, budget):
                if isinstance(document, SourceError):
                    yield document
                    continue
                try:
                    yield from self._document(document, follow, depth, linked)
                except SourceError as error:
                    yield _placed(error, document)
        except SourceError as error:
            yield error
        except OSError as error:
            yield member.source.problem(f"it cannot be read: {error}", "Check the disk, or deliver it again")

    def _document(self, document: Member, follow: bool, depth: int, linked: Draft | None) -> Iterator[Result]:
        """Yield the articles of one file.

        Raises:
            SourceError: the file as a whole cannot be read.
        """
        source = document.source
        reader = choose_reader(document.file.read(HEAD_BYTES), source, self._columns)
        document.file.seek(0)
        keys: set[str] = set()
        unfollowed = 0
        for draft in reader.read(document.file, source):
            if isinstance(draft, SourceError):
                yield _placed(draft, document)
            elif isinstance(draft, Draft):
                yield self._article(_complete(draft, document, linked), source, keys)
            elif follow and depth <= _DEPTH and self._followed < self._web.limit:
                yield from self._target(draft, depth, document, keys)
            elif draft.draft is not None:
                self._summaries += follow
                yield self._article(_complete(draft.draft, document, None), source, keys)
            else:
                unfollowed += 1
        if unfollowed:
            raise self._unfollowed(unfollowed, source, follow, depth)

    def _target(self, link: Link, depth: int, document: Member, keys: set[str]) -> Iterator[Result]:
        """Yield the articles of the page that a link leads to, or the link's summary where that fails."""
        self._followed += 1
        if link.draft is None:
            yield from self._page(link.url, True, depth + 1, link.facts)
            return
        results = list(self._page(link.url, True, depth + 1, link.draft))
        failed = [result for result in results if isinstance(result, SourceError)]
        if len(failed) < len(results) or not failed:
            yield from results
            return
        _log.warning("only the summary is used, because of %s", failed[0])
        self._summaries += 1
        yield self._article(_complete(link.draft, document, None), document.source, keys)

    def _article(self, draft: Draft, source: Source, keys: set[str]) -> Article | SourceError:
        if draft.key in keys:  # two stories with the same headline and day
            draft = replace(draft, key=f"{draft.key}#{draft.position}")
        keys.add(draft.key)
        try:
            return replace(to_article(draft), source=source.key)
        except SourceError as error:
            return error

    def _unfollowed(self, count: int, source: Source, follow: bool, depth: int) -> SourceError:
        what = "the address of an article" if count == 1 else f"the addresses of {count:,} articles"
        if not follow:
            return source.problem(
                f"it holds {what}, and no text", "Fetch them too with --follow (in Python: follow=True)"
            )
        if depth > _DEPTH:
            return source.problem(
                f"it holds {what}, {depth} sitemaps or feeds deep", f"Ingest it itself; at most {_DEPTH} are followed"
            )
        return source.problem(
            f"it holds {what} beyond the limit of {self._web.limit:,} for one run",
            "Raise --limit (in Python: limit=), or run it again later for the new ones",
        )


def _files(name: str | Path, seen: set[str]) -> Iterator[_File | SourceError]:
    """The file with a path, or the files in a folder; an error for each that is already in `seen`."""
    root = Path(name).expanduser()
    try:
        if root.is_dir():
            paths = [p for p in sorted(root.rglob("*")) if p.is_file() and not _is_hidden(p.relative_to(root))]
        elif root.exists():
            paths = [root]
        else:
            raise FileNotFoundError("no such file or folder")
        for path in paths:
            yield _once(path, Source(str(path), str(path.resolve())), seen, is_permanent=True)
    except OSError as error:
        yield SourceError(str(name), "", str(error), "Check the path and its permissions")


def _uploaded(upload: Upload, seen: set[str]) -> Iterator[_File | SourceError]:
    """The file of an upload."""
    try:
        yield _once(upload.path, upload.source, seen, is_permanent=False)
    except OSError as error:
        yield upload.source.problem(f"it did not arrive: {error.strerror}", "Send it again")


def _once(path: Path, source: Source, seen: set[str], *, is_permanent: bool) -> _File | SourceError:
    if source.key in seen:
        return source.problem("it is in this batch twice", "It was read once; name it once")
    seen.add(source.key)
    return _File(path, path.stat().st_size, source, is_permanent)


def _unexpected_304(url: str) -> SourceError:
    return SourceError(
        redacted(url), "", "the server answers that it has not changed (status 304), but the request did not ask that",
        "Try again later, or save the page as a file",
    )  # fmt: skip


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _placed(error: SourceError, document: Member) -> SourceError:
    """An error with the place of its document in front of its own place."""
    place = ", ".join(filter(None, (document.place, error.place)))
    return SourceError(error.file, place, error.reason, error.remedy)


def _complete(draft: Draft, document: Member, linked: Draft | None) -> Draft:
    """Add the URL of its page and the facts of its link to a draft, unless the file has several articles.

    Facts of the page take precedence.
    """
    facts: dict[str, object] = {"position": ", ".join(filter(None, (document.place, draft.position)))}
    if not draft.position:
        facts["url"] = _own_address(draft.url, document.url)
        for name in (field.name for field in fields(linked)) if linked else ():
            if name not in ("text", "file", "key", "position", "url") and not getattr(draft, name):
                facts[name] = getattr(linked, name)
    return replace(draft, **facts)  # type: ignore[arg-type] # the values come from the same fields


def _own_address(canonical: str | None, fetched: str | None) -> str | None:
    """The canonical URL of a page, or the fetched URL where there is none or it is the front page of the site."""
    if not canonical or not fetched:
        return canonical or fetched
    try:
        parts = urlsplit(canonical)
        is_front = parts.path in ("", "/") and not parts.query and urlsplit(fetched).path not in ("", "/")
    except ValueError:
        return fetched
    return fetched if is_front else canonical
