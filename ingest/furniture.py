"""What stands on a news page and is not story: credits, captions, share buttons, newsletter boxes."""

from __future__ import annotations

import re

# Each of these must match a paragraph from its first to its last character.
_WHOLE = tuple(
    re.compile(pattern, re.IGNORECASE | re.DOTALL)
    for pattern in (
        # "(Reporting by A. Name in Town; Editing by B. Name)", also without parentheses
        r"[\[(]?\s*(?:additional |with |writing and )?(?:reporting|editing|writing|compiled|graphics?|production"
        r"|translation|research)(?: and (?:reporting|editing|writing))? by\b[^.]*(?:\.[^.]{0,60})*\.?\s*[\])]?",
        r"[\[(]?(?:--|—|–)?\s*with (?:assistance|contributions?) (?:from|by) .{3,200}[\])]?",
        r"to contact the (?:reporters?|editors?|authors?) .{3,300}",
        r"(?:photo(?:graph)?|image|picture|video|illustration|graphic|credit|caption)"
        r"(?: by| credit| courtesy of)?\s*[:/|].{0,300}",
        r"(?:sign up|subscribe|register|log in|sign in)\b.{0,200}",
        r"(?:get|receive) .{0,80}\b(?:newsletter|inbox|alerts?)\b.{0,120}",
        r"enter your e-?mail.{0,120}",
        r"(?:share|follow|like|tweet|print|e-?mail|copy link|save|comments?|advertisement|sponsored|facebook|twitter|x"
        r"|whatsapp|linkedin|reddit)(?:\s*[|,·•/&]?\s*(?:this|on|us|article|story|page|via|and|to|share|tweet|print|e-?mail"
        r"|copy|link|save|comments?|facebook|twitter|x|whatsapp|linkedin|reddit|messenger|instagram))*\W*",
        r"(?:read more|read also|see also|related|recommended|more on this|more from|most read|watch|listen)"
        r"\s*[:>].{0,200}",
        r"(?:related|recommended|trending|top) (?:stories|articles|reading|topics|content).{0,200}",
        r"(?:more stories like this are available|for more articles like this).{0,200}",
        r"(?:©|\(c\)|copyright)\s.{0,200}",
        r"all rights reserved\W*",
        r"(?:our standards|this (?:site|website) uses cookies|we use cookies).{0,200}",
        r"(?:last )?(?:updated|modified|published)\s*(?:on|at|:).{4,60}",
    )
)
_CREDIT_TAIL = re.compile(
    r"\s*[\[(](?:additional |with )?(?:reporting|editing|writing|compiled)(?: and (?:reporting|editing|writing))? by\b"
    r"[^()\[\]]{3,300}[\])]\s*$",
    re.IGNORECASE,
)
_CORRECTION = re.compile(
    r"[\[(]?\s*(?:editor[’']s note:?\s*)?(?:correction|clarification)\s*(?::|—|–|\()"
    r"|[\[(]\s*(?:corrects|corrected|refiles)\b"
    r"|this (?:story|article) (?:has been|was) corrected|corrected\s*:|an earlier version of this (?:story|article)",
    re.IGNORECASE,
)
_TERMINAL = re.compile(r"[.!?…:;,][\"'”’)\]»]*$")


def is_furniture(paragraph: str) -> bool:
    """Whether a whole paragraph is a credit, caption, button, box or notice rather than story."""
    return any(pattern.fullmatch(paragraph.strip()) for pattern in _WHOLE)


def without_credit(paragraph: str) -> str:
    """The paragraph without a credit in parentheses at its end."""
    return _CREDIT_TAIL.sub("", paragraph)


def is_correction(paragraph: str) -> bool:
    """Whether a paragraph is the editor's note that the article was corrected."""
    return _CORRECTION.match(paragraph.strip()) is not None


def is_crosshead(paragraph: str) -> bool:
    """Whether a paragraph is a heading between paragraphs, such as `‘Well Done’`: short and without a full stop."""
    text = paragraph.strip()
    if not text or len(text.split()) > 8 or _TERMINAL.search(text.strip("‘’“”\"'")):
        return False
    return not text[0].islower() and not re.match(r"[-•*–·]\s|\d+[.)]\s", text)
