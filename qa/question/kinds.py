"""Classify a question by the kind of answer that it asks for."""

from __future__ import annotations

import re
from typing import Literal

Kind = Literal["who", "when", "where", "why", "number", "money", "said", "yes/no", "how", "what"]

_AUXILIARY = r"(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|should|may|might|must|am)"
# The question word that decides: "In July, who ..." asks who; "What did she do when ..." asks what.
_OPENING = re.compile(r"\b(?:who|whom|whose|what|which|when|where|why|how)\b")
_KINDS: tuple[tuple[Kind, str], ...] = (
    (
        "said",
        rf"(?:what|how)\b.*\b{_AUXILIARY}\b.*"
        r"\b(?:say|said|saying|tell|told|think|argue|claim|respond|react|reply|comment|describe|warn)\b"
        r"|what (?:was|were|is) .*"
        r"\b(?:reaction|response|view|opinion|comment|answer|reply|said|words|message|argument)\b"
        r"|what .* (?:said|thinks?|say) (?:about|of|on)\b",
    ),
    (
        "money",
        r"how much\b.*"
        r"\b(?:cost|pay|paid|spend|spent|worth|money|charged?|earn|fined?|price|raised?|owed?|lose|lost|bribes?)"
        r"|what (?:is|was|are|were|will be|would be) (?:the|a) (?:[\w-]+ )?"
        r"(?:cost|price|fare|fee|fine|budget|bill|profit|salary)\b"
        r"|what (?:will|did|does|would|do) .*\bcost\b",
    ),
    (
        "number",
        r"how (?:many|much|old|far|high|tall|big|large|fast|deep|wide|strong|often|heavy|thick|hot|cold|long|low|late)"
        r"\b(?! ago)"
        r"|(?:what|which) (?:number|percentage|percent|share|proportion|age|speed|score|rate|amount|distance|height)\b"
        r"|what (?:was|is) the (?:[\w-]+ )?(?:score|result|toll|number|rate|speed|age|length|size|margin)\b",
    ),
    ("when", r"when\b|(?:what|which) (?:date|day|time|year|month|week)\b|since when\b|how long ago\b|how soon\b"),
    ("where", r"where\b|(?:what|which) (?:city|town|place|country|building|street|port|venue|island|region|state)\b"),
    (
        "why",
        r"why\b|how come\b"
        r"|what (?:caused|causes|led to|prompted|made|was the (?:cause|reason)|is the (?:cause|reason)|triggered)\b"
        r"|what .* (?:blamed?|reasons?)\b",
    ),
    (
        "who",
        r"(?:who|whom|whose)\b"
        r"|(?:what|which) (?:person|man|woman|minister|company|team|group|official|politician|judge|party"
        r"|organi[sz]ation|agency|player|author|firm|outlet|union)\b",
    ),
)

_COUNTRY = re.compile(r"\b(?:which|what) (?:[\w-]+ )?(?:country|nation)\b", re.IGNORECASE)

# Questions about the present state, which the newest articles answer best.
_STATE = re.compile(
    r"\b(?:latest|newest|most recent(?:ly)?|so far|at present|currently|right now|up to now|these days"
    r"|as of (?:now|today)|still)\b"
    r"|^(?:and |so |but )?who(?:[’']s| is| are) (?:the|now|currently|[\w’'-]+[’']s)\b"
    r"|\bnow\W*$|\bhow many\b.*\b(?:have|has)\b",
    re.IGNORECASE,
)


def asks_for_country(text: str) -> bool:
    """Whether a question asks for the name of a country."""
    return _COUNTRY.search(text) is not None


# Questions about a course of events.
_OVERVIEW = re.compile(
    r"\bwhat(?:[’']s| is| has| had| was)? (?:been )?(?:happen(?:s|ed|ing)?|going on|gone on)\b"
    r"|^(?:please )?(?:summari[sz]e|sum up|outline|recap)\b"
    r"|\bsummary of\b|\bhow (?:did|has|have|is|was|were) .*\b(?:develop(?:ed|ing)?|unfold(?:ed|ing)?|evolve[d]?"
    r"|progress(?:ed)?|go|gone|play(?:ed)? out|come about)\b"
    r"|\b(?:timeline|chronology|course of events|overview|history) of\b|^tell me (?:more )?about\b"
    r"|\bwhat do (?:we|you) know about\b"
    r"|^what (?:was|is|were) the (?:main |latest )?(?:events|developments|news)\b|\bbring me up to date\b"
    r"|\bcatch me up\b"
    r"|\bwhat (?:was|is|has been|[’']s) (?:in the news|written|reported|known|new)\b.*\b(?:about|on|from|of)\b",
    re.IGNORECASE,
)


def find_kind(text: str) -> Kind:
    """The kind of answer that a question asks for, by its first words."""
    lower = text.lower().strip(" ?!.")
    opening = _OPENING.search(lower)
    start = opening.start() if opening else 0
    auxiliary = re.match(rf"(?:and |so |but )?{_AUXILIARY}\b", lower)
    if auxiliary or (opening is None and re.search(rf",\s*{_AUXILIARY}\b", lower)):
        return "yes/no"
    for kind, pattern in _KINDS:
        if re.match(pattern, lower[start:]):
            return kind
    return "how" if lower[start:].startswith("how") else "what"


def asks_for_state(text: str) -> bool:
    """Whether a question asks for the present state: "who is", "how many have so far", "latest"."""
    return _STATE.search(text) is not None


def asks_for_overview(text: str) -> bool:
    """Whether a question asks for a course of events: "what happened in", "summarise", "how did ... develop"."""
    return _OVERVIEW.search(text) is not None
