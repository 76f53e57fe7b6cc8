"""Encode question and passage for the model: `<s> question </s> headline (date) </s> passage </s>`, or as for BERT."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingest.base.article import Span

if TYPE_CHECKING:
    from tokenizers import Encoding, Tokenizer

#: Word pieces of a statement; a longer one keeps its beginning and end.
STATEMENT = 96

_QUESTION = 64  # word pieces; a longer question keeps its beginning and end
_HEADING = 40
_WINDOW = 320  # word pieces of a passage; a longer one is read in windows
_STRIDE = 256


@dataclass(frozen=True)
class Page:
    """A passage that the model reads.

    Attributes:
        heading: headline and date, for context; the model cannot mark spans in it.
        text: the passage.
    """

    heading: str
    text: str


@dataclass(frozen=True)
class Packed:
    """One input of the model.

    Attributes:
        page: index of its page.
        ids: ids of the word pieces.
        types: 0 for word pieces of the question, 1 for the others.
        first: index of the first word piece of the passage.
        offsets: offsets of the passage's word pieces in the page's text.
    """

    page: int
    ids: list[int]
    types: list[int]
    first: int
    offsets: list[Span]


def pack(tokenizer: Tokenizer, question: str, pages: Sequence[Page], most: int = _QUESTION) -> list[Packed]:
    """Encode a question with each of its pages, in order; a long passage gives several inputs, which overlap.

    Args:
        tokenizer: has the pieces `<s>` and `</s>`, or `[CLS]` and `[SEP]`, and neither truncates nor pads.
        question: its words.
        pages: the passages; one without a word piece gives no input.
        most: word pieces of the question; a longer one keeps its beginning and end.
    """
    texts = [question, *(page.heading for page in pages), *(page.text for page in pages)]
    encoded: list[Encoding] = tokenizer.encode_batch(texts, add_special_tokens=False)
    opening, closing = special(tokenizer, "<s>", "[CLS]"), special(tokenizer, "</s>", "[SEP]")
    asked = _shortened(encoded[0].ids, most)
    packed = []
    for index in range(len(pages)):
        heading = encoded[1 + index].ids[:_HEADING]
        passage = encoded[1 + len(pages) + index]
        ids, offsets = passage.ids, passage.offsets
        front = [opening, *asked, closing, *heading, closing]
        for start in _windows(len(ids)):
            window = ids[start : start + _WINDOW]
            types = [0] * (len(asked) + 2) + [1] * (len(heading) + len(window) + 2)
            packed.append(
                Packed(index, [*front, *window, closing], types, len(front), offsets[start : start + _WINDOW])
            )
    return packed


def special(tokenizer: Tokenizer, *pieces: str) -> int:
    """The id of the first of some special pieces that a tokenizer has.

    Args:
        tokenizer: of the model.
        pieces: names of one piece in the tokenizers of different encoders.
    """
    ids = (tokenizer.token_to_id(piece) for piece in pieces)
    first = next((piece_id for piece_id in ids if piece_id is not None), None)
    if first is None:
        raise ValueError(f"the tokenizer has no piece {' or '.join(pieces)}")
    return int(first)


def _windows(length: int) -> list[int]:
    """The starts of the windows of a passage."""
    if not length:
        return []
    return [0, *range(_STRIDE, length - _WINDOW + _STRIDE, _STRIDE)] if length > _WINDOW else [0]


def _shortened(ids: list[int], most: int) -> list[int]:
    return ids if len(ids) <= most else [*ids[: most // 2], *ids[-(most - most // 2) :]]
