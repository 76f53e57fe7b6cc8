"""Saving, searching and listing conversations; links to answers; feedback."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from evals.datasets import feedback as feedback_data
from evals.datasets.base import DataMissing
from qa.base.answer import Answer, Citation, Sentence
from qa.question.question import Question
from ui.render.conversations import conversations_html, message_html
from ui.render.footer import footer_markdown
from ui.render.links import LINK, OPINION
from ui.state.conversations import Conversation, ConversationCodec, ConversationError
from ui.state.database import PageDatabase
from ui.state.feedback import LONGEST, Feedback
from ui.state.saved_conversations import SavedConversations, Window
from ui.state.shared import SharedAnswers
from ui.state.summaries import Summary, dump_summaries, find, load_summaries, summarize

EVIL = "<script>alert(1)</script>\"' & \u202e[x](javascript:1)"
TODAY = date(2026, 11, 25)
HERE, THERE = Window("h" * 22, "", "x" * 22), Window("t" * 22, "", "y" * 22)


@pytest.fixture
def database(tmp_path: Path) -> PageDatabase:
    return PageDatabase(tmp_path / "page.sqlite")


@pytest.fixture
def codec(database: PageDatabase) -> ConversationCodec:
    return ConversationCodec(database.secret("seal"))


def answered(words: str, quote: str = "It rained.", **facts: object) -> Answer:
    citation = Citation("a1", "v1", "Rain", "Gull", "2025-03-04", None, quote, 0, len(quote))
    return Answer(Question.parse(words, **facts), True, (Sentence(quote, (citation,)),), fingerprint="f")  # type: ignore[arg-type]


def refused(words: str) -> Answer:
    return Answer(Question.parse(words), False, fingerprint="f")


def conversation_of(codec: ConversationCodec, *answers: Answer) -> Conversation:
    conversation = Conversation.begin()
    for answer in answers:
        conversation = conversation.asking(answer.question.text).with_turn(codec.turn(answer))
    return conversation


# Heads


def test_a_head_has_the_questions_as_they_were_typed_and_the_one_that_is_pending(codec: ConversationCodec) -> None:
    answer = answered("Why did Odo resign?")
    typed = replace(answer, question=replace(answer.question, typed="why?"))
    summary = summarize(conversation_of(codec, refused("Who?"), typed).asking("And then? " + "x" * 900))
    assert summary.questions[:2] == ("Who?", "why?")
    assert len(summary.questions[2]) == 300
    assert load_summaries(dump_summaries([summary])) == [summary]


@pytest.mark.parametrize("text", ["", "!", "null", "[1]", '[{"id": 3}]', "{}"])
def test_what_is_no_list_of_summaries_is_none(text: str) -> None:
    assert load_summaries(text) == []


def test_one_head_that_cannot_be_read_hides_no_other() -> None:
    ferry = Summary("a" * 22, "The ferry", "2026-11-25T10:00:00Z", ("Who ran aground? \N{FERRY}",))
    cut = '{"id": "b", "name": "", "updated": "", "questions": ["\\ud83d"]}'  # half of a character
    assert load_summaries(f"[{cut}, 3, {dump_summaries([ferry])[1:-1]}]") == [ferry]


def test_conversations_are_found_by_words_of_name_and_questions_in_any_order_and_case() -> None:
    ferry = Summary("a" * 22, "The FERRY", "2026-11-25T10:00:00Z", ("Who ran aground?", "why?"))
    straße = Summary("b" * 22, "Straße", "2026-11-24T10:00:00Z", ("Wo?",))
    assert find([ferry, straße], "") == [ferry, straße]
    assert find([ferry, straße], "aground ferry") == [ferry]
    assert find([ferry, straße], "STRASSE") == [straße]
    assert find([ferry, straße], "ferry wo?") == []


# The list


def test_the_list_links_names_escaped_with_days_in_words_and_marks_the_open_one() -> None:
    summaries = [
        Summary("a" * 22, EVIL, "2026-11-25T10:00:00Z"),
        Summary("b" * 22, "", "2026-11-24T10:00:00Z"),
        Summary("c" * 22, "Old", "2025-03-04T10:00:00Z"),
        Summary('"><script>', "Bad", "never"),
    ]
    markup = conversations_html(summaries, "b" * 22, TODAY)
    links = re.findall(r'<a href="([^"]*)"( aria-current="true")?>', markup)
    assert [bool(mark) for _, mark in links] == [False, True, False, False]
    assert [re.fullmatch(r"#talk-[\w-]{22}", link) is not None for link, _ in links] == [True, True, True, False]
    assert re.findall(r"<time[^>]*>(.*?)</time>", markup) == ["today", "yesterday", "4 March 2025", ""]
    assert "<script" not in markup
    assert "Untitled" in markup
    assert markup.count("<bdi") == markup.count("</bdi>") == 4


def test_an_empty_list_says_why() -> None:
    assert "appear here" in conversations_html([], "", TODAY)
    assert "No conversation matches" in conversations_html([], "", TODAY, searched=True)


def test_what_is_said_is_escaped() -> None:
    assert "<script" not in message_html(EVIL) + message_html(EVIL, '"><script>')
    assert message_html("") == ""


def test_the_links_under_an_answer_are_those_that_are_heard() -> None:
    links = re.findall(r"\]\((#[^)]+)\)", footer_markdown(12))
    assert [OPINION.fullmatch(link) is not None for link in links] == [True, True, True, False]
    assert LINK.fullmatch(links[3])
    assert all(link.endswith("-12") for link in links)


# On the server


def test_only_its_owner_has_a_conversation(database: PageDatabase, codec: ConversationCodec) -> None:
    saved = SavedConversations(database, codec)
    conversation = saved.save("ada", conversation_of(codec, answered("Who?")), HERE)
    assert saved.open("ada", conversation.id) == conversation
    assert saved.open("bob", conversation.id) is None
    assert saved.summaries("bob") == []
    saved.delete("bob", conversation.id)
    bobs = saved.save(
        "bob", replace(conversation, name="Mine"), HERE
    )  # the same id, were it ever guessed, is another conversation
    assert bobs.id == conversation.id
    assert saved.open("ada", conversation.id) == conversation
    saved.delete("ada", conversation.id)
    assert saved.summaries("ada") == []
    assert saved.open("bob", conversation.id) == bobs


def test_conversations_are_listed_newest_first_without_empty_ones(
    database: PageDatabase, codec: ConversationCodec
) -> None:
    saved = SavedConversations(database, codec)
    saved.save("ada", Conversation.begin(), HERE)
    for name, updated in (("a", "2026-01-01T00:00:00Z"), ("b", "2026-03-01T00:00:00Z"), ("c", "2026-02-01T00:00:00Z")):
        saved.save("ada", replace(conversation_of(codec, refused("Who?")), name=name, updated=updated), HERE)
    assert [summary.name for summary in saved.summaries("ada")] == ["b", "c", "a"]
    assert saved.summaries("ada")[0].questions == ("Who?",)


def test_a_head_that_cannot_be_read_hides_none_of_a_persons(database: PageDatabase, codec: ConversationCodec) -> None:
    saved = SavedConversations(database, codec)
    broken = saved.save("ada", conversation_of(codec, refused("Who?")), HERE)
    saved.save("ada", conversation_of(codec, refused("Why?")), HERE)
    with database.changing() as rows:
        rows.execute("UPDATE kept_talks SET head = '{' WHERE id = ?", (broken.id,))
    assert [summary.name for summary in saved.summaries("ada")] == ["Why?"]


def test_a_question_that_is_pending_is_kept(database: PageDatabase, codec: ConversationCodec) -> None:
    saved = SavedConversations(database, codec)
    conversation = saved.save("ada", Conversation.begin().asking("Who resigned?"), HERE)
    assert saved.open("ada", conversation.id) == conversation
    assert conversation.pending == "Who resigned?"


def test_what_two_windows_did_with_one_conversation_is_both_kept(
    database: PageDatabase, codec: ConversationCodec
) -> None:
    saved = SavedConversations(database, codec)
    first = replace(conversation_of(codec, refused("Who?")), updated="2026-01-01T00:00:00Z")
    saved.save("ada", first, HERE)
    there = replace(THERE, seen=saved.mark(first))
    gone_on = replace(first, turns=(*first.turns, codec.turn(answered("Why?"))), updated="2026-01-01T00:01:00Z")
    assert saved.save("ada", gone_on, there).id == first.id
    pending = replace(first.asking("When?"), updated="2026-01-01T00:02:00Z")
    assert saved.save("ada", pending, replace(HERE, seen=saved.mark(first))).id == HERE.other  # it knows of no "Why?"
    done = replace(first.with_turn(codec.turn(answered("When?"))), updated="2026-01-01T00:03:00Z")
    moved = saved.save("ada", done, HERE)  # the answer to what was pending, under the id that it had
    assert moved.id == HERE.other
    assert saved.open("ada", first.id) == gone_on
    assert saved.open("ada", moved.id) == moved
    assert len(saved.summaries("ada")) == 2
    assert saved.save("ada", replace(gone_on, name="Named"), there).id == first.id


def test_a_new_name_is_a_change_that_another_window_does_not_undo(
    database: PageDatabase, codec: ConversationCodec
) -> None:
    saved = SavedConversations(database, codec)
    first = saved.save("ada", conversation_of(codec, refused("Who?")), HERE)
    there = replace(THERE, seen=saved.mark(first))
    named = saved.save("ada", replace(first, name="Named"), there)
    asked = saved.save("ada", replace(first, pending="Why?"), replace(HERE, seen=saved.mark(first)))  # the same second
    assert asked.id == HERE.other
    assert sorted(summary.name for summary in saved.summaries("ada")) == ["Named", "Who?"]
    knowing = replace(HERE, seen=saved.mark(named))
    assert saved.save("ada", replace(named, name="Named anew"), knowing).id == first.id


def test_a_first_question_that_was_stopped_leaves_nothing(database: PageDatabase, codec: ConversationCodec) -> None:
    saved = SavedConversations(database, codec)
    begun = Conversation.begin()
    asked = saved.save("ada", begun.asking("Who?"), HERE)
    saved.save("ada", asked.at_rest(), replace(THERE, seen=""))  # a window that has not seen it takes nothing away
    assert len(saved.summaries("ada")) == 1
    saved.save("ada", asked.at_rest(), HERE)
    assert saved.summaries("ada") == []


def test_one_that_cannot_be_read_is_told_and_can_be_deleted(database: PageDatabase, codec: ConversationCodec) -> None:
    saved = SavedConversations(database, codec)
    conversation = saved.save("ada", conversation_of(codec, refused("Who?")), HERE)
    with database.changing() as rows:
        rows.execute("UPDATE kept_talks SET json = replace(json, 'Who?', 'How?')")
    with pytest.raises(ConversationError):
        saved.open("ada", conversation.id)
    assert "How?" in saved.text("ada", conversation.id)
    moved = saved.save("ada", conversation, replace(THERE, seen=saved.mark(conversation)))
    assert moved.id == THERE.other
    saved.delete("ada", conversation.id)
    assert [summary.id for summary in saved.summaries("ada")] == [moved.id]


@pytest.mark.parametrize("text", ["", "x", f"{'h' * 22}", f"{'h' * 22} 2026 <script>", f"{'h' * 22} 2026 {'é' * 22}"])
def test_a_window_that_says_nothing_of_itself_keeps_nothing(text: str) -> None:
    with pytest.raises(ConversationError, match="reload the page"):
        Window.parse(text)


def test_what_is_kept_is_bounded(database: PageDatabase, codec: ConversationCodec) -> None:
    saved = SavedConversations(database, codec, most=2)
    conversation = saved.save("ada", conversation_of(codec, refused("Who?")), HERE)
    saved.save("ada", conversation_of(codec, refused("What?")), HERE)
    with pytest.raises(ConversationError, match="delete some"):
        saved.save("ada", conversation_of(codec, refused("Why?")), HERE)
    saved.save("ada", replace(conversation, name="Renamed"), HERE)
    saved.save("bob", conversation_of(codec, refused("Why?")), HERE)
    with pytest.raises(ConversationError, match="longer than the limit of 5 MB"):
        saved.save("bob", conversation_of(codec, answered("Why?", "x" * 2_600_000)), HERE)


# Links


def test_a_link_opens_its_answer_as_a_conversation_of_its_own(database: PageDatabase, codec: ConversationCodec) -> None:
    links = SharedAnswers(database, codec)
    conversation = conversation_of(codec, refused("Who?"), answered("Why?"))
    link = links.share(None, conversation.turns[1])
    assert len(link) == 32
    assert links.share(None, conversation.turns[1]) == link
    assert links.share("ada", conversation.turns[1]) != link
    opened = links.open(link)
    assert opened.answers == (conversation.answers[1],)
    assert opened.id not in (conversation.id, links.open(link).id)
    assert not opened.pending
    assert opened.name == "Why?"
    assert {each.owner for each in links.links()} == {None, "ada"}
    assert links.take_back(link)
    assert not links.take_back(link)
    with pytest.raises(ConversationError, match="does not lead to an answer"):
        links.open(link)


def test_only_answers_of_this_server_get_a_link(database: PageDatabase, codec: ConversationCodec) -> None:
    links = SharedAnswers(database, codec)
    turn = codec.turn(answered("Why?"))
    with pytest.raises(ConversationError, match="did not give"):
        links.share(None, replace(turn, answer=answered("Why?", "It never rained.")))
    assert links.links() == []
    with pytest.raises(ConversationError, match="remove some"):
        SharedAnswers(database, codec, most=0).share(None, turn)


# Feedback


def test_a_thumb_is_kept_with_all_that_the_answer_rests_on_and_the_last_one_counts(
    database: PageDatabase, codec: ConversationCodec
) -> None:
    feedback = Feedback(database)
    conversation = conversation_of(codec, answered("Who resigned?"), refused("Why?"))
    seals = [turn.seal for turn in conversation.turns]
    feedback.rate(conversation, conversation.turns[0], "down", "ada")
    feedback.comment(conversation, conversation.turns[0], " Too short.\n", "ada")
    feedback.rate(conversation, conversation.turns[0], "up", "ada")
    assert feedback.ratings(conversation.id, seals) == {0: "up"}
    assert feedback.comment_on(conversation, conversation.turns[0]) == "Too short."
    (record,) = feedback.questions()
    assert record["evidence"] == ["It rained."]
    assert record["answerable"] is True
    assert (record["rating"], record["comment"], record["who"]) == ("up", "Too short.", "ada")
    (citation,) = record["answer"]["citations"]
    assert [citation[name] for name in ("article_id", "version", "start", "end", "quote")] == [
        "a1", "v1", 0, 10, "It rained.",
    ]  # fmt: skip
    assert record["fingerprint"] == "f"
    feedback.rate(conversation, conversation.turns[0], "up", "ada")  # taken back
    assert feedback.ratings(conversation.id, seals) == {}
    assert next(feedback.questions())["answerable"] is None
    feedback.comment(conversation, conversation.turns[0], "", "ada")
    assert list(feedback.questions()) == []


def test_opinions_of_the_same_answer_in_two_conversations_are_two(
    database: PageDatabase, codec: ConversationCodec
) -> None:
    feedback = Feedback(database)
    one, two = (conversation_of(codec, answered("Who?")) for _ in range(2))
    feedback.rate(one, one.turns[0], "up", None)
    feedback.rate(two, two.turns[0], "down", None)
    assert sorted(record["rating"] for record in feedback.questions()) == ["down", "up"]
    assert all(conversation.id not in json.dumps(list(feedback.questions())) for conversation in (one, two))


def test_a_comment_has_an_end(database: PageDatabase, codec: ConversationCodec) -> None:
    feedback = Feedback(database)
    conversation = conversation_of(codec, answered("Who?"))
    with pytest.raises(ConversationError, match="shorten it"):
        feedback.comment(conversation, conversation.turns[0], "x" * (LONGEST + 1), None)
    assert list(feedback.questions()) == []


def test_evals_ask_what_people_found_right_and_count_what_nobody_said(
    database: PageDatabase, codec: ConversationCodec, tmp_path: Path
) -> None:
    feedback = Feedback(database)
    told = answered("Who resigned?", published=("2025-03", "2025-03"), publisher="Gull", caution="high")
    conversation = conversation_of(codec, told, refused("Why?"), answered("When?"))
    for turn, rating in zip(conversation.turns, ("up", "up", "down"), strict=True):
        feedback.rate(conversation, turn, rating, None)  # type: ignore[arg-type]
    path = tmp_path / "feedback.jsonl"
    path.write_text("".join(f"{json.dumps(record)}\n" for record in feedback.questions()))
    items, unsaid = feedback_data.load(path)
    assert unsaid == 1
    by_question = {item.question: item for item in items}
    assert by_question["Who resigned?"].evidence == ("It rained.",)
    assert by_question["Who resigned?"].options == {
        "published": ("2025-03", "2025-03"), "publisher": ["Gull"], "as_of": None, "caution": "high",
    }  # fmt: skip
    assert (by_question["Why?"].answerable, by_question["Why?"].evidence) == (False, ())
    assert by_question["Why?"].options["published"] == (None, None)


def test_what_is_read_from_words_is_read_from_them_again_as_of_that_day(
    database: PageDatabase, codec: ConversationCodec
) -> None:
    feedback = Feedback(database)
    answer = answered("Who resigned last week?")
    read = replace(answer.question, published=("2026-11-16", "2026-11-22"), period="last week")
    conversation = conversation_of(codec, replace(answer, question=read))
    feedback.rate(conversation, conversation.turns[0], "up", None)
    (record,) = feedback.questions()
    assert record["given"]["published"] is None
    assert record["given"]["as_of"] == record["at"][:10]


@pytest.mark.parametrize("text", ["", '{"answerable": null}\n', '{"id": "x"}\n', '{"answerable": true, "given": 3}\n'])
def test_a_file_without_what_is_right_is_told(text: str, tmp_path: Path) -> None:
    path = tmp_path / "feedback.jsonl"
    path.write_text(text)
    with pytest.raises(DataMissing):
        feedback_data.load(path)
