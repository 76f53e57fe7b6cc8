"""`ingest()` from files to a real archive."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from ingest import Archive, Article, IngestReport, SourceError, ingest
from ingest.base.errors import SettingsError

WIRE = "Goat elected mayor of Pell Hollow\n\nPELL HOLLOW, March 5, 2024 (Valley) - A goat named Duchess won 61 votes.\n"
PAGE = """<!doctype html><html lang="en"><head><title>Bridge</title>
<script type="application/ld+json">{"@type": "NewsArticle", "headline": "New bridge opens at Low Ferry",
"datePublished": "2024-04-02T10:00:00Z", "publisher": {"name": "The Low Ferry Post"}}</script></head><body><article>
<h1>New bridge opens at Low Ferry</h1><p>A wooden bridge was opened at Low Ferry on Tuesday after three years of work
by a crew of eleven carpenters.</p><p>Engineer Moira Tansley said the bridge would carry carts of up to two tonnes.</p>
<p>The old bridge was carried away by a flood in the spring of 2021, and people had used a raft since.</p>
</article></body></html>"""
LINES = [
    {"guid": "v:1", "headline": "Mill fined", "text": "The mill was fined 400 florins.", "published": "2024-05-01"},
    {"guid": "v:2", "headline": "Well dug", "text": "The well is 30 metres deep.", "status": "withheld"},
]
ROWS = "id,title,date,outlet,body\nc:1,Choir sings,2024-06-01,Hollow Weekly,The choir sang for six hours.\n"


def record(text: str, guid: str = "v:9", **facts: str) -> str:
    return json.dumps({"guid": guid, "headline": "Toll", "text": text} | facts) + "\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an article in each format, some in a folder of their own."""
    folder = tmp_path / "news"
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "goat.txt").write_text(WIRE)
    (folder / "deep" / "bridge.html").write_text(PAGE)
    (folder / "deep" / "er" / "feed.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES))
    (folder / "deep" / "weekly.csv").write_text(ROWS)
    return folder


def counts(report: IngestReport) -> tuple[int, int, int, int]:
    return report.added, report.unchanged, report.replaced, len(report.failed)


def headlines(archive: Archive) -> list[str]:
    return sorted(article.headline for article in archive.listing(with_unavailable=True))


def only(archive: Archive) -> Article:
    (head,) = archive.listing()
    return archive.article(head.article_id)


# folders and formats


def test_a_folder_of_all_formats_goes_in_once(folder: Path, archive: Archive) -> None:
    first = ingest(folder, archive)
    assert counts(first) == (5, 0, 0, 0)
    assert first.withheld == 1
    assert first.total == archive.n_articles == 5
    assert headlines(archive) == [
        "Choir sings", "Goat elected mayor of Pell Hollow", "Mill fined", "New bridge opens at Low Ferry", "Well dug",
    ]  # fmt: skip
    goat = next(a for a in archive.listing() if a.headline.startswith("Goat"))
    assert (goat.place, goat.publisher, str(goat.published)) == ("Pell Hollow", "Valley", "2024-03-05")
    assert archive.article(goat.article_id).text == "A goat named Duchess won 61 votes."
    bridge = next(a for a in archive.listing() if "bridge" in a.headline)
    assert (bridge.publisher, str(bridge.published)) == ("The Low Ferry Post", "2024-04-02T10:00:00Z")
    before = archive.fingerprint
    assert counts(ingest(folder, archive)) == (0, 5, 0, 0)
    assert archive.fingerprint == before


def test_dates_that_are_still_to_come_are_taken_and_named(tmp_path: Path, archive: Archive) -> None:
    path = tmp_path / "toll.jsonl"
    soon = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    path.write_text(
        record("The toll is 2 florins.", "v:1", published="2924-05-01")
        + record("The toll is 3 florins.", "v:2", published=soon)
        + record("The toll is 4 florins.", "v:3", published="2924-05-01", embargo="2924-05-01")
        + record("The toll is 5 florins.", "v:4", published="2924-05-01", status="canceled")
    )
    report = ingest(path, archive)
    assert counts(report) == (4, 0, 0, 0)
    (word,) = report.future
    assert (word.file, word.place) == (str(path), "line 1")
    assert "2924-05-01" in word.reason
    assert report.to_dict()["future"] == [word.to_dict()]
    assert "1 dated in the future" in str(report)
    assert "2924-05-01" in {str(article.published) for article in archive.listing()}
    assert ingest(path, archive).future == []  # it is said once


def test_a_changed_file_is_replaced(folder: Path, archive: Archive) -> None:
    ingest(folder, archive)
    (folder / "goat.txt").write_text(WIRE.replace("61 votes", "63 votes"))
    report = ingest(folder, archive)
    assert counts(report) == (0, 4, 1, 0)
    goat = next(a for a in archive.listing() if a.headline.startswith("Goat"))
    assert "63 votes" in archive.article(goat.article_id).text
    assert archive.n_articles == 5


def test_sources_may_be_text_path_or_any_number_of_them(folder: Path, archive: Archive) -> None:
    goat, weekly = folder / "goat.txt", folder / "deep" / "weekly.csv"
    assert counts(ingest(str(goat), archive)) == (1, 0, 0, 0)
    assert counts(ingest(goat, archive)) == (0, 1, 0, 0)
    assert counts(ingest([goat, str(weekly)], archive)) == (1, 1, 0, 0)
    assert counts(ingest((path for path in [weekly]), archive)) == (0, 1, 0, 0)
    assert counts(ingest([], archive)) == (0, 0, 0, 0)


def test_the_archive_may_be_named_by_its_folder_and_is_closed_behind(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "made" / "archive"
    assert counts(ingest(folder / "goat.txt", archive=str(place))) == (1, 0, 0, 0)
    assert not (place / "owner.json").exists()
    with Archive.open(place) as archive:
        assert archive.n_articles == 1


def test_hidden_files_are_left_out(folder: Path, archive: Archive) -> None:
    (folder / ".draft.txt").write_text(WIRE.replace("Goat", "Sheep"))
    (folder / ".git").mkdir()
    (folder / ".git" / "news.txt").write_text(WIRE.replace("Goat", "Cow"))
    assert counts(ingest(folder, archive)) == (5, 0, 0, 0)
    hidden_parent = folder / ".git"
    assert counts(ingest(hidden_parent, archive)) == (1, 0, 0, 0)  # named outright, it is taken


def test_a_file_named_twice_is_read_once_and_reported_once(folder: Path, archive: Archive) -> None:
    goat = folder / "goat.txt"
    again = folder / "deep" / ".." / "goat.txt"
    report = ingest([goat, again], archive)
    assert counts(report) == (1, 0, 0, 1)
    assert report.failed[0].file == str(again)
    assert "twice" in report.failed[0].reason
    report = ingest([folder, goat], archive)
    assert counts(report) == (4, 1, 0, 1)


# what cannot be read


def test_each_bad_file_is_named_and_the_good_ones_go_in(tmp_path: Path, archive: Archive) -> None:
    bad = tmp_path / "mixed"
    bad.mkdir()
    (bad / "a-goat.txt").write_text(WIRE)
    (bad / "b-empty.txt").write_text(" \n\n")
    (bad / "c-photo.txt").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(range(256)))
    (bad / "d-feed.jsonl").write_text(record("The toll is 3 florins.") + '{"guid": "v:8", "text": \n')
    (bad / "e-table.csv").write_text("a,b\n1,2\n")
    (bad / "f-date.jsonl").write_text(record("The toll is 4 florins.", guid="v:7", published="2024-02-31"))
    (bad / "g-nothing.bin").write_bytes(b"\x00\x01\x02")
    (bad / "h-long.csv").write_bytes(b"x" * 17_000_000)
    (bad / "i-pier.txt").write_text(WIRE.replace("goat", "pier").replace("Goat", "Pier"))
    report = ingest(bad, archive)
    assert counts(report) == (3, 0, 0, 7)
    assert headlines(archive) == ["Goat elected mayor of Pell Hollow", "Pier elected mayor of Pell Hollow", "Toll"]
    by_file = {Path(error.file).name: error for error in report.failed}
    expected = {
        "b-empty.txt": ("", "empty"),
        "c-photo.txt": ("", "PNG"),
        "d-feed.jsonl": ("line 2", "not JSON"),
        "e-table.csv": ("line 1", "no column that holds the text"),
        "f-date.jsonl": ("line 1", "2024-02-31"),
        "g-nothing.bin": ("", "binary"),
        "h-long.csv": ("line 1", "first line"),
    }
    assert {name: error.place for name, error in by_file.items()} == {n: place for n, (place, _) in expected.items()}
    for name, (_, reason) in expected.items():
        assert by_file[name].file == str(bad / name)
        assert reason in by_file[name].reason
        assert len(by_file[name].remedy) > 10
    assert json.loads(json.dumps(report.to_dict()))["failed"][0].keys() == {"file", "place", "reason", "remedy"}
    assert str(report).startswith("3 added, 0 unchanged, 0 replaced, 7 failed")


def test_a_missing_path_is_reported_and_the_rest_goes_in(folder: Path, archive: Archive) -> None:
    report = ingest([folder / "no such.txt", folder / "goat.txt"], archive)
    assert counts(report) == (1, 0, 0, 1)
    error = report.failed[0]
    assert isinstance(error, SourceError)
    assert error.file == str(folder / "no such.txt")
    assert "no such file" in error.reason
    assert error.remedy


# how far it is


def test_progress_grows_to_the_total(tmp_path: Path, archive: Archive) -> None:
    paths = [tmp_path / name for name in ("one.jsonl", "two.csv", "three.txt", "four.txt")]
    paths[0].write_text("".join(record(f"Toll {i} is due.", guid=f"n:{i}") for i in range(150)))
    paths[1].write_text("id,title,body\n" + "".join(f"c:{i},Tax,Tax {i} is due.\n" for i in range(80)))
    paths[2].write_text(WIRE)
    paths[3].write_text("")
    told: list[tuple[int, int, int]] = []
    report = ingest(paths, archive, progress=lambda done, total, so_far: told.append((done, total, so_far.total)))
    size = sum(path.stat().st_size for path in paths)
    assert counts(report) == (231, 0, 0, 1)
    assert len(told) >= 4
    assert {total for _, total, _ in told} == {size}
    done = [done for done, _, _ in told]
    assert done == sorted(done)
    assert 0 < done[0] < size
    assert done[-1] == size
    assert [so_far for _, _, so_far in told] == sorted(so_far for _, _, so_far in told)
    assert told[-1][2] == 231


# versions


@pytest.fixture
def corrected(tmp_path: Path) -> tuple[Path, Path]:
    first, second = tmp_path / "feed.jsonl", tmp_path / "updates.jsonl"
    first.write_text(record("The toll is 3 florins."))
    second.write_text(record("Correction: The toll was misstated.\\n\\nThe toll is 5 florins.".replace("\\n", "\n")))
    return first, second


def test_a_correction_is_not_undone_by_reading_both_files_again(corrected: tuple[Path, Path], archive: Archive) -> None:
    assert counts(ingest(corrected, archive)) == (1, 0, 1, 0)
    before = archive.fingerprint
    assert counts(ingest(corrected, archive)) == (0, 2, 0, 0)
    assert counts(ingest(corrected[0], archive)) == (0, 1, 0, 0)
    assert archive.fingerprint == before
    assert only(archive).text == "The toll is 5 florins."
    assert only(archive).correction == "Correction: The toll was misstated."


def test_a_correction_is_not_undone_where_the_first_file_is_named_otherwise(
    corrected: tuple[Path, Path], archive: Archive, tmp_path: Path
) -> None:
    (tmp_path / "sub").mkdir()
    ingest(corrected, archive)
    ingest(tmp_path / "sub" / ".." / corrected[0].name, archive)
    assert only(archive).text == "The toll is 5 florins."


def test_a_file_that_goes_back_to_an_earlier_text_is_replaced(corrected: tuple[Path, Path], archive: Archive) -> None:
    path = corrected[0]
    for text in ("The toll is 3 florins.", "The toll is 4 florins.", "The toll is 3 florins."):
        path.write_text(record(text))
        report = ingest(path, archive)
        assert only(archive).text == text
    assert counts(report) == (0, 0, 1, 0)


def test_a_new_text_in_the_first_file_wins_over_the_correction(corrected: tuple[Path, Path], archive: Archive) -> None:
    ingest(corrected, archive)
    corrected[0].write_text(record("The toll is 7 florins."))
    assert counts(ingest(corrected, archive)) == (0, 1, 1, 0)
    assert only(archive).text == "The toll is 7 florins."


def test_a_file_that_corrects_itself_further_down_changes_nothing_the_second_time(
    tmp_path: Path, archive: Archive
) -> None:
    path = tmp_path / "feed.jsonl"
    path.write_text(record("The toll is 3 florins.") + record("The toll is 5 florins."))
    ingest(path, archive)
    assert only(archive).text == "The toll is 5 florins."
    before = archive.fingerprint
    assert counts(ingest(path, archive)) == (0, 2, 0, 0)
    assert archive.fingerprint == before
    assert only(archive).text == "The toll is 5 florins."


def test_a_withdrawal_takes_the_article_out_of_what_is_found(corrected: tuple[Path, Path], archive: Archive) -> None:
    ingest(corrected[0], archive)
    assert archive.coverage().n_articles == 1
    corrected[1].write_text(record("Do not use.", status="canceled"))
    report = ingest(corrected[1], archive)
    assert (report.replaced, report.withheld) == (1, 1)
    assert archive.coverage().n_articles == 0
    assert archive.listing() == []


# columns


def test_columns_say_where_the_facts_are(tmp_path: Path, archive: Archive) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("nr;kop;wanneer;stuk;body\n7;Ketel ontploft;2024-07-09;The kettle burst.;not this\n")
    columns = {"guid": "nr", "headline": "kop", "published": "wanneer", "text": "stuk"}
    assert counts(ingest(path, archive, columns=columns)) == (1, 0, 0, 0)
    article = only(archive)
    assert (article.headline, article.text) == ("Ketel ontploft", "The kettle burst.")
    assert (article.identity, str(article.published)) == ("guid 7", "2024-07-09")


def test_columns_count_for_json_lines_too(tmp_path: Path, archive: Archive) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_text('{"kop": "Kettle", "stuk": "The kettle burst.", "text": "not this"}\n{"kop": "Pan"}\n')
    report = ingest(path, archive, columns={"headline": "kop", "text": "stuk"})
    assert counts(report) == (1, 0, 0, 1)
    assert only(archive).text == "The kettle burst."
    assert "'stuk'" in report.failed[0].reason


def test_an_unknown_fact_is_a_settings_error(folder: Path, archive: Archive) -> None:
    with pytest.raises(SettingsError, match="titel") as raised:
        ingest(folder, archive, columns={"titel": "kop"})
    assert "headline" in str(raised.value)
    assert archive.n_articles == 0
