"""Two versions compared."""

from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from ingest.base.article import Article, Published
from tests.costs import STEEP, growth
from ui.render.changes import changes_html, compare, marked

WORDS = st.lists(st.sampled_from(["the", "mayor", "said", "no.", "Ås!", "<b>", "\n\n", "‮x", "  ", "1&2"]), max_size=60)
TEXT = st.one_of(st.text(max_size=300), WORDS.map(" ".join))


def sides(markup: str) -> tuple[str, str]:
    """The two texts that a comparison shows."""
    markup = re.sub(r'<span class="spoken">.*?</span>', "", markup)
    before = re.sub(r"<ins>.*?</ins>|</?del>", "", markup, flags=re.DOTALL)
    after = re.sub(r"<del>.*?</del>|</?ins>", "", markup, flags=re.DOTALL)
    return html.unescape(before), html.unescape(after)


@given(TEXT, TEXT)
def test_both_texts_stand_whole_in_a_comparison(before: str, after: str) -> None:
    markup = marked(compare(before, after))
    assert sides(markup) == (before, after)
    assert not re.search(r"<(?!/?(?:ins|del)>|/?span\b)", markup)


def test_only_the_words_that_changed_are_marked() -> None:
    before = "It rained. Twelve boats sank off Kittern on Monday.\n\nNobody was hurt."
    after = "It rained. Fourteen boats sank off Kittern on Monday.\n\nNobody was hurt.\n\nMore follows."
    assert compare(before, after) == [
        ("same", "It rained. "),
        ("out", "Twelve "),
        ("in", "Fourteen "),
        ("same", "boats sank off Kittern on Monday.\n\nNobody was hurt."),
        ("in", "\n\nMore follows."),
    ]


def test_a_screen_reader_is_told_what_came_and_went() -> None:
    markup = marked([("out", "a"), ("in", "b")])
    assert markup == (
        '<del><span class="spoken">[deleted: </span>a<span class="spoken">]</span></del>'
        '<ins><span class="spoken">[inserted: </span>b<span class="spoken">]</span></ins>'
    )


def test_headline_and_facts_are_compared_too() -> None:
    one = Article(identity="a", headline="Ferry <late>", text="x", published=Published.parse("2025-03-04"))
    other = Article(identity="a", headline="Ferry <sunk>", text="x", published=Published.parse("2025-03-05"))
    markup = changes_html(one, other, "1 & 2")
    assert "<dt>Headline</dt>" in markup
    assert "&lt;late&gt;" in markup
    assert "<dt>Published</dt>" in markup
    assert "The text is the same in both versions." in markup
    assert "1 &amp; 2" in markup
    assert "<dt>Place</dt>" not in markup


def test_texts_that_were_made_to_be_slow_are_compared_in_bounded_time() -> None:
    before = "a b " * 30_000
    after = "b a c " * 30_000
    changes = compare(before, after)
    assert growth(lambda texts: compare(*texts), (before[:12_000], after[:18_000]), (before, after)) < STEEP
    assert "".join(text for kind, text in changes if kind != "in") == before
    assert "".join(text for kind, text in changes if kind != "out") == after


def test_one_word_in_a_long_text_of_one_paragraph_is_found() -> None:
    before = " ".join(f"Sentence {n} says that {n} boats came in." for n in range(3_000))
    after = before.replace("Sentence 77 says", "Sentence 77 denies").replace("that 2900 boats", "that 2901 boats")
    assert [change for change in compare(before, after) if change[0] != "same"] == [
        ("out", "says "), ("in", "denies "), ("out", "2900 "), ("in", "2901 "),
    ]  # fmt: skip
