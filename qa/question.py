"""A question: its wording, what kind of answer it asks for, and which articles it is asked of."""

from __future__ import annotations

import functools
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from ingest.article import Published
from ingest.errors import DatelineError
from ingest.language import LANGUAGES, detect_language
from ingest.scope import Scope, publisher_key
from qa.calibration import CAUTIONS, Caution
from qa.names import Name, find_names

#: Longest question, in characters.
MAX_QUESTION = 2_000

Kind = Literal["who", "when", "where", "why", "number", "money", "said", "yes/no", "how", "what"]

#: What may be given as `published`: one date, which counts whole, or first and last date, None for no limit.
Range = str | tuple[str | None, str | None] | None

_AUXILIARY = r"(?:did|does|do|is|are|was|were|has|have|had|will|would|can|could|should|may|might|must|am)"
# Where a question's own word stands: "In July, who ..." asks who; "What did she do when ..." asks what.
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

# Words of a question that no article need share with it.
_EMPTY = frozenset(
    """a about according after all also am an and any anyone anything are as at be been being but by can could did
    do does doing down during exactly for from get give given had has have he her hers him his how i if in into is
    it its itself just know let like long many may me might more most much must my of off on one or other our out
    over own please shall she should so some someone something such tell than that the their them then there these
    they this those through to too under until up us use very was we were what when where whether which while who
    whom whose why will with would you your really actually currently now didn't doesn't said say says saying happen
    happened happens thing things kind""".split()
)
# Words that say little: matching them means little, missing them too.
_LIGHT = frozenset(
    """make made take took taken put go went going come came want wants wanted hold held call called new old first last
    day year time people person place country way part number state group become became set start keep find found work
    believe think thought feel see show use used need leave left bring brought name named big large small good much
    article story news report reported plan plans government official officials day date week month response""".split()
)
_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[\w]+(?:[’'-]\w+)*|[$£€]\d[\d.,]*")


class QuestionError(DatelineError):
    """A question that cannot be asked: empty, too long, or of an impossible range of dates."""


@dataclass(frozen=True)
class Term:
    """A word of the question that evidence should share.

    Attributes:
        text: the word.
        start: offset in the question.
        end: one past its last character.
        weight: 0..2; names and numbers weigh most.
        name: the name that it belongs to, or None.
    """

    text: str
    start: int
    end: int
    weight: float
    name: Name | None

    @property
    def is_specific(self) -> bool:
        """Whether it is part of a name, or a number."""
        return self.name is not None or self.text[0].isdigit()


@dataclass(frozen=True)
class Question:
    """A question as it is understood.

    Attributes:
        text: its words.
        kind: what kind of answer it asks for.
        published: range of publication, ISO 8601, first and last day; None for no limit.
        publishers: names of publishers it is asked of; empty for all.
        without: ids of articles that may not be used for it.
        caution: how sure an answer has to be.
    """

    text: str
    kind: Kind
    published: tuple[str | None, str | None] | None = None
    publishers: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    caution: Caution = "normal"

    @classmethod
    def parse(
        cls,
        text: str,
        published: Range = None,
        publisher: str | Collection[str] | None = None,
        without: Collection[str] = (),
        caution: Caution = "normal",
    ) -> Question:
        """Check and understand a question.

        Args:
            text: its words.
            published: a date such as "2020-07-21" or "2020-07", or (first, last), each of which may be None.
            publisher: name of a publisher, or several.
            without: ids of articles that may not be used.
            caution: `low` answers more, `high` refuses more.

        Raises:
            QuestionError: it is empty or too long, the dates make no range, or the caution is none of the three.
        """
        if not isinstance(text, str):
            raise QuestionError(f"a question is text, not {type(text).__name__}")
        words = " ".join(text.split())
        if not re.search(r"\w", words):
            raise QuestionError("the question is empty; ask one, such as: Who resigned in March?")
        if len(words) > MAX_QUESTION:
            raise QuestionError(f"the question has {len(words):,} characters; it may have {MAX_QUESTION:,}. Shorten it")
        publishers = (publisher,) if isinstance(publisher, str) else tuple(publisher or ())
        if not all(isinstance(name, str) and name.strip() for name in publishers):
            raise QuestionError("a publisher has no name; leave it out to ask all of them")
        if caution not in CAUTIONS:
            raise QuestionError(f"caution is {caution!r}; it takes {', '.join(CAUTIONS)}")
        return cls(words, find_kind(words), _range(published), publishers, tuple(without), caution)

    @property
    def scope(self) -> Scope:
        """Which articles it is asked of."""
        first, last = self.published or (None, None)
        return Scope(
            after=Published.parse(first).epoch if first else None,
            before=Published.parse(last).end_epoch if last else None,
            publishers=frozenset(map(publisher_key, self.publishers)),
            without=frozenset(self.without),
        )

    @functools.cached_property
    def names(self) -> list[Name]:
        """Names in it."""
        return find_names(self.text)

    @functools.cached_property
    def terms(self) -> list[Term]:
        """Its words that evidence should share, in order."""
        terms = []
        for match in _TOKEN.finditer(self.text):
            word = re.sub(r"[’']s$", "", match[0])
            name = next((name for name in self.names if name.start <= match.start() < name.end), None)
            if word.lower().replace("’", "'") in _EMPTY and name is None:
                continue
            weight = 1.5 if name else 1.3 if word[0].isdigit() else 0.4 if word.lower() in _LIGHT else 1.0
            terms.append(Term(word, match.start(), match.start() + len(word), weight, name))
        return terms

    def foreign_language(self, known: Collection[str]) -> tuple[str, bool] | None:
        """The language it is in, where that is not among those known.

        Args:
            known: ISO 639-1 codes of the languages that the embedder reads; empty where that is not known.

        Returns:
            The language's English name and whether that is certain; None where it is a known one, or too short to tell.
        """
        letters = re.findall(r"[^\W\d_]", self.text)
        if not known or "en" not in known or not letters:
            return None
        other_script = sum(ord(letter) > 0x24F for letter in letters) > len(letters) / 2
        english = {word.lower() for word in re.findall(r"[A-Za-z]+", self.text)} & _ENGLISH
        if english and not other_script:
            return None
        code, probability = detect_language(self.text)
        if code in known:
            return None if not other_script else ("another language", True)
        if other_script or probability >= 0.4:
            return LANGUAGES[code], other_script or probability >= 0.7
        return None


# Words that mark a text as English; those that other languages share are left out.
_ENGLISH = frozenset(
    """the of and what who when where why how which whose did does is are were has have had with from this that
    about there they their his her by for not will would can could should been it its on says said after before many
    much tell ban you your between during under over into out up to""".split()
)


def asks_for_country(text: str) -> bool:
    """Whether the answer is the name of a country."""
    return _COUNTRY.search(text) is not None


def find_kind(text: str) -> Kind:
    """What kind of answer a question asks for, by the words that it opens with."""
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


def _range(published: Range) -> tuple[str | None, str | None] | None:
    if published is None:
        return None
    first, last = (published, published) if isinstance(published, str) else published
    try:
        start = Published.parse(first) if first else None
        end = Published.parse(last) if last else None
    except ValueError as error:
        raise QuestionError(f"{error}; published takes a date, or the first and the last date") from None
    if start and end and start.epoch > end.end_epoch:
        raise QuestionError(f"the range from {first} to {last} ends before it begins; swap the dates")
    return (start.iso if start else None, end.iso if end else None) if start or end else None
