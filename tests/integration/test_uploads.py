"""Files that were sent: read under their own names, wherever they lie."""

from __future__ import annotations

import json
from pathlib import Path

from ingest import Archive, Upload, ingest

STORY = "Quay opens\n\nSALTREATH, May 2 (CP) -- The old quay opened on Friday with {} berths.\n"


def sent(folder: Path, where: str, text: str, name: str) -> Upload:
    path = folder / where / "f"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    return Upload(path, name)


def test_the_same_name_sent_again_is_a_new_version(archive: Archive, tmp_path: Path) -> None:
    assert ingest(sent(tmp_path, "a1", STORY.format(12), "desk/quay.txt"), archive).added == 1
    report = ingest([sent(tmp_path, "b2", STORY.format(14), "desk/quay.txt")], archive)
    assert (report.added, report.replaced, len(report.written)) == (0, 1, 1)
    (version, current) = archive.history(report.written[0])
    assert "12 berths" in version.article.text
    assert "14 berths" in current.article.text
    assert current.article.source == "upload:desk/quay.txt"
    assert str(tmp_path) not in json.dumps(current.article.to_dict())
    again = ingest(sent(tmp_path, "c3", STORY.format(12), "desk/quay.txt"), archive)
    assert again.replaced == 1  # who sends the earlier text again means it
    assert ingest(sent(tmp_path, "d4", STORY.format(12), "other.txt"), archive).added == 1


def test_errors_name_the_file_as_its_sender_does(archive: Archive, tmp_path: Path) -> None:
    broken = sent(tmp_path, "a1", '{"title": "x", "text": "y"}\nnot json\n', "drop/feed.jsonl")
    gone = Upload(tmp_path / "gone", "gone.txt")
    empty = sent(tmp_path, "b2", "", "../../etc/\0empty.txt")
    folder = Upload(tmp_path, "folder.txt")
    report = ingest([broken, gone, empty, folder], archive)
    assert report.added == 1
    assert [error.file for error in report.failed] == ["drop/feed.jsonl", "gone.txt", "etc/empty.txt", "folder.txt"]
    assert str(tmp_path) not in str([str(error) for error in report.failed])


def test_two_of_one_name_in_a_batch_are_told_apart(archive: Archive, tmp_path: Path) -> None:
    one, other = (sent(tmp_path, where, STORY.format(where), "quay.txt") for where in ("a1", "b2"))
    report = ingest([one, other], archive)
    assert report.added == 1
    assert "twice" in report.failed[0].reason


def test_what_was_sent_is_not_known_at_its_place(archive: Archive, tmp_path: Path) -> None:
    upload = sent(tmp_path, "a1", STORY.format(12), "quay.txt")
    ingest(upload, archive)
    assert not (archive.folder / "files.json").exists()
    upload.path.unlink()
    assert ingest(upload, archive).failed[0].reason.startswith("it did not arrive")


def test_names_of_any_kind_are_bounded_and_readable(tmp_path: Path) -> None:
    for name in ("", "\ud800.txt", "/", "x" * 70_000 + ".txt", "C:\\desk\\a.txt", "<img>.txt"):
        source = Upload(tmp_path, name).source
        assert 0 < len(source.name) <= 1_000
        assert source.name.encode()
        assert source.key == f"upload:{source.name}"
    assert Upload(tmp_path, "C:\\desk\\a.txt").source.name == "C:/desk/a.txt"
