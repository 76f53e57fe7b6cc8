from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.archive.coverage import Coverage, count_coverage
from ingest.base.article import Article, Published
from ingest.base.errors import ArchiveError
from ingest.duplicates.fingerprints import VERSION
from ingest.index.stories import Origins
from tests.examples import examples
from tests.stories import OTHER, PARAGRAPHS, STORY, article, auction

NOW = Published.parse("2026-01-01").epoch
FIRST = article("gazette", day="2025-06-02T09:00")
CUT = article("courier", "\n\n".join(PARAGRAPHS[:3]), "2025-06-02T12:00")
UPDATED = article("wire", STORY.replace("14 months", "16 months"), "2025-06-03T08:00")
UNDATED = article("weekly", day=None)
STRANGE = article("choir", OTHER)


def ids(*articles: Article) -> list[str]:
    return [each.article_id for each in articles]


@pytest.fixture
def origins() -> Iterator[Origins]:
    opened = Origins()
    yield opened
    opened.database.close()


def filled(articles: list[Article]) -> Origins:
    opened = Origins()
    opened.replace([], articles)
    return opened


def test_carriers_come_in_the_order_of_publication(origins: Origins) -> None:
    origins.replace([], [STRANGE, UNDATED, UPDATED, CUT, FIRST])
    assert origins.carriers(CUT.article_id) == ids(FIRST, CUT, UPDATED, UNDATED)
    assert origins.carriers(UNDATED.article_id)[0] == FIRST.article_id
    assert origins.carriers(STRANGE.article_id) == ids(STRANGE)
    assert origins.groups() == [ids(FIRST, CUT, UPDATED, UNDATED)]
    assert (origins.count, origins.count_origins()) == (5, 2)


def test_of_carriers_of_one_moment_the_id_decides(origins: Origins) -> None:
    twins = [article(name) for name in ("a", "b", "c")]
    origins.replace([], twins)
    assert origins.carriers(twins[0].article_id) == sorted(ids(*twins))


def test_carriers_of_many_are_found_at_once(origins: Origins) -> None:
    series = [article(f"only {number}", f"The count of item {number} rose. " * 30) for number in range(700)]
    origins.replace([], [*series, FIRST, CUT])
    asked = [each.article_id for each in (CUT, *series, FIRST)]
    found = origins.all_carriers([*asked, "nobody"])
    assert list(found) == [*asked, "nobody"]
    assert {article_id: origins.carriers(article_id) for article_id in found} == found
    assert (found[CUT.article_id], found["nobody"]) == (ids(FIRST, CUT), [])


def test_who_may_not_be_found_is_not_shown_and_is_no_origin(origins: Origins) -> None:
    held = article("held", day="2025-06-01T09:00", status="withheld")
    killed = article("killed", day="2025-06-01T10:00", status="canceled")
    later = article("later", day="2025-06-01T11:00", embargo=Published.parse("2026-02-01"))
    origins.replace([], [held, killed, later, FIRST, CUT])
    assert origins.carriers(CUT.article_id, NOW) == ids(FIRST, CUT)
    assert origins.carriers(held.article_id, NOW)[0] == FIRST.article_id
    assert origins.count_origins(NOW) == 1
    assert origins.carriers(CUT.article_id, Published.parse("2026-02-02").epoch)[0] == later.article_id


def test_a_series_of_one_form_is_not_one_story(origins: Origins) -> None:
    days = [
        article(
            f"day {n}", auction("Skarn", f"{880 + n}", f"{41 + n}.2", f"{40 + n}.2", f"{20 + n}"), f"2025-06-{n:02}"
        )
        for n in range(1, 20)
    ]
    origins.replace([], days)
    assert origins.groups() == []


def test_an_update_is_one_only_near_in_time() -> None:
    weeks_later = article("wire", UPDATED.text, "2025-07-01T08:00")
    assert filled([FIRST, UPDATED]).count_origins() == 1
    assert filled([FIRST, weeks_later]).count_origins() == 2
    # The same words were published near to both.
    assert filled([FIRST, weeks_later, article("again", UPDATED.text, "2025-06-02T20:00")]).count_origins() == 1


def test_an_article_that_joined_two_groups_leaves_them_apart_when_it_goes(origins: Origins) -> None:
    one, other = article("one", "\n\n".join(PARAGRAPHS[:3])), article("other", "\n\n".join(PARAGRAPHS[3:]))
    origins.replace([], [one, other])
    assert origins.count_origins() == 2
    origins.replace([], [FIRST])
    assert origins.count_origins() == 1
    origins.replace([FIRST.article_id], [])
    assert origins.count_origins() == 2
    assert origins.count == 2


def test_a_replaced_article_is_grouped_by_its_new_text(origins: Origins) -> None:
    origins.replace([], [FIRST, CUT])
    origins.replace([CUT.article_id], [article("courier", OTHER)])
    assert origins.groups() == []
    origins.replace([], [CUT])
    assert origins.groups() == [ids(FIRST, CUT)]


def test_a_date_that_is_put_right_is_seen(origins: Origins) -> None:
    origins.replace([], [FIRST, article("wire", UPDATED.text, "2025-07-01T08:00")])
    origins.replace([], [UPDATED])
    assert origins.groups() == [ids(FIRST, UPDATED)]


POOL = [
    FIRST, CUT, UPDATED, UNDATED, STRANGE,
    article("tail", "\n\n".join(PARAGRAPHS[3:]), "2025-06-09T08:00"),
    article("twin", OTHER, "2025-08-01"),
    article("late", UPDATED.text, "2025-07-01T08:00"),
    article("late cut", "\n\n".join(PARAGRAPHS[:3]).replace("61", "63"), "2025-07-02T01:00"),
    article("nothing", "…"), article("nothing else", "…"),
]  # fmt: skip


@examples(40)
@given(st.permutations(POOL), st.sets(st.integers(0, len(POOL) - 1)), st.integers(1, len(POOL)))
def test_groups_depend_on_what_is_there_and_not_on_the_way_there(
    order: list[Article], gone: set[int], together: int
) -> None:
    origins = Origins()
    for at in range(0, len(order), together):
        origins.replace([], order[at : at + together])
    origins.replace(ids(*(POOL[i] for i in gone)), [])
    left = [each for i, each in enumerate(POOL) if i not in gone]
    fresh = filled(left)
    assert origins.groups(NOW) == fresh.groups(NOW)
    assert origins.count == fresh.count == len(left)
    for each in left:
        assert origins.carriers(each.article_id, NOW) == fresh.carriers(each.article_id, NOW)
    for opened in (origins, fresh):
        opened.database.close()


def test_a_large_group_is_not_walked_link_by_link(origins: Origins) -> None:
    origins.replace([], [article(f"n{n}", f"{STORY}\n\nCopy {n}.") for n in range(80)])
    statements: list[str] = []
    origins.database._connection.set_trace_callback(statements.append)
    origins.replace([], [article("one more", f"{STORY}\n\nAnother copy.")])
    assert origins.count_origins() == 1
    assert len(statements) < 5 * 80


def test_it_counts_what_an_archive_covers(origins: Origins) -> None:
    assert count_coverage(origins, NOW) == Coverage(0, None, None, ())
    origins.replace(
        [],
        [
            article("a", day="2025-06-02T00:30+02:00", publisher="Gazette", place="Ulverne"),
            article("b", day="2024-05", publisher=" the  gazette", place="Ulverne"),
            article("c", day=None, publisher="The Gazette", place="Pell Hollow"),
            article("held", day="1999", status="withheld", publisher="Courier", place="Tarn"),
            article("later", day="2030", embargo=Published.parse("2026-02-01"), publisher="Courier"),
        ],
    )
    before = Coverage(3, "2024-05", "2025-06-02", ("Gazette", "The Gazette"), ("Pell Hollow", "Ulverne"))
    assert count_coverage(origins, NOW) == before
    after = count_coverage(origins, Published.parse("2026-02-02").epoch)
    assert (after.n_articles, after.last, after.publishers) == (4, "2030", ("Courier", "Gazette", "The Gazette"))
    assert (origins.count_embargoes(NOW), origins.count_embargoes(Published.parse("2027").epoch)) == (0, 1)
    changes = origins.database.changes
    origins.replace(ids(article("c")), [])
    assert origins.database.changes > changes
    assert count_coverage(origins, NOW).publishers == (" the  gazette", "Gazette")


# the file


def test_it_is_there_again_when_it_is_opened_again(tmp_path: Path) -> None:
    path = tmp_path / "origins.sqlite"
    first = Origins(path)
    first.replace([], [FIRST, CUT])
    first.database.agree(7)
    first.database.close()
    again = Origins(path)
    assert (again.database.revision, again.count, again.groups()) == (7, 2, [ids(FIRST, CUT)])
    again.clear()
    assert (again.database.revision, again.count, again.groups()) == (None, 0, [])
    again.database.close()


def test_one_of_another_version_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "origins.sqlite"
    first = Origins(path)
    first.replace([], [FIRST])
    first.database.agree(7)
    first.database.close()
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 1")
    database.close()
    again = Origins(path)
    assert (again.database.revision, again.count) == (None, 0)
    again.database.close()


def test_one_with_the_tables_of_an_earlier_release_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "origins.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE articles (article_id TEXT PRIMARY KEY, text INTEGER, available INTEGER)")
        database.execute("CREATE TABLE state (name TEXT PRIMARY KEY, value INTEGER)")
        database.executemany("INSERT INTO state VALUES (?, ?)", [("version", VERSION), ("revision", 7)])
    database.close()
    again = Origins(path)
    assert (again.database.revision, again.count) == (None, 0)
    again.replace([], [FIRST])
    again.database.agree(8)
    again.database.close()
    again = Origins(path)
    assert (again.database.revision, again.count) == (8, 1)
    again.database.close()


def test_a_damaged_one_is_begun_again(tmp_path: Path) -> None:
    path = tmp_path / "origins.sqlite"
    path.write_bytes(b"no database at all, but long enough to look at" * 50)
    again = Origins(path)
    assert (again.database.revision, again.count) == (None, 0)
    again.database.close()


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match=r"index of copies .*missing.* cannot be used"):
        Origins(tmp_path / "missing" / "origins.sqlite")


def test_a_change_that_fails_half_way_changes_nothing(origins: Origins) -> None:
    origins.replace([], [FIRST])

    def broken() -> Iterator[Article]:
        yield CUT
        raise RuntimeError("the reader gave up")

    with pytest.raises(RuntimeError):
        origins.replace([FIRST.article_id], broken())
    assert origins.carriers(FIRST.article_id) == ids(FIRST)
    assert origins.count == 1


def test_threads_may_ask_while_it_is_written(tmp_path: Path) -> None:
    origins = Origins(tmp_path / "origins.sqlite")
    origins.replace([], [FIRST, CUT])
    wrong: list[object] = []

    def ask() -> None:
        seen = [origins.carriers(FIRST.article_id) for _ in range(200)]
        wrong.extend(each for each in seen if each[:1] != ids(FIRST))

    threads = [threading.Thread(target=ask) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(30):
        origins.replace([], [article(f"n{number}", OTHER)])
    for thread in threads:
        thread.join()
    origins.database.close()
    assert wrong == []
