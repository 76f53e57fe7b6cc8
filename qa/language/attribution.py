"""Detect statements that are incomplete sentences, or that drop the attribution of their source."""

from __future__ import annotations

import re

from ingest.index.keywords import terms
from qa.language.expressions import SPEECH

_HANGS = re.compile(
    r"(?:[,;:–—-]|\b(?:the|an?|of|to|in|on|at|by|for|from|with|and|or|but|that|which|who|whose|his|her|their|its"
    r"|is|was|were|are|has|had|have|will|would))[”’\"']?\s*$",
    re.IGNORECASE,
)
_ENDS = re.compile(r"[.!?…:;][”’\"')\]]*\s*$|[”\"]\s*$")
_IRREGULAR = """
is am are was were be been has have had do does did can could might must shall should will would
said says went goes came comes took takes gave gives made makes got gets found finds told tells knew knows saw sees
became becomes left leaves felt feels put puts brought brings began begins kept keeps held holds wrote writes stood
stands heard hears let lets meant means set sets met meets ran runs paid pays sat sits spoke speaks lay lies led leads
read reads grew grows lost loses fell falls sent sends built builds understood drew draws broke breaks spent spends cut
cuts rose rises drove drives bought buys wore wears chose chooses sought seeks threw throws caught catches dealt won
wins fought fights hit hits flew flies sold sells shot shoots struck strikes taught sank sinks sang sings swam hung
hid rode rang shook shut slept stole stuck swore swept tore woke wound withdrew bore bet bid bound burst cast clung
crept dug drank ate fed fled forbade forgot forgave froze laid lent lit overtook rid shone shrank slid split spread
sprang stung swung thought thinks wants needs shows works lives plans hopes expects calls asks seems looks remains
includes supports opposes starts ends opens closes plays helps moves follows believes happens provides stays costs
joins faces owns serves offers reaches cost beat beats stops turns uses tries keeps carries
""".split()
_VERB = re.compile(
    rf"\b(?:(?-i:may)|{'|'.join(_IRREGULAR)}|[a-z]+(?:ed|ied))\b|n[’']t\b|[’'](?:s|re|ve|ll)\b", re.IGNORECASE
)

# Words by which an article attributes a claim to somebody.
_HEDGED = re.compile(
    r"\b(?:alleg(?:es|ed|ing)|claim(?:s|ed)|accus(?:es|ed|ing)|blam(?:es|ed|ing)|suspect(?:s|ed)|believ(?:es|ed)"
    r"|thinks|thought|argu(?:es|ed)|insist(?:s|ed)|predict(?:s|ed)|nam(?:es|ed)(?=.* as\b)|call(?:s|ed)"
    r"|describ(?:es|ed)|fear(?:s|ed)|suggest(?:s|ed)|estimat(?:es|ed)|rumou?red|reportedly|allegedly|according to)\b",
    re.IGNORECASE,
)
_ATTRIBUTED = re.compile(rf"{_HEDGED.pattern}|{SPEECH.pattern}|[“\"]|\bsupposed(?:ly)?\b", re.IGNORECASE)
_LONG = 12  # words; a longer statement more likely has a verb that is not in the list than none
_ATTRIBUTED_SHARE = 0.7  # share of a statement's terms that follow the attribution in the source


def broken(statement: str) -> str | None:
    """The reason why a statement is not a complete sentence; None where it seems to be one."""
    if _HANGS.search(statement) or not _ENDS.search(statement) or _opens_only(statement):
        return "it breaks off"
    if len(statement.split()) >= _LONG or _VERB.search(statement):
        return None
    return "it is no whole sentence"


def _opens_only(statement: str) -> bool:
    """Whether a quotation begins in a statement and does not end there."""
    return statement.count("“") > statement.count("”") or statement.count('"') % 2 == 1


def unattributed(statement: str, source: str) -> str | None:
    """The reason why a statement presents as a fact what the article attributes to somebody; None where it does not.

    Args:
        statement: one sentence.
        source: the sentences of the article that are most similar.
    """
    if _ATTRIBUTED.search(statement):
        return None
    wanted = set(terms(statement))
    for match in _HEDGED.finditer(source):
        following = set(terms(source[match.end() :])) & wanted
        if wanted and len(following) >= _ATTRIBUTED_SHARE * len(wanted):
            return f"it leaves out who says so: “{match[0]}” in the article"
    return None
