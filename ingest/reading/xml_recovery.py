"""Repair XML that is not well-formed, as in many feeds, and replace named entities of HTML."""

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


def repaired(data: bytes, source: Source, flaw: SourceError | None) -> Any:
    """Parse a document as far as possible and return its root element, with the named entities of HTML replaced.

    Args:
        data: the document.
        source: what to call it.
        flaw: the error that `elements` raised about it.

    Raises:
        SourceError: `flaw`, where it cannot be repaired: entities, an encoding, or exceeded limits.
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
        raise flaw or source.problem(f"{BREAKS_OFF}: it has no element", "Deliver it again, complete")
    check_declarations(root, source)
    name_entities(root)
    return root


def name_entities(root: Any) -> None:
    """Replace the named entities of HTML, such as `&eacute;`, which the parser left in the tree."""
    from lxml import etree

    def is_entity(node: Any) -> bool:
        return node is not None and node.tag is etree.Entity

    # Adjacent entities are replaced together; one by one, each would copy all the text before it.
    for first in [entity for entity in root.iter(etree.Entity) if not is_entity(entity.getprevious())]:
        run = [first, *takewhile(is_entity, first.itersiblings())]
        text = "".join(_spelled_out(entity.name) + (entity.tail or "") for entity in run)
        before, parent = first.getprevious(), first.getparent()
        for entity in run:
            entity.tail = None
            parent.remove(entity)
        if before is not None:
            before.tail = (before.tail or "") + text
        else:
            parent.text = (parent.text or "") + text


def _spelled_out(name: str) -> str:
    """The character with this name in HTML; the entity as it was written, where there is none."""
    return html.entities.html5.get(f"{name};", f"&{name};")


def _escape(text: str) -> str:
    """Escape each `&` that does not begin an entity of XML, and replace the named entities of HTML."""
    parts, end = [], 0
    while (start := text.find("<![CDATA[", end)) >= 0 and (close := text.find("]]>", start)) >= 0:
        parts += [_AMPERSAND.sub(_character, text[end:start]), text[start : close + 3]]
        end = close + 3
    return "".join([*parts, _AMPERSAND.sub(_character, text[end:])])


def _character(match: re.Match[str]) -> str:
    name = match["name"]
    if name is None or name in ("amp;", "lt;", "gt;", "quot;", "apos;"):
        return match.group() if name else "&amp;"
    character = html.entities.html5.get(name)
    return character if character and character not in "<>&\"'" else f"&amp;{name}"
