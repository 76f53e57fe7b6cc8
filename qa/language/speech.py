"""Who speaks in a sentence."""

from __future__ import annotations

import re

from qa.language import expressions
from qa.language.names import Name

# "said Mr.", "said the mayor,", and not "said no to"
_INVERTED = re.compile(
    rf"{expressions.SPEECH.pattern}\s+(?:(?!(?:to|about|of|with|for|that|by|no|not|from|he|she|it"
    rf"|they)\b)[\w.’-]+,?\s+)*$"
)

# "said the bank had": what is said of it.
_SAID_OF = re.compile(
    r"\s+(?:has|had|have|is|was|were|are|will|would|did|does|may|might|could|can|should|must|needs?|wants?"
    r"|[a-z]{3,}ed)\b"
)
# "The bank should act, Neve Tarn said": who stands at the word, not in an apposition ("Raab, the member for Esher").
_ANOTHER = re.compile(
    r",\s+(?!(?:who|whose|whom|which|that|an?|the|in|at|on|from|of|and|speaking)\b)(?:\S+\s+){0,6}[A-Z][\w’-]+\s+$"
)


def speaks(name: Name, text: str) -> bool:
    """Whether words of speech stand close to a mention: "Raab, in London, said", "said Mr. Raab"."""
    before, behind = text[: name.start], text[name.end :]
    after = re.match(r"[^.;“”]{0,60}", behind)
    said = expressions.SPEECH.search(after[0]) if after else None
    if (said and not _ANOTHER.search(behind[: said.start()])) or re.search(r"\b[Aa]ccording to\s+(?:the\s+)?$", before):
        return True
    near = re.search(r"(?:\S+\s+){0,3}$", before)
    return near is not None and _INVERTED.search(near[0]) is not None and not _SAID_OF.match(behind)
