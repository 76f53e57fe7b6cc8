"""From what a reader found in a file to an Article: cleaned, dated, named."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import parse_qsl, urlencode, urlsplit

from ingest.base.article import Article, Published, Status
from ingest.base.errors import SourceError
from ingest.cleaning.boilerplate import is_correction, is_furniture, without_credit
from ingest.cleaning.dateline import Dateline, parse_dateline
from ingest.cleaning.dates import parse_date
from ingest.cleaning.language import LANGUAGES, detect_language

#: Longest article that is taken, in bytes of UTF-8; a container of many articles may be larger.
MAX_ARTICLE_BYTES = 2_000_000

#: What stands as the text where an article is taken back without one: such a notice has to take effect, too.
NOTICES = {
    "canceled": "This article was canceled by its publisher.",
    "withheld": "This article is held back by its publisher.",
}

_HEADLINE_WORDS = 12
_MAX_IDENTITY = 2_500  # bytes, in JSON
_BULLET = re.compile(r"(?:[-•*–·]|\d{1,3}[.)])\s")
# Characters that Chroma or a page cannot hold: controls, lone surrogates, the byte order mark.
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_SPACES = re.compile(r"[^\S\n]+")


@dataclass(kw_only=True)
class Draft:
    """The facts of one article as a reader found them; None where the source does not say.

    Attributes:
        text: the story; paragraphs are parted by empty lines, or by single line ends. It may be empty where `status`
            takes an article back.
        file: the file or address, as the user named it.
        position: where in the file, such as "line 12"; "" for the whole of it.
        key: what names the article where it has neither guid nor url: path, and place in the file.
        correction: the editor's note, where the format marks a correction beside the text.
        edition: number of the delivery, where the format counts them: a lower one never replaces a higher one.
        dateline: the words of it, where the format has them apart from the text.
        other fields: as in Article, not yet parsed.
    """

    text: str
    file: str
    key: str
    position: str = ""
    headline: str | None = None
    published: str | None = None
    publisher: str | None = None
    place: str | None = None
    authors: Sequence[str] = ()
    url: str | None = None
    guid: str | None = None
    language: str | None = None
    status: str | None = None
    embargo: str | None = None
    correction: str | None = None
    edition: str | None = None
    dateline: str | None = None

    def problem(self, reason: str, remedy: str) -> SourceError:
        """A SourceError about this draft."""
        return SourceError(self.file, self.position, reason, remedy)


@dataclass(frozen=True, kw_only=True)
class Link:
    """The address of an article whose text stands elsewhere, as feeds and site maps have it.

    Attributes:
        url: absolute, http or https.
        file: the file or address that it was found in, as the user named it.
        position: where in it.
        draft: what is known of the article, with its summary as text; None where there is no text of it.
        facts: what is known of the article where there is no text of it, as a draft with an empty text; its headline
            and date for one. None where there is only the address.
    """

    url: str
    file: str
    position: str = ""
    draft: Draft | None = None
    facts: Draft | None = None

    def problem(self, reason: str, remedy: str) -> SourceError:
        """A SourceError about this link."""
        return SourceError(self.file, self.position, reason, remedy)


def to_article(draft: Draft) -> Article:
    """Clean a draft and read what its dateline says.

    Raises:
        SourceError: there is no text, too much of it, or a date, status or address that cannot be.
    """
    size = len(draft.text.encode("utf-8", "surrogatepass"))
    if size > MAX_ARTICLE_BYTES:
        raise draft.problem(
            f"its text has {size / 1e6:.1f} MB; an article has at most {MAX_ARTICLE_BYTES / 1e6:.0f} MB",
            "If it holds many articles, split it, or turn it into JSON Lines with one article a line",
        )
    paragraphs = split_paragraphs(draft.text)
    correction = next((paragraph for paragraph in paragraphs if is_correction(paragraph)), None)
    paragraphs = [paragraph for paragraph in paragraphs if paragraph != correction]
    if len(paragraphs) > 1 and draft.headline and bare_words(paragraphs[0]) == bare_words(draft.headline):
        del paragraphs[0]
    dateline = _dateline(draft, paragraphs)
    if dateline is not None:
        paragraphs[0] = paragraphs[0][dateline.end :]
    story = [without_credit(paragraph) for paragraph in paragraphs if not is_furniture(paragraph)]
    story = [p for p in story if re.search(r"\w", p)]
    status = _status(draft)
    notice = NOTICES.get(status) if not story else None
    story = [notice] if notice else story
    if not story:
        raise draft.problem("it holds no story text", "Check that the file is complete; an article needs a sentence")
    published = _date(draft, "published", draft.published)
    if published is None and dateline is not None:
        published = dateline.published
    text = "\n\n".join(story)
    return Article(
        identity=_identity(draft),
        headline=clean_line(draft.headline) or _first_words(story[0]),
        text=text,
        published=published,
        publisher=clean_line(draft.publisher) or (clean_line(dateline.agency) if dateline else None),
        place=clean_line(draft.place) or (clean_line(dateline.place) if dateline else None),
        authors=tuple(name for name in map(clean_line, draft.authors) if name),
        url=_url(draft),
        language=_language(draft, "" if notice else text),
        dateline=dateline.words if dateline else clean_line(draft.dateline),
        source=_printable(draft.file),
        position=draft.position,
        status=status,
        embargo=_date(draft, "embargo", draft.embargo),
        correction=correction or clean_line(draft.correction),
        edition=_edition(draft),
    )


def split_paragraphs(text: str) -> list[str]:
    """Paragraphs of a text, each on one line, whether it is wrapped at a fixed width or not."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = _UNWANTED.sub("", text)
    paragraphs = []
    for block in re.split(r"\n\s*\n", text):
        lines = [_SPACES.sub(" ", line).strip() for line in block.split("\n")]
        paragraphs += _join_wrapped([line for line in lines if line])
    return paragraphs


def clean_line(text: str | None) -> str | None:
    """One line without control characters or doubled spaces; None where nothing is left."""
    if text is None:
        return None
    return re.sub(r"\s+", " ", _UNWANTED.sub("", text)).strip() or None


def bare_words(line: str) -> str:
    """A line to compare with another: without case, spaces and quotation marks."""
    return re.sub(r"[\s“”„‘’\"'«»]+", "", _UNWANTED.sub("", line)).casefold()


def _printable(name: str) -> str:
    """A name that can be written as UTF-8; bytes of a path that are no text become numbers."""
    return name.encode("utf-8", "backslashreplace").decode()


def _join_wrapped(lines: list[str]) -> list[str]:
    """Lines of one block: joined where they were wrapped at a width, else a paragraph each."""
    width = max((len(line) for line in lines), default=0)
    joined: list[list[str]] = []
    wrapped = False  # whether the line before ran to the width
    for line in lines:
        if joined and wrapped and not _BULLET.match(line):
            joined[-1].append(line)
        else:
            joined.append([line])
        wrapped = 40 <= width <= 120 and len(line) >= 0.7 * width
    return [" ".join(parts) for parts in joined]


def _dateline(draft: Draft, paragraphs: list[str]) -> Dateline | None:
    try:
        return parse_dateline(paragraphs[0]) if paragraphs else None
    except ValueError as error:
        raise draft.problem(f"its dateline has a date that cannot be: {error}", "Correct the date") from None


def _date(draft: Draft, name: str, text: str | None) -> Published | None:
    if text is None or not text.strip():
        return None
    try:
        return parse_date(text)
    except (ValueError, OverflowError, OSError) as error:
        if _status(draft) == "canceled":
            return None  # no flaw in its date may keep an article that was taken back
        raise draft.problem(
            f"{name} is {text[:80]!r}, no date: {str(error)[:200]}", "Write it as 2020-07-21 or 2020-07-21T14:30+01:00"
        ) from None


def _status(draft: Draft) -> Status:
    status = (draft.status or "usable").strip().lower()
    status = {"cancelled": "canceled", "withdrawn": "canceled"}.get(status, status)
    if status not in ("usable", "withheld", "canceled"):
        raise draft.problem(f"status is {(draft.status or '')[:40]!r}", "It takes usable, withheld or canceled")
    return cast("Status", status)


def _edition(draft: Draft) -> int | None:
    text = (draft.edition or "").strip()
    if text and not re.fullmatch(r"[0-9]{1,9}", text):
        raise draft.problem(f"its edition is {text[:40]!r}, no number", "Number the deliveries of an article 1, 2, 3")
    return int(text) if text else None


def _url(draft: Draft) -> str | None:
    url = clean_line(draft.url)
    try:
        # An address with another scheme, javascript: for one, is not a link to an article.
        return url if url and urlsplit(url).scheme in ("http", "https") else None
    except ValueError:
        return None


def _identity(draft: Draft) -> str:
    url = _url(draft)
    if draft.guid and draft.guid.strip():
        name = f"guid {draft.guid.strip()}"
    else:
        name = f"url {canonical_url(url)}" if url else f"file {draft.key}"
    name = _printable(name)
    if len(json.dumps(name, ensure_ascii=False).encode()) <= _MAX_IDENTITY:
        return name
    # A record has to fit into what Chroma Cloud takes; names that differ only at the end stay different.
    return f"{name[:200]}…{hashlib.sha256(name.encode()).hexdigest()}"


def canonical_url(url: str) -> str:
    """An address without scheme, fragment, default port, campaign marks and final slash: what stays of it."""
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not k.startswith("utm_")]
    host = re.sub(r":(?:80|443)$", "", parts.netloc.lower())
    return f"{host}{parts.path.rstrip('/')}" + (f"?{urlencode(query)}" if query else "")


def _language(draft: Draft, text: str) -> str | None:
    given = clean_line(draft.language)
    if given:
        named = next((code for code, name in LANGUAGES.items() if name.lower() == given.lower()), None)
        if named or re.match(r"[A-Za-z]{2}(?:[-_]|$)", given):
            return named or given[:2].lower()
    if not text:
        return None
    code, probability = detect_language(text)
    return code if probability >= 0.5 else None


def _first_words(paragraph: str) -> str:
    words = paragraph.split()
    return " ".join(words[:_HEADLINE_WORDS])[:200] + ("…" if len(words) > _HEADLINE_WORDS else "")
