from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from ingest import Archive, ingest
from ingest.base.settings import Settings
from ingest.sources.seen_files import FILE, SeenFiles


def record(number: int, **facts: object) -> str:
    text = f"The ferry carried {number} people to Marlow on Friday, the harbour master said."
    return json.dumps({"guid": f"k:{number}", "headline": f"Ferry {number}", "text": text} | facts) + "\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "feed.jsonl"
    path.write_text(record(1) + record(2))
    return path


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    return Archive.open(Settings(archive=tmp_path / "archive"), create=True)


def known(archive: Archive, file: Path, columns: Mapping[str, str] | None = None) -> tuple[str, ...]:
    files = SeenFiles(archive.folder, lambda ids: archive.versions(list(ids)), columns or {})
    return files.unchanged(file, files.hash(file))


def test_a_file_that_went_in_whole_is_known_and_reported_as_unchanged(archive: Archive, file: Path) -> None:
    with archive:
        assert known(archive, file) == ()
        assert ingest(file, archive).added == 2
        assert set(known(archive, file)) == {head.article_id for head in archive.listing()}
        assert ingest(file, archive).unchanged == 2


def test_it_is_read_again_once_it_has_changed(archive: Archive, file: Path) -> None:
    with archive:
        ingest(file, archive)
        file.write_text(record(1) + record(2, place="Marlow") + record(3))
        assert known(archive, file) == ()
        report = ingest(file, archive)
        assert (report.added, report.replaced, report.unchanged) == (1, 1, 1)


def test_it_is_read_again_where_an_article_was_taken_out_or_changed_elsewhere(
    archive: Archive, file: Path, tmp_path: Path
) -> None:
    with archive:
        ingest(file, archive)
        first = archive.listing()[0].article_id
        archive.remove(first)
        assert known(archive, file) == ()
        assert ingest(file, archive).added == 1
        other = tmp_path / "correction.jsonl"
        other.write_text(record(1, place="Marlow"))
        assert ingest(other, archive).replaced == 1
        assert known(archive, file) == ()
        assert ingest(file, archive).unchanged == 2  # its own text of it is an earlier version


def test_it_is_read_again_where_columns_are_named_otherwise(archive: Archive, file: Path) -> None:
    with archive:
        ingest(file, archive)
        assert known(archive, file, {"place": "town"}) == ()


def test_what_is_wrong_with_a_file_is_told_each_time(archive: Archive, file: Path) -> None:
    file.write_text(record(1) + "no json\n")
    with archive:
        for _ in range(2):
            report = ingest(file, archive)
            assert len(report.failed) == 1
        assert known(archive, file) == ()


@pytest.mark.parametrize("content", ["", "[]", '{"files": {"a": {"hash": 1}}}', '{"files": 3}'])
def test_a_damaged_memory_is_begun_anew(archive: Archive, file: Path, content: str) -> None:
    with archive:
        ingest(file, archive)
        (archive.folder / FILE).write_text(content)
        assert known(archive, file) == ()
        assert ingest(file, archive).unchanged == 2
        assert len(known(archive, file)) == 2
