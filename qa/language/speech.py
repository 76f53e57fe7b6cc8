"""Detect who speaks in a sentence."""

from __future__ import annotations

import re

from qa.language import expressions
from qa.language.names import Name

# "said Mr.", "said the mayor,", and not "said no to"
_INVERTED = re.compile(
    rf"{expressions.SPEECH.pattern}\s+(?:(?!(?:to|about|of|with|for|that|by|no|not|from|he|she|it"
    rf"|they)\b)[\w.’-]+,?\s+)*$"
)

# "said the bank had": the bank is spoken about.
_SAID_OF = re.compile(
    r"\s+(?:has|had|have|is|was|were|are|will|would|did|does|may|might|could|can|should|must|needs?|wants?"
    r"|[a-z]{3,}ed)\b"
)
# "The bank should act, Neve Tarn said": the name next to the verb speaks; an apposition is not another name.
_ANOTHER = re.compile(
    r",\s+(?!(?:who|whose|whom|which|that|an?|the|in|at|on|from|of|and|speaking)\b)(?:\S+\s+){0,6}[A-Z][\w’-]+\s+$"
)


def speaks(name: Name, text: str) -> bool:
    """Whether a name is close to a word of speech: "Raab, in London, said", "said Mr. Raab".

    Args:
        name: a name in the text.
        text: a sentence.
    """
    before, after = text[: name.start], text[name.end :]
    clause = re.match(r"[^.;“”]{0,60}", after)
    verb = expressions.SPEECH.search(clause[0]) if clause else None
    if (verb and not _ANOTHER.search(after[: verb.start()])) or re.search(r"\b[Aa]ccording to\s+(?:the\s+)?$", before):
        return True
    near = re.search(r"(?:\S+\s+){0,3}$", before)
    return near is not None and _INVERTED.search(near[0]) is not None and not _SAID_OF.match(after)
