"""The articles of an archive as they are browsed, and what was taken out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ingest import Archive, ingest
from ingest.archive.browse import NO_DATE, Choice

RECORDS = [
    {"guid": "1", "title": "Ferry sinks", "text": "The ferry Grey Petrel sank.", "published": "2025-03-04",
     "publisher": "Gull", "place": "Kittern"},
    {"guid": "2", "title": "Ferry found", "text": "Divers found a hull.", "published": "2025-03-05T23:30-05:00",
     "publisher": "GULL"},
    {"guid": "3", "title": "Mayor resigns", "text": "The mayor resigned.", "published": "2024", "publisher": "Courier"},
    {"guid": "4", "title": "No date", "text": "Nobody knows when this was.", "place": "Kittern"},
]  # fmt: skip


@pytest.fixture
def filled(archive: Archive, tmp_path: Path) -> Archive:
    path = tmp_path / "records.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in RECORDS))
    assert not ingest(path, archive).failed
    return archive


def headlines(archive: Archive, **choice: object) -> list[str]:
    return [each.article.headline for each in archive.shelf(Choice(**choice)).articles]  # type: ignore[arg-type]


def test_newest_first_and_undated_last_a_page_at_a_time(filled: Archive) -> None:
    everything = ["Ferry found", "Ferry sinks", "Mayor resigns", "No date"]
    assert headlines(filled) == everything
    page = filled.shelf(offset=1, limit=2)
    assert [each.article.headline for each in page.articles] == everything[1:3]
    assert page.total == 4
    assert page.months == {"2024": 1, "2025-03": 2, NO_DATE: 1}


def test_each_choice_limits_what_is_listed(filled: Archive) -> None:
    assert headlines(filled, when="2025-03") == ["Ferry found", "Ferry sinks"]
    assert headlines(filled, when="2025") == ["Ferry found", "Ferry sinks"]
    assert headlines(filled, when="2024") == ["Mayor resigns"]
    assert headlines(filled, when=NO_DATE) == ["No date"]
    assert headlines(filled, when="20%") == headlines(filled, when="202_") == []
    assert headlines(filled, publisher="gull") == ["Ferry found", "Ferry sinks"]
    assert headlines(filled, publisher="Gull", place="Kittern") == ["Ferry sinks"]
    assert filled.shelf(Choice(when="2024", publisher="Gull")).months == {"2025-03": 2}


def test_words_are_found_in_headlines_and_texts(filled: Archive) -> None:
    assert headlines(filled, words="ferry") == ["Ferry found", "Ferry sinks"]
    assert headlines(filled, words="hull divers") == ["Ferry found"]
    assert headlines(filled, words="zeppelin") == []
    some = filled.shelf(Choice(words="zeppelin hull"))
    assert some.loosely
    assert [each.article.headline for each in some.articles] == ["Ferry found"]
    assert headlines(filled, words="ferry", when="2024") == []
    assert headlines(filled, words="the of") == []


def test_labels_count_what_there_is_to_choose(filled: Archive) -> None:
    labels = filled.labels()
    assert {name.casefold(): count for name, count in labels.publishers.items()} == {"gull": 2, "courier": 1}
    assert labels.places == {"Kittern": 2}


def test_what_may_not_be_found_is_left_out_where_that_is_wanted(archive: Archive, tmp_path: Path) -> None:
    record = {"guid": "9", "title": "Secret", "text": "Under embargo.", "embargo": "2999-01-01", "publisher": "Gull"}
    (tmp_path / "secret.jsonl").write_text(json.dumps(record))
    ingest(tmp_path / "secret.jsonl", archive)
    assert [each.available > 0 for each in archive.shelf().articles] == [True]
    assert archive.shelf(Choice(at=1_800_000_000)).total == 0
    assert archive.shelf(Choice("secret", at=1_800_000_000)).total == 0
    assert archive.labels(1_800_000_000).publishers == {}


def test_versions_are_counted_and_removed_articles_listed(filled: Archive, tmp_path: Path) -> None:
    changed = RECORDS[0] | {"text": "The ferry Grey Petrel was raised."}
    (tmp_path / "records.jsonl").write_text(json.dumps(changed))
    ingest(tmp_path / "records.jsonl", filled)
    found = filled.shelf(Choice("ferry", "2025-03")).articles
    assert [each.versions for each in found] == [1, 2]
    assert filled.removed() == []
    for each in found:
        filled.remove(each.article.article_id)
    assert [each.article.headline for each in filled.removed()] == ["Ferry found", "Ferry sinks"] or filled.removed()
    assert filled.removed(1)[0].why == "removed"
    assert filled.shelf().total == 2
