"""Extract paragraphs from markup: HTML inside feeds and JSON, XHTML and NITF inside NewsML, and NITF files.

Scripts and styles, forms, figures with their captions, navigation and notes to editors are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from ingest.reading.safe_xml import local_name

# Elements without story text; "nitf-table" and "note" are from NITF (https://iptc.org/standards/nitf/).
_SKIPPED = frozenset(
    "head title script style noscript template iframe object embed svg math form button input select textarea nav aside"
    " figure figcaption picture video audio canvas media media-caption media-producer note nitf-table custom-table"
    " body.head body.end tagline".split()
)
_TABLES = frozenset({"table"})
_BLOCKS = frozenset(
    "p div section article main body body.content block blockquote bq ul ol li dl dt dd h1 h2 h3 h4 h5 h6 hl1 hl2 hr"
    " pre header footer center table thead tbody tr td th caption address details summary fn".split()
)
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|&(?:#\d+|#x[0-9A-Fa-f]+|[A-Za-z]\w*);|<!--")
_PREFORMATTED = "pre"
_BREAK = "\0"  # stands for a line end inside a paragraph; XML and HTML cannot contain this character
# A line end in the middle of a sentence is only layout.
_JOINED = re.compile(r"(?<=[\w,;]) ?\0 ?(?=[^\W\d_A-ZÀ-Þ])")


def tree_text(root: Any) -> str:
    """Extract the paragraphs of an lxml element, separated by empty lines.

    Tables are left out where there is other text, as they are for web pages.
    """
    return _text(root, _SKIPPED | _TABLES) or _text(root, _SKIPPED)


def html_text(markup: str) -> str:
    """Extract the paragraphs of an HTML document or fragment; a text without markup stays unchanged."""
    from lxml import html
    from lxml.etree import LxmlError

    markup = _CONTROLS.sub("", markup)
    if not _TAG.search(markup):
        return markup.strip()
    # The size was limited when the file was read; huge_tree allows more than 256 nested elements.
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, no_network=True, huge_tree=True, encoding="utf-8")
    try:
        root = html.document_fromstring(markup.encode(), parser=parser)
    except (LxmlError, ValueError, AssertionError):  # only comments, for example
        return ""
    if any("depth" in entry.message for entry in parser.error_log):  # the parser stopped without an exception
        return _without_tags(markup)
    return tree_text(root)


def _without_tags(markup: str) -> str:
    """The text of markup that cannot be parsed, with each tag as the end of a paragraph."""
    lines, skipping = [], ""
    for part in re.split(r"(<[^<>]*>)", markup):
        name = part.strip("</> \t\r\n").split()[0].lower() if part.startswith("<") and part.strip("</> \t\r\n") else ""
        if name in ("script", "style"):
            skipping = "" if part.startswith("</") else name
        elif not name and not skipping:
            lines.append(" ".join(unescape(part).split()))
    return "\n\n".join(line for line in lines if line)


def inline_text(element: Any) -> str:
    """Return all text of an element on one line; "" for None."""
    return " ".join("".join(_strings(element)).split()) if element is not None else ""


def _strings(element: Any) -> Iterator[str]:
    return (text for kind, text in _walk(element, frozenset()) if kind == "text")


def _text(root: Any, skipped: frozenset[str]) -> str:
    paragraphs: list[str] = []
    words: list[str] = []
    preformatted = 0

    def finish() -> None:
        text = "".join(words)
        paragraph = text if preformatted else _JOINED.sub(" ", " ".join(text.split())).replace(_BREAK, "\n")
        paragraph = "\n".join(line.strip() for line in paragraph.split("\n")).strip()
        if paragraph:
            paragraphs.append(paragraph)
        words.clear()

    for kind, text in _walk(root, skipped):
        if kind == "text":
            words.append(text)
        elif text == "br":
            words.append("\n" if preformatted else _BREAK)
        elif text in _BLOCKS:
            finish()
            preformatted += (text == _PREFORMATTED) * (1 if kind == "start" else -1)
    finish()
    return "\n\n".join(paragraphs)


def _walk(root: Any, skipped: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Yield ("start" | "end", local name) of elements and ("text", text) in order, without recursion.

    A `br` has only a start.
    """
    yield "start", local_name(root).lower()
    yield "text", root.text or ""
    stack = [(root, iter(root))]
    while stack:
        parent, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            yield "end", "" if (name := local_name(parent).lower()) == "br" else name
            if stack:
                yield "text", parent.tail or ""
            continue
        name = local_name(child).lower()
        if not name or name in skipped:
            yield "text", child.tail or ""
            continue
        yield "start", name
        yield "text", child.text or ""
        stack.append((child, iter(child)))
