"""Where articles come from: files, folders, containers, web addresses, and the links that feeds and site maps have."""

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
from ingest.sources.fetching.addresses import shown
from ingest.sources.fetching.validators import Memory
from ingest.sources.seen_files import KnownFiles
from ingest.sources.uploads import Upload

if TYPE_CHECKING:
    from ingest.sources.fetching.fetcher import Fetcher

#: How many pages the links of feeds and site maps may lead to in one run.
DEFAULT_LIMIT = 500

_ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_DEPTH = 2  # site maps in a site map in the one that was named
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Unchanged:
    """Articles that are in the archive, and whose page or file has not changed since."""

    article_ids: tuple[str, ...]


#: What comes of a source, one by one.
Found = Article | Unchanged | SourceError


#: What is named to be read.
Given = str | Path | Upload


def is_address(given: Given) -> bool:
    """Whether a source is named by an address rather than a path."""
    return isinstance(given, str) and _ADDRESS.match(given) is not None


@dataclass(frozen=True)
class Web:
    """How pages are fetched.

    Attributes:
        make: makes the fetcher, when the first page is to be fetched.
        memory: what is known of pages from earlier runs.
        in_archive: which of some articles the archive has.
        follow: whether links of feeds and site maps are followed; None where these were named by their address.
        limit: how many pages such links may lead to.
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
        path: where it lies.
        size: in bytes.
        source: what it is called.
        stays: whether it will be found there again, so that it is worth while to know it.
    """

    path: Path
    size: int
    source: Source
    stays: bool


class Intake:
    """Reads sources, one after the other; what cannot be read is given as an error, and the rest goes on.

    Attributes:
        total_bytes: of the files that were named, and of what has been fetched.
    """

    def __init__(self, columns: Mapping[str, str], web: Web, known: KnownFiles) -> None:
        """Of one run.

        Args:
            columns: which column holds which fact, for JSON Lines and CSV.
            web: how pages are fetched.
            known: files of earlier runs.
        """
        self.total_bytes = 0
        self._known = known
        self._columns = columns
        self._web = web
        self._fetcher: Fetcher | None = None
        self._finished = 0  # bytes of the files that are done
        self._current: BinaryIO | None = None
        self._visited: set[str] = set()
        self._followed = 0  # pages
        self._wanting = 0  # articles of which only a summary could be had

    def close(self) -> None:
        """Close what is open on the network."""
        if self._fetcher is not None:
            self._fetcher.close()

    @property
    def done_bytes(self) -> int:
        """How many of `total_bytes` have been read."""
        current = self._current
        return self._finished + (current.tell() if current is not None and not current.closed else 0)

    def read(self, given: Iterable[Given]) -> Iterator[Found]:
        """What comes of files, folders and addresses, in their order."""
        files: list[_File | str | SourceError] = []
        seen: set[str] = set()
        for name in given:
            if isinstance(name, str) and is_address(name):
                files.append(name)
            else:
                files += _sent(name, seen) if isinstance(name, Upload) else _files(name, seen)
        self.total_bytes = sum(each.size for each in files if isinstance(each, _File))
        for each in files:
            if isinstance(each, SourceError):
                yield each
            elif isinstance(each, str):
                yield from self._page(each, follow=self._web.follow is not False)
            else:
                yield from self._file(each)

    def _file(self, given: _File) -> Iterator[Found]:
        follow = self._web.follow is True
        try:
            digest = self._known.hash(given.path) if given.stays else ""
            if given.stays and not follow and (ids := self._known.unchanged(given.path, digest)):
                yield Unchanged(ids)
                return
            with given.path.open("rb") as file:
                self._current = file
                articles: dict[str, str] | None = {}
                for found in self._documents(Member(file, given.source), follow, 0):
                    if not isinstance(found, Article) or (articles and found.article_id in articles):
                        articles = None
                    elif articles is not None:
                        articles[found.article_id] = found.version
                    yield found
            if given.stays:
                self._known.note(given.path, digest, (not follow and articles) or {})
        except OSError as error:
            reason = error if given.stays else error.strerror
            yield given.source.problem(f"it cannot be read: {reason}", "Check the file and its permissions")
        finally:
            self._current = None
            self._finished += given.size

    def _page(self, url: str, follow: bool, depth: int = 0, known: Draft | None = None) -> Iterator[Found]:
        """What comes of an address."""
        if url in self._visited:
            return
        self._visited.add(url)
        earlier = self._web.memory.get(url)
        if earlier and len(self._web.in_archive(earlier.articles)) < len(earlier.articles):
            earlier = None  # some were taken out since; they are to come back, as those of a file do
        self._fetcher = self._fetcher or self._web.make()
        try:
            page = self._fetcher.fetch(url, earlier.headers() if earlier else None)
        except SourceError as error:
            yield error
            return
        if page is None:
            yield Unchanged(earlier.articles) if earlier else _unasked(url)
            return
        self.total_bytes += page.size
        self._finished += page.size
        ids: list[str] = []
        is_whole, wanting = True, self._wanting
        with page.file as file:
            member = Member(file, Source(shown(url), url), page.url)
            for found in self._documents(member, follow, depth, known):
                is_whole = is_whole and not isinstance(found, SourceError)
                if isinstance(found, Article):
                    ids.append(found.article_id)
                elif isinstance(found, Unchanged):
                    ids += found.article_ids
                yield found
        if is_whole and ids and wanting == self._wanting:
            self._web.memory.note(url, page.etag, page.modified, ids)
        else:
            self._web.memory.note(url, None, None, ())

    def _documents(self, member: Member, follow: bool, depth: int, known: Draft | None = None) -> Iterator[Found]:
        """What comes of a file, and of the files in it where it is a container."""
        budget = Budget()
        try:
            for document in unpack(member, budget):
                if isinstance(document, SourceError):
                    yield document
                    continue
                try:
                    yield from self._document(document, follow, depth, known)
                except SourceError as error:
                    yield _placed(error, document)
        except SourceError as error:
            yield error
        except OSError as error:
            yield member.source.problem(f"it cannot be read: {error}", "Check the disk, or deliver it again")

    def _document(self, document: Member, follow: bool, depth: int, known: Draft | None) -> Iterator[Found]:
        """What comes of one file.

        Raises:
            SourceError: it cannot be read as a whole.
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
                yield self._article(_complete(draft, document, known), source, keys)
            elif follow and depth <= _DEPTH and self._followed < self._web.limit:
                yield from self._target(draft, depth, document, keys)
            elif draft.draft is not None:
                self._wanting += follow
                yield self._article(_complete(draft.draft, document, None), source, keys)
            else:
                unfollowed += 1
        if unfollowed:
            raise self._unfollowed(unfollowed, source, follow, depth)

    def _target(self, link: Link, depth: int, document: Member, keys: set[str]) -> Iterator[Found]:
        """What comes of the page that a link leads to; its summary, where it leads to nothing."""
        self._followed += 1
        if link.draft is None:
            yield from self._page(link.url, True, depth + 1, link.facts)
            return
        found = list(self._page(link.url, True, depth + 1, link.draft))
        failed = [each for each in found if isinstance(each, SourceError)]
        if len(failed) < len(found) or not failed:
            yield from found
            return
        _log.warning("only the summary is taken of %s", failed[0])
        self._wanting += 1
        yield self._article(_complete(link.draft, document, None), document.source, keys)

    def _article(self, draft: Draft, source: Source, keys: set[str]) -> Article | SourceError:
        if draft.key in keys:  # two stories of one headline and day
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
                f"it holds {what}, {depth} site maps or feeds deep", f"At most {_DEPTH} are followed; name it itself"
            )
        return source.problem(
            f"it holds {what} beyond the {self._web.limit:,} that are followed in one run",
            "Raise --limit (in Python: limit=), or run it again later for those that are new",
        )


def _files(given: str | Path, seen: set[str]) -> Iterator[_File | SourceError]:
    """The files of a path, each with its size; one that was seen before is reported."""
    root = Path(given).expanduser()
    try:
        if root.is_dir():
            found = [p for p in sorted(root.rglob("*")) if p.is_file() and not _hidden(p.relative_to(root))]
        elif root.exists():
            found = [root]
        else:
            raise FileNotFoundError("no such file or folder")
        for path in found:
            yield from _once(path, Source(str(path), str(path.resolve())), seen, stays=True)
    except OSError as error:
        yield SourceError(str(given), "", str(error), "Check the path and its permissions")


def _sent(upload: Upload, seen: set[str]) -> Iterator[_File | SourceError]:
    """The file of an upload."""
    try:
        yield from _once(upload.path, upload.source, seen, stays=False)
    except OSError as error:
        yield upload.source.problem(f"it did not arrive: {error.strerror}", "Send it again")


def _once(path: Path, source: Source, seen: set[str], *, stays: bool) -> Iterator[_File | SourceError]:
    if source.key in seen:
        yield source.problem("it is in this batch twice", "It was read once; name it once")
        return
    seen.add(source.key)
    yield _File(path, path.stat().st_size, source, stays)


def _unasked(url: str) -> SourceError:
    return SourceError(
        shown(url), "", "the server says that it has not changed (status 304), and was not asked that",
        "Try again later, or save the page as a file",
    )  # fmt: skip


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)


def _placed(error: SourceError, document: Member) -> SourceError:
    """An error with the place of its document before its own."""
    place = ", ".join(filter(None, (document.place, error.place)))
    return SourceError(error.file, place, error.reason, error.remedy)


def _complete(draft: Draft, document: Member, known: Draft | None) -> Draft:
    """A draft with what is known of it from elsewhere: the address of its page, and what a feed says of it.

    What stands on the page wins. Of a page that holds several articles nothing is known.
    """
    facts: dict[str, object] = {"position": ", ".join(filter(None, (document.place, draft.position)))}
    if not draft.position:
        facts["url"] = _own_address(draft.url, document.url)
        for name in (field.name for field in fields(known) if known) if known else ():
            if name not in ("text", "file", "key", "position", "url") and not getattr(draft, name):
                facts[name] = getattr(known, name)
    return replace(draft, **facts)  # type: ignore[arg-type] # each is a field's own value


def _own_address(canonical: str | None, fetched: str | None) -> str | None:
    """The canonical address of a page; where it was fetched from, if it names none, or the front page of its site."""
    if not canonical or not fetched:
        return canonical or fetched
    try:
        parts = urlsplit(canonical)
        is_front = parts.path in ("", "/") and not parts.query and urlsplit(fetched).path not in ("", "/")
    except ValueError:
        return fetched
    return fetched if is_front else canonical
