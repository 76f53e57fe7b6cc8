"""Articles cut into passages that tile them."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ingest.base.article import Article, Passage, Published
from ingest.chunking.passages import embedded_text, split_passages
from ingest.cleaning.boilerplate import is_crosshead
from tests.examples import examples

MARKED = Path(__file__).parent.parent / "data" / "sentences.txt"

SENTENCES = (
    "The harbour board of Saltreath voted on Monday to close the old pier, which has stood since 1898.",
    "“It breaks my heart, but it is not safe,” said Ida Marsh.",
    "U.S. engineers looked at the piles in March.",
    "The work begins at 9 a.m. on May 3 and will cost $1.5 million.",
    "Nobody was hurt.",
    "Tom Lund, who leads the club of four hundred anglers, said they would ask a court to stop it.",
)
CROSSHEADS = ("‘Well Done’", "No Way Back", "A Pier for Anglers")
BULLETS = ("- The pier closes in May.", "• 400 anglers", "1. The board votes", "2) The court sits.")

PARAGRAPHS = st.lists(st.sampled_from(SENTENCES), min_size=1, max_size=8).map(" ".join)
STORY = st.lists(PARAGRAPHS | st.sampled_from(CROSSHEADS + BULLETS), min_size=1, max_size=30).map("\n\n".join)
CONTROL_FREE = st.text(alphabet=st.characters(exclude_categories=["C"]), min_size=1, max_size=400)
NO_SPACES = st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=400)
LONG_WORDS = st.lists(st.sampled_from(["x" * 5000, "日本" * 1200, "Pier", "closes.", "\n\n"]), min_size=1).map(" ".join)
ANY = st.text(min_size=1, max_size=400) | CONTROL_FREE | NO_SPACES | LONG_WORDS | STORY


def article_of(text: str, language: str | None = "en") -> Article:
    return Article(identity="guid pier-1", headline="Old pier to close", text=text, language=language)


def quoted(article: Article, passages: list[Passage]) -> list[str]:
    """The text of every sentence that may be quoted."""
    return [article.text[start:end] for passage in passages for start, end in passage.sentences]


def check(article: Article, passages: list[Passage]) -> None:
    """The passages tile the article, and their sentences lie within them."""
    assert "".join(passage.text for passage in passages) == article.text
    assert [passage.ordinal for passage in passages] == list(range(len(passages)))
    position = 0
    for passage in passages:
        assert (passage.article_id, passage.version) == (article.article_id, article.version)
        assert passage.start == position < passage.end
        assert article.text[passage.start : passage.end] == passage.text
        position = passage.end
        before = passage.start
        for start, end in passage.sentences:
            assert before <= start < end <= passage.end
            before = end
    assert position == len(article.text)
    for sentence in quoted(article, passages):
        assert sentence
        assert sentence == sentence.strip()


@given(text=ANY, language=st.sampled_from([None, "en", "de", "ja"]), words=st.sampled_from([20, 130, 400]))
@example(text="x" * 5000, language="en", words=130)
@example(text="\n\n".join(BULLETS), language="en", words=20)
@example(text="\n".join(BULLETS), language="en", words=20)
@example(text=" \n\n ", language=None, words=130)
@example(text="\n\n".join(CROSSHEADS), language="en", words=130)
@examples(100)
def test_passages_tile_any_text(text: str, language: str | None, words: int) -> None:
    article = article_of(text, language)
    check(article, split_passages(article, words))


@pytest.mark.parametrize("gap", ["  ", " \t", "\n", " \n"])
def test_a_very_long_sentence_with_wide_gaps_is_cut_into_stripped_pieces(gap: str) -> None:
    article = article_of(gap.join(["pier"] * 900))
    check(article, split_passages(article))


@given(STORY)
@examples(100)
def test_no_passage_ends_with_a_crosshead_that_something_follows(text: str) -> None:
    for passage in split_passages(article_of(text), 40)[:-1]:
        assert not is_crosshead(passage.text.strip().split("\n\n")[-1])


@given(STORY)
@examples(100)
def test_every_word_of_a_story_can_be_quoted_but_those_of_crossheads(text: str) -> None:
    article = article_of(text)
    paragraphs = text.split("\n\n")
    inner = [p for p in paragraphs[1:-1] if not is_crosshead(p)]
    expected = " ".join([paragraphs[0], *inner, *paragraphs[1:][-1:]])
    assert " ".join(quoted(article, split_passages(article))).split() == expected.split()


@pytest.mark.parametrize("crosshead", CROSSHEADS)
def test_a_crosshead_is_in_the_text_and_in_no_sentence(crosshead: str) -> None:
    article = article_of("\n\n".join([SENTENCES[0], crosshead, SENTENCES[4]]))
    passages = split_passages(article)
    assert crosshead in "".join(passage.text for passage in passages)
    assert quoted(article, passages) == [SENTENCES[0], SENTENCES[4]]


def long_story() -> str:
    """Every marked sentence, a paragraph each as in the file."""
    lines = MARKED.read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.startswith("#")).strip()


def word_counts(words: int) -> list[int]:
    return [len(passage.text.split()) for passage in split_passages(article_of(long_story()), words)]


def test_a_long_text_is_cut_into_passages_of_about_130_words() -> None:
    counts = word_counts(130)
    assert len(counts) > 30
    assert 100 <= statistics.mean(counts) <= 160
    assert min(counts) >= 65
    assert max(counts) <= 195


@pytest.mark.parametrize("words", [40, 250, 400])
def test_the_length_of_passages_can_be_chosen(words: int) -> None:
    assert 0.75 * words <= statistics.mean(word_counts(words)) <= 1.25 * words


def test_passages_end_where_sentences_end() -> None:
    for passage in split_passages(article_of(long_story())):
        assert passage.sentences[-1][1] == passage.start + len(passage.text.rstrip())


def test_a_short_article_is_one_passage() -> None:
    article = article_of(" ".join(SENTENCES))
    passages = split_passages(article)
    assert [passage.text for passage in passages] == [article.text]
    assert quoted(article, passages) == list(SENTENCES)


def test_a_word_of_5000_characters_is_cut_into_pieces() -> None:
    article = article_of("x" * 5000)
    pieces = quoted(article, split_passages(article))
    assert "".join(pieces) == article.text
    assert max(map(len, pieces)) <= 1_500


def test_headline_and_date_are_embedded_with_a_passage() -> None:
    dated = Article(
        identity="guid pier-1",
        headline="Old pier to close",
        text="Nobody was hurt. ",
        published=Published.parse("2025-05-03T09:30+01:00"),
    )
    passage = split_passages(dated)[0]
    assert embedded_text(dated, passage) == "Old pier to close (3 May 2025)\nNobody was hurt."


def test_without_a_date_the_headline_alone_is_embedded() -> None:
    article = article_of("Nobody was hurt.")
    assert embedded_text(article, split_passages(article)[0]) == "Old pier to close\nNobody was hurt."
