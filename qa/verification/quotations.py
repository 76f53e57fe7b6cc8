"""Check that quoted words were said in exactly these words by the speaker who is named."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.chunking.sentences import sentence_spans
from qa.language.names import Name, agreement, find_names
from qa.language.speech import speaks

_QUOTED = re.compile(r"“(?P<curly>[^“”]+)”|\"(?P<straight>[^\"]+)\"|«(?P<angled>[^«»]+)»")
_EDGE = " \t\n.,;:!?…"
_PRONOUN = re.compile(r"\b(?:he|she|they|who)\b", re.IGNORECASE)
_AROUND = 3  # sentences before a quotation in which its speaker may be named


def quotations(text: str) -> list[str]:
    """The quoted parts of a text, without the quotation marks."""
    return [next(filter(None, match.groups())) for match in _QUOTED.finditer(text)]


def misquoted(statement: str, articles: Sequence[str]) -> str | None:
    """The reason why a quotation in a statement is wrong; None where all are right, or there are none.

    Args:
        statement: one sentence.
        articles: the complete texts of the articles that it cites.
    """
    speaker = speaker_of(statement)
    for words in quotations(statement):
        parts = [part for part in re.split(r"\s*(?:\.\.\.|…|\[[^\]]*\])\s*", words) if re.search(r"\w", part)]
        places = [[(text, span) for text in articles for span in _places(part, text)] for part in parts]
        if not all(places):
            return f"“{words}” does not stand in the cited article"
        if speaker is not None and not any(_said_by(speaker, text, span) for text, span in places[0]):
            return f"“{words}” was not said by {speaker.text} in the cited article"
    return None


def speaker_of(text: str) -> Name | None:
    """The only name that speaks in a sentence; None where none or several do."""
    bare = _QUOTED.sub(lambda match: " " * len(match[0]), text)
    speakers = [name for name in find_names(bare) if speaks(name, bare)]
    return speakers[0] if len(speakers) == 1 else None


def _plain(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'").replace("“", '"').replace("”", '"')


def _places(words: str, text: str) -> list[tuple[int, int]]:
    """Where words occur in a text, ignoring the kind of quotation marks, white space and the first letter's case."""
    kept = _plain(words).strip(_EDGE)
    pattern = r"\s+".join(re.escape(part) for part in kept.split())
    if kept[:1].isalpha():
        pattern = f"[{kept[0].lower()}{kept[0].upper()}]{pattern[1:]}"
    return [match.span() for match in re.finditer(rf"(?<!\w){pattern}(?!\w)", _plain(text))]


def _said_by(speaker: Name, text: str, span: tuple[int, int]) -> bool:
    """Whether words of an article are quoted there, and may be the words of a speaker."""
    start = text.rfind("\n\n", 0, span[0]) + 1
    before = _plain(text[start : span[0]])
    if before.count('"') % 2 == 0 and not _plain(text[span[0] : span[1]]).startswith('"'):
        return False  # the reporter's own words
    sentences = sentence_spans(text[: span[1] + 300].replace("\n", " "))
    own = [i for i, (s, e) in enumerate(sentences) if s < span[1] and e > span[0]]
    if not own:
        return False
    here = " ".join(text[slice(*sentences[i])] for i in own)
    after = text[slice(*sentences[own[-1] + 1])] if own[-1] + 1 < len(sentences) else ""
    bare = _QUOTED.sub(" ", here)
    named = [name for name in find_names(bare) if speaks(name, bare)]
    if named:
        return any(agreement(speaker.text, name.text) for name in named)
    around = [text[slice(*sentences[i])] for i in range(max(0, own[0] - _AROUND), own[0])]
    nearby = find_names(" ".join([*around, bare] if _PRONOUN.search(bare) or around else [bare, after]))
    return any(agreement(speaker.text, name.text) for name in [*nearby, *find_names(after)])
