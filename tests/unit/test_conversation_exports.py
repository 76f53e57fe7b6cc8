"""Exports of a conversation: both forms hold every citation, and nothing of an article becomes markup."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from qa.base.answer import Answer, Carrier, Citation, Nearby, Sentence
from qa.question.question import Question
from ui.render.exports import conversation_html, conversation_markdown, export
from ui.state.conversations import Conversation, ConversationCodec

EVIL = "<script>alert(1)</script>\"' & [x](javascript:1) ![y](http://z.example/p.png) `c` *d* \u202eabc"
TALKS = ConversationCodec(b"key")


def citation(number: int, words: str, url: str | None = None) -> Citation:
    others = (Carrier(f"c{number}", words, words, "2025-03-05", "javascript:alert(1)"),)
    return Citation(
        f"a{number}", f"v{number}", words, words, "2025-03-04", url, words, 10, 10 + len(words),
        place=words, correction=words, also_carried_by=others,
    )  # fmt: skip


def talk_about(words: str) -> Conversation:
    one, two = (
        citation(1, f"{words} one", "https://gull.example/a b)"),
        citation(2, f"{words} two", "javascript:alert(1)"),
    )
    answer = Answer(
        replace(Question.parse("Who?"), typed=words, text=words),
        True,
        (Sentence(words, (one, two), day="4 March 2025"), Sentence(words, (), struck=words)),
        note=words,
    )
    refusal = Answer(Question.parse("Why?"), False, refusal=words, nearby=(Nearby("a", words, words, None, None),))
    talk = (
        Conversation.begin().asking(words).with_turn(TALKS.turn(answer)).asking("Why?").with_turn(TALKS.turn(refusal))
    )
    return replace(talk.asking("And then?"), name=words)


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_markdown_has_every_citation_with_its_quote_offsets_version_and_address() -> None:
    text = conversation_markdown(talk_about("Rain fell"))
    assert text.startswith("# Rain fell\n")
    assert "4 March 2025: Rain fell [1][2]" in text
    assert "1. [Rain fell one](https://gull.example/a%20b%29) — Rain fell one, Rain fell one, 4 March 2025" in text
    assert "2. Rain fell two — " in text
    for number, word, end in ((1, "one", 23), (2, "two", 23)):
        assert f"> “Rain fell {word}”" in text
        assert f"a{number}, characters 10 to {end} of version v{number}" in text
    assert text.count("Also carried by: Rain fell") == 2
    assert "~~Rain fell~~" in text
    assert "## And then?\n\nThis question was not answered" in text


def test_html_has_every_citation_and_markers_that_lead_to_it() -> None:
    text = conversation_html(talk_about("Rain fell"))
    shown = html.unescape(re.sub(r"<[^>]+>", "", text))
    for number, word, end in ((1, "one", 23), (2, "two", 23)):
        assert f'href="#source-1-{number}"' in text
        assert f'<li id="source-1-{number}">' in text
        assert f"“Rain fell {word}”" in shown
        assert f"characters 10 to {end} of version v{number}" in shown
    assert "This question was not answered" in shown


def test_nothing_of_an_article_becomes_a_tag_a_script_or_a_foreign_address() -> None:
    text = conversation_html(talk_about(EVIL))
    tags = _Tags()
    tags.feed(text)
    allowed = set("html head meta title style body h1 h2 h3 p sup a ol ul li blockquote bdi s".split())
    assert {tag for tag, _ in tags.found} <= allowed
    links = [facts.get("href") or "" for tag, facts in tags.found if tag == "a"]
    assert all(link.startswith(("#source-", "https://gull.example/")) for link in links)
    assert not any(name.startswith("on") or name == "src" for _, facts in tags.found for name in facts)
    assert "default-src 'none'" in text
    assert html.unescape(text).count("<script>alert(1)</script>") > 10


def test_nothing_of_an_article_becomes_markup_in_markdown() -> None:
    text = re.sub("</?bdi>", "", conversation_markdown(talk_about(EVIL)))
    assert not re.search(r"(?<!\\)[<`]", text)
    assert not re.search(r"(?<!\\)\]\(javascript", text)
    assert "![" not in text.replace("!\\[", "")


def test_what_turns_the_direction_of_writing_ends_with_the_words_that_hold_it() -> None:
    text = conversation_markdown(talk_about("Rain \u202efell"))
    assert "\u202e" not in re.sub("<bdi>.*?</bdi>", "", text)
    assert "1. [<bdi>Rain \u202efell one</bdi>](https://gull.example/a%20b%29) — <bdi>" in text
    assert "<bdi>" not in conversation_markdown(talk_about("Rain fell"))
    assert "bdi { display: inline-block; }" in conversation_html(talk_about("Rain"))


@given(st.text(max_size=200))
def test_whatever_a_name_and_a_question_are_the_forms_hold(words: str) -> None:
    talk = replace(talk_about("Rain fell"), name=words, pending=words)
    for form in ("markdown", "html"):
        file = export(talk, form)
        assert re.fullmatch(r"[\w-]+-\d{4}-\d\d-\d\d\.(md|html)", file.name)
        file.text.encode("utf-8", "surrogatepass")
