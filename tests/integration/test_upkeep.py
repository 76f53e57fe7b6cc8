"""What happens to an archive on a full disk, in a read-only folder, to damaged parts of it, and while it grows."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest

from ingest import Archive, Article, Published, Settings, ingest
from ingest.archive.stats import sizes
from ingest.base.errors import ArchiveError
from ingest.base.filters import Scope
from tests.tiny import save_transformers

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_transformers(tmp_path_factory.mktemp("embedder") / "model", "BertModel"))


@pytest.fixture
def settings(tmp_path: Path, tiny: str) -> Settings:
    return Settings(archive=tmp_path / "disk" / "archive", embedder=tiny, passage_words=25)


def story(number: int, text: str = "The ferry is late.", **facts: object) -> Article:
    return Article(identity=f"guid {number}", headline=f"Story {number}", text=text, language="en", **facts)


def long(number: int) -> Article:
    return story(number, " ".join(f"The tide rose {i * number} feet on day {i}." for i in range(400)))


def fill(archive: Archive) -> None:
    """Take in more than fits."""
    for number in range(3, 40):
        archive.add([story(1, "The ferry sank."), long(number)])


def texts(archive: Archive) -> dict[str, str]:
    return {head.article_id: archive.article(head.article_id).text for head in archive.listing(with_unavailable=True)}


@contextmanager
def mounted(*arguments: str | Path, at: Path) -> Iterator[None]:
    """Something mounted, where that is allowed."""
    done = subprocess.run(["mount", *map(str, arguments), str(at)], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


needs_root = pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount")


# disks and folders


@needs_root
def test_a_full_disk_loses_nothing(settings: Settings, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=24m", "none", at=disk):
        with Archive.open(settings, create=True) as archive:
            archive.write([story(1), story(2, "Rye won a prize.")])
            before = texts(archive)
            filler = disk / "filler"
            space = os.statvfs(disk)
            filler.write_bytes(b"x" * (space.f_bavail * space.f_frsize - 200_000))
            with pytest.raises(ArchiveError, match="disk has room"):
                fill(archive)
            after = texts(archive)
            assert after[story(1).article_id] in ("The ferry is late.", "The ferry sank.")
            assert before[story(2).article_id] == after[story(2).article_id]
        filler.unlink()
        with Archive.open(settings) as archive:
            assert archive.check() == []
            assert archive.article(story(2).article_id).text == "Rye won a prize."
            archive.add([story(1, "The ferry sank."), *map(long, range(3, 9))])
            assert archive.check() == []
            assert archive.n_articles >= 8
            assert archive.search_words("sank", 9, Scope())


LIMITED = """
import resource, sys
from pathlib import Path
from ingest import Archive, Settings
from ingest.base.errors import ArchiveError
from tests.integration.test_upkeep import long

folder, embedder, room = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with Archive.open(Settings(archive=folder, embedder=embedder, passage_words=25)) as archive:
    most = (folder / "chroma" / "chroma.sqlite3").stat().st_size + room
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    for number in range(3, 8):
        try:
            archive.add([long(number)])
        except ArchiveError as error:
            print(error)
    print(archive.n_articles, "articles")
"""


@pytest.mark.parametrize("room", [0, 150_000])
def test_a_limit_on_the_size_of_files_stops_nothing_for_ever(settings: Settings, run: Run, room: int) -> None:
    with Archive.open(settings, create=True) as archive:
        archive.write([story(1), story(2, "Rye won a prize.")])
    done = run("-c", LIMITED, settings.archive, settings.embedder, room)  # ends it after 120 seconds
    assert done.returncode == 0, done.stderr
    first, *others, last = done.stdout.splitlines()
    assert "See that the disk has room" in first
    assert others
    assert all("nothing more is written" in line for line in others)
    assert last.endswith("articles")
    with Archive.open(settings) as archive:
        assert archive.check() == []
        assert archive.article(story(2).article_id).text == "Rye won a prize."
        archive.add([story(1, "The ferry sank.")])
        assert archive.check() == []


def test_no_room_for_the_language_model_is_no_flaw_of_the_files(run: Run) -> None:
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "from ingest.base.errors import DatelineError\nfrom ingest.cleaning.language import detect_language\n"
        "try: detect_language('The ferry is late.')\nexcept DatelineError as error: print(error)"
    )
    assert "TMPDIR" in run("-c", program).stdout


@needs_root
def test_a_read_only_folder_is_told_and_loses_nothing(settings: Settings, tmp_path: Path) -> None:
    with Archive.open(settings, create=True) as archive:
        archive.write([story(1)])
    disk = tmp_path / "disk"
    with mounted("--bind", disk, at=disk):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(disk)], check=True)
        for create in (False, True):
            with pytest.raises(ArchiveError, match=r"cannot be written to: .*[Rr]ead-only"):
                Archive.open(settings, create=create)
        elsewhere = Settings(archive=disk / "new", embedder=settings.embedder)
        with pytest.raises(ArchiveError, match="Name another folder"):
            Archive.open(elsewhere, create=True)
    with Archive.open(settings) as archive:
        assert archive.check() == []
        assert archive.n_articles == 1


@needs_root
def test_a_folder_that_becomes_read_only_stops_changes_and_not_reading(settings: Settings, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with mounted("-t", "tmpfs", "-o", "size=64m", "none", at=disk), Archive.open(settings, create=True) as archive:
        archive.write([story(1)])
        subprocess.run(["mount", "-o", "remount,ro,size=64m", str(disk)], capture_output=True)
        if os.statvfs(disk).f_flag & os.ST_RDONLY:
            with pytest.raises(ArchiveError, match="can be written to"):
                archive.add([story(2)])
            assert archive.article(story(1).article_id) == story(1)
            subprocess.run(["mount", "-o", "remount,rw,size=64m", str(disk)], check=True)
        archive.add([story(2)])
        assert archive.check() == []
        assert archive.n_articles == 2


# damage


def damaged(archive: Archive) -> list[str]:
    return [str(problem) for problem in archive.check()]


def test_a_check_finds_what_is_not_as_it_has_to_be(settings: Settings) -> None:
    with Archive.open(settings, create=True) as archive:
        archive.write([long(1), story(2), story(3)])
        archive.add([story(3, "Rye won a prize.")])
        assert damaged(archive) == []
        told: list[tuple[int, int]] = []
        archive.check(lambda done, total: told.append((done, total)))
        assert told[-1] == (3, 3)
        first, second, *_ = archive.passages_of(long(1).article_id)
        (vector,) = archive._store.collections.passages.get(ids=[first.passage_id], include=["embeddings"])[
            "embeddings"
        ]

        def say(text: str) -> None:
            archive._store.collections.passages.update(ids=[first.passage_id], documents=[text], embeddings=[vector])

        say("The tide fell.")
        assert any("passage 0 has 14 characters" in each for each in damaged(archive))
        say(first.text.replace("tide", "moon"))
        assert any("its content has version" in each for each in damaged(archive))
        say(first.text)
        assert damaged(archive) == []
        archive._store.delete_passages([second.passage_id])
        assert any("its record points at" in each for each in damaged(archive))
        with pytest.raises(ArchiveError, match="dateline check"):
            archive.article(long(1).article_id)
        archive.remove_all([story(2).article_id])
        archive._derived.keywords.replace([story(3).article_id], [])
        assert any("missing in it" in each for each in damaged(archive))
        archive._derived.copy.replace([story(3).article_id], [], [])
        told = damaged(archive)
        assert any("reading copy: 1 articles are missing" in each for each in told)
        assert any("reading copy: 1 passages are missing" in each for each in told)
        archive._store.delete_history([f"{story(3).article_id}:1:0"])
        assert any("earlier versions are lost" in each for each in damaged(archive))


# numbers


def test_stats_count_what_is_there(settings: Settings) -> None:
    with Archive.open(settings, create=True) as archive:
        archive.write(
            [
                story(1, publisher="Tidewater", published=Published.parse("2024-05-02")),
                story(2, publisher="tidewater ", published=Published.parse("2024-05-30T12:00Z")),
                story(3, publisher="Gazette", published=Published.parse("2023")),
                story(4, status="withheld"),
                story(5, status="canceled"),
                story(6, embargo=Published.parse("2250-01-01")),
                story(7, embargo=Published.parse("1950-01-01")),
            ]
        )
        archive.add([story(1, "The ferry sank.", publisher="Tidewater", published=Published.parse("2024-05-02"))])
        archive.remove(story(7).article_id)
        stats = archive.stats()
    assert (stats.articles, stats.usable, stats.withheld, stats.canceled, stats.embargoed) == (6, 3, 1, 1, 1)
    assert stats.publishers == {"": 3, "Tidewater": 2, "Gazette": 1}
    assert stats.months == {"2023": 1, "2024-05": 2}
    assert (stats.versions, stats.removed, stats.undated, stats.origins) == (1, 1, 3, 3)
    assert stats.bytes.keys() == {"chroma", "keywords", "vectors", "origins", "reading"}
    assert min(stats.bytes.values()) > 0
    assert json.loads(json.dumps(stats.to_dict()))["articles"] == 6
    assert any("2  Tidewater" in line for line in stats.lines())


def test_sizes_are_counted_while_files_go(tmp_path: Path) -> None:
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "data").write_bytes(b"x" * 100)
    logs = [tmp_path / "chroma" / f"log{number}" for number in range(3_000)]
    for path in logs:
        path.touch()
    going = threading.Thread(target=lambda: [path.unlink() for path in logs])
    going.start()
    while going.is_alive():
        assert sizes(tmp_path) == {"chroma": 100}
    going.join()


# while it grows


def test_questions_are_answered_while_the_same_process_takes_articles_in(archive: Archive, tmp_path: Path) -> None:
    archive.write([Article(identity="guid goat", headline="Goat", text="A goat named Duchess was elected mayor.")])
    archive.embedder.encode_queries(["warm"])
    path = tmp_path / "feed.jsonl"
    path.write_text(
        "".join(json.dumps({"guid": f"g:{i}", "headline": f"Tide {i}", "text": long(i).text[:3_000]}) + "\n"
                for i in range(1, 25))
    )  # fmt: skip
    added: list[int] = []
    answered = 0
    worker = threading.Thread(target=lambda: added.append(ingest(path, archive).added))
    worker.start()
    while worker.is_alive():
        vector = archive.embedder.encode_queries(["Which goat was elected?"])[0]
        found = archive.passages([*archive.search_words("goat elected", 9, Scope()),
                               *archive.search_vectors(vector, 9, Scope())])  # fmt: skip
        assert found[0].article.headline == "Goat"
        answered += 1
    worker.join()
    assert added == [24]
    assert answered >= 5  # who waited for all of it would be answered once


def test_two_threads_take_the_same_articles_in_once(settings: Settings) -> None:
    with Archive.open(settings, create=True) as archive:
        start = threading.Barrier(2)
        outcomes: list[str] = []

        def take() -> None:
            start.wait()
            for version in range(5):
                outcomes.extend(archive.add([story(i, f"Version {version} of {i}.") for i in range(6)]).values())

        threads = [threading.Thread(target=take) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(outcomes) == 60
        assert outcomes.count("added") == 6
        assert archive.check() == []
        assert archive.n_articles == 6


def test_what_another_thread_takes_out_or_changes_meanwhile_is_prepared_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Archive.open(settings, create=True) as archive:
        archive.write([story(1), story(2)])
        embedder, encode = archive.embedder, archive.embedder.encode_documents
        meanwhile = [
            lambda: archive.add([story(2, "Rye won a prize.")]),
            lambda: archive.remove(story(1).article_id),
        ]

        def encode_slowly(texts: list[str]) -> np.ndarray:
            if meanwhile:
                meanwhile.pop()()  # while this thread embeds, another one is quicker
            return encode(texts)

        monkeypatch.setattr(embedder, "encode_documents", encode_slowly)
        outcomes = archive.add([story(1), story(2), story(3)])
        assert outcomes == {
            story(1).article_id: "added",
            story(2).article_id: "replaced",
            story(3).article_id: "added",
        }
        assert set(texts(archive).values()) == {"The ferry is late."}
        assert archive.check() == []


@pytest.mark.parametrize("gone", [[0], [2], [0, 1, 2], [1, 4, 6], [7], [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]])
def test_nothing_is_skipped_where_another_process_deletes_between_two_pages(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, gone: list[int]
) -> None:
    stories = [story(number) for number in range(10)]
    with Archive.open(settings, create=True) as archive:
        archive.write(stories)
        store = archive._store
        store.connection.limit = 3
        get, asked = store.collections.articles.get, [0]

        def get_and_delete(**what: object) -> object:
            found = get(**what)
            asked[0] += 1
            if asked[0] == 2:
                store.collections.articles.delete([stories[number].article_id for number in gone])
            return found

        monkeypatch.setattr(store.collections.articles, "get", get_and_delete)
        seen = [record["article_id"] for record in store.reader.changed_since(0)[0]]
        assert len(seen) == len(set(seen))
        assert {each.article_id for i, each in enumerate(stories) if i not in gone} <= set(seen)


# a crash


def crash(folder: Path, mode: str, points: int) -> dict[str, object]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash", str(folder), mode, "3", str(points)],
        capture_output=True, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


def check_crashes(told: dict[str, object], points: int) -> None:
    assert (told["articles"], told["history"]) >= (35, 30)
    results = told["results"]
    assert isinstance(results, list)
    assert len(results) == points
    assert [each for each in results if each["different"] or each["problems"] or each["status"]] == []
    killed = [each for each in results if each["killed"]]
    assert all(each["killed"] for each in results if each["kind"] == "step")  # a moment may lie behind the end
    assert len(killed) >= points / 2
    assert any("was interrupted" in repaired for each in killed for repaired in each["repaired"])


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it forks")
@pytest.mark.parametrize(
    ("mode", "points"),
    [
        pytest.param("ingest", 5, marks=[pytest.mark.slow, pytest.mark.ci]),
        pytest.param("remove", 3, marks=[pytest.mark.slow, pytest.mark.ci]),
        pytest.param("restore", 3, marks=[pytest.mark.slow, pytest.mark.ci]),
        pytest.param("ingest", 50, marks=pytest.mark.slow),
        pytest.param("remove", 6, marks=pytest.mark.slow),
        pytest.param("restore", 6, marks=pytest.mark.slow),
    ],
)
def test_killed_at_any_moment_it_goes_on_as_if_nothing_had_been(tmp_path: Path, mode: str, points: int) -> None:
    check_crashes(crash(tmp_path, mode, points), points)
