"""What agencies deliver, from files to a real archive: what is held back or taken back is not found."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import Archive, ingest
from ingest.base.filters import Scope
from tests.newsroom import FILES

LEAD = "The harbour board of Saltreath voted on Monday to close the old pier."


def findable(archive: Archive) -> set[str]:
    return {article.headline for article in archive.listing()}


def passages(archive: Archive, words: str) -> list[str]:
    """Ids of the passages that a search for some words finds."""
    return archive.search_words(words, 10, Scope())


def newsml(guid: str = "urn:x:1", version: int = 1, meta: str = "", text: str = LEAD) -> str:
    body = f'<contentSet><inlineData contenttype="text/plain">{text}</inlineData></contentSet>' if text else ""
    return (
        f'<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="{guid}" version="{version}">'
        f"<itemMeta>{meta}</itemMeta>"
        f"<contentMeta><headline>Pier {version}</headline></contentMeta>{body}</newsItem>"
    )


def test_a_kill_without_a_text_takes_a_stored_article_out(archive: Archive) -> None:
    assert ingest(FILES / "story.nitf", archive).added == 1
    (story,) = archive.listing()
    assert passages(archive, "old pier")
    report = ingest(FILES / "kill.nitf", archive)
    assert (report.replaced, report.withheld, report.failed) == (1, 1, [])
    assert findable(archive) == set()
    assert passages(archive, "old pier") == []
    assert archive.article(story.article_id).status == "canceled"
    assert ingest(FILES / "kill.nitf", archive).unchanged == 1


def test_a_message_with_everything_in_it(archive: Archive) -> None:
    report = ingest(FILES / "message.newsml", archive)
    assert (report.added, report.withheld) == (4, 3)
    assert [error.place for error in report.failed] == ["item 7, urn:tw:nothing"]
    assert findable(archive) == {"Ferge på grunn"}


@pytest.fixture
def wire(tmp_path: Path) -> Path:
    """A folder for files."""
    folder = tmp_path / "wire"
    folder.mkdir()
    return folder


def test_an_embargo_holds_until_it_ends(archive: Archive, wire: Path) -> None:
    future, past = wire / "future.xml", wire / "past.xml"
    future.write_text(newsml("urn:x:f", 1, "<embargoed>2999-01-01T00:00:00Z</embargoed>"))
    past.write_text(newsml("urn:x:p", 2, "<embargoed>2001-01-01T00:00:00Z</embargoed>"))
    assert ingest(wire, archive).withheld == 1
    assert findable(archive) == {"Pier 2"}


def test_a_withheld_item_is_found_once_it_is_usable(archive: Archive, wire: Path) -> None:
    item = wire / "item.xml"
    item.write_text(newsml(meta='<pubStatus qcode="stat:withheld"/>'))
    ingest(item, archive)
    assert findable(archive) == set()
    item.write_text(newsml(version=2, meta='<pubStatus qcode="stat:usable"/>'))
    assert ingest(item, archive).replaced == 1
    assert findable(archive) == {"Pier 2"}


def test_two_versions_in_one_file_the_last_one_counts(archive: Archive, wire: Path) -> None:
    path = wire / "message.xml"
    path.write_text(f"<newsMessage><itemSet>{newsml(version=1)}{newsml(version=2)}</itemSet></newsMessage>")
    report = ingest(path, archive)
    assert (report.added, report.replaced, report.failed) == (1, 1, [])
    assert findable(archive) == {"Pier 2"}


def test_what_is_wrong_is_named_and_the_rest_goes_in(archive: Archive, wire: Path) -> None:
    laughs = '<!DOCTYPE nitf [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><nitf><body><p>&b;</p></body></nitf>'
    (wire / "laughs.nitf").write_text(laughs)
    whole = f"<newsMessage><itemSet>{newsml()}{newsml('urn:x:2')}</itemSet></newsMessage>"
    (wire / "truncated.xml").write_text(whole[:-60])
    (wire / "unknown.xml").write_text("<?xml version='1.0'?><lolz/>")
    (wire / "ninjs.json").write_bytes((FILES / "ninjs-3.json").read_bytes())
    report = ingest(wire, archive)
    assert report.added == 2
    reasons = {Path(error.file).name: error.reason for error in report.failed}
    assert "declares entities" in reasons["laughs.nitf"]
    assert "breaks off" in reasons["truncated.xml"]
    assert "'lolz'" in reasons["unknown.xml"]
    assert len(report.failed) == 3
