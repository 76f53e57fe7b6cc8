"""XML that is not well-formed, as feeds often are, made so; and the names of characters that only HTML knows."""

from __future__ import annotations

import html.entities
import io
import re
from itertools import takewhile
from typing import Any

from ingest.base.errors import SourceError
from ingest.reading.base import Source
from ingest.reading.safe_xml import BREAKS_OFF, BROKEN, SAFE, check_declarations, flaw_of, pieces

_AMPERSAND = re.compile(r"&(?!#\d+;|#x[0-9A-Fa-f]+;)(?P<name>[A-Za-z][A-Za-z0-9]*;)?")


def mended(data: bytes, source: Source, flaw: SourceError | None) -> Any:
    """The root element of a document, with what was wrong in it left out and the characters of entities in their place.

    Args:
        data: the document.
        source: what to call it.
        flaw: what `elements` found wrong with it.

    Raises:
        SourceError: `flaw`, where that is not for mending: entities, an encoding, a depth or length beyond bounds.
    """
    from lxml import etree

    if flaw is not None and not flaw.reason.startswith((BROKEN, BREAKS_OFF)):
        raise flaw
    text = b"".join(pieces(io.BytesIO(data), source)).decode("utf-8", "replace")
    parser = etree.XMLParser(**SAFE, recover=True)
    try:
        root = etree.fromstring((text if flaw is None else _escape(text)).encode(), parser)
    except etree.XMLSyntaxError:
        raise flaw or flaw_of(parser.error_log, source) from None
    if root is None:
        raise flaw or source.problem(f"{BREAKS_OFF}: it has no element", "Deliver it again, whole")
    check_declarations(root, source)
    name_entities(root)
    return root


def name_entities(root: Any) -> None:
    """Put the characters of HTML's named entities, such as `&eacute;`, in the place of what the parser left alone."""
    from lxml import etree

    def is_entity(node: Any) -> bool:
        return node is not None and node.tag is etree.Entity

    # A run of them at once: put in one by one, each would have all the text before it written again.
    for first in [entity for entity in root.iter(etree.Entity) if not is_entity(entity.getprevious())]:
        run = [first, *takewhile(is_entity, first.itersiblings())]
        text = "".join(_spelt(entity.name) + (entity.tail or "") for entity in run)
        before, parent = first.getprevious(), first.getparent()
        for entity in run:
            entity.tail = None
            parent.remove(entity)
        if before is not None:
            before.tail = (before.tail or "") + text
        else:
            parent.text = (parent.text or "") + text


def _spelt(name: str) -> str:
    """The character that HTML calls so; the entity as it was written, where there is none."""
    return html.entities.html5.get(f"{name};", f"&{name};")


def _escape(text: str) -> str:
    """A text in which `&` stands only where it opens something that XML knows; names that HTML knows are characters."""
    parts, end = [], 0
    while (start := text.find("<![CDATA[", end)) >= 0 and (close := text.find("]]>", start)) >= 0:
        parts += [_AMPERSAND.sub(_character, text[end:start]), text[start : close + 3]]
        end = close + 3
    return "".join([*parts, _AMPERSAND.sub(_character, text[end:])])


def _character(match: re.Match[str]) -> str:
    name = match["name"]
    if name is None or name in ("amp;", "lt;", "gt;", "quot;", "apos;"):
        return match.group() if name else "&amp;"
    known = html.entities.html5.get(name)
    return known if known and known not in "<>&\"'" else f"&amp;{name}"
