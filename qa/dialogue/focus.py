"""Find what a conversation is about: the people, things, places and days that its last turns name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ingest.index.keywords import terms
from qa.base.answer import Answer
from qa.language.names import agreement, country, find_names, fold
from qa.language.titles import FEMALE_TITLES, MALE_TITLES, TITLES

_TURNS = 6  # the last turns, which are read
_ARTICLES = 4  # the most articles that a conversation is about
_BODY = re.compile(
    r"\b(?:Authority|Agency|Airlines?|Airways|Assembly|Board|Bank|Bridge|Chamber|Church|City|Club|College"
    r"|Commission|Committee|Company"
    r"|Corp|Council|Court|Department|District|Expo|Federation|Ferries|Festival|Fund|Group|Hospital|House|Inc"
    r"|Institute|Island|Isle|Lake"
    r"|League|Line|Ltd|Ministry|Motors|Movement|Mosque|Museum|Nations|Office|Organi[sz]ation|Parliament|Party"
    r"|Police|Port|Prison|River"
    r"|School|Senate|Service|Society|Sound|Station|Stadium|Street|Trade|Trust|Tunnel|Union|University|Valley"
    r"|World|Cup|Games|Summit"
    r"|Act|Agreement|Treaty|Council|North|South|East|West|New|Saint|Mount|Cape|Bay)\b"
)
_HE, _SHE = re.compile(r"\b(?:he|him|his|himself)\b", re.I), re.compile(r"\b(?:she|her|hers|herself)\b", re.I)
_MALE, _FEMALE = (
    re.compile(rf"\b(?:{'|'.join(sorted(map(str.capitalize, titles)))})\b")
    for titles in (MALE_TITLES | {"baron"}, FEMALE_TITLES)
)
_ACTED = r"said|says|told|resigned|wrote|won|died|who|did|has said|was born|added"
_ACTS = r"say|tell|think|resign|win|die|believe|want|claim|become|born|warn"
_DETERMINER = r"(?:the|a|an|this|that|these|those|his|her|their|its|our|[\w’-]+[’']s)"
# A determiner and the noun phrase after it, which ends before a word that cannot be part of a noun phrase.
_ENDS = (
    r"(?:and|or|but|of|in|on|at|to|by|for|from|with|about|as|after|before|when|while|than|if|so|that|which|who"
    r"|whom|what|how|why|where"
    r"|is|are|was|were|be|been|did|do|does|has|have|had|will|would|can|could|should|may|might|must|not|said|say"
    r"|says|happen\w*|cost\w*"
    r"|open\w*|close\w*|run|ran|go|went|come|came|become|became|begin|began|start\w*|end|ended|die|died|kill\w*"
    r"|resign\w*|win|won|lose|lost"
    r"|take|took|make|made|give|gave|get|got|want\w*|call\w*|think|believe|find|found|leave|left|meet|met|pay"
    r"|paid|stop\w*|plan|plans|it"
    r"|he|she|they|there|since|until|during|over|under|into|against|again|still|now|then|yet|please|last|this"
    r"|according|will|collapse"
    r"|affect|plan|hope|need|use|used|work|hold|held|sink|sank|break|broke|rise|rose|fall|fell|react\w*"
    r"|respond\w*|decide\w*|next|today|tonight|tomorrow|yesterday)"
)
_NOUN = re.compile(rf"\b(?P<noun>{_DETERMINER}\s+(?:(?!{_ENDS}\b)[\w’'-]+\s?){{1,4}})", re.IGNORECASE)


@dataclass(frozen=True)
class Focus:
    """What the last turns of a conversation named; each list starts with the most likely.

    Attributes:
        question: the last question, as it was understood.
        answer: the answer to it.
        people: names of people.
        places: names of places.
        names: all other names.
        nouns: things without a name, such as "the harbour tunnel".
        articles: ids of the articles that the conversation is about.
        cited: the sentences that were quoted, as article id, start and end.
        day: publication of the article that was cited last, ISO 8601; None where that is unknown.
    """

    question: str
    answer: Answer
    people: tuple[str, ...]
    places: tuple[str, ...]
    names: tuple[str, ...]
    nouns: tuple[str, ...]
    articles: tuple[str, ...]
    cited: tuple[tuple[str, int, int], ...]
    day: str | None

    def person(self, pronoun: str) -> str | None:
        """The person that "he" or "she" means: the first one whom the articles do not call by the other pronoun."""
        other = _SHE if _HE.fullmatch(pronoun) else _HE
        own = _HE if _HE.fullmatch(pronoun) else _SHE
        quotes = " ".join(c.quote for c in self.answer.citations)
        fitting = [p for p in self.people if _calls(p, quotes, own) >= _calls(p, quotes, other)]
        titled = _FEMALE if own is _HE else _MALE
        fitting = [p for p in fitting if not titled.search(p)]
        return next(iter(fitting or self.people), None)

    def noun(self, head: str) -> str | None:
        """What "that law" means: the last thing with this noun."""
        stem = terms(head)[-1:]
        return next((noun for noun in (*self.nouns, *self.names) if stem and stem[0] in terms(noun)), None)

    @property
    def topic(self) -> str | None:
        """The topic of the conversation in a few words: a thing, else a person or place."""
        return next(iter((*self.nouns, *self.names, *self.people, *self.places)), None)


def find_focus(history: Sequence[Answer]) -> Focus | None:
    """Find what a conversation is about; None before the first question.

    Args:
        history: the answers so far, the last one last.
    """
    turns = [turn for turn in history[-_TURNS:] if turn.question.text]
    if not turns:
        return None
    people: list[str] = []
    places: list[str] = []
    names: list[str] = []
    nouns: list[str] = []
    articles: list[str] = []
    for turn in reversed(turns):
        texts = _texts(turn)
        heads = " ".join(texts)
        for text in texts:
            people += [_without_titles(name) for name in _names(text, heads) if is_person(name, heads)]
        for text in dict.fromkeys([turn.question.text, *texts]):
            for name in _names(text, heads):
                if not is_person(name, heads):
                    (places if _is_place(name, heads) else names).append(name)
        nouns += _nouns(turn.question.text)
        articles += [c.article_id for c in turn.citations] or [near.article_id for near in turn.nearby[:1]]
    last = turns[-1]
    dated = [c.published for turn in reversed(turns) for c in turn.citations if c.published]
    return Focus(
        last.question.text, last, _distinct(people), _distinct(places), _distinct(names), _distinct(nouns),
        tuple(dict.fromkeys(articles))[:_ARTICLES],
        tuple((c.article_id, c.start, c.end) for turn in turns for c in turn.citations),
        dated[0][:10] if dated else None,
    )  # fmt: skip


def _texts(turn: Answer) -> list[str]:
    """The texts of a turn, the most important first."""
    asks_who = turn.question.kind == "who"
    short = [turn.short_answer] if turn.short_answer else []
    cited = [text for c in turn.citations[:2] for text in (c.headline, c.quote)]
    own = [turn.question.text]
    return [*short, *own, *cited] if asks_who else [*own, *short, *cited]


def _names(text: str, heads: str) -> list[str]:
    """The names in a text; a single first word of a sentence counts only where it is a name elsewhere, too."""
    names = [name for name in find_names(text) if len(name.text) > 1]
    return [n.text for n in names if n.start or " " in n.text or _stands_within(n.text, heads)]


def _stands_within(word: str, text: str) -> bool:
    return re.search(rf"(?<=[a-z,] ){re.escape(word)}\b", text) is not None


def _without_titles(name: str) -> str:
    words = name.split()
    while len(words) > 1 and words[0].lower().strip(".") in TITLES:
        words = words[1:]
    return " ".join(words)


def is_person(name: str, text: str) -> bool:
    """Whether a name seems to be a person's, from its form and its context.

    Args:
        name: the name.
        text: a text that contains it.
    """
    words = [word for word in name.split() if fold(word) not in TITLES]
    if not words or country(name) is not None or _BODY.search(name) or any(any(c.isdigit() for c in w) for w in words):
        return False
    if len(words) < len(name.split()) and name.split()[0].lower().strip(".") in TITLES:
        return True
    before = rf"\b(?:in|at|from|to|near|of|the)\s+{re.escape(name)}\b"
    if len(words) in (2, 3) and not name.isupper() and not re.search(before, text):
        return True
    own = re.escape(name)
    acts = rf"\b{own}(?:[’']s)?,?\s+(?:{_ACTED})\b|\b(?:did|does|has|is|was|will)\s+{own}\s+(?:{_ACTS})"
    return len(words) == 1 and re.search(acts, text) is not None


def _is_place(name: str, text: str) -> bool:
    return (
        country(name) is not None
        or re.search(rf"\b(?:in|at|near|from|to|outside)\s+(?:the\s+)?{re.escape(name)}\b", text) is not None
    )


def _nouns(question: str) -> list[str]:
    phrases = [match["noun"].strip() for match in _NOUN.finditer(question)]
    return [phrase for phrase in phrases if terms(phrase)]


def _distinct(names: Iterable[str]) -> tuple[str, ...]:
    """The names without repeats, in their longest forms, in order of first mention."""
    kept: list[str] = []
    for name in names:
        same = next(
            (i for i, other in enumerate(kept) if fold(other) == fold(name) or agreement(other, name) == 1.0), None
        )
        if same is None:
            kept.append(name)
        elif len(name) > len(kept[same]) and country(name) is None:
            kept[same] = name
    return tuple(kept)


def _calls(person: str, text: str, pronoun: re.Pattern[str]) -> int:
    """How often a pronoun closely follows a person's surname in a text."""
    surname = re.escape(person.split()[-1])
    return sum(len(pronoun.findall(match[0])) for match in re.finditer(rf"{surname}\b.{{0,80}}", text))
