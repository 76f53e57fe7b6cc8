"""What the reading room opens, and what it does not, whatever link comes from a browser."""

from __future__ import annotations

import gradio as gr
import pytest

from ingest import Archive
from ingest.base.article import Article, Published
from qa.base.answer import Answer, Citation, Nearby, Sentence
from qa.question.question import Question
from ui import words
from ui.state.conversations import Conversation, ConversationCodec
from ui.views.reading import ReadingPane

TALKS = ConversationCodec(b"key")


def article(name: str, text: str, **facts: object) -> Article:
    return Article(identity=name, headline=f"Headline of {name}", text=text, **facts)  # type: ignore[arg-type]


def opened(archive: Archive, conversation: Conversation, href: str) -> tuple[str, str]:
    room = ReadingPane(archive, TALKS)
    cards, shown = room.open(TALKS.dump(conversation), gr.EventData(None, {"href": href}))
    return cards, shown


@pytest.mark.parametrize(
    "facts", [{"status": "withheld"}, {"embargo": Published.parse("2099-01-01")}], ids=["withheld", "embargo"]
)
def test_what_may_not_be_found_is_not_opened_by_its_id(archive: Archive, facts: dict[str, object]) -> None:
    hidden = article("hidden", "The secret is out.", **facts)
    archive.write([hidden])
    for href in (f"#article-{hidden.article_id}", f"#article-{hidden.article_id}-{hidden.version}"):
        _, shown = opened(archive, Conversation.begin(), href)
        assert words.WITHHELD in shown
        assert "secret" not in shown
        assert "Headline of hidden" not in shown


def test_what_was_withdrawn_is_not_shown_though_its_notice_repeats_it(archive: Archive) -> None:
    archive.write([article("killed", "The plant closes.")])
    archive.write([article("killed", "The plant closes.", status="canceled")])
    killed = archive.listing(with_unavailable=True)[0]
    _, shown = opened(archive, Conversation.begin(), f"#article-{killed.article_id}")
    assert words.WITHDRAWN in shown
    assert "The plant closes." not in shown


def test_an_article_is_opened_by_its_id_in_any_version(archive: Archive) -> None:
    old, new = article("a", "It rains."), article("a", "It snows.")
    archive.write([old])
    archive.write([new])
    _, shown = opened(archive, Conversation.begin(), f"#article-{old.article_id}")
    assert "It snows." in shown
    _, shown = opened(archive, Conversation.begin(), f"#article-{old.article_id}-{old.version}")
    assert "It rains." in shown
    assert words.EARLIER in shown
    assert f"#article-{old.article_id}-{new.version}" in shown


def test_a_conversation_that_was_changed_opens_nothing_and_says_so(archive: Archive) -> None:
    cards, shown = ReadingPane(archive, TALKS).open("{}", gr.EventData(None, {"href": "#cite-0-1"}))
    assert cards == gr.skip()
    assert "cannot be read" in shown


def test_a_turn_without_sources_says_why(archive: Archive) -> None:
    near = (Nearby("0123456789abcdef", "Ferry", None, None, None),)
    question = Question.parse("Who?")
    refused, bare = Answer(question, False, nearby=near), Answer(question, True, note="You are welcome.")
    conversation = Conversation.begin().with_turn(TALKS.turn(refused)).with_turn(TALKS.turn(bare))
    conversation = conversation.with_turn(TALKS.turn(Answer(question, True, note="1 article.", nearby=near)))
    room = ReadingPane(archive, TALKS)
    assert words.NO_SOURCES_OF_REFUSAL in room.show(conversation, 0)[0]
    assert words.NO_SOURCES in room.show(conversation, 1)[0]
    assert words.NO_SOURCES_OF_CATALOGUE in room.show(conversation, 2)[0]
    assert room.show(conversation, 3) == (gr.skip(), gr.skip())
    assert words.GONE in opened(archive, conversation, "#near-0-1")[1]


def test_a_version_that_is_not_kept_gives_way_to_the_current_one(archive: Archive) -> None:
    now = article("a", "It snows.")
    archive.write([now])
    cited = Citation(now.article_id, "0" * 12, now.headline, None, None, None, "It rains.", 0, 9)
    answer = Answer(Question.parse("Who?"), True, (Sentence("x", (cited,)),))
    conversation = Conversation.begin().with_turn(TALKS.turn(answer))
    _, shown = opened(archive, conversation, "#cite-0-1")
    assert words.GONE_VERSION in shown
    assert "<mark" not in shown
