"""Format citations of an article in Chicago, AP and BibTeX style. Missing facts are left out, never guessed."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from ingest.base.article import Article, Published
from ui import words
from ui.render import phrases

_MONTHS = (
    "January February March April May June July August September October November December".split()
)  # not strftime, which depends on the locale
_AP_MONTHS = "Jan. Feb. March April May June July Aug. Sept. Oct. Nov. Dec.".split()
_BIB_MONTHS = [month[:3].lower() for month in _MONTHS]

# Line breaks and control characters, including those that change the writing direction.
_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff\u200b]+")
_TEX = {
    "\\": r"\textbackslash{}",
    "{": r"\textbraceleft{}",  # BibTeX counts every brace, even an escaped one
    "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
} | {character: f"\\{character}" for character in "$&#%_"}
_STOP_WORDS = frozenset(
    "a an and are as at by for from has his her how in into is its of on or the to was with".split()
)


def chicago(article: Article, accessed: date | None = None) -> str:
    """Format a note as in the Chicago Manual of Style (notes and bibliography): a newspaper article online.

        Saffi Moran and Joss Harker, “Ferry Runs Aground,” Tidewater, March 28, 2025, https://...

    Chicago cites newspaper articles in notes, and notes keep names in their usual order, so the family name need not
    be guessed. If there are three or more authors, only the first is named. The headline keeps its capitals. An
    article without a date gets the day of access, or "n.d." without one. Neither Chicago nor AP names the place that
    an article was filed from.

    Args:
        article: the article to cite.
        accessed: the day of access.
    """
    names = f"{_plain(article.authors[0])} et al." if len(article.authors) > 2 else _names(article)
    dated = _dated(article.published, _MONTHS)
    if not dated:
        dated = f"accessed {_MONTHS[accessed.month - 1]} {accessed.day}, {accessed.year}" if accessed else "n.d."
    return _joined(names, _quoted(article.headline), _plain(article.publisher), dated, _address(article.url))


def ap(article: Article) -> str:
    """Format a citation with the conventions of The Associated Press.

        Saffi Moran, “Ferry runs aground,” Tidewater, Sept. 28, 2025, https://...

    AP is a style for news and has no format for a list of sources. This is the usual order for one, with the rules
    that the stylebook does have: newspaper names have no quotation marks, and long months are abbreviated before a day.
    """
    dated = _dated(
        article.published, _AP_MONTHS if article.published and len(article.published.date) == 10 else _MONTHS
    )
    return _joined(_names(article), _quoted(article.headline), _plain(article.publisher), dated, _address(article.url))


def bibtex(article: Article, accessed: date | None = None) -> str:
    """Format a BibTeX entry: `@online` with the fields of biblatex, or `@misc` for an article without a web address.

    Args:
        article: the article to cite.
        accessed: the day of access, for `urldate`.
    """
    url = _address(article.url)
    fields = {
        "author": " and ".join(_tex_name(_plain(name)) for name in article.authors),
        "title": f"{{{_tex(_plain(article.headline))}}}",  # braces keep its capitals
        "organization" if url else "howpublished": _tex(_plain(article.publisher)),
        **_tex_date(article.published, online=bool(url)),
        "note": f"{words.FILED_FROM} {_tex(_plain(article.place))}" if article.place else "",
        "url": url,
        "urldate": accessed.isoformat() if accessed and url else "",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@{'online' if url else 'misc'}{{{_key(article)},", *lines, "}"])


def _joined(*parts: str) -> str:
    """Join parts with commas. The comma after a headline goes inside its quotation marks."""
    present = [part for part in parts if part]
    line = present[0]
    for part in present[1:]:
        line = f"{line[:-1]},” {part}" if line.endswith("”") else f"{line}, {part}"
    if line.endswith("”"):
        return f"{line[:-1]}.”"
    return line if line.endswith(".") or present[-1].startswith("http") else f"{line}."


def _names(article: Article) -> str:
    return phrases.authors([_plain(name) for name in article.authors if _plain(name)])


def _quoted(headline: str) -> str:
    """Put a headline in double quotation marks, with single ones inside."""
    inner = re.sub(r"\"(?=\w)", "‘", _plain(headline)).replace('"', "’")
    inner = inner.replace("“", "‘").replace("”", "’").rstrip(" ,.") or "Untitled"
    return f"“{inner}”"


def _dated(published: Published | None, months: list[str]) -> str:
    """Format `March 28, 2025`, `March 2025` or `2025`, as precisely as the date is known."""
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
    """The date fields of biblatex, or those of classic BibTeX."""
    if published is None:
        return {}
    if online:
        return {"date": published.date}
    year, month, day = _parts(published)
    name = _BIB_MONTHS[month - 1] if month else ""
    return {"year": year, "month": f"{name}~{day}" if day else name}


def _tex_name(name: str) -> str:
    """Escape a name. Braces protect names that BibTeX would split at a comma or at "and"."""
    return f"{{{_tex(name)}}}" if "," in name or re.search(r"\band\b", name, re.IGNORECASE) else _tex(name)


def _tex(text: str) -> str:
    return "".join(_TEX.get(character, character) for character in text)


def _plain(text: str | None) -> str:
    return " ".join(_CONTROLS.sub(" ", text or "").split())


def _address(url: str | None) -> str:
    """A web address. Characters that are invalid in an address or in a BibTeX field are percent-encoded."""
    if not url or not re.match(r"https?://", url, re.IGNORECASE):
        return ""
    unsafe = re.compile(r"[\s{}\\\"'`^|<>\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")
    return unsafe.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), url)


def _key(article: Article) -> str:
    """Build a key of publisher, year and a word of the headline: `tidewater2025ferry`."""
    publisher = next(iter(_ascii_words(article.publisher)), "anon")
    year = article.published.date[:4] if article.published else "nd"
    candidates = [word for word in _ascii_words(article.headline) if word not in _STOP_WORDS and len(word) > 2]
    return f"{publisher}{year}{candidates[0] if candidates else article.article_id[:6]}"


def _ascii_words(text: str | None) -> list[str]:
    ascii_text = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode()
    return [word.lower() for word in re.findall(r"[A-Za-z0-9]+", ascii_text) if word.lower() != "the"]
