from __future__ import annotations

import html
import re

from hypothesis import given
from hypothesis import strategies as st

from ingest.base.article import Article, Published
from qa.base.answer import Answer, Carrier, Citation, Nearby, Sentence
from qa.question.question import Question
from ui.render import CARRIER, CITE, answer_markdown, article_html, cards_html
from ui.render.links import is_web
from ui.render.tools import original_html

EVIL = "<script>alert(1)</script>\"' & [x](javascript:1) ![y](http://z.example/p.png) `c` *d*"


def article(text: str, **facts: object) -> Article:
    return Article(identity="a", headline=EVIL, text=text, **facts)  # type: ignore[arg-type]


def shown(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


def marks(markup: str, kind: str = "") -> list[str]:
    return [shown(m) for m in re.findall(rf"<mark{kind}[^>]*>(.*?)</mark>", markup, re.DOTALL)]


def test_the_active_mark_holds_exactly_the_cited_words() -> None:
    text = f"It rained. Odo said {EVIL}. It ended.\n\nThen it snowed."
    start = text.index("Odo")
    end = text.index(" It ended")
    markup = article_html(article(text), [(0, 10), (start, end)], (start, end))
    assert marks(markup, ' class="active"') == [text[start:end]]
    assert marks(markup) == ["It rained.", text[start:end]]


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300), st.data())
def test_marks_never_change_what_is_shown(text: str, data: st.DataObject) -> None:
    offsets = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(offsets, offsets).filter(lambda s: s[0] < s[1]), max_size=4))
    plain = article_html(article(text))
    marked = article_html(article(text), spans, spans[0] if spans else None)
    assert re.sub(r"</?mark[^>]*>", "", marked) == plain


def test_nothing_of_an_article_becomes_a_tag() -> None:
    facts = {"publisher": EVIL, "place": EVIL, "authors": (EVIL,), "correction": EVIL, "language": '"><script>'}
    markup = article_html(article(EVIL, **facts))
    assert "<script" not in markup
    assert not re.search(r"<(?!/?(?:article|h2|h3|p|bdi)\b)", markup)
    assert shown(markup).count("<script>alert(1)</script>") == 6


def test_an_address_that_cannot_be_read_as_one_is_no_link_and_no_error() -> None:
    for url in ("http://[", "//[x", "", None):
        assert not is_web(url)
        assert "href" not in original_html(url)


def test_a_crosshead_is_a_heading() -> None:
    markup = article_html(article("It rained on Monday.\n\n‘Well Done’\n\nIt snowed on Tuesday."))
    assert '<h3 dir="auto">‘Well Done’</h3>' in markup


def test_a_marker_is_a_link_that_names_turn_and_number() -> None:
    citation = Citation("a", "v", EVIL, EVIL, "2025-03-04", None, EVIL, 0, len(EVIL))
    answer = Answer(Question.parse("Who?"), True, (Sentence(EVIL, (citation,)),))
    markdown = answer_markdown(answer, 7)
    link = re.search(r"\]\((#\S+) \".*\"\)$", markdown)
    assert link is not None
    assert CITE.fullmatch(link[1]).groups() == ("7", "1")  # type: ignore[union-attr]
    assert "<" not in markdown.replace("\\<", "")
    cards = cards_html(answer, 7, 1)
    assert "<script" not in cards
    assert 'aria-current="true"' in cards
    assert "4 March 2025" in cards


def test_a_refusal_offers_headlines_and_no_citation() -> None:
    answer = Answer(
        Question.parse("Who?"),
        False,
        refusal="No. Nearest headlines: x.",
        nearby=(Nearby("a", EVIL, "Gull", None, None),),
    )
    markdown = answer_markdown(answer, 0)
    assert "(#near-0-1)" in markdown
    assert "#cite" not in markdown
    assert cards_html(answer, 0) == ""


def test_a_time_is_shown_with_its_zone() -> None:
    markup = article_html(article("x", published=Published.parse("2025-03-04T10:05+01:00")))
    assert "4 March 2025, 10:05 UTC+01:00" in shown(markup)


def test_a_card_names_who_else_carries_the_story_with_links_beside_it() -> None:
    others = tuple(Carrier(f"c{n}", EVIL, EVIL, "2025-03-04", None) for n in range(11))
    citation = Citation("a", "v", "Ferry", "Gull", None, None, "x", 0, 1, also_carried_by=others)
    cards = cards_html(Answer(Question.parse("Who?"), True, (Sentence("x", (citation,)),)), 7)
    links = re.findall(r'<a href="(#carrier[^"]*)"', cards)
    assert [CARRIER.fullmatch(link).groups() for link in links] == [("7", "1", f"{n}") for n in range(1, 10)]  # type: ignore[union-attr]
    assert "and 2 more" in cards
    assert "<script" not in cards
    assert shown(cards).count(EVIL) == 9
    card = cards[cards.index('<a class="card"') : cards.index("</a>")]
    assert "#carrier" not in card  # a link in a link is none


def test_a_card_of_a_story_that_nobody_else_carries_says_nothing_of_it() -> None:
    citation = Citation("a", "v", "Ferry", "Gull", None, None, "x", 0, 1)
    assert "carried" not in cards_html(Answer(Question.parse("Who?"), True, (Sentence("x", (citation,)),)), 0)
