"""What the reading room shows: cards, the article with its marks, its versions and tools, and markers with quotes."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from ingest.base.article import Article, Published
from ingest.store.history import Version
from qa.base.answer import Answer, Citation, Sentence
from qa.question.question import Question
from ui import words
from ui.render import answer_markdown, article_html, cards_html
from ui.render.article import closed_html, gone_html
from ui.render.cards import hint_html, shortened
from ui.render.links import ARTICLE, LOOK, VERSION
from ui.render.tools import bar_html
from ui.render.versions import changed_notice, notice_html, versions_html

EVIL = "<script>alert(1)</script>\"' & [x](javascript:1) ![y](http://z.example/p.png) `c` *d*\u202e\u200b"
CITED = Citation("0123456789abcdef", "0123456789ab", "Ferry late", "Gull", "2025-03-18", None, "It is late.", 4, 15)


def article(text: str = "It is late.", **facts: object) -> Article:
    given = {"identity": "a", "headline": "Ferry late"} | facts
    return Article(text=text, **given)  # type: ignore[arg-type]


def answer(*citations: Citation) -> Answer:
    return Answer(Question.parse("Who?"), True, tuple(Sentence("x", (citation,)) for citation in citations))


class Marked(HTMLParser):
    """The words of an article with how each character is marked."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.kinds: list[str] = []
        self.text = ""
        self.how = ""
        self.told: list[tuple[str, str]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.kinds.append(tag if tag != "mark" else "active" if ("class", "active") in attrs else "cited")

    def handle_endtag(self, tag: str) -> None:
        self.kinds.pop()

    def handle_data(self, data: str) -> None:
        how = self.kinds[-1] if self.kinds[-1] in ("active", "cited") else ""
        self.told += [(character, how) for character in data if "h2" not in self.kinds and "undated" not in data]


def test_the_active_words_are_whole_where_others_lie_across_them() -> None:
    text = "One two three four five."
    spans = [(0, 13), (4, 18), (8, 24)]
    markup = article_html(article(text), spans, (4, 18))
    active = re.findall(r'<mark class="active"[^>]*>(.*?)</mark>', markup)
    assert active == ["two three four"]
    assert re.findall(r"<mark>(.*?)</mark>", markup) == ["One ", " five."]


@given(st.text(alphabet="ab <&\n.", max_size=60), st.data())
def test_each_character_is_marked_as_its_spans_say(text: str, data: st.DataObject) -> None:
    offsets = st.integers(0, len(text))
    spans = data.draw(st.lists(st.tuples(offsets, offsets).filter(lambda s: s[0] < s[1]), min_size=0, max_size=4))
    active = spans[0] if spans else None
    shown = Marked(article_html(article(text, headline="h"), spans, active)).told
    paragraphs = [match.span() for match in re.finditer(r"\S(?:.|\n(?!\n))*", text)]
    wanted = []
    for first, last in paragraphs:
        for position in range(first, last):
            is_active = active is not None and active[0] <= position < active[1]
            is_cited = any(start <= position < end for start, end in spans)
            wanted.append((text[position], "active" if is_active else "cited" if is_cited else ""))
    assert shown == wanted


def test_focus_goes_to_one_mark_where_the_words_span_paragraphs() -> None:
    markup = article_html(article("It rained.\n\nIt snowed."), [(0, 22)], (0, 22))
    assert markup.count('class="active"') == 2
    assert markup.count("tabindex") == 1


def test_an_article_is_in_its_language_and_each_part_in_its_direction() -> None:
    markup = article_html(article("וינץ׳ התפטר.", language="he", authors=("דנה",), publisher="הארץ"))
    assert '<article class="reading" lang="he" dir="auto">' in markup
    assert markup.count('dir="auto"') == 3
    assert '<p class="byline" lang="en" dir="ltr">By <bdi>דנה</bdi> · <bdi>הארץ</bdi>' in markup


def test_a_card_has_place_correction_and_the_words() -> None:
    cited = replace(CITED, place=f"Port {EVIL}", correction=EVIL, quote=f"{'word ' * 60}{EVIL}")
    cards = cards_html(answer(cited), 3, 1, "Two independent sources.")
    assert "<script" not in cards
    assert '<ol class="cards" data-turn="3">' in cards
    assert '<p class="sure">Two independent sources.</p>' in cards
    assert "18 March 2025" in cards
    assert "· <bdi>Port &lt;script&gt;" in cards
    assert f"{words.CORRECTED} <bdi>&lt;script&gt;" in cards
    quote = re.search(r'<span class="quote" dir="auto">(.*?)</span>', cards)
    assert quote is not None
    assert quote[1].startswith("“word word")
    assert quote[1].endswith("word…”")
    assert len(quote[1]) < 200


def test_words_that_are_a_quotation_get_no_second_marks() -> None:
    assert "““" not in cards_html(answer(replace(CITED, quote="“We are late,” she said.")), 0)
    assert "““" not in answer_markdown(answer(replace(CITED, quote="“We are late,” she said.")), 0)


def test_a_hint_names_the_answer_that_it_stands_for() -> None:
    assert 'data-turn="2"' in hint_html("x", 2)
    assert "data-turn" not in hint_html("x")


def test_a_text_is_cut_behind_a_word() -> None:
    assert shortened("one two  three", 20) == "one two three"
    assert shortened("one two, three", 9) == "one two…"
    assert shortened("a" * 50, 10) == "a" * 10 + "…"


def test_a_marker_carries_the_quote_as_its_title() -> None:
    quote = f'He said "no" \\ and\nleft. {EVIL} &amp; {"word " * 100}'
    markdown = answer_markdown(answer(replace(CITED, quote=quote)), 0)
    title = re.search(r'\(#cite-0-1 "((?:\\.|[^"\\])*)"\)$', markdown)
    assert title is not None
    shown = re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", title[1])
    assert shown.startswith('“He said "no" \\ and left. <script>')
    assert len(shown) <= 303
    assert "<" not in title[1].replace("\\<", "")
    assert "&" not in title[1].replace("\\&", "")


def version(number: int, why: str, until: str | None = None, **facts: object) -> Version:
    told = article(f"Text {number}.", **facts)
    return Version(number, told.version, f"2025-03-1{number}T10:00:00Z", until, why, told)


def test_versions_are_listed_newest_first_with_times_and_why() -> None:
    old = version(1, "replaced", "2025-03-12T10:00:00Z", headline=EVIL)
    new = version(2, "current", correction="The fare is 16.")
    markup = versions_html([old, new], old.version, lambda name: f"#version-0-1-{name}", old.version)
    links = re.findall(r'href="([^"]*)"', markup)
    assert links == [f"#version-0-1-{new.version}", f"#version-0-1-{old.version}"]
    assert all(VERSION.fullmatch(link) for link in links)
    assert "<script" not in markup
    assert re.findall(r'"([^"]*)" aria-current="true"', markup) == [f"#version-0-1-{old.version}"]
    shown = html.unescape(re.sub(r"<[^>]+>", "", markup))
    assert "added 12 March 2025, 10:00 UTC; current version. Corrected: The fare is 16." in shown
    assert "added 11 March 2025, 10:00 UTC, current until 12 March 2025, 10:00 UTC; replaced, cited by the" in shown


def test_a_version_that_may_not_be_read_is_no_link_and_one_version_is_no_list() -> None:
    withdrawn, new = version(1, "replaced", status="canceled"), version(2, "current")
    markup = versions_html([withdrawn, new], new.version, lambda name: f"#{name}")
    assert markup.count("href") == 1
    assert versions_html([new], new.version, lambda name: f"#{name}") == ""


def test_a_changed_article_says_so_and_leads_to_the_current_one() -> None:
    corrected = version(2, "current", correction=EVIL)
    notice = changed_notice(corrected, lambda name: f"#version-0-1-{name}")
    assert words.CHANGED_CORRECTED in notice
    assert f'href="#version-0-1-{corrected.version}"' in notice
    assert "<script" not in notice
    assert words.CHANGED in changed_notice(version(2, "current"), lambda name: name)
    assert "<script" not in notice_html(EVIL)


def test_what_may_not_be_read_shows_why_and_none_of_its_words() -> None:
    markup = closed_html(article("SECRET", headline=EVIL), words.WITHDRAWN, f"Please do not use.\n\n{EVIL}")
    assert words.WITHDRAWN in markup
    assert "Please do not use." in markup
    assert "SECRET" not in markup
    assert "<script" not in markup


def test_of_an_article_that_is_gone_the_cited_words_remain() -> None:
    markup = gone_html(replace(CITED, headline=EVIL, quote=EVIL))
    assert words.GONE in markup
    assert "<script" not in markup
    marked = re.search(r'<mark class="active"[^>]*>(.*?)</mark>', markup)
    assert marked is not None
    assert html.unescape(marked[1]) == EVIL


def test_the_bar_carries_each_citation_in_an_attribute() -> None:
    told = article(headline=EVIL, url="https://gull.example/1?a=1&b=2", published=Published.parse("2025-03-18"))
    bar = bar_html("#cite-0-1", told, date(2025, 4, 1))
    copies = [html.unescape(text) for text in re.findall(r'data-copy="([^"]*)"', bar)]
    assert [text[:1] for text in copies] == ["“", "“", "@"]
    assert copies[2].count("\n") >= 5
    assert "urldate = {2025-04-01}" in copies[2]
    assert "<script" not in bar
    assert 'href="#back-cite-0-1"' in bar
    assert 'rel="noopener noreferrer"' in bar
    assert 'role="status"' in bar


def test_only_web_addresses_become_links() -> None:
    assert 'class="original"' not in bar_html(None, article(url="javascript:alert(1)"))
    assert "javascript" not in bar_html(None, article(url="javascript:alert(1)"))
    assert "button" not in bar_html(None)


def test_links_take_ids_and_versions_alone() -> None:
    assert ARTICLE.fullmatch("#article-0123456789abcdef-0123456789ab")
    assert ARTICLE.fullmatch("#article-0123456789abcdef")
    assert LOOK.fullmatch("#look-3")
    for wrong in ("#article-../../x", "#article-0123", "#article-0123456789abcdef-", "#article-0123456789ABCDEF", ""):
        assert ARTICLE.fullmatch(wrong) is None
    assert VERSION.fullmatch("#version-0-1-0123456789ab")
    assert VERSION.fullmatch("#version-0-1-0123") is None
