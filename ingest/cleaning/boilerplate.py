"""Detect boilerplate on news pages: credits, captions, share buttons, newsletter boxes."""

from __future__ import annotations

import re

_LONGEST = 600  # characters; no credit, caption or box is longer

# Each pattern has to match a whole paragraph whose white space was reduced to single spaces.
_WHOLE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"to contact the (?:reporter|editor|author)s?\b[^.:]{0,80}: .+",
        r"(?:photo(?:graph)?|image|picture|video|illustration|graphic|credit|caption)(?: by| credit| courtesy of)?"
        r" ?[:/|].{0,300}",
        r"(?:sign up|subscribe|register|log in|sign in)(?: (?:now|here|today|free|for|to)\b[^.!?]{0,50})?!?",
        r"(?:get|receive) [^.!?]{0,80}\b(?:newsletters?|inbox|alerts)\b.{0,120}",
        r"enter your e-?mail.{0,120}",
        r"(?:read more|read also|see also|more on this) ?[:>].{0,200}",
        r"(?:related|recommended|more from|most read|watch|listen) ?[:>].{0,200}(?<!\.)",
        r"(?:related|recommended|trending|top) (?:stories|articles|reading|topics|content)(?: ?[:>].{0,200})?",
        r"(?:more stories like this are available|for more articles like this).{0,200}",
        r"(?:©|(?:copyright|\(c\)) (?:©|\(c\)|\d{4}\b)).{0,200}",
        r"all rights reserved\W*",
        r"our standards:.{0,200}",
        r"(?:this (?:site|website) uses|we use) cookies.{0,200}",
    )
)
# Paragraphs that consist only of these words, and begin with a word that buttons or time stamps begin with.
_BUTTON = (
    "share follow like tweet print email copy save comment comments advertisement sponsored facebook twitter x whatsapp"
    " linkedin reddit messenger instagram"
)
_STAMP = "updated modified published"
_ALONE = tuple(
    (frozenset(first.split()), frozenset(f"{first} {rest}".split()))
    for first, rest in (
        (_BUTTON, "link this on us article story page via and to for later content"),
        (
            _STAMP,
            "on at am pm a p m gmt utc bst cet est edt et pt ago minutes hours mon tue tues wed thu thurs fri sat sun"
            " monday tuesday wednesday thursday friday saturday sunday jan feb mar apr may jun jul aug sep sept oct nov"
            " dec january february march april june july august september october november december",
        ),
    )
)
# A newsletter box, wherever in the paragraph the request stands; with a verb of speech, it is a story about such a box.
_NEWSLETTER = re.compile(
    r"(?:^|[.:;!?—–-] )(?:please )?(?:sign up|subscribe|register)\b[^.!?]{0,120}"
    r"\b(?:newsletters?|inbox|alerts|e-?mails?|mailing list)\b",
    re.IGNORECASE,
)
_SPEECH = re.compile(r"\b(?:said|says|told|asked|wrote|warned)\b")

_WORK = r"(?:reporting|editing|writing|compiled|graphics?|production|translation|research)"
_CREDIT = re.compile(
    rf"[\[(]?(?:(?:--?|—|–) ?)?(?:(?:additional |with )?{_WORK}(?: and {_WORK})? by"
    r"|with (?:assistance|contributions?) (?:from|by)) (?P<names>.+)",
    re.IGNORECASE,
)
# Words that may stand between the names of a credit; with any other lower-case word the paragraph is a sentence.
_BETWEEN = frozenset(
    "in at for from and with by additional de la le du da di der den von van al el bin reporting editing writing"
    " compiled graphics graphic production translation research".split()
)
_CREDIT_TAIL = re.compile(
    rf"[\[(](?:additional |with )?{_WORK}(?: and {_WORK})? by\b[^()\[\]]{{3,300}}[\])]$", re.IGNORECASE
)
_CORRECTION = re.compile(
    r"[\[(]?(?:editor[’']s note:? ?)?(?:correction|clarification) ?(?::|—|–|\()"
    r"|[\[(](?:corrects|corrected|refiles)\b"
    r"|this (?:story|article) (?:has been|was) corrected|corrected\s*:|an earlier version of this (?:story|article)",
    re.IGNORECASE,
)
_TERMINAL = re.compile(r"[.!?…:;,][\"'”’)\]»]*$")


def is_boilerplate(paragraph: str) -> bool:
    """Whether a whole paragraph is a credit, caption, button, box or notice, and not part of the story."""
    text = " ".join(paragraph.split())
    if not 0 < len(text) <= _LONGEST:
        return False
    if any(pattern.fullmatch(text) for pattern in _WHOLE) or _is_credit(text):
        return True
    if _NEWSLETTER.search(text) and not _SPEECH.search(text):
        return True
    lowered = re.sub(r"^(?:last|first) (?=updated|modified|published)", "", text.lower()).replace("e-mail", "email")
    words = re.findall(r"[^\W\d_]+", lowered)
    return text[0].isalpha() and any(words[0] in first and allowed.issuperset(words) for first, allowed in _ALONE)


def _is_credit(text: str) -> bool:
    """Whether a paragraph only credits contributors: it is in brackets, or only names follow its first words."""
    credit = _CREDIT.fullmatch(text)
    if credit is None:
        return False
    if text[0] in "[(" and text[-1] in ")]":
        return True
    words = re.findall(r"[^\W\d_][\w.’'@-]*", credit["names"])
    return any(word[0].isupper() for word in words) and all(
        word[0].isupper() or word.lower() in _BETWEEN for word in words
    )


def without_credit(paragraph: str) -> str:
    """Remove a credit in parentheses from the end of a paragraph."""
    text = paragraph.rstrip()
    tail = _CREDIT_TAIL.search(text)
    return text[: tail.start()].rstrip() if tail else paragraph


def is_correction(paragraph: str) -> bool:
    """Whether a paragraph is the editor's note that the article was corrected."""
    return _CORRECTION.match(" ".join(paragraph[:_LONGEST].split())) is not None


def is_crosshead(paragraph: str) -> bool:
    """Whether a paragraph is a heading between paragraphs, such as `‘Well Done’`: short and without a full stop."""
    text = paragraph.strip()
    if not text or len(text.split()) > 8 or _TERMINAL.search(text.strip("‘’“”\"'")):
        return False
    return not text[0].islower() and not re.match(r"[-•*–·]\s|\d+[.)]\s", text)
