"""What an article was before, what may be found when, and what comes late."""

from __future__ import annotations

import json
import shutil
import time
from datetime import datetime
from pathlib import Path

import chromadb
import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from ingest import Archive, Article, Published, Settings, ingest
from ingest.archive.reindex import reindex
from ingest.base.errors import ArchiveError, ArchiveMismatch, ArticleNotFound
from ingest.base.filters import Scope
from ingest.store.records import REPLACED, Standing, history_rows, to_article
from tests.examples import examples

FARES = ["The fare is 18 florins.", "The fare is 16 florins.", "The fare is 21 florins."]


def fare(text: str, **facts: object) -> Article:
    return Article(identity="guid fare", headline="Fare", text=text, language="en", **facts)


ID = fare("").article_id


def words(archive: Archive, text: str) -> set[str]:
    return {passage_id.split(":")[0] for passage_id in archive.search_words(text, 100, Scope())}


def kept(archive: Archive) -> list[tuple[str, str]]:
    return [(version.why, version.article.text) for version in archive.history(ID)]


def record(text: str, **facts: object) -> str:
    return json.dumps({"guid": "fare", "headline": "Fare", "text": text} | facts) + "\n"


# earlier versions


def test_earlier_texts_stay_readable_with_their_time(archive: Archive) -> None:
    before = time.time() - 1
    for text in FARES:
        archive.add([fare(text, publisher="Tidewater", published=Published.parse("2024-05"))])
    assert kept(archive) == [("replaced", FARES[0]), ("replaced", FARES[1]), ("current", FARES[2])]
    first, second, third = archive.history(ID)
    assert (first.number, third.number, third.until) == (1, 3, None)
    assert first.article == fare(FARES[0], publisher="Tidewater", published=Published.parse("2024-05"))
    moments = [datetime.fromisoformat(each).timestamp() for each in (first.taken, first.until, second.taken) if each]
    assert len(moments) == 3
    assert before <= moments[0] <= moments[1] == moments[2] <= time.time() + 1
    assert archive.article_at(ID[:8], second.version[:5]) == second.article
    assert archive.article_at(ID, third.version) == archive.article(ID)
    for wrong in ("", "zzzz", "0000000000000"):
        with pytest.raises(ArticleNotFound, match=first.version):
            archive.article_at(ID, wrong)
    assert words(archive, "18") == words(archive, "16") == set()
    assert (archive.stats().versions, archive.stats().versions_bytes > 400) == (2, True)
    assert archive.check() == []


def test_a_text_that_comes_back_is_a_version_again(archive: Archive) -> None:
    for text in (FARES[0], FARES[1], FARES[0]):
        archive.add([fare(text)])
    assert kept(archive) == [("replaced", FARES[0]), ("replaced", FARES[1]), ("current", FARES[0])]
    assert archive.article_at(ID, fare(FARES[0]).version).text == FARES[0]


def test_the_history_outlives_removal_undo_and_reindex(archive: Archive) -> None:
    folder = archive.folder
    for text in FARES:
        archive.add([fare(text)])
    archive.remove(ID)
    with pytest.raises(ArticleNotFound):
        archive.history(ID)
    archive.restore(ID)
    before = archive.history(ID)
    assert [each.why for each in before] == ["replaced", "replaced", "current"]
    archive.remove(ID)
    archive.close()
    reindex(Settings(archive=folder, passage_words=40))
    with Archive.open(Settings(archive=folder, passage_words=40)) as again:
        again.restore(ID)
        assert again.history(ID) == before
        assert again.check() == []
    Archive.open(Settings(archive=folder, passage_words=40))  # the fixture closes it


def test_what_a_removal_that_was_cut_off_left_is_not_carried_over_by_a_reindex(tmp_path: Path) -> None:
    folder = tmp_path / "archive"

    def cut_off(article_id: str) -> None:
        raise KeyboardInterrupt

    with Archive.open(folder, create=True) as archive:
        archive.add([fare(FARES[0])])
        archive._store.delete_record = cut_off  # type: ignore[method-assign]
        with pytest.raises(KeyboardInterrupt):
            archive.remove(ID)
    reindex(Settings(archive=folder))
    with Archive.open(folder) as archive:
        assert archive.check() == []
        assert archive.add([fare(FARES[1])]) == {ID: "replaced"}
        with pytest.raises(ArticleNotFound):
            archive.restore(ID)
        assert kept(archive) == [("replaced", FARES[0]), ("current", FARES[1])]


def test_what_was_removed_and_added_again_is_in_its_history(archive: Archive) -> None:
    archive.add([fare(FARES[0])])
    archive.add([fare(FARES[1])])
    archive.remove(ID)
    assert archive.add([fare(FARES[2])]) == {ID: "added"}
    assert kept(archive) == [("replaced", FARES[0]), ("removed", FARES[1]), ("current", FARES[2])]
    with pytest.raises(ArchiveError, match="been added again"):
        archive.restore(ID)
    assert archive.check() == []


def test_many_versions_are_all_kept_and_none_comes_back(tmp_path: Path, archive: Archive) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_text("".join(record(f"The fare is {number} florins.") for number in range(24)))
    assert ingest(path, archive).replaced == 23
    before = archive.fingerprint
    assert ingest(path, archive).unchanged == 24  # also those that the record itself does not name any more
    assert archive.fingerprint == before
    assert [version.number for version in archive.history(ID)] == list(range(1, 25))


def test_old_texts_do_not_come_back_where_a_record_has_no_room_to_name_them(archive: Archive) -> None:
    sources = [f"/{number}/" + "deep/" * 300 for number in range(6)]
    articles = [fare(f"The fare is {number} florins.", source=source) for number, source in enumerate(sources)]
    for article in articles:
        archive.add([article])
    before = archive.fingerprint
    assert {outcome for each in articles for outcome in archive.add([each]).values()} == {"unchanged"}
    assert archive.fingerprint == before


def test_facts_that_are_too_long_are_cut_once(archive: Archive) -> None:
    long = fare(FARES[0], authors=tuple(f"Author {number}" for number in range(4_000)))
    assert archive.add([long]) == {ID: "added"}
    assert archive.add([long]) == {ID: "unchanged"}
    assert archive.article(ID).authors[-1] == "…"
    assert archive.check() == []


@examples(40)
@given(
    text=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=9_000).map(lambda t: 3 * t),
    headline=st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=100),
)
def test_any_article_is_the_same_after_being_cut_into_pieces(text: str, headline: str) -> None:
    article = Article(identity="x", headline=headline, text=text, authors=("Ruža",), embargo=Published.parse("2024"))
    rows = history_rows(article, 7, REPLACED, Standing(7, ("a b",)), 9)
    assert to_article("".join(row.document for row in rows)) == article
    assert max(len(row.document.encode()) for row in rows) <= 12_000
    assert {row.metadata["pieces"] for row in rows} == {len(rows)}
    assert len({row.row_id for row in rows}) == len(rows)


def test_a_long_earlier_version_is_kept_whole(archive: Archive) -> None:
    long = fare(" ".join(f"Crate {i} held “biscuit”." for i in range(3_000)))
    archive.add([long])
    archive.add([fare(FARES[0])])
    assert archive.article_at(ID, long.version) == long
    assert archive.check() == []


# editions


def test_a_lower_edition_never_replaces_a_higher_one(archive: Archive) -> None:
    assert archive.add([fare(FARES[1], edition=2)]) == {ID: "added"}
    assert archive.add([fare(FARES[0], edition=1)]) == {ID: "older"}
    before = archive.fingerprint
    assert archive.add([fare(FARES[0], edition=1)]) == {ID: "unchanged"}
    assert archive.fingerprint == before
    assert archive.article(ID).text == FARES[1]
    assert kept(archive) == [("older", FARES[0]), ("current", FARES[1])]
    assert archive.add([fare(FARES[2], edition=3)]) == {ID: "replaced"}
    assert archive.add([fare("The fare is 1 florin.")]) == {ID: "replaced"}  # without a number, what comes last counts
    assert [each.why for each in archive.history(ID)] == ["older", "replaced", "replaced", "current"]
    assert archive.check() == []


def test_the_report_tells_of_older_editions_and_withdrawals(tmp_path: Path, archive: Archive) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_text(record(FARES[1], nr="2") + record(FARES[0], nr="1"))
    numbered = {"edition": "nr"}
    report = ingest(path, archive, numbered)
    assert (report.added, report.unchanged, report.older, report.total) == (1, 1, 1, 2)
    assert "1 of an older edition" in str(report)
    path.write_text(record("Do not use.", nr="3", status="canceled"))
    report = ingest(path, archive, numbered)
    assert (report.replaced, report.withdrawn, report.withheld) == (1, 1, 1)
    assert "1 withdrawn" in str(report)
    assert {"withdrawn", "older", "copies"} <= report.to_dict().keys()
    assert ingest(path, archive, numbered).withdrawn == 0


# what may be found


def test_what_is_canceled_is_not_found_from_then_on(archive: Archive) -> None:
    archive.add([fare(FARES[0])])
    before = archive.fingerprint
    assert archive.coverage().n_articles == 1
    assert archive.add([fare(FARES[0], status="canceled")]) == {ID: "withdrawn"}
    assert archive.fingerprint != before
    assert archive.coverage().n_articles == 0
    assert words(archive, "fare") == set()
    assert archive.mentioning("fare", Scope())[0] == []
    assert archive.listing() == []
    assert [a.status for a in archive.listing(with_unavailable=True)] == ["canceled"]
    assert archive.add([fare(FARES[0])]) == {ID: "replaced"}
    assert words(archive, "fare") == {ID}


MAY, JUNE = Published.parse("2024-05-02"), Published.parse("2024-06-02")


@pytest.mark.parametrize(
    ("before", "notice", "after", "is_back"),
    [
        ({}, {}, {}, False),  # nothing says which is later
        ({}, {}, {"published": JUNE}, False),
        ({}, {}, {"edition": 1}, False),
        ({"edition": 2}, {}, {"edition": 2}, False),  # the text that was canceled, in another file
        ({"edition": 2}, {}, {"edition": 3}, True),
        ({"edition": 2}, {"edition": 3}, {"edition": 3}, False),
        ({"edition": 2}, {"edition": 3}, {"edition": 4}, True),
        ({"edition": 2, "published": MAY}, {}, {"published": JUNE}, True),
        ({"edition": 2, "published": MAY}, {}, {"edition": 1, "published": JUNE}, False),
        ({"published": MAY}, {}, {"published": MAY}, False),
        ({"published": MAY}, {}, {"published": Published.parse("2024-05-02T18:00")}, False),  # of that day, too
        ({"published": MAY}, {}, {"published": JUNE}, True),
        ({"published": MAY}, {"published": JUNE}, {"published": Published.parse("2024-05-20")}, False),
        ({"published": MAY}, {"published": JUNE}, {"published": Published.parse("2024-06-03")}, True),
        ({"published": MAY}, {}, {"published": MAY, "source": "notice"}, True),
        ({"published": MAY}, {}, {"published": MAY, "source": "notice", "position": "line 2"}, False),
    ],
)
def test_what_is_canceled_comes_back_only_by_what_is_later(
    before: dict[str, object], notice: dict[str, object], after: dict[str, object], is_back: bool, archive: Archive
) -> None:
    archive.add([fare(FARES[0], source="first", **before)])
    assert archive.add([fare("Kill.", source="notice", status="canceled", **notice)]) == {ID: "withdrawn"}
    again = fare(FARES[1], **{"source": "other name", **after})
    assert archive.add([again]) == {ID: "replaced" if is_back else "older"}
    assert words(archive, "fare") == ({ID} if is_back else set())
    assert archive.add([again]) == {ID: "unchanged"}
    assert FARES[1] in {text for _, text in kept(archive)}
    assert archive.check() == []


def test_the_old_file_under_another_name_does_not_bring_back_what_was_canceled(
    tmp_path: Path, archive: Archive
) -> None:
    first, notice, copy = (tmp_path / name for name in ("first.jsonl", "notice.jsonl", "copy.jsonl"))
    first.write_text(record(FARES[0], published="2024-05-02"))
    notice.write_text(record("", status="canceled"))
    assert ingest([first, notice], archive).withdrawn == 1
    shutil.copy(first, copy)
    for path in (copy, first, copy):
        report = ingest(path, archive)
        assert (report.unchanged, report.replaced, report.older) == (1, 0, 0)
    assert words(archive, "fare") == set()
    copy.write_text(record(FARES[1], published="2024-05-02"))
    assert "1 of an older edition or canceled since" in str(ingest(copy, archive))
    notice.write_text(record(FARES[0], published="2024-05-02"))  # the editor takes it back
    assert ingest(notice, archive).replaced == 1
    assert words(archive, "fare") == {ID}
    notice.write_text(record("", status="canceled"))
    assert ingest(notice, archive).withdrawn == 1
    archive.remove(ID)
    assert ingest(copy, archive).added == 1
    assert words(archive, "fare") == {ID}
    assert archive.check() == []


def test_a_version_that_is_lost_keeps_nothing_out_and_nothing_canceled_comes_back(archive: Archive) -> None:
    archive.add([fare(FARES[0], source="first", published=MAY)])
    archive.add([fare("Kill.", source="notice", status="canceled")])
    archive._store.delete_history([f"{ID}:1:0"])
    assert archive.add([fare(FARES[1], source="other", published=JUNE)]) == {ID: "older"}
    assert words(archive, "fare") == set()


def test_a_notice_that_comes_first_holds(archive: Archive) -> None:
    assert archive.add([fare("Kill.", source="notice", status="canceled")]) == {ID: "added"}
    assert archive.add([fare(FARES[0], source="first", edition=1, published=MAY)]) == {ID: "older"}
    assert archive.add([fare(FARES[1], source="first", status="withheld")]) == {ID: "older"}
    assert words(archive, "fare") == set()


def test_an_embargo_that_ends_changes_the_fingerprint(archive: Archive) -> None:
    for seconds in (3, 30, 300):  # long enough for what comes before its end, also on a busy machine
        ends = int(time.time()) + seconds
        soon = datetime.fromtimestamp(ends).astimezone().isoformat()
        archive.add([fare(FARES[0], embargo=Published.parse(soon))])
        before = archive.fingerprint
        visible = words(archive, "fare")
        if time.time() < ends:
            break
    assert visible == set()
    time.sleep(max(0.0, ends - time.time()) + 1.1)
    assert words(archive, "fare") == {ID}
    assert archive.fingerprint != before


def test_dates_of_any_century_and_one_id_twice_do_no_harm(tmp_path: Path, archive: Archive) -> None:
    path = tmp_path / "odd.jsonl"
    lines = [
        {"guid": "a", "text": "The comet of old.", "published": "1700-02-28"},
        {"guid": "b", "text": "The comet to come.", "published": "9999-12-31T23:59:59Z"},
        {"guid": "c", "text": "The comet of year one.", "published": "0001-01-01"},
        {"guid": "fare", "headline": "Fare", "text": FARES[0]},
        {"guid": "fare", "headline": "Fare", "text": FARES[1]},
        {"guid": "fare", "headline": "Fare", "text": FARES[1]},
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    report = ingest(path, archive)
    assert (report.added, report.replaced, report.unchanged, len(report.failed)) == (4, 1, 1, 0)
    assert archive.article(ID).text == FARES[1]
    assert [str(a.published)[:4] for a in archive.listing()] == ["9999", "1700", "0001", "None"]
    assert list(archive.stats().months) == ["0001-01", "1700-02", "9999-12"]
    old = Scope(after=Published.parse("1600").epoch, before=Published.parse("1800").end_epoch)
    assert len(archive.search_words("comet", 9, old)) == 1
    archive.write([fare(FARES[2]), fare(FARES[0])])
    assert archive.article(ID).text == FARES[0]
    assert archive.check() == []


# other formats


@pytest.mark.parametrize("schema", [1, 99])
def test_an_archive_of_another_format_is_refused_and_left_alone(tmp_path: Path, schema: int) -> None:
    folder = tmp_path / "archive"
    with Archive.open(folder, create=True) as archive:
        archive.add([fare(FARES[0])])
    set_schema(folder, schema)
    for open_it in (Archive.open, lambda place: reindex(Settings.load(place))):
        with pytest.raises(
            ArchiveMismatch, match=f"has format {schema}, .* ingest its sources again into a new folder"
        ):
            open_it(folder)
    set_schema(folder, 2)
    with Archive.open(folder) as archive:
        assert archive.article(ID).text == FARES[0]
        assert archive.check() == []


def set_schema(folder: Path, schema: int) -> None:
    client = chromadb.PersistentClient(path=str(folder / "chroma"))
    passages = client.get_collection("passages", embedding_function=None)
    passages.modify(metadata={**passages.metadata, "schema": schema})
    client.close()


# several at once


def test_several_articles_are_taken_out_and_put_back_together(archive: Archive) -> None:
    articles = [Article(identity=f"guid {i}", headline=f"Story {i}", text=f"The tide {i} rose.") for i in range(4)]
    archive.write(articles)
    ids = [each.article_id for each in articles]
    with pytest.raises(ArticleNotFound):
        archive.remove_all([ids[0], "0" * 16])
    assert archive.n_articles == 4
    assert archive.remove_all([ids[0], ids[2][:9], ids[0]]) == [articles[0], articles[2]]
    assert words(archive, "tide") == {ids[1], ids[3]}
    with pytest.raises(ArticleNotFound):
        archive.restore_all([ids[0], ids[1]])
    assert sorted(a.headline for a in archive.restore_all([ids[2], ids[0]])) == ["Story 0", "Story 2"]
    assert words(archive, "tide") == set(ids)
    archive.remove_all(ids[:2])
    assert len(archive.search_words("tide", 1, Scope())) == 1
    vector = archive.embedder.encode_queries(["Did the tide rise?"])[0]
    assert {i.split(":")[0] for i in archive.search_vectors(vector, 4, Scope())} == set(ids[2:])


@examples(30, HealthCheck.function_scoped_fixture)
@given(
    after=st.none() | st.integers(-(10**10), 10**10),
    before=st.none() | st.integers(-(10**10), 10**10),
    publishers=st.sets(st.sampled_from(["mercury", "gazette", "star"])),
    without=st.sets(st.integers(0, 5)),
    only=st.sets(st.integers(0, 5)),
)
def test_a_scope_admits_the_same_among_vectors(
    after: int | None, before: int | None, publishers: set[str], without: set[int], only: set[int], dated: Archive
) -> None:
    ids = [Article(identity=f"guid {i}", headline="", text="").article_id for i in range(6)]
    scope = Scope(
        after, before, frozenset(publishers), frozenset(ids[i] for i in without), frozenset(ids[i] for i in only)
    )
    found = dated._store.collections.passages.get(include=["metadatas"])
    admitted = {i for i, its in zip(found["ids"], found["metadatas"], strict=True) if scope.admits(its)}
    index = dated._derived.vectors
    assert set(index.admitted(found["ids"], scope)) == admitted
    assert set(index.nearest(np.ones(384, np.float32), index.rows_in(scope), 100)) == admitted


@pytest.fixture
def dated(archive: Archive) -> Archive:
    if not archive.n_articles:
        dates = ["1700", "1969-05", "2024-05-02", "2024-05-03", None, "2250"]
        archive.write(
            [
                Article(
                    identity=f"guid {i}",
                    headline="Tide",
                    text=f"The tide {i} rose.",
                    published=Published.parse(date) if date else None,
                    publisher=["Mercury", "Gazette", "Star"][i % 3],
                    status="withheld" if i == 3 else "usable",
                )
                for i, date in enumerate(dates)
            ]
        )
    return archive


def test_a_lost_piece_of_the_history_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with Archive.open(folder, create=True) as archive:
        archive.add([fare(FARES[0])])
        archive.add([fare(FARES[1])])
        archive._store.delete_history([f"{ID}:1:0"])
        (problem,) = archive.check()
        assert problem.where == ID
        assert "1 of its 1 earlier versions are lost" in problem.what
        assert archive.article(ID).text == FARES[1]
    shutil.rmtree(folder)
