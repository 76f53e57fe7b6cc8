"""Citations of an article to be copied: Chicago, AP, BibTeX. What its source did not say is left out, never guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from ingest.base.article import Article, Published
from ui import words
from ui.render import phrases

_MONTHS = (
    "January February March April May June July August September October November December".split()
)  # not strftime's, which depend on the machine's language
_AP_MONTHS = "Jan. Feb. March April May June July Aug. Sept. Oct. Nov. Dec.".split()
_BIB_MONTHS = [month[:3].lower() for month in _MONTHS]

# Line breaks and controls, those that turn the direction of writing among them.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u200b]+")
_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # BibTeX counts every brace, escaped or not
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: f"\\{character}" for character in "$&#%_"}
_STOP_WORDS = frozenset(
    "a an and are as at by for from has his her how in into is its of on or the to was with".split()
)


def chicago(article: Article, accessed: date | None = None) -> str:
    """A note in the style of the Chicago Manual, notes and bibliography: a newspaper article online.

        Saffi Moran and Joss Harker, “Ferry Runs Aground,” Tidewater, March 28, 2025, https://...

    Newspaper articles are cited in notes, and notes have names in their own order: which part of a name is the family's
    need not be guessed. Of three authors and more the first is named. The headline's capitals are the publisher's.
    An article without a date has the day it was looked at, where that is given, else "n.d.". The place that an article
    was filed from is no part of either style.

    Args:
        article: what is cited.
        accessed: the day it was looked at.
    """
    names = f"{_plain(article.authors[0])} et al." if len(article.authors) > 2 else _names(article)
    dated = _dated(article.published, _MONTHS)
    if not dated:
        dated = f"accessed {_MONTHS[accessed.month - 1]} {accessed.day}, {accessed.year}" if accessed else "n.d."
    return _joined(names, _quoted(article.headline), _plain(article.publisher), dated, _address(article.url))


def ap(article: Article) -> str:
    """Attribution as The Associated Press writes it.

        Saffi Moran, “Ferry runs aground,” Tidewater, Sept. 28, 2025, https://...

    AP is a style for news and has no form for a list of sources. This is the order that is usual for one, with what the
    stylebook does say: names of papers stand without quotation marks, and long months are cut before a day.
    """
    dated = _dated(
        article.published, _AP_MONTHS if article.published and len(article.published.date) == 10 else _MONTHS
    )
    return _joined(_names(article), _quoted(article.headline), _plain(article.publisher), dated, _address(article.url))


def bibtex(article: Article, accessed: date | None = None) -> str:
    """A BibTeX entry: `@online`, which biblatex knows, with its fields; `@misc` where there is no address.

    Args:
        article: what is cited.
        accessed: the day it was looked at, for `urldate`.
    """
    url = _address(article.url)
    fields = {
        "author": " and ".join(_tex_name(_plain(name)) for name in article.authors),
        "title": f"{{{_tex(_plain(article.headline))}}}",  # its capitals are kept
        "organization" if url else "howpublished": _tex(_plain(article.publisher)),
        **_tex_date(article.published, online=bool(url)),
        "note": f"{words.FILED_FROM} {_tex(_plain(article.place))}" if article.place else "",
        "url": url,
        "urldate": accessed.isoformat() if accessed and url else "",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{'online' if url else 'misc'}{{{_key(article)},", *lines, "}"])


def _joined(*parts: str) -> str:
    """Parts with commas between them; that behind a headline stands within its quotation marks."""
    there = [part for part in parts if part]
    line = there[0]
    for part in there[1:]:
        line = f"{line[:-1]},” {part}" if line.endswith("”") else f"{line}, {part}"
    if line.endswith("”"):
        return f"{line[:-1]}.”"
    return line if line.endswith(".") or there[-1].startswith("http") else f"{line}."


def _names(article: Article) -> str:
    return phrases.authors([_plain(name) for name in article.authors if _plain(name)])


def _quoted(headline: str) -> str:
    """In double quotation marks, those within made single."""
    inner = re.sub(r"\"(?=\w)", "‘", _plain(headline)).replace('"', "’")
    inner = inner.replace("“", "‘").replace("”", "’").rstrip(" ,.") or "Untitled"
    return f"“{inner}”"


def _dated(published: Published | None, months: list[str]) -> str:
    """`March 28, 2025`, `March 2025` or `2025`, as exactly as it is known."""
    if published is None:
        return ""
    year, month, day = _parts(published)
    if month is None:
        return year
    return f"{months[month - 1]} {day}, {year}" if day else f"{months[month - 1]} {year}"


def _parts(published: Published) -> tuple[str, int | None, int | None]:
    year, _, rest = published.date.partition("-")
    month, _, day = rest.partition("-")
    return str(int(year)), int(month) if month else None, int(day) if day else None


def _tex_date(published: Published | None, online: bool) -> dict[str, str]:
    """As biblatex takes it, or as BibTeX of old does."""
    if published is None:
        return {}
    if online:
        return {"date": published.date}
    year, month, day = _parts(published)
    name = _BIB_MONTHS[month - 1] if month else ""
    return {"year": year, "month": f"{name}~{day}" if day else name}


def _tex_name(name: str) -> str:
    """Words that BibTeX would take for a border between people, or between parts of a name, are kept together."""
    return f"{{{_tex(name)}}}" if "," in name or re.search(r"\band\b", name, re.IGNORECASE) else _tex(name)


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)


def _plain(text: str | None) -> str:
    return " ".join(_CONTROLS.sub(" ", text or "").split())


def _address(url: str | None) -> str:
    """A web address with what neither belongs into one nor into a field of BibTeX percent-encoded."""
    if not url or not re.match(r"https?://", url, re.IGNORECASE):
        return ""
    unsafe = re.compile(r"[\s{}\\\"'`^|<>\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
    return unsafe.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url)


def _key(article: Article) -> str:
    """Publisher, year and a word of the headline: `tidewater2025ferry`."""
    publisher = next(iter(_ascii_words(article.publisher)), "anon")
    year = article.published.date[:4] if article.published else "nd"
    told = [word for word in _ascii_words(article.headline) if word not in _STOP_WORDS and len(word) > 2]
    return f"{publisher}{year}{told[0] if told else article.article_id[:6]}"


def _ascii_words(text: str | None) -> list[str]:
    found = re.findall(r"[A-Za-z0-9]+", unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode())
    return [word.lower() for word in found if word.lower() != "the"]
