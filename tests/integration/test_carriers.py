"""One story, many carriers: in the archive, in what is retrieved, in answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import Archive, Published, Settings, ingest
from ingest.archive.reindex import reindex
from ingest.base.filters import Scope
from qa import ask
from qa.question.question import Question
from qa.retrieval.retrieval import ArchiveRetriever, retrieve
from tests.stories import OTHER, PARAGRAPHS, STORY, article

GAZETTE = article("gazette", day="2025-06-02T09:00", publisher="Gazette")
COURIER = article("courier", STORY.replace("argument", "debate"), "2025-06-02T12:00", publisher="Courier")
BRIEF = article("wire", "\n\n".join(PARAGRAPHS[:3]), "2025-06-02T08:00", publisher="Wire")
CHOIR = article("choir", OTHER, "2025-08-30", publisher="Gazette")
ALL = [GAZETTE, COURIER, BRIEF, CHOIR]


def names(archive: Archive, identity: str) -> list[str]:
    return [each.identity for each in archive.carriers(article(identity).article_id)]


# the archive


def test_an_archive_says_who_else_carries_a_story(archive: Archive) -> None:
    archive.write(ALL)
    assert names(archive, "gazette") == ["wire", "courier"]
    assert names(archive, "choir") == []
    assert archive.carriers("no such id") == []
    assert archive.carriers(GAZETTE.article_id)[0].headline == BRIEF.headline
    assert archive.carriers(GAZETTE.article_id, Scope(before=BRIEF.published.epoch)) != []  # type: ignore[union-attr]
    assert archive.carriers(GAZETTE.article_id, Scope(publishers=frozenset({"courier"})))[0].identity == "courier"
    assert archive.n_origins == 2
    assert archive.origins(["no such id"]) == {"no such id": "no such id"}
    assert set(archive.origins(each.article_id for each in ALL).values()) == {BRIEF.article_id, CHOIR.article_id}


def test_the_index_follows_what_is_changed_removed_and_put_back(archive: Archive) -> None:
    archive.write(ALL)
    archive.remove(BRIEF.article_id)
    assert names(archive, "gazette") == ["courier"]
    archive.restore(BRIEF.article_id)
    assert names(archive, "gazette") == ["wire", "courier"]
    archive.write([article("courier", OTHER, "2025-06-02T12:00")])
    assert names(archive, "gazette") == ["wire"]
    assert names(archive, "choir") == ["courier"]


@pytest.mark.parametrize("status", ["withheld", "canceled"])
def test_what_is_not_to_be_found_is_not_named(archive: Archive, status: str) -> None:
    archive.write([GAZETTE, COURIER, article("held", status=status)])
    assert names(archive, "gazette") == ["courier"]
    assert archive.n_origins == 1


def test_what_is_under_embargo_is_named_when_its_time_has_come(archive: Archive) -> None:
    archive.write([GAZETTE, article("later", embargo=Published.parse("2099-01-01"))])
    assert names(archive, "gazette") == []
    later = Scope(now=Published.parse("2099-01-02").epoch)
    assert [each.identity for each in archive.carriers(GAZETTE.article_id, later)] == ["later"]


def lose(path: Path) -> None:
    path.unlink()


def garble(path: Path) -> None:
    path.write_bytes(b"garbled" * 1_000)


@pytest.mark.parametrize("spoil", [lose, garble])
def test_a_lost_index_is_built_again_from_chroma(tmp_path: Path, spoil: object) -> None:
    with Archive.open(tmp_path / "a", create=True) as archive:
        archive.write(ALL)
    for leftover in tmp_path.glob("a/origins.sqlite-*"):
        leftover.unlink()
    spoil(tmp_path / "a" / "origins.sqlite")  # type: ignore[operator]
    with Archive.open(tmp_path / "a") as archive:
        assert names(archive, "gazette") == ["wire", "courier"]
        assert archive.n_origins == 2


def test_an_index_that_was_left_behind_by_a_change_is_built_again(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a", create=True) as archive:
        archive.write([GAZETTE, CHOIR])
        archive._store.collections.begin()  # as where a write is cut off before it says that it is done
        archive._derived.origins.replace([CHOIR.article_id], [COURIER])
    with Archive.open(tmp_path / "a") as archive:
        assert names(archive, "gazette") == []
        assert archive.n_origins == 2


def test_reindexing_keeps_who_carries_what(tmp_path: Path) -> None:
    with Archive.open(tmp_path / "a", create=True) as archive:
        archive.write(ALL)
    reindex(Settings(archive=tmp_path / "a", passage_words=60))
    with Archive.open(Settings(archive=tmp_path / "a", passage_words=60)) as archive:
        assert names(archive, "gazette") == ["wire", "courier"]


def test_ingestion_counts_copies_whatever_came_first(archive: Archive, tmp_path: Path) -> None:
    folder = tmp_path / "wire"
    folder.mkdir()
    for name, text in (("a", STORY), ("b", COURIER.text), ("c", OTHER)):
        (folder / f"{name}.txt").write_text(f"Market to close {name}\n\n{text}\n")
    report = ingest(folder, archive=archive)
    assert (report.added, report.copies) == (3, 1)
    assert report.to_dict()["copies"] == 1
    assert str(report).endswith("; 1 copies of other articles")
    assert ingest(folder, archive=archive).copies == 0  # nothing was written


# what is retrieved


def test_of_a_story_one_carrier_is_retrieved_and_the_others_are_named(archive: Archive) -> None:
    archive.write([GAZETTE, COURIER, CHOIR])
    found = retrieve(archive, Question.parse("When does the fish market of Saltreath close?"))
    carriers = {each.passage.article_id for each in found} - {CHOIR.article_id}
    assert len(carriers) == 1
    best = found[0].hit
    assert {best.article.identity, *(each.identity for each in best.carriers)} == {"gazette", "courier"}
    assert best.story == GAZETTE.article_id
    for each in found:
        assert each.hit.article.article_id == each.passage.article_id
    document = ArchiveRetriever(archive=archive).invoke("When does the fish market close?")[0]
    assert document.metadata["also_carried_by"] == [carrier.article_id for carrier in best.carriers]


def test_of_carriers_in_the_same_words_the_first_published_one_is_shown(archive: Archive) -> None:
    late, early = article("z", day="2025-06-02T12:00"), article("a later id", day="2025-06-02T07:00")
    archive.write([late, article("middle", day="2025-06-02T09:00"), early])
    found = retrieve(archive, Question.parse("When does the fish market of Saltreath close?"))
    assert {each.hit.article.identity for each in found} == {"a later id"}


def test_what_only_the_longer_carrier_says_is_found(archive: Archive) -> None:
    archive.write([BRIEF, GAZETTE])
    answer = ask("Who put up the fish market building?", archive=archive, caution="low")
    assert answer.short_answer == "Bertil Askwin"
    assert answer.citations[0].article_id == GAZETTE.article_id
    assert [each.publisher for each in answer.citations[0].also_carried_by] == ["Wire"]


def test_a_publisher_that_is_asked_for_is_the_one_that_is_shown(archive: Archive) -> None:
    archive.write(ALL)
    answer = ask("How long will the fish market be closed?", archive=archive, publisher="Courier", caution="low")
    assert {citation.publisher for citation in answer.citations} == {"Courier"}
    assert [each.publisher for each in answer.also_carried_by] == ["Wire", "Gazette"]


def test_what_came_later_than_the_day_that_is_asked_as_of_is_not_named(archive: Archive) -> None:
    late = article("late", STORY.replace("argument", "debate"), "2025-06-04T09:00", publisher="Late")
    archive.write([GAZETTE, late])
    question = "How long will the fish market be closed?"
    assert ask(question, archive=archive, as_of="2025-06-03", caution="low").also_carried_by == ()
    assert [c.publisher for c in ask(question, archive=archive, caution="low").also_carried_by] != []


# the samples: one story in three outlets


def test_the_samples_have_one_story_in_three_outlets(samples: Archive) -> None:
    assert [len(group) for group in samples._derived.origins.groups()] == [3]
    assert samples.n_origins == samples.coverage().n_articles - 2


def test_an_answer_shows_one_of_three_outlets_and_names_the_others(samples: Archive) -> None:
    answer = ask("Why did Davin Pell resign?", archive=samples)
    shown = {citation.publisher for citation in answer.citations}
    others = [carrier.publisher for carrier in answer.also_carried_by]
    assert shown == {"The Port Hallam Courier"}
    assert others == ["Saltreath Gazette", "CP"]
    for citation in answer.citations:
        assert samples.article(citation.article_id).text[citation.start : citation.end] == citation.quote
    first = answer.to_dict()["citations"][0]
    assert [each["publisher"] for each in first["also_carried_by"]] == others
    assert "Also carried by: Transport minister Pell steps down" in answer.to_markdown()


def test_the_page_opens_another_carrier_and_leaves_the_cards(samples: Archive) -> None:
    import gradio as gr

    from ui.state.conversations import Conversation, ConversationCodec
    from ui.views.reading import ReadingPane

    codec = ConversationCodec(b"k" * 32)
    turn = codec.turn(ask("Why did Davin Pell resign?", archive=samples))
    conversation = codec.dump(Conversation.begin().with_turn(turn))
    room = ReadingPane(samples, codec)

    def opened(href: str) -> tuple[object, object]:
        return room.open(conversation, gr.EventData(None, {"href": href}))

    for place, headline in enumerate(("Transport minister Pell steps down", "Estrane transport minister resigns"), 1):
        cards, article_shown = opened(f"#carrier-0-1-{place}")
        assert "Also carried by" in str(cards)
        assert f">{headline}" in str(article_shown)
    for href in (
        "#carrier-0-1-3",
        "#carrier-0-1-0",
        "#carrier-0-9-1",
        "#carrier-0-0-1",
        "#carrier-1-1-1",
        "#carrier-x",
    ):
        assert opened(href) == (gr.skip(), gr.skip())


def test_questions_about_the_archive_count_articles_and_say_how_many_stories(samples: Archive) -> None:
    text = ask("how many articles mention Davin Pell?", archive=samples).text
    assert "8 articles mention “Davin Pell”" in text
    assert "they carry 6 different stories" in text
    assert "stories" not in ask("how many articles mention Hester Vayle?", archive=samples).text
