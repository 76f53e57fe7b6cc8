"""The archive on real Chroma, real tantivy and the real embedder."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

from ingest import Archive, Article, Published, Settings, ingest
from ingest.archive.reindex import reindex
from ingest.base.errors import ArchiveError, ArchiveMismatch, ArchiveMissing, ArchiveOwned, ArticleNotFound
from ingest.base.filters import Scope, publisher_key
from ingest.chunking.passages import embedded_text, split_passages
from qa import ask

Run = Callable[..., CompletedProcess[str]]

FERRY = (
    "The ferry Blue Heron sank at her moorings in Tarn Harbour before dawn.\n\n"
    "“She went down like a spoon,” said harbour master Ada Quillon. Nobody was aboard.\n\n"
    "Divers will look at the hull on Thursday."
)
BAKERY = (
    "The Corner Bakery in Lower Street has won the national prize for rye bread.\n\n"
    "Baker Osric Fenn said he used water from his own well. The prize is 900 florins."
)
TELESCOPE = (
    "Astronomers on Mount Sorrel have found a comet with a green tail.\n\n"
    "The comet will be visible without a telescope in May, said Dr. Ilka Brand."
)


def article(guid: str, text: str, **facts: object) -> Article:
    facts = {"headline": text.split(".")[0], "language": "en"} | facts
    return Article(identity=f"guid {guid}", text=text, **facts)


def date(text: str) -> Published:
    return Published.parse(text)


def between(first: str | None, last: str | None = None, publisher: str = "") -> Scope:
    last = last or first
    return Scope(
        after=date(first).epoch if first else None,
        before=date(last).end_epoch if last else None,
        publishers=frozenset({publisher_key(publisher)} if publisher else ()),
    )


def by_vector(archive: Archive, text: str, scope: Scope | None = None, limit: int = 20) -> list[str]:
    """Ids of the articles found by meaning, best first."""
    vector = archive.embedder.encode_queries([text])[0]
    ids = archive.search_vectors(vector, limit, scope or Scope())
    return list(dict.fromkeys(found.passage.article_id for found in archive.passages(ids)))


def by_words(archive: Archive, text: str, scope: Scope | None = None, limit: int = 20) -> list[str]:
    ids = archive.search_words(text, limit, scope or Scope())
    return list(dict.fromkeys(found.passage.article_id for found in archive.passages(ids)))


FULL = article(
    "full",
    FERRY,
    headline="Ferry sinks — “like a spoon”",
    published=date("2024-03-05T06:40+01:00"),
    publisher="The Tarn Mercury",
    place="Tarn Harbour",
    authors=("Bo Lindqvist-Oyelaran", "Ruža Kovač"),
    url="https://tarn-mercury.example/ferry?id=7",
    dateline="TARN HARBOUR, March 5 (Mercury)",
    source="feed.jsonl",
    position="line 7",
    embargo=date("2024-03-05T06:30Z"),
    correction="Correction: An earlier version misspelt the harbour master’s name.",
)


# what is written is what is read


def test_an_article_is_read_back_exactly(archive: Archive) -> None:
    archive.write([FULL])
    assert archive.article(FULL.article_id) == FULL
    passages = archive.passages_of(FULL.article_id)
    assert "".join(passage.text for passage in passages) == FULL.text
    assert [(p.start, p.end) for p in passages] == [
        (p.start, p.end) for p in split_passages(FULL, archive.settings.passage_words)
    ]
    quotable = [FULL.text[start:end] for passage in passages for start, end in passage.sentences]
    assert "Nobody was aboard." in quotable


def test_an_article_without_facts_is_read_back_exactly(archive: Archive) -> None:
    bare = Article(identity="file /nowhere", headline="Rye", text="Rye.")
    archive.write([bare])
    assert archive.article(bare.article_id) == bare


def test_an_article_outlives_the_process_that_wrote_it(tmp_path: Path, run: Run) -> None:
    with Archive.open(tmp_path / "kept", create=True) as archive:
        archive.write([FULL])
    opened = f"Archive.open({str(tmp_path / 'kept')!r})"
    code = f"from ingest import Archive; print(repr({opened}.article({FULL.article_id!r})))"
    assert run("-c", code).stdout.strip() == repr(FULL)


@pytest.mark.parametrize("scope", [Scope(), between("2025-01-01", "2025-06-30"), between(None, "2025-03-31")])
def test_chroma_is_asked_where_there_are_very_many_and_finds_the_same(
    samples: Archive, monkeypatch: pytest.MonkeyPatch, scope: Scope
) -> None:
    vector = samples.embedder.encode_queries(["Who will pay for the harbour tunnel?"])[0]
    compared = samples.search_vectors(vector, 20, scope)
    asked: list[int] = []
    nearest = samples._reader.nearest
    monkeypatch.setattr("ingest.archive.search._COMPARED", 0)
    monkeypatch.setattr(samples._reader, "nearest", lambda *about: asked.append(about[1]) or nearest(*about))
    assert samples.search_vectors(vector, 20, scope) == compared
    assert asked


def test_an_article_is_found_by_the_beginning_of_its_id(archive: Archive) -> None:
    archive.write([FULL])
    assert archive.article(FULL.article_id[:6]).article_id == FULL.article_id
    for wrong in (FULL.article_id[:3], "0" * 16, ""):
        with pytest.raises(ArticleNotFound):
            archive.article(wrong)


def test_other_content_under_the_same_id_takes_the_place_of_the_old(archive: Archive) -> None:
    archive.write([article("a", FERRY), article("b", BAKERY)])
    old = {passage.passage_id for passage in archive.passages_of(article("a", FERRY).article_id)}
    new = article("a", TELESCOPE)
    archive.write([new])
    everything = archive.embedder.encode_queries(["The ferry Blue Heron sank at her moorings"])[0]
    assert old.isdisjoint(archive.search_vectors(everything, 50, Scope()))
    assert archive.search_words("ferry moorings Quillon", 50, Scope()) == []
    assert archive.passages(sorted(old)) == []
    assert by_vector(archive, "a comet with a green tail")[0] == new.article_id
    assert by_words(archive, "comet") == [new.article_id]
    assert archive.article(new.article_id) == new
    assert archive.n_articles == 2
    assert archive.n_passages == len(archive.passages_of(new.article_id)) + len(
        archive.passages_of(article("b", BAKERY).article_id)
    )


def test_a_shorter_version_leaves_nothing_of_a_longer_one(archive: Archive) -> None:
    archive.write([article("a", " ".join(f"The tide rose for the {i}th time in the month." for i in range(60)))])
    assert archive.n_passages > 1
    archive.write([article("a", "The tide fell.")])
    assert archive.n_passages == 1
    assert archive.document_frequency("rose") == 0


def test_unchanged_does_nothing(archive: Archive, tmp_path: Path) -> None:
    path = tmp_path / "bakery.txt"
    path.write_text(f"LOWER STREET, May 2 (Crumb) - {BAKERY}")
    ingest(path, archive)
    before = archive.fingerprint
    report = ingest(path, archive)
    assert (report.unchanged, report.total) == (1, 1)
    assert archive.fingerprint == before
    path.write_text(f"LOWER STREET, May 2 (Crumb) - {BAKERY} The prize is new.")
    ingest(path, archive)
    assert archive.fingerprint != before


def test_a_long_article_is_kept_whole(archive: Archive) -> None:
    long = article("long", " ".join(f"Crate {i} held biscuit." for i in range(3_000)), headline="Biscuit")
    archive.write([long])
    passages = archive.passages_of(long.article_id)
    assert archive.article(long.article_id) == long
    assert sum(len(passage.sentences) for passage in passages) == 3_000
    assert [p.start for p in passages[1:]] == [p.end for p in passages[:-1]]
    assert by_words(archive, "2987") == [long.article_id]


# what is found


@pytest.fixture(scope="module")
def news(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Archive]:
    """Not to be changed."""
    shared = {"text": "The Sorrel dam is full."}
    with Archive.open(tmp_path_factory.mktemp("news") / "archive", create=True) as archive:
        archive.write(
            [
                article(
                    "day", "The dam is full, said Ida Roke.", published=date("2024-02-29"), publisher="The Mercury"
                ),
                article("late", "The dam is full today.", published=date("2024-02-29T23:59:59Z"), publisher="Gazette"),
                article("next", "The dam is still full.", published=date("2024-03-01T00:00Z"), publisher="The Mercury"),
                article("old", "The dam was full in the year 1931.", published=date("1931-06"), publisher="Gazette"),
                article("undated", "The dam is full again.", publisher="the  mercury"),
                article("withheld", status="withheld", published=date("2024-02-29"), publisher="Hidden", **shared),
                article("canceled", status="canceled", published=date("2029"), publisher="Gazette", **shared),
                article("embargo", embargo=date("2099-01-01"), published=date("1900"), **shared),
                article("passed", embargo=date("2024-02-01T06:00Z"), published=date("2024-02-03"), **shared),
            ]
        )
        yield archive


def names(ids: list[str]) -> set[str]:
    guids = ["day", "late", "next", "old", "undated", "withheld", "canceled", "embargo", "passed"]
    by_id = {article(guid, "x").article_id: guid for guid in guids}
    return {by_id[i] for i in ids}


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (Scope(), {"day", "late", "next", "old", "undated", "passed"}),
        (between("2024-02-29"), {"day", "late"}),
        (between("2024-02"), {"day", "late", "passed"}),
        (between("2024"), {"day", "late", "next", "passed"}),
        (between("2024-03-01", "2024-03-31"), {"next"}),
        (Scope(after=date("2024-03").epoch), {"next"}),
        (Scope(before=date("1969").end_epoch), {"old"}),
        (between(None, None, "THE  MERCURY"), {"day", "next", "undated"}),
        (between("2024-02", publisher="the mercury"), {"day"}),
        (between("2024", publisher="Hidden"), set()),
        (between("1999"), set()),
        (between(None, None, "Mercury"), set()),
        (Scope(without=frozenset({article("day", "x").article_id})), {"late", "next", "old", "undated", "passed"}),
        (Scope(date("2024-02-29").epoch, without=frozenset({article("late", "x").article_id})), {"day", "next"}),
    ],
)
def test_both_searches_keep_to_the_scope(news: Archive, scope: Scope, expected: set[str]) -> None:
    assert names(by_vector(news, "Is the dam full?", scope)) == expected
    assert names(by_words(news, "Is the dam full?", scope)) == expected


def test_what_may_not_be_found_is_stored_and_not_counted(news: Archive) -> None:
    coverage = news.coverage()
    assert news.n_articles == 9
    assert coverage.n_articles == 6
    assert (coverage.first, coverage.last) == ("1931-06", "2024-03-01")
    assert sorted(publisher_key(name) for name in coverage.publishers) == ["gazette", "the mercury"]
    assert names([a.article_id for a in news.listing()]) == {"day", "late", "next", "old", "undated", "passed"}
    assert len(news.listing(with_unavailable=True)) == 9
    assert news.article(article("canceled", "x").article_id).status == "canceled"


def test_an_embargo_ends_by_itself(news: Archive) -> None:
    after = Scope(now=date("2099-01-02").epoch)
    before = Scope(now=date("2024-01-31").epoch)
    assert "embargo" in names(by_vector(news, "Is the dam full?", after))
    assert "embargo" in names(by_words(news, "Is the dam full?", after))
    assert names(by_vector(news, "Is the dam full?", before)).isdisjoint({"embargo", "passed"})
    assert names(by_words(news, "Is the dam full?", before)).isdisjoint({"embargo", "passed"})


def test_the_listing_has_the_newest_first_and_undated_ones_last(news: Archive) -> None:
    listing = news.listing()
    assert [str(a.published) for a in listing] == [
        "2024-03-01T00:00Z", "2024-02-29T23:59:59Z", "2024-02-29", "2024-02-03", "1931-06", "None",
    ]  # fmt: skip
    assert {a.text for a in listing} == {""}


def test_words_are_found_in_other_forms_and_in_the_headline(archive: Archive) -> None:
    archive.write([article("a", "The U.K. closed its fisheries.", headline="Quotas end"), article("b", BAKERY)])
    for question in ("UK", "u.k.", "closing", "FISHERY", "quota"):
        assert by_words(archive, question) == [article("a", "x").article_id], question
    assert by_words(archive, "the of and") == []
    assert by_words(archive, "zeppelin") == []


def test_the_least_similar_article_is_found_where_the_scope_admits_no_other(archive: Archive) -> None:
    archive.write(
        [
            article("a", FERRY, publisher="Mercury"),
            article("b", FERRY.replace("Thursday", "Friday"), publisher="Courier"),
            article("c", TELESCOPE, publisher="Star"),
        ]
    )
    ferry = "The ferry Blue Heron sank at her moorings"
    assert by_vector(archive, ferry)[-1] == article("c", "x").article_id
    assert by_vector(archive, ferry, between(None, None, "Star"), limit=1) == [article("c", "x").article_id]


def test_the_least_similar_articles_are_found_whatever_stands_before_them(tmp_path: Path) -> None:
    with Archive.open(Settings(archive=tmp_path / "archive", passage_words=20), create=True) as archive:
        herring = article("h", " ".join(f"Herring {i} eat shrimp." for i in range(300)), publisher="Fish")
        archive.write([herring, article("r", BAKERY, publisher="Rye"), article("c", TELESCOPE, publisher="Rye")])
        vector = archive.embedder.encode_queries(["What do herring eat?"])[0]
        rye = [p.passage_id for guid in "rc" for p in archive.passages_of(article(guid, "x").article_id)]
        held = archive._store.collections.passages.get(ids=rye, include=["embeddings"])
        ranked = sorted(zip((-(np.asarray(held["embeddings"]) @ vector)).tolist(), held["ids"], strict=True))
        for limit in (1, 2, 50):  # of 60 passages that are nearer
            exact = [passage_id for _, passage_id in ranked[:limit]]
            assert archive.search_vectors(vector, limit, between(None, None, "Rye")) == exact
        assert archive.search_vectors(vector, 3, between(None, None, "Wheat")) == []


# what is taken out


def test_a_removed_article_comes_back_the_same(archive: Archive) -> None:
    archive.write([FULL, article("b", BAKERY)])
    assert archive.remove(FULL.article_id[:8]) == FULL
    with pytest.raises(ArticleNotFound):
        archive.article(FULL.article_id)
    assert FULL.article_id not in by_vector(archive, "The ferry sank")
    assert by_words(archive, "ferry") == []
    assert (archive.n_articles, archive.coverage().n_articles) == (1, 1)
    assert archive.n_passages == len(archive.passages_of(article("b", "x").article_id))
    assert archive.restore(FULL.article_id[:8]) == FULL
    assert archive.article(FULL.article_id) == FULL
    assert by_vector(archive, "The ferry sank")[0] == FULL.article_id
    assert by_words(archive, "ferry") == [FULL.article_id]


def test_what_was_not_removed_cannot_be_restored(archive: Archive) -> None:
    archive.write([FULL])
    archive.remove(FULL.article_id)
    archive.restore(FULL.article_id)
    for wrong in (FULL.article_id, "", "*", "../owner"):
        with pytest.raises(ArticleNotFound):
            archive.restore(wrong)
    with pytest.raises(ArticleNotFound):
        archive.remove("0123456789abcdef")


def test_a_restored_article_still_knows_its_earlier_versions(archive: Archive, tmp_path: Path) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_text('{"guid": "g", "headline": "Fare", "text": "The fare is 18 florins."}')
    second.write_text('{"guid": "g", "headline": "Fare", "text": "The fare is 16 florins."}')
    ingest([first, second], archive)
    (listed,) = archive.listing()
    archive.remove(listed.article_id)
    archive.restore(listed.article_id)
    assert ingest(first, archive).replaced == 0
    assert archive.article(listed.article_id).text == "The fare is 16 florins."


# how it was made


def test_reindex_cuts_anew_and_keeps_articles_and_versions(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    long = article("long", " ".join(f"The tide rose on day {i} of the month of rain." for i in range(40)))
    with Archive.open(folder, create=True) as archive:
        archive.write([FULL, long, article("c", TELESCOPE, status="withheld")])
        ids = [a.article_id for a in archive.listing(with_unavailable=True)]
        before, versions, passages = [archive.article(i) for i in ids], archive.versions(ids), archive.n_passages
    told: list[tuple[int, int]] = []
    assert reindex(Settings(archive=folder, passage_words=40), lambda *done: told.append(done)) == 3
    assert told[-1] == (3, 3)
    with Archive.open(Settings(archive=folder, passage_words=40)) as archive:
        assert archive.n_passages > passages
        assert [archive.article(i) for i in ids] == before
        assert archive.versions(ids) == versions
        assert by_vector(archive, "The ferry sank")[0] == FULL.article_id
        assert by_words(archive, "tide") == [long.article_id]
        assert by_words(archive, "comet") == []
    with pytest.raises(ArchiveMismatch) as raised:
        Archive.open(folder)
    for word in ("passage_words", "40", "130", "dateline reindex", str(folder)):
        assert word in str(raised.value)
    Archive.open(Settings(archive=folder, passage_words=40)).close()  # the failure let go of the folder


def test_reindex_keeps_what_was_earlier(tmp_path: Path) -> None:
    folder, first, second = tmp_path / "archive", tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    first.write_text('{"guid": "g", "headline": "Fare", "text": "The fare is 18 florins."}')
    second.write_text('{"guid": "g", "headline": "Fare", "text": "The fare is 16 florins."}')
    ingest([first, second], folder)
    reindex(Settings(archive=folder))
    assert ingest(first, folder).unchanged == 1
    with Archive.open(folder) as archive:
        assert archive.article(archive.listing()[0].article_id).text == "The fare is 16 florins."


def test_other_content_has_another_fingerprint_after_a_reindex_too(tmp_path: Path) -> None:
    seen = []
    for text in (FERRY, BAKERY):
        with Archive.open(tmp_path / "archive", create=True) as archive:
            archive.write([article("a", text)])
            seen.append(archive.fingerprint)
        reindex(Settings(archive=tmp_path / "archive"))
    with Archive.open(tmp_path / "archive") as archive:
        archive.write([article("a", TELESCOPE)])
        seen.append(archive.fingerprint)
    assert len(set(seen)) == 3


def test_a_reindex_that_was_cut_off_changes_nothing_and_can_be_done_again(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with Archive.open(folder, create=True) as archive:
        archive.write([FULL])

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        reindex(Settings(archive=folder, passage_words=40), stop)
    with Archive.open(folder) as archive:
        assert archive.article(FULL.article_id) == FULL
        assert by_words(archive, "ferry") == [FULL.article_id]
    assert reindex(Settings(archive=folder, passage_words=40)) == 1
    with Archive.open(Settings(archive=folder, passage_words=40)) as archive:
        assert archive.article(FULL.article_id) == FULL


def test_another_embedder_is_a_mismatch(tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    with Archive.open(folder, create=True) as archive:
        for other in (Settings(archive=folder, embedder="other-model"), Settings(archive=folder, passage_words=50)):
            with pytest.raises(ArchiveMismatch):
                Archive.open(other)
        assert archive.n_articles == 0
    with pytest.raises(ArchiveMismatch) as raised:
        Archive.open(Settings(archive=folder, embedder="other-model"))
    for word in ("embedder", "'all-MiniLM-L6-v2'", "'other-model'", "dateline reindex"):
        assert word in str(raised.value)


def test_a_missing_archive_is_named_with_what_to_do(tmp_path: Path) -> None:
    folder = tmp_path / "nothing here"
    with pytest.raises(ArchiveMissing) as raised:
        Archive.open(folder)
    assert str(folder) in str(raised.value)
    assert "dateline ingest" in str(raised.value)
    assert not folder.exists()


# who has it


def test_one_process_has_it_until_it_closes(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "archive"
    code = (
        "from ingest import Archive; from ingest.base.errors import ArchiveOwned\n"
        f"try: print('opened', Archive.open({str(folder)!r}).n_articles)\n"
        "except ArchiveOwned as error: print('owned', error)"
    )
    with Archive.open(folder, create=True):
        refused = run("-c", code)
    assert refused.stdout.startswith("owned"), refused.stderr
    assert f"process {os.getpid()} " in refused.stdout
    assert str(folder) in refused.stdout
    assert run("-c", code).stdout.strip() == "opened 0"


def test_a_process_that_dies_lets_go(tmp_path: Path, run: Run) -> None:
    folder = tmp_path / "archive"
    code = f"import os; from ingest import Archive; Archive.open({str(folder)!r}, create=True); os.kill(os.getpid(), 9)"
    assert run("-c", code).returncode == -9
    with Archive.open(folder) as archive:
        assert archive.n_articles == 0


def test_a_process_may_open_it_twice(tmp_path: Path) -> None:
    first = Archive.open(tmp_path / "archive", create=True)
    second = Archive.open(tmp_path / "elsewhere" / ".." / "archive")
    first.write([article("b", BAKERY)])
    assert by_words(second, "rye") == [article("b", "x").article_id]
    first.close()
    assert second.n_articles == 1
    with pytest.raises(ArchiveOwned, match=f"process {os.getpid()} "):
        reindex(Settings(archive=tmp_path / "archive"))
    second.close()
    reindex(Settings(archive=tmp_path / "archive"))


def test_closing_twice_takes_it_from_nobody(tmp_path: Path) -> None:
    first = Archive.open(tmp_path / "archive", create=True)
    first.close()
    with Archive.open(tmp_path / "archive") as second:
        first.close()
        with Archive.open(tmp_path / "archive") as third:
            assert third is second


# how it stays whole


@pytest.fixture
def closed(tmp_path: Path) -> Path:
    """The folder of an archive of three articles, one of them replaced and one withheld, that is not open."""
    folder = tmp_path / "closed"
    with Archive.open(folder, create=True) as archive:
        archive.write([article("a", BAKERY), article("b", TELESCOPE), article("c", FERRY, status="withheld")])
        archive.write([article("a", FERRY, publisher="Mercury", published=date("2024-03-05"))])
    return folder


def whole(folder: Path) -> None:
    with Archive.open(folder) as archive:
        assert by_words(archive, "ferry harbour master") == [article("a", "x").article_id]
        assert by_words(archive, "ferry", between("2024-03", publisher="mercury")) == [article("a", "x").article_id]
        assert by_words(archive, "comet") == [article("b", "x").article_id]
        assert by_words(archive, "rye") == []
        assert by_vector(archive, "The ferry sank") == [article(guid, "x").article_id for guid in "ab"]
        assert archive._derived.keywords.count == archive.n_passages


def spoil_nothing(folder: Path) -> None:
    pass


def lose_the_state(folder: Path) -> None:
    (folder / "keywords" / "state.json").unlink()


def garble_the_state(folder: Path) -> None:
    (folder / "keywords" / "state.json").write_text("[]")


def lose_the_keywords(folder: Path) -> None:
    shutil.rmtree(folder / "keywords")


def garble_the_keywords(folder: Path) -> None:
    (folder / "keywords" / "meta.json").write_text("{")


def lose_a_segment(folder: Path) -> None:
    for path in (folder / "keywords").glob("*.store"):
        path.unlink()


def lose_the_vectors(folder: Path) -> None:
    shutil.rmtree(folder / "vectors")


def garble_the_vectors(folder: Path) -> None:
    (folder / "vectors" / "state.json").write_text("[")


def cut_a_vector(folder: Path) -> None:
    path = folder / "vectors" / "vectors"
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size - 100)


def leave_half_a_reindex(folder: Path) -> None:
    shutil.copytree(folder / "chroma", folder / "chroma.next")
    (folder / "chroma").rename(folder / "chroma.old")


@pytest.mark.parametrize(
    "spoil",
    [
        spoil_nothing, lose_the_state, garble_the_state, lose_the_keywords, garble_the_keywords, lose_a_segment,
        lose_the_vectors, garble_the_vectors, cut_a_vector, leave_half_a_reindex,
    ],
)  # fmt: skip
def test_an_archive_is_repaired_when_it_is_opened(closed: Path, spoil: Callable[[Path], None]) -> None:
    spoil(closed)
    whole(closed)
    assert sorted(path.name for path in closed.iterdir() if path.is_dir()) == ["chroma", "keywords", "vectors"]


def test_passages_without_a_record_are_dropped_when_it_is_opened(closed: Path) -> None:
    orphan, newer = article("d", BAKERY), article("a", BAKERY + " The oven is new.")
    with Archive.open(closed) as archive:
        before = archive.n_passages
        for cut_off in (orphan, newer):
            passages = split_passages(cut_off)
            vectors = archive.embedder.encode_documents([embedded_text(cut_off, p) for p in passages])
            archive._store.put_passages([(cut_off, each) for each in passages], vectors)
        assert archive.n_passages == before + 2
    whole(closed)
    with Archive.open(closed) as archive:
        assert archive.n_passages == before
        assert archive.n_articles == 3


@pytest.mark.parametrize("guid", ["a", "new"])
def test_passages_that_no_record_points_at_yet_are_found_by_nobody(archive: Archive, guid: str) -> None:
    archive.write([article("a", FERRY)])
    orphan = article(guid, BAKERY)
    passages = split_passages(orphan)
    vectors = archive.embedder.encode_documents([embedded_text(orphan, passage) for passage in passages])
    archive._store.put_passages([(orphan, each) for each in passages], vectors)
    assert archive.article(article("a", "x").article_id).text == FERRY
    vector = archive.embedder.encode_queries(["Who won the prize for rye bread?"])[0]
    found = archive.passages(archive.search_vectors(vector, 9, Scope()))
    assert [each.passage for each in found] == archive.passages_of(article("a", "x").article_id)
    assert not ask("Who won the national prize for rye bread?", archive=archive).answered


# many at once


def test_two_threads_may_ask_at_once(news: Archive) -> None:
    questions = ["Who said the dam is full?", "When was the dam full?"]
    alone = [ask(question, archive=news) for question in questions]
    start = threading.Barrier(2)

    def repeatedly(question: str) -> list[object]:
        start.wait()
        return [ask(question, archive=news) for _ in range(4)]

    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(repeatedly, questions))
    assert together == [[answer] * 4 for answer in alone]


def test_a_reader_sees_one_version_or_the_other(archive: Archive) -> None:
    first = article("a", " ".join(f"The tide rose on day {i} of the month of rain." for i in range(20)))
    versions = [replace(first, text=first.text.replace("rose", f"rose {i} feet")) for i in range(16)]
    archive.write(versions[:1])
    vector = archive.embedder.encode_queries(["How did the tide rise?"])[0]
    torn: list[str] = []
    done = threading.Event()

    def read() -> None:
        while not done.is_set():
            got = archive.article(first.article_id)
            if got not in versions:
                torn.append(f"an article of {len(got.text)} characters")

    def search() -> None:
        while not done.is_set():
            archive.passages(archive.search_vectors(vector, 3, Scope()))
            archive.passages(archive.search_words("tide", 3, Scope()))

    with ThreadPoolExecutor(3) as pool:
        others = [pool.submit(read), pool.submit(read), pool.submit(search)]
        try:
            for version in versions[1:]:
                archive.write([version])
        finally:
            done.set()
        for other in others:
            other.result()
    assert not torn


def test_more_articles_can_be_listed_than_sqlite_takes_variables(archive: Archive) -> None:
    archive.write([FULL])
    ids = [f"{number:016x}" for number in range(40_000)]
    assert list(archive._store.reader.heads([*ids, FULL.article_id])) == [FULL.article_id]


def test_an_archive_is_made_only_where_nothing_else_is(tmp_path: Path) -> None:
    (tmp_path / "keywords").mkdir()
    (tmp_path / "keywords" / "mine.txt").write_text("mine")
    with pytest.raises(ArchiveError, match="holds other files"):
        Archive.open(tmp_path, create=True)
    assert (tmp_path / "keywords" / "mine.txt").read_text() == "mine"


def test_an_archive_opened_in_one_thread_is_closed_in_another(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        archive = pool.submit(Archive.open, tmp_path / "a", create=True).result()
    archive.close()
    Archive.open(tmp_path / "a").close()


def test_an_article_that_was_added_again_is_not_overwritten_by_undo(archive: Archive) -> None:
    first = Article(identity="x", headline="Ferry", text="The ferry sank on Monday.")
    archive.write([first])
    archive.remove(first.article_id)
    archive.write([Article(identity="x", headline="Ferry", text="The ferry was raised on Tuesday.")])
    with pytest.raises(ArchiveError, match="been added again"):
        archive.restore(first.article_id)
    assert "Tuesday" in archive.article(first.article_id).text
