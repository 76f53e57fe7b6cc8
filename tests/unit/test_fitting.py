"""What is too long for Chroma Cloud is cut; nothing else is touched."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.base.article import Article, Published
from ingest.base.errors import ArchiveError
from ingest.cleaning.normalize import Draft, to_article
from ingest.store.limits import fitted
from ingest.store.records import Standing, article_document, article_metadata, history_rows
from ingest.store.records import to_article as stored
from tests.examples import examples

CHARACTERS = st.characters(codec="utf-8", exclude_categories=["Cs"])
FACTS = "headline publisher place dateline language correction url source position".split()
WORDS = st.builds(lambda text, times: text * times, st.text(CHARACTERS, max_size=30), st.integers(0, 1_500))


def check_fits(article: Article) -> None:
    standing = Standing(earlier=("a" * 12 + " b",))
    assert len(article_document(article).encode()) <= 16_384
    for value in article_metadata(article, 9, standing).values():
        assert not isinstance(value, str) or len(value.encode()) <= 4_096
    assert stored(article_document(article), article.text) == article


@examples(150)
@given(
    identity=st.text(CHARACTERS, max_size=200),
    words=st.fixed_dictionaries(
        dict.fromkeys(FACTS, WORDS)
    ),
    authors=st.lists(WORDS, max_size=6) | st.lists(st.just("Ruža “R.” Novák"), max_size=2_000),
)  # fmt: skip
def test_any_article_fits_and_stays_as_it_is_from_then_on(
    identity: str, words: dict[str, str], authors: list[str]
) -> None:
    article = Article(identity=identity, text="The tide rose.", authors=tuple(authors), **words)
    short = fitted(article)
    check_fits(short)
    assert fitted(short) == short
    assert (short.article_id, short.text, short.status) == (article.article_id, article.text, article.status)


def test_what_fits_is_the_same_object() -> None:
    article = Article(identity="x", headline="Tide " * 700, text="T" * 100_000, authors=("Ana",) * 300)
    assert fitted(article) is article


def test_what_is_cut_says_so_and_keeps_what_matters() -> None:
    article = Article(
        identity="x",
        headline="The tide rose at Rye. " * 1_000,
        text="The tide rose.",
        authors=tuple(f"Author {number}" for number in range(2_000)),
        url="https://example.org/" + "a" * 9_000,
        source="/home/desk/" + "deep/" * 2_000 + "tide.html",
        published=Published.parse("2024-05-02T10:00:00." + "1" * 9_000 + "Z"),
    )
    short = fitted(article)
    check_fits(short)
    assert short.headline.startswith("The tide rose at Rye.")
    assert short.headline.endswith(("Rye.…", "tide…", "rose…", "at…", "The…"))
    assert short.authors[:2] == ("Author 0", "Author 1")
    assert short.authors[-1] == "…"
    assert len(short.authors) > 100
    assert short.url is None
    assert short.source.startswith("/home/desk/deep/")
    assert short.source.endswith("/deep/tide.html")
    assert str(short.published) == "2024-05-02T10:00:00.111111Z"
    other = fitted(Article(identity="x", headline="", text="", source=article.source.replace("desk", "desk/x")[:9_999]))
    assert other.source != short.source


def test_an_identity_that_is_too_long_is_refused_by_name_and_shortened_by_readers() -> None:
    with pytest.raises(ArchiveError, match="20,000 bytes"):
        fitted(Article(identity="g" * 20_000, headline="Tide", text="The tide rose."))
    drafts = [
        Draft(text="The tide rose.", file="tide.html", key="tide.html", guid="g" * 20_000 + end) for end in ("a", "b")
    ]
    one, two = (to_article(draft) for draft in drafts)
    assert one.article_id != two.article_id
    assert one.article_id == to_article(drafts[0]).article_id
    check_fits(fitted(one))


def test_earlier_versions_take_no_more_than_a_value_may_have() -> None:
    standing = Standing()
    for number in range(60):
        standing = standing.after(f"{number:012}", "/archive/" + "deep/" * (number * 8), 1)
        assert 1 <= len(standing.earlier) <= 20
        assert len(json.dumps(standing.earlier)) <= 4_096
    assert standing.number == 61
    assert standing.earlier[-1].startswith(f"{59:012}")
    (row,) = history_rows(Article(identity="x", headline="", text=""), 1, "replaced", standing, 1)
    assert row.metadata["earlier"] == list(standing.earlier)
