"""Detect a statement that says the opposite of its source: negations, opposites, and plans presented as facts."""

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
# Pairs that are common in news.
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

# Future or possible events, with their verb: "will be published".
_AHEAD = re.compile(
    r"\b(?:will|would|(?-i:may)|might|could|should|(?:is|are|was|were) (?:to|due to|expected to|likely to|set to)"
    r"|plan(?:s|ned)? to|hope(?:s|d)? to|want(?:s|ed)? to)\s+(?:not |also |soon |then |be |have ){0,2}(?P<what>\w+)",
    re.IGNORECASE,
)


def _opposites(pairs: str) -> dict[str, list[str]]:
    opposites: dict[str, list[str]] = {}
    for pair in pairs.replace("\n", " ").split(";"):
        one, other = pair.split()
        opposites.setdefault(one, []).append(other)
        opposites.setdefault(other, []).append(one)
    return opposites


#: The opposites of a word in general use, in lower case.
OPPOSITES = _opposites(_PAIRS)

#: The opposites of a word in general use and in news.
NEWS_OPPOSITES = _opposites(f"{_PAIRS};{_IN_NEWS}")


def negations(text: str) -> list[str]:
    """The negations in a text, in lower case and in order."""
    return [match[0].lower() for match in _NEGATION.finditer(text)]


def turned(statement: str, source: str) -> str | None:
    """The reason why a statement says the opposite of its source; None where no rule detects that.

    Args:
        statement: one sentence.
        source: the one or two sentences of the article that are most similar.
    """
    words, source_words = _words(statement), _words(source)
    for word in words:
        if word not in source_words:
            for other in NEWS_OPPOSITES.get(word, ()):
                if other in source_words and other not in words:
                    return f"it says “{word}” where the article says “{other}”"
    if not _AHEAD.search(statement):
        ahead = [stem for match in _AHEAD.finditer(source) for stem in terms(match["what"])]
        done = set(terms(_AHEAD.sub(" ", source)))
        if any(stem in terms(statement) and stem not in done for stem in ahead):
            return "it tells as done what the article says will or may be"
    negated, source_negated = _negated(statement), _negated(source)
    stems, source_stems = set(terms(statement)), set(terms(source))
    lost = [verb for verb in source_negated if verb in stems and verb not in negated]
    if lost:
        return "it leaves out a “not” of the article"
    added = [verb for verb in negated if verb in source_stems and verb not in source_negated]
    if added or (negated and not source_negated and not negations(source)):
        return "it has a “not” that the article has not"
    return None


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


def _negated(text: str) -> set[str]:
    """The stem after each negation, which is most likely the negated one."""
    negated = set()
    for match in _NEGATION.finditer(text):
        following = terms(text[match.end() : match.end() + 40])
        if following:
            negated.add(following[0])
    return negated
