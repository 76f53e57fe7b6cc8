"""Split English news into sentences, with character offsets.

sentencex proposes sentence boundaries. The rules here correct it where news is difficult for a general splitter:
"U.S. officials", "at 9 a.m. Tuesday", "$1.5 million. The", several sentences inside one quotation, a quoted question
before "she asked". They are tested on the sentences of `tests/data/sentences.txt`.
"""

from __future__ import annotations

import re

from ingest.base.article import Span

_OPEN = "“‘\"'([«"
_CLOSE = "”’\"')\\]»"
# A mark that may end a sentence, closing quotation marks or brackets, white space, and opening ones.
_CANDIDATE = re.compile(
    rf"(?<![.!?…])(?P<mark>[.!?…]++)(?P<close>[{_CLOSE}]*)(?P<gap>\s+)(?P<open>[“‘\"'(\[«]*)(?=(?P<next>\S+))"
)
_LIST_MARK = re.compile(r"(?:\d{1,3}|[A-Za-z]|[ivx]+)[.)]")

_LOOK_BEHIND = 80  # characters before a mark that the rules examine

# Abbreviations that never end a sentence.
_TITLES = frozenset(
    "mr mrs ms mx dr prof gen lt col sgt maj capt cpl cmdr adm brig sen rep gov rev fr hon pres supt insp det st mt ft"
    " messrs mmes gens sens reps govs revs profs drs atty asst dep vs v cf eg e.g i.e ie viz approx ca fig figs"
    " sec ch vol pp rs vice-adm rear-adm lt.col maj.gen lt.gen brig.gen".split()
)
# Abbreviations that rarely end a sentence; the next word decides.
_EITHER = frozenset(
    "u.s u.k u.n e.u d.c u.s.a u.a.e a.m p.m inc corp co ltd bros plc jr sr ph.d m.d b.a m.a esq etc est ave blvd rd sq"
    " jan feb mar apr jun jul aug sept sep oct nov dec mon tue tues wed thu thurs fri sat sun ala ariz ark calif colo"
    " conn del fla ga ill ind kan ky la md mass mich minn miss mo mont neb nev okla ore pa tenn tex va vt wash wis wyo"
    " n.y n.j n.h n.c s.c n.d s.d w.va n.m r.i ont que no nos art al bn mn tn cm kg km mph".split()
)
_MONTHS = frozenset("jan feb mar apr jun jul aug sept sep oct nov dec".split())
# Words that begin sentences and rarely continue a name.
_STARTERS = frozenset(
    "the a an this that these those he she it they we i you his her its their our my your there here but and or so yet"
    " in on at by for from with without to of as if when while where after before since until during under over between"
    " because although though however meanwhile instead still also then now today yesterday later earlier nobody no not"
    " none few many most some several all both each every any another other what who why how which once even only just"
    " shares ten two three four five six seven eight nine one people officials regulators critics supporters police"
    " lawyers analysts residents investigators ministers prosecutors witnesses reporters union unions late".split()
)
_CLOCK_FOLLOWERS = re.compile(
    r"(?:(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\w*\.?"
    r"|Eastern|Pacific|Central|Mountain|Atlantic|Greenwich|GMT|UTC|BST|CET|CEST|EST|EDT|ET|PT|CT|PST|PDT|IST|JST|HKT"
    r"|Local)\b"
)
_SPEECH = (
    r"(?:said|says|asked|asks|added|adds|told|tells|wrote|replied|shouted|called|cried|answered|wondered|demanded|"
    r"recalled|joked|repeated|read|yelled|whispered|quipped|continued|ran)"
)
# "“Is it safe?” Ms. Orde asked" and "“Who pays?” asked Ms. Orde" are one sentence each.
_ATTRIBUTION = re.compile(
    rf"(?:{_SPEECH}\b|(?:[A-Z][\w.’'-]*\s+){{1,4}}{_SPEECH}\b|(?:the|a|an|one|his|her)\s+(?:[\w’'-]+\s+){{1,4}}{_SPEECH}\b)"
)


def sentence_spans(text: str, language: str | None = None) -> list[Span]:
    """Find the sentences of one paragraph.

    Args:
        text: one paragraph.
        language: ISO 639-1 code; the rules for English apply to English and to None.

    Returns:
        (start, end) offsets in order, without overlap; only white space is outside them.
    """
    proposed = _proposed(text, language or "en")
    boundaries = []
    for match in _CANDIDATE.finditer(text):
        decision = _is_boundary(text, match) if language in ("en", None) else None
        end = match.end("close")
        if decision if decision is not None else end in proposed:
            boundaries.append((end, match.end("gap")))
    spans = []
    start = len(text) - len(text.lstrip())
    for end, following in boundaries:
        spans.append((start, end))
        start = following
    last = len(text.rstrip())
    if start < last:
        spans.append((start, last))
    return spans


def _proposed(text: str, language: str) -> set[int]:
    """The ends of the sentences that sentencex detects."""
    from sentencex import get_sentence_boundaries

    ends = set()
    position = 0
    for boundary in get_sentence_boundaries(language, text):
        # On some input the offsets of sentencex are not those of Python, so they are computed from its texts.
        sentence = boundary["text"]
        if not sentence.isspace():
            ends.add(position + len(sentence.rstrip()))
        position += len(sentence)
    return ends


def _is_boundary(text: str, match: re.Match[str]) -> bool | None:
    """Whether a candidate is a sentence boundary; None leaves the decision to sentencex."""
    before = text[max(0, match.start("mark") - _LOOK_BEHIND) : match.start("mark")]
    word = re.split(r"[\s(\[“‘\"«—–/]", before)[-1].lower()
    following = match["next"]
    first = following[0]
    if first.islower() and not (match["open"] or re.match(r"[a-z]+[A-Z]", following)):
        return False
    if not before.strip(_OPEN + _CLOSE) or _LIST_MARK.fullmatch(before.strip() + match["mark"]):
        return False  # only the number of a list item is before it
    if match["mark"] == "." and not match["close"]:
        return _after_full_stop(word, match)
    if match["close"] and not match["open"] and _ATTRIBUTION.match(text, match.start("next")):
        return match["mark"].endswith(".")
    return True


def _after_full_stop(word: str, match: re.Match[str]) -> bool | None:
    following = match["next"].strip(_OPEN + _CLOSE + ".,;:")
    begins = following.lower() in _STARTERS or bool(match["open"])
    stem = word.rstrip(".")
    if stem in ("a.m", "p.m"):
        return not _CLOCK_FOLLOWERS.match(match["next"])
    if stem in _TITLES:
        return False
    if stem in _MONTHS and following[:1].isdigit():
        return False
    if stem in _EITHER:
        return begins
    if re.fullmatch(r"[^\W\d_]", stem):  # an initial, or "Plan B."
        return begins and following.lower() != "i"
    if re.fullmatch(r"(?:[^\W\d_]\.)+[^\W\d_]", stem):  # another abbreviation with full stops inside
        return begins
    if re.fullmatch(r"[\w’'%°$£€,.-]*[\w%°’']", stem) and (len(stem) > 3 or re.search(r"[aeiouy\d%]", stem)):
        return True
    return None
