"""Where sentences end, measured on hand-marked news, and what holds for any text."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.base.article import Span
from ingest.chunking.sentences import sentence_spans
from tests.costs import STEEP, growth
from tests.examples import examples

MARKED = Path(__file__).parent.parent / "data" / "sentences.txt"
LANGUAGES = (None, "en", "de", "fr", "ja", "ru", "xx")

# Text in which every second character may end or open a sentence.
PUNCTUATED = st.text(alphabet='aB1 .!?…”’")(“‘[«»\n\t\u00a0U.S', max_size=80)


def marked_paragraphs() -> list[list[str]]:
    """The sentences of each paragraph of the file."""
    lines = MARKED.read_text(encoding="utf-8").splitlines()
    story = itertools.dropwhile(lambda line: line.startswith("#"), lines)
    return [list(group) for filled, group in itertools.groupby(story, key=bool) if filled]


def ends_of(sentences: list[str]) -> set[int]:
    """Where sentences end that are joined with single spaces."""
    return {end + index for index, end in enumerate(itertools.accumulate(map(len, sentences)))}


def test_98_percent_of_the_borders_in_marked_news_are_right() -> None:
    right = missed = invented = 0
    for sentences in marked_paragraphs():
        expected = ends_of(sentences)
        found = {end for _, end in sentence_spans(" ".join(sentences), "en")}
        right += len(expected & found)
        missed += len(expected - found)
        invented += len(found - expected)
    assert right + missed > 500
    assert right / (right + missed + invented) >= 0.98, f"{right} right, {missed} missed, {invented} invented"


@pytest.mark.parametrize(
    "sentences",
    [
        ["U.S. officials met on Monday.", "They left at 9 a.m. Tuesday."],
        ["The firm paid $1.5 million.", "The union called it an insult."],
        ["Mr. Lund of Greer Foods Inc. said no.", "The others agreed."],
        ["“We won.", "We are glad,” said Ida Marsh."],
        ["“Is it safe?” she asked.", "Nobody knew."],
        ["“Who pays?” Ms. Orde asked.", "Nobody knew."],
        ["It rose to 3.5 percent on Feb. 14.", "Then it fell."],
        ["He came with J. P. Vance.", "They stayed."],
    ],
)
@pytest.mark.parametrize("language", [None, "en"])
def test_what_news_is_full_of(sentences: list[str], language: str | None) -> None:
    text = " ".join(sentences)
    assert [text[start:end] for start, end in sentence_spans(text, language)] == sentences


def check(text: str, spans: list[Span]) -> None:
    """Spans are in order, do not overlap, are not empty, and only white space lies outside them."""
    position = 0
    for start, end in spans:
        assert position <= start < end
        assert not text[position:start].strip()
        assert text[start:end] == text[start:end].strip()
        position = end
    assert position <= len(text)
    assert not text[position:].strip()


@given(text=st.text(max_size=300) | PUNCTUATED, language=st.sampled_from(LANGUAGES))
@example(text="", language="en")
@example(text=" \n ", language=None)
@example(text=". . .", language="en")
@example(text="A.\u2028\u0085B. \x1c C.", language="en")
@example(text="Yes. \u200b No.", language="en")
@example(text="日本語の文。もう一つの文。", language="ja")
@examples(100)
def test_nothing_but_white_space_is_outside_the_spans_of_any_text(text: str, language: str | None) -> None:
    check(text, sentence_spans(text, language))


@given(
    st.lists(st.sampled_from(list(itertools.chain.from_iterable(marked_paragraphs()))), min_size=1, max_size=12).map(
        " ".join
    )
)
@examples(100)
def test_nothing_but_white_space_is_outside_the_spans_of_news(text: str) -> None:
    check(text, sentence_spans(text, "en"))


def test_the_time_grows_with_the_length_and_not_with_its_square() -> None:
    paragraph = "The board met at 9 a.m. on Monday in the hall. U.S. officials said nothing of it. " * 50
    assert growth(lambda text: sentence_spans(text, "en"), paragraph, paragraph * 10) < STEEP
