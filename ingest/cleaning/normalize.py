"""Turn a reader's draft into an Article: clean the text, parse its date, determine language and identity."""

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
from ingest.cleaning.boilerplate import is_boilerplate, is_correction, without_credit
from ingest.cleaning.dateline import Dateline, parse_dateline
from ingest.cleaning.dates import parse_date
from ingest.cleaning.language import LANGUAGES, detect_language

#: Longest article, in bytes of UTF-8; a file of many articles may be larger.
MAX_ARTICLE_BYTES = 2_000_000

#: The text of an article whose publisher canceled or withheld it with a notice that has no text.
NOTICES = {
    "canceled": "This article was canceled by its publisher.",
    "withheld": "This article is held back by its publisher.",
}

_HEADLINE_WORDS = 12
_MAX_IDENTITY = 2_500  # bytes, in JSON
_BULLET = re.compile(r"(?:[-•*–·]|\d{1,3}[.)])\s")
# Characters that Chroma or a page cannot contain: controls, lone surrogates, the byte order mark.
_UNWANTED = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufeff\ufffe\uffff]")
_SPACES = re.compile(r"[^\S\n]+")


@dataclass(kw_only=True)
class Draft:
    """The facts of one article as a reader extracted them; None where the source does not state a fact.

    Attributes:
        text: the story, with empty lines or single line ends between paragraphs. It may be empty where `status` is
            withheld or canceled.
        file: the file or URL, as the user named it.
        position: where in the file, such as "line 12"; "" where the article is the whole file.
        key: identifies an article that has neither guid nor url: path, and position in the file.
        correction: the editor's note, where the format marks a correction outside the text.
        edition: number of the delivery, where the format counts deliveries; a lower one never replaces a higher one.
        dateline: the dateline, where the format keeps it outside the text.
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
        """Make a SourceError about this draft.

        Args:
            reason: what is wrong with it.
            remedy: what to do next.
        """
        return SourceError(self.file, self.position, reason, remedy)


@dataclass(frozen=True, kw_only=True)
class Link:
    """A link to an article, from a feed or a sitemap.

    Attributes:
        url: an absolute http or https URL.
        file: the file or URL that contains the link, as the user named it.
        position: where in the file.
        draft: the article with its summary as text; None where the file has no text for it.
        facts: a draft with an empty text, for an article without a summary; it has the headline and date, for example.
            None where the file has only the URL.
    """

    url: str
    file: str
    position: str = ""
    draft: Draft | None = None
    facts: Draft | None = None


def to_article(draft: Draft) -> Article:
    """Clean a draft and parse its dateline.

    Raises:
        SourceError: the text is missing or too long, or a date, status or edition is invalid.
    """
    size = len(draft.text.encode("utf-8", "surrogatepass"))
    if size > MAX_ARTICLE_BYTES:
        raise draft.problem(
            f"its text has {size / 1e6:.1f} MB; an article has at most {MAX_ARTICLE_BYTES / 1e6:.0f} MB",
            "If it contains many articles, split it, or convert it to JSON Lines with one article a line",
        )
    paragraphs = split_paragraphs(draft.text)
    correction = next((paragraph for paragraph in paragraphs if is_correction(paragraph)), None)
    paragraphs = [paragraph for paragraph in paragraphs if paragraph != correction]
    if len(paragraphs) > 1 and draft.headline and bare_words(paragraphs[0]) == bare_words(draft.headline):
        del paragraphs[0]
    dateline = _dateline(draft, paragraphs)
    if dateline is not None:
        paragraphs[0] = paragraphs[0][dateline.end :]
    story = [without_credit(paragraph) for paragraph in paragraphs if not is_boilerplate(paragraph)]
    story = [p for p in story if re.search(r"\w", p)]
    status = _status(draft)
    notice = NOTICES.get(status) if not story else None
    story = [notice] if notice else story
    if not story:
        raise draft.problem("it has no story text", "Check that the file is complete; an article needs a sentence")
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
    """Split a text into paragraphs and join lines that were wrapped at a fixed width."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    text = _UNWANTED.sub("", text)
    paragraphs = []
    for block in re.split(r"\n\s*\n", text):
        lines = [_SPACES.sub(" ", line).strip() for line in block.split("\n")]
        paragraphs += _join_wrapped([line for line in lines if line])
    return paragraphs


def clean_line(text: str | None) -> str | None:
    """Put a text on one line, without control characters or repeated spaces; None where nothing is left."""
    if text is None:
        return None
    return re.sub(r"\s+", " ", _UNWANTED.sub("", text)).strip() or None


def bare_words(line: str) -> str:
    """A line for comparisons that ignore case, spaces and quotation marks."""
    return re.sub(r"[\s“”„‘’\"'«»]+", "", _UNWANTED.sub("", line)).casefold()


def _printable(name: str) -> str:
    """A name that can be encoded as UTF-8; bytes of a path that are not text become escapes."""
    return name.encode("utf-8", "backslashreplace").decode()


def _join_wrapped(lines: list[str]) -> list[str]:
    """The paragraphs of one block: lines are joined where they were wrapped, else each line is a paragraph."""
    width = max((len(line) for line in lines), default=0)
    joined: list[list[str]] = []
    wrapped = False  # whether the previous line was filled to the width
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
        raise draft.problem(f"its dateline has an invalid date: {error}", "Correct the date") from None


def _date(draft: Draft, name: str, text: str | None) -> Published | None:
    if text is None or not text.strip():
        return None
    try:
        return parse_date(text)
    except (ValueError, OverflowError, OSError) as error:
        if _status(draft) == "canceled":
            return None  # a cancellation has to take effect even if its date is invalid
        raise draft.problem(
            f"{name} is {text[:80]!r}, not a date: {str(error)[:200]}",
            "Write it as 2020-07-21 or 2020-07-21T14:30+01:00",
        ) from None


def _status(draft: Draft) -> Status:
    status = (draft.status or "usable").strip().lower()
    status = {"cancelled": "canceled", "withdrawn": "canceled"}.get(status, status)
    if status not in ("usable", "withheld", "canceled"):
        raise draft.problem(f"status is {(draft.status or '')[:40]!r}", "Write usable, withheld or canceled")
    return cast("Status", status)


def _edition(draft: Draft) -> int | None:
    text = (draft.edition or "").strip()
    if text and not re.fullmatch(r"[0-9]{1,9}", text):
        raise draft.problem(f"edition is {text[:40]!r}, not a number", "Number the deliveries of an article 1, 2, 3")
    return int(text) if text else None


def _url(draft: Draft) -> str | None:
    url = clean_line(draft.url)
    try:
        # A URL with another scheme, such as javascript:, is not a link to an article.
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
    # Chroma Cloud limits the size of a record; with the hash, names that differ only at the end stay different.
    return f"{name[:200]}…{hashlib.sha256(name.encode()).hexdigest()}"


def canonical_url(url: str) -> str:
    """Reduce a URL to what identifies a page: no scheme, fragment, default port, utm_ parameter or last slash."""
    parts = urlsplit(url)
    query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not k.startswith("utm_")]
    host = re.sub(r":(?:80|443)$", "", parts.netloc.lower())
    return f"{host}{parts.path.rstrip('/')}" + (f"?{urlencode(query)}" if query else "")


def _language(draft: Draft, text: str) -> str | None:
    stated = clean_line(draft.language)
    if stated:
        named = next((code for code, name in LANGUAGES.items() if name.lower() == stated.lower()), None)
        if named or re.match(r"[A-Za-z]{2}(?:[-_]|$)", stated):
            return named or stated[:2].lower()
    if not text:
        return None
    code, probability = detect_language(text)
    return code if probability >= 0.5 else None


def _first_words(paragraph: str) -> str:
    words = paragraph.split()
    return " ".join(words[:_HEADLINE_WORDS])[:200] + ("…" if len(words) > _HEADLINE_WORDS else "")
