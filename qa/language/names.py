"""Find names in text, and compare them."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from ingest.base.article import Span
from ingest.cleaning.dateline import MONTHS
from qa.dates.vocabulary import WEEKDAYS
from qa.language.titles import TITLES

_WORD = r"[A-ZÀ-ÞĀ-Ž][\w’'&-]*"
_ACRONYM = r"(?:[A-Z]\.){2,}(?:[A-Z]\b)?|U\.S\b|U\.K\b"
_LINK = r"(?:of the |of |de |van |von |der |al |bin |du |la )"
_NAME = re.compile(rf"(?:{_ACRONYM}|\d*[A-Z]+-?\d+\b|{_WORD})(?: {_LINK}?(?:{_ACRONYM}|{_WORD}|[A-Z]\.))*")
# Capitalised at the beginning of a sentence, but no names.
_PLAIN = frozenset(map(str.lower, (*WEEKDAYS, *MONTHS))) | frozenset(
    """a about according after again against all along also although among amid an and another any are as at be
    because been before both but by can could did do does during each either even every few first for from had has
    have he her here his how however i if in is it its just last later many may meanwhile might more most much must
    my neither never new next no nobody none nor not nothing now of on once one only or other our over people
    perhaps please several shall she should since so some still such tell than that the through throughout toward
    towards their them then there these they this those though three thus to two under until up upon us very was we
    were what whatever when where whether which while who whom whose why will with within without would yes
    yesterday yet you your today tomorrow say says said asked according earlier officials police
    president minister secretary mr mrs ms dr prof""".split()
)

# Names of the same country or union: its own, its people, its adjective; after "|" the seat of its government, which
# stands for it in news and is also a place.
_GROUPS = """
uk, united kingdom, britain, great britain, british, briton, britons, england, english \
| london, downing street, whitehall
us, usa, united states, america, american, americans | washington, white house
eu, european union, europe, european, europeans | brussels
china, chinese, people's republic of china, prc | beijing
russia, russian, russians | moscow, kremlin
france, french | paris
germany, german, germans | berlin
japan, japanese | tokyo
italy, italian, italians | rome
spain, spanish, spaniards | madrid
canada, canadian, canadians | ottawa
australia, australian, australians | canberra
india, indian, indians | new delhi, delhi
ukraine, ukrainian, ukrainians | kyiv, kiev
israel, israeli, israelis | jerusalem
iran, iranian, iranians | tehran
turkey, turkiye, turkish, turks | ankara
brazil, brazilian, brazilians | brasilia
mexico, mexican, mexicans | mexico city
north korea, north korean, dprk | pyongyang
south korea, south korean, korean | seoul
saudi arabia, saudi, saudis | riyadh
egypt, egyptian, egyptians | cairo
greece, greek, greeks | athens
poland, polish, poles | warsaw
netherlands, dutch, holland | the hague
sweden, swedish, swedes | stockholm
ireland, irish | dublin
pakistan, pakistani | islamabad
afghanistan, afghan, afghans | kabul
syria, syrian | damascus
iraq, iraqi | baghdad
argentina, argentine | buenos aires
south africa, south african | pretoria
un, united nations |
nato, north atlantic treaty organization |
g7, g-7, group of seven |
g20, g-20, group of 20 |
imf, international monetary fund |
who, world health organization |
wto, world trade organization |
fed, federal reserve |
ecb, european central bank |
"""


@dataclass(frozen=True)
class Name:
    """A name in a text.

    Attributes:
        text: its words.
        start: offset of its first character.
        end: one past the last.
    """

    text: str
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Its offsets in the text."""
        return self.start, self.end


def find_names(text: str) -> list[Name]:
    """The capitalised names in a text, in order; a plain word that begins a sentence is not a name."""
    names = []
    for match in _NAME.finditer(text):
        start = match.start()
        # "China’s Huawei" contains two names.
        for part in re.split(r"(?<=[’']s) ", match[0]):
            names += _without_plain(part, start)
            start += len(part) + 1
    return names


def _without_plain(words: str, start: int) -> list[Name]:
    parts = words.split(" ")
    while parts and parts[0].lower().strip("’'.") in _PLAIN and parts[0].lower() not in _LEADING:
        start += len(parts[0]) + 1
        parts = parts[1:]
    name = re.sub(r"(?:[’']s|[’'])$", "", " ".join(parts))
    if not name or name.lower() in _PLAIN or re.fullmatch(r"[A-Z]\.?", name):
        return []
    return [Name(name, start, start + len(name))]


_LEADING = frozenset({"us", "new", "first"})  # "US", "New York", "First Quantum"


@functools.cache
def _groups() -> tuple[dict[str, int], dict[str, int]]:
    members, seats = {}, {}
    for number, line in enumerate(_GROUPS.strip().splitlines()):
        names, _, capitals = line.partition("|")
        members.update({name.strip(): number for name in names.split(",")})
        seats.update({name.strip(): number for name in capitals.split(",") if name.strip()})
    return members, seats


@functools.lru_cache(maxsize=1 << 14)
def fold(name: str) -> str:
    """Normalise a name for comparison: lower case, without full stops, possessive and article."""
    folded = re.sub(r"[’']s?$", "", name.replace(".", "").casefold().replace("’", "'"))
    return re.sub(r"^the ", "", re.sub(r"\s+", " ", folded)).strip()


def country(name: str) -> int | None:
    """The number of the country, union or body that a name or its adjective stands for; None for other names."""
    # "who" and "us" are words, "WHO" and "US" are names.
    if name in ("who", "Who", "us", "Us"):
        return None
    return _groups()[0].get(fold(name))


def seat(name: str) -> int | None:
    """The number of the country that a name is the seat of government of; None for other names."""
    return _groups()[1].get(fold(name))


def form(name: str) -> str:
    """The form of a country's name: `noun` ("Britain"), `adjective` ("British"), `both` ("U.K."); `name` for others."""
    if country(name) is None:
        return "name"
    folded = fold(name)
    if folded in _ADJECTIVES or folded.endswith(("ish", "ese", "ian", "ians", "ean", "eans", "ench", "ans")):
        return "adjective"
    return "both" if len(folded) <= 3 or folded in ("nato", "saudi") else "noun"


_ADJECTIVES = frozenset(
    """american german dutch greek iraqi israeli pakistani afghan swedes poles spaniards turks germans greeks afghans
    israelis saudis briton britons argentine""".split()
)


def agreement(name: str, other_name: str) -> float:
    """The degree to which two names mean the same.

    Args:
        name: a name.
        other_name: the name to compare it with.

    Returns:
        1 for the same name, the same person by surname, or a country by another of its names; 0.8 for a country by its
        seat of government; 0 otherwise.
    """
    one, other = fold(name), fold(other_name)
    if one == other:
        return 1.0
    one_country, other_country = country(name), country(other_name)
    if one_country is not None and one_country == other_country:
        return 1.0
    if (one_country is not None and one_country == seat(other_name)) or (
        other_country is not None and other_country == seat(name)
    ):
        return 0.8
    words = [word for word in one.split() if word not in TITLES]
    other_words = [word for word in other.split() if word not in TITLES]
    if not words or not other_words or one_country is not None or other_country is not None:
        return 0.0
    # "Pompeo" and "Michael Pompeo", "Huawei" and "Huawei Technologies"; not "Davin Pell" and "Marta Pell".
    shorter, longer = sorted((words, other_words), key=len)
    return 1.0 if set(shorter) <= set(longer) else 0.0
