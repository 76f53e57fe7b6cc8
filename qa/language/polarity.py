"""Words that turn a sentence around: negations, and pairs of opposites."""

from __future__ import annotations

import re

from ingest.index.keywords import terms

_PAIRS = """
first last; largest smallest; biggest smallest; highest lowest; most least; more fewer; more less; before after;
north south; northern southern; east west; eastern western; increase decrease; increased decreased; rise fall;
rose fell; won lost; win lose; winner loser; begin end; began ended; start stop; started stopped; early late;
earliest latest; oldest youngest; older younger; old new; male female; men women; man woman; father mother;
son daughter; brother sister; husband wife; king queen; buy sell; bought sold; accept reject; accepted rejected;
support oppose; supported opposed; allow forbid; allowed forbade; above below; inside outside; maximum minimum;
public private; open close; opened closed; upper lower; major minor; best worst; positive negative;
include exclude; included excluded; gain lose; gained lost; enter leave; entered left; arrive depart; arrived departed;
hot cold; long short; longest shortest; strong weak; strongest weakest; high low; rich poor; urban rural;
domestic foreign; internal external; same different; join leave; joined left; agree disagree; agreed disagreed;
create destroy; created destroyed; succeed fail; succeeded failed; friend enemy; ally enemy; attack defend;
attacked defended; birth death; born killed; city village; summer winter; day night; majority minority; fast slow;
easy difficult; common rare; known unknown; legal illegal; successful unsuccessful; previous next; import export;
ancient modern; primary secondary; true false; empty full; marry divorce; married divorced; appoint dismiss;
appointed dismissed; approve deny; approved denied; raise cut; raised cut; hire fire; hired fired; teacher student
"""
# Of what news tells and encyclopedias seldom do.
_IN_NEWS = """
rises falls; rising falling; gains losses; up down; higher lower; jumped dropped; climbed slipped; surged plunged;
soared slumped; doubled halved; improved worsened; better worse; expand shrink; expanded shrank; grew shrank;
grow shrink; widened narrowed; strengthened weakened; approves rejects; approved rejected; approve reject;
backed opposed; backs opposes; back oppose; praised criticised; praised criticized; praised condemned;
welcomed condemned; welcomes condemns; confirmed denied; confirms denies; confirm deny; acquitted convicted;
innocent guilty; released detained; freed jailed; arrested released; lifted imposed; lift impose; banned allowed;
ban allow; bans allows; signed vetoed; passed rejected; accepted refused; accepts refuses; agreed refused;
agreed declined; alive dead; survived died; victory defeat; victories defeats; profit loss; profits losses; safe
dangerous; legalised banned; permitted banned; opening closing; reopened closed; reopen close; starts stops; begins
ends; wins loses; winning losing; buys sells; buying selling; joins leaves; joining leaving; resumed suspended;
resume suspend; extended shortened; extend shorten; hired sacked; succeeds fails; encouraged discouraged;
asked offered; demanded offered; asks offers; demands offers; asking offering; heavier lighter; warmer colder;
faster slower; earlier later; former current; optimistic pessimistic; always never
"""
_NEGATION = re.compile(
    r"\b(?:not|never|no|none|nobody|nothing|neither|nor|without|cannot|refus(?:e|es|ed|ing)|den(?:y|ies|ied|ying)"
    r"|declin(?:e|es|ed|ing)(?= to\b)|fail(?:s|ed|ing)?(?= to\b)|reject(?:s|ed|ing)?|unable|unlikely)\b|n['’]t\b",
    re.IGNORECASE,
)

# What is still to come, or only may be; of "will be published" the verb behind it.
_AHEAD = re.compile(
    r"\b(?:will|would|(?-i:may)|might|could|should|(?:is|are|was|were) (?:to|due to|expected to|likely to|set to)"
    r"|plan(?:s|ned)? to|hope(?:s|d)? to|want(?:s|ed)? to)\s+(?:not |also |soon |then |be |have ){0,2}(?P<what>\w+)",
    re.IGNORECASE,
)


def _opposites(pairs: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for pair in pairs.replace("\n", " ").split(";"):
        one, other = pair.split()
        found.setdefault(one, []).append(other)
        found.setdefault(other, []).append(one)
    return found


#: A word's opposites, in lower case, of general use.
OPPOSITES = _opposites(_PAIRS)

#: The same, with those that news uses.
NEWS_OPPOSITES = _opposites(f"{_PAIRS};{_IN_NEWS}")


def negations(text: str) -> list[str]:
    """The words of a text that negate, in lower case and in order."""
    return [match[0].lower() for match in _NEGATION.finditer(text)]


def turned(statement: str, source: str) -> str | None:
    """Why a statement says the opposite of the sentence that it says again; None where no rule sees that.

    Args:
        statement: one sentence.
        source: the sentence, or two, of the article that are most like it.
    """
    words, there = _words(statement), _words(source)
    for word in words:
        if word not in there:
            for other in NEWS_OPPOSITES.get(word, ()):
                if other in there and other not in words:
                    return f"it says “{word}” where the article says “{other}”"
    if not _AHEAD.search(statement):
        ahead = [stem for match in _AHEAD.finditer(source) for stem in terms(match["what"])]
        done = set(terms(_AHEAD.sub(" ", source)))
        if any(stem in terms(statement) and stem not in done for stem in ahead):
            return "it tells as done what the article says will or may be"
    here, beyond = _negated(statement), _negated(source)
    own, others = set(terms(statement)), set(terms(source))
    lost = [verb for verb in beyond if verb in own and verb not in here]
    if lost:
        return "it leaves out a “not” of the article"
    added = [verb for verb in here if verb in others and verb not in beyond]
    if added or (here and not beyond and not negations(source)):
        return "it has a “not” that the article has not"
    return None


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


def _negated(text: str) -> set[str]:
    """The stem behind each negation: what is negated, as well as that can be told by its place."""
    found = set()
    for match in _NEGATION.finditer(text):
        behind = terms(text[match.end() : match.end() + 40])
        if behind:
            found.add(behind[0])
    return found
