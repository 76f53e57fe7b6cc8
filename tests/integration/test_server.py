"""An archive on a real Chroma server, used by several processes."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from subprocess import CompletedProcess

import chromadb
import pytest

from ingest import Archive, Article, Published, Settings, ingest
from ingest.archive.layout import connect
from ingest.archive.lease import Lease
from ingest.archive.reindex import reindex
from ingest.base.errors import ArchiveError, ArchiveMismatch, ArchiveMissing, ArchiveOwned, SettingsError
from ingest.base.filters import Scope
from ingest.base.location import ServerAddress
from qa import ask
from tests.conftest import GUARD, ROOT
from tests.servers import KEY, chroma_server, free_port, proxy
from tests.tiny import save_transformers

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with chroma_server(tmp_path_factory.mktemp("server") / "data") as address:
        yield address


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(save_transformers(tmp_path_factory.mktemp("embedder") / "model", "BertModel"))


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


@pytest.fixture
def settings(server: str, tiny: str, request: pytest.FixtureRequest) -> Settings:
    """Of an archive of the test's own."""
    name = f"t{abs(hash(request.node.name)) % 10**12}"
    return Settings(archive=ServerAddress.parse(f"{server}/{name}"), embedder=tiny, passage_words=25)


def address_of(address: str, embedder: str) -> Settings:
    return Settings(archive=ServerAddress.parse(address), embedder=embedder)


def story(number: int, text: str = "The ferry is late.", **facts: object) -> Article:
    return Article(identity=f"guid {number}", headline=f"Story {number}", text=text, language="en", **facts)


def words(archive: Archive, text: str) -> set[str]:
    return {passage_id.split(":")[0] for passage_id in archive.search_words(text, 1_000, Scope())}


# it is an archive like any other


def test_an_archive_on_a_server_is_like_one_in_a_folder(settings: Settings) -> None:
    with pytest.raises(ArchiveMissing, match="dateline ingest"):
        Archive.open(settings)
    long = story(2, " ".join(f"The tide rose on day {i} of the month." for i in range(60)))
    with Archive.open(settings, create=True) as archive:
        archive.write([story(1), long, story(3, "The mill is closed.", status="withheld")])
        assert archive.add([story(1, "The ferry sank."), long]) == {
            story(1).article_id: "replaced",
            long.article_id: "unchanged",
        }
        assert [each.why for each in archive.history(story(1).article_id)] == ["replaced", "current"]
        assert archive.article(long.article_id) == long
        assert words(archive, "late") == set()
        assert words(archive, "sank") == {story(1).article_id}
        assert words(archive, "mill") == set()
        vector = archive.embedder.encode_queries(["The tide rose."])[0]
        everything = set(archive.search_vectors(vector, 100, Scope()))
        assert everything == {p.passage_id for i in (1, 2) for p in archive.passages_of(story(i).article_id)}
        assert len(archive.search_vectors(vector, 3, Scope(without=frozenset({long.article_id})))) == 1
        archive.remove_all([story(1).article_id, long.article_id])
        assert words(archive, "sank tide") == set()
        archive.restore_all([story(1).article_id])
        assert words(archive, "sank tide") == {story(1).article_id}
        assert archive.check() == []
        assert (archive.stats().articles, archive.stats().versions, archive.stats().removed) == (2, 1, 1)
    with pytest.raises(ArchiveError, match="no folder"):
        _ = archive.folder


def test_several_archives_are_on_one_server(settings: Settings) -> None:
    address = settings.archive
    assert isinstance(address, ServerAddress)
    other = Settings(
        archive=ServerAddress(address.host, address.port, address.tls, "another"), embedder=settings.embedder
    )
    with Archive.open(settings, create=True) as first, Archive.open(other, create=True) as second:
        first.write([story(1)])
        assert (first.n_articles, second.n_articles) == (1, 0)
        assert words(second, "ferry") == set()


def test_requests_keep_to_the_number_of_records_that_is_set(settings: Settings) -> None:
    small = Settings(archive=settings.archive, embedder=settings.embedder, passage_words=25, chroma_records=7)
    with Archive.open(small, create=True) as archive:
        archive.write([story(i, f"Ferry {i} is late. " * 60) for i in range(20)])
        archive.write([story(i, f"Ferry {i} is here. " * 60) for i in range(20)])
        assert len(archive.listing()) == 20
        assert archive.check() == []
        assert archive.stats().versions == 20
        assert len(words(archive, "here")) == 20


def test_where_a_server_gives_few_results_all_are_compared(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.archive.search._COMPARED", 0)
    with Archive.open(settings, create=True) as archive:
        archive.write([story(i, f"Ferry number {i} is late today.", publisher="Many") for i in range(40)])
        archive.write([story(99, "The bakery won a prize for rye bread.", publisher="One")])
        vector = archive.embedder.encode_queries(["Ferry number 7 is late."])[0]
        archive._store.connection.most_results = 5
        assert len(archive._store.reader.nearest(vector, 50)) == 5
        (found,) = archive.search_vectors(vector, 5, Scope(publishers=frozenset({"one"})))
        assert found.startswith(story(99).article_id)
        assert len(archive.search_vectors(vector, 50, Scope())) == 41


def test_it_is_built_again_while_others_read(settings: Settings) -> None:
    with Archive.open(settings, create=True) as archive:
        archive.write([story(1), story(2, " ".join(f"The tide rose on day {i}." for i in range(60)))])
        archive.write([story(1, "The ferry sank.")])
        before = archive.n_passages
        assert reindex(settings) == 2
        time.sleep(1.1)
        assert words(archive, "sank") == {story(1).article_id}
        assert archive.n_passages == before
        assert archive.article_at(story(1).article_id, story(1).version).text == "The ferry is late."
        other = Settings(archive=settings.archive, embedder=settings.embedder, passage_words=60)
        assert reindex(other) == 2
        time.sleep(1.1)
        for _ in range(2):  # it goes on refusing
            with pytest.raises(ArchiveMismatch, match="passage_words 60"):
                archive.search_words("sank", 5, Scope())
        with pytest.raises(ArchiveMismatch, match="passage_words 60"):
            archive.add([story(3)])
    with Archive.open(other) as archive:
        assert archive.n_passages < before
        assert archive.check() == []


def test_who_reads_while_it_is_built_again_sees_no_gap(settings: Settings) -> None:
    with Archive.open(settings, create=True) as archive:
        archive.write([story(1)])
        done = threading.Event()
        read: list[str] = []

        def keep_reading() -> None:
            while not done.is_set():
                read.append(archive.article(story(1).article_id).text)

        with ThreadPoolExecutor(1) as pool:
            reading = pool.submit(keep_reading)
            assert reindex(settings) == 1
            time.sleep(1.5)
            done.set()
            reading.result()
        assert set(read) == {"The ferry is late."}


# who may use it


def test_what_is_not_ours_is_left_alone(server: str) -> None:
    host, port = server.removeprefix("http://").split(":")
    chromadb.HttpClient(host, int(port)).get_or_create_collection(
        "foreign", metadata={"by": "somebody"}, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
    )
    with pytest.raises(ArchiveError, match="not made by Dateline"):
        Archive.open(f"{server}/foreign", create=True)


def test_a_server_that_is_not_there_is_named() -> None:
    address = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(ArchiveError, match="cannot be used") as raised:
        Archive.open(address, create=True)
    assert address in str(raised.value)


def test_a_server_that_goes_away_is_an_archive_error(tmp_path: Path, tiny: str) -> None:
    with chroma_server(tmp_path / "data") as address:
        archive = Archive.open(address_of(address, tiny), create=True)
        archive.write([story(1)])
    with pytest.raises(ArchiveError, match="See that it runs"):
        archive.article(story(1).article_id)
    with pytest.raises(ArchiveError, match="See that it runs"):
        archive.add([story(2)])
    archive.close()
    with chroma_server(tmp_path / "data") as address, Archive.open(address_of(address, tiny)) as archive:
        assert [a.headline for a in archive.listing()] == ["Story 1"]


def test_a_proxy_gets_the_key_and_nobody_sees_it(
    server: str, settings: Settings, caplog: pytest.LogCaptureFixture, dateline: Run
) -> None:
    caplog.set_level(logging.DEBUG)
    assert isinstance(settings.archive, ServerAddress)
    secret = KEY.split()[1]
    with proxy(server) as (address, refused):
        at = ServerAddress.parse(f"{address}/{settings.archive.name}")

        def keyed(headers: str) -> Settings:
            return Settings(archive=at, embedder=settings.embedder, passage_words=25, chroma_headers=headers)

        for headers in ("", "Authorization=Bearer wrong-key-4711", "X-Other=swordfish"):
            with pytest.raises(ArchiveError, match="DATELINE_CHROMA_HEADERS") as raised:
                Archive.open(keyed(headers), create=True)
            assert "wrong-key-4711" not in str(raised.value)
        assert refused
        right = keyed(f"Authorization={KEY}")
        assert secret not in repr(right)
        refused.clear()
        with Archive.open(right, create=True) as archive:
            archive.write([story(1)])
            assert words(archive, "ferry") == {story(1).article_id}
        assert not refused
        environment = {
            "DATELINE_ARCHIVE": str(at),
            "DATELINE_CHROMA_HEADERS": f"Authorization={KEY}",
            "DATELINE_EMBEDDER": settings.embedder,
            "DATELINE_PASSAGE_WORDS": "25",
        }
        done = dateline("articles", "--verbose", "--log", "log.jsonl", **environment)
        assert "Story 1" in done.stdout, done.stderr
        assert secret not in done.stdout + done.stderr
    ours = [record.getMessage() for record in caplog.records if record.name.split(".")[0] in ("ingest", "chromadb")]
    assert not [message for message in ours if secret in message]


def test_a_certificate_is_checked_against_the_file_that_is_named(server: str, tiny: str, tmp_path: Path) -> None:
    pem, other = tmp_path / "server.pem", tmp_path / "other.pem"
    for path in (pem, other):
        made = subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
             "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{path}.key", "-out", f"{path}.crt"],
            capture_output=True,
        ) if _has_openssl() else None  # fmt: skip
        if made is None or made.returncode:
            pytest.skip("there is no openssl here to make a certificate with")
        path.write_text(Path(f"{path}.key").read_text() + Path(f"{path}.crt").read_text())
    with proxy(server, pem) as (address, _):
        at = ServerAddress.parse(f"{address}/tls-archive")
        assert at.tls

        def checked(file: str) -> Settings:
            return Settings(archive=at, embedder=tiny, chroma_headers=f"Authorization={KEY}", chroma_ca=file)

        for wrong in ("", f"{other}.crt"):
            with pytest.raises(ArchiveError, match="cannot be used"):
                Archive.open(checked(wrong), create=True)
        with Archive.open(checked(f"{pem}.crt"), create=True) as archive:
            archive.write([story(1)])
            assert archive.n_articles == 1


def _has_openssl() -> bool:
    import shutil

    return shutil.which("openssl") is not None


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "http://ada:secret@h/x",
        "http://h:99999",
        "http://h/a/b",
        "http://h/x",
        "http://h/?q=1",
        "http://h/-a-",
    ],
)
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(SettingsError) as raised:
        Settings.load(address, {})
    assert "secret" not in str(raised.value)


# one writer at a time


def test_of_many_who_want_to_write_one_does(settings: Settings) -> None:
    Archive.open(settings, create=True).close()
    stores = [connect(settings, create=False) for _ in range(4)]
    start = threading.Barrier(4)
    holding: list[int] = []
    most: list[int] = []

    def want(number: int) -> str:
        lease = Lease(stores[number].collections)
        start.wait()
        try:
            with lease.held():
                holding.append(number)
                most.append(len(holding))
                time.sleep(4)
                holding.remove(number)
                return "held"
        except (ArchiveOwned, ArchiveError) as error:
            return str(error)

    with ThreadPoolExecutor(4) as pool:
        said = list(pool.map(want, range(4)))
    for store in stores:
        store.close()
    assert said.count("held") == 1
    assert max(most) == 1
    assert all("is being written by process" in each for each in said if each != "held")


def test_a_lease_that_was_lost_stops_the_writer_before_anything_counts(settings: Settings) -> None:
    with Archive.open(settings, create=True) as archive:
        archive.write([story(1)])
        lease = archive._writer._lease
        assert lease is not None
        with archive.writing():
            thief = json.dumps({"token": "another", "until": archive._store.connection.seconds() + 60})
            archive._store.collections.put_lease(thief)
            lease._renewed -= 31  # as if it had been suspended
            with pytest.raises(ArchiveOwned, match="was suspended"):
                archive.add([story(1, "The ferry sank."), story(2)])
        assert archive.article(story(1).article_id).text == "The ferry is late."
        with pytest.raises(ArchiveOwned, match="is being written"):
            archive.add([story(2)])
        archive._store.collections.put_lease(
            json.dumps({"token": "another", "until": archive._store.connection.seconds() - 1})
        )
        archive.add([story(1, "The ferry sank."), story(2)])
        assert archive.n_articles == 2
        assert archive.check() == []
        assert archive.repaired


def test_a_holder_that_stood_still_while_it_renewed_has_lost_the_lease(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    Archive.open(settings, create=True).close()
    monkeypatch.setattr("ingest.archive.lease._SECONDS", 4.0)
    with ExitStack() as closing:
        slow_store, store = (connect(settings, create=False) for _ in range(2))
        for each in (slow_store, store):
            closing.callback(each.close)
        slow, quick = Lease(slow_store.collections), Lease(store.collections)
        closing.enter_context(slow.held())
        slow._stop.set()  # its thread stands still as well
        put = slow_store.collections.put_lease

        def put_late(document: str) -> None:
            time.sleep(4.5)
            closing.enter_context(quick.held())
            put(document)

        monkeypatch.setattr(slow_store.collections, "put_lease", put_late)
        slow._renewed -= 3
        with pytest.raises(ArchiveOwned, match="was suspended"):
            slow.check()
        monkeypatch.undo()


def test_what_a_killed_writer_left_is_cleaned_up_by_the_next(settings: Settings, run: Run) -> None:
    with Archive.open(settings, create=True) as archive:
        archive.write([story(1)])
    code = (
        "import os\n"
        "from tests.crash import count_steps\n"
        "from tests.integration.test_server import story\n"
        "from ingest import Archive, Settings\n"
        f"settings = Settings(archive={settings.archive!r}, embedder={settings.embedder!r}, passage_words=25)\n"
        "with Archive.open(settings) as archive:\n"
        "    archive.embedder\n"
        "    with archive.writing():\n"
        "        count_steps([0], {step})\n"
        "        archive.write([story(1, 'The ferry sank.'), story(2, 'Rye. ' * 90)])\n"
    ).replace("archive=ServerAddress", "archive=__import__('ingest.base.location').base.location.ServerAddress")
    for step in (10, 26):
        assert run("-c", code.replace("{step}", str(step))).returncode == -signal.SIGKILL
        with Archive.open(settings) as archive:
            assert archive.article(story(1).article_id).text in ("The ferry is late.", "The ferry sank.")
            with pytest.raises(ArchiveOwned, match="is being written by process"):
                archive.add([story(3)])
            archive._store.collections.put_lease("")  # as if it had run out
            archive.write([story(1), story(2, "Rye. " * 90)])
            assert archive.check() == []


def test_one_process_asks_and_follows_while_it_writes(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingest.archive.opening._FOLLOW", 0.0)
    with Archive.open(settings, create=True) as archive, ThreadPoolExecutor(3) as pool:
        vector = archive.embedder.encode_queries(["ferry"])[0]
        done = threading.Event()

        def keep_asking() -> None:
            while not done.is_set():
                archive.search_words("ferry", 5, Scope())
                archive.search_vectors(vector, 5, Scope())

        asking = [pool.submit(keep_asking) for _ in range(3)]
        try:
            with archive.writing():
                for number in range(40):
                    archive.add([story(number, f"Ferry {number} is late.")])
        finally:
            done.set()
        for each in asking:
            each.result()
        assert archive.check() == []
        assert archive.n_articles == 40


# several processes

READER = """
import sys, time
from ingest import Archive, Settings
from ingest.base.location import ServerAddress
from ingest.base.filters import Scope
settings = Settings(archive=ServerAddress.parse(sys.argv[1]), embedder=sys.argv[2], passage_words=25)
with Archive.open(settings) as archive:
    print("open", flush=True)
    for line in sys.stdin:
        until = time.monotonic() + 20
        want, word = line.split()
        while bool(archive.search_words(word, 9, Scope())) != (want == "there") and time.monotonic() < until:
            time.sleep(0.1)
        print(want, word, round(time.monotonic() - until + 20, 1), archive.coverage().n_articles, flush=True)
"""


def test_another_process_follows_within_seconds(settings: Settings) -> None:
    with Archive.open(settings, create=True) as archive:
        archive.write([story(1)])
        reader = subprocess.Popen(
            [sys.executable, "-c", READER, str(settings.archive), settings.embedder],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}"},
        )  # fmt: skip
        assert reader.stdin
        assert reader.stdout
        assert reader.stdout.readline() == "open\n"

        def sees(what: str) -> tuple[float, int]:
            assert reader.stdin
            assert reader.stdout
            reader.stdin.write(what + "\n")
            reader.stdin.flush()
            *_, seconds, articles = reader.stdout.readline().split()
            return float(seconds), int(articles)

        archive.write([story(2, "A comet was seen.")])
        assert sees("there comet") < (5, 3)
        archive.write([story(2, "A meteor was seen.")])
        assert sees("there meteor") < (5, 3)
        assert sees("gone comet") < (5, 3)
        archive.remove(story(2).article_id)
        assert sees("gone meteor") < (5, 2)
        archive.restore(story(2).article_id)
        assert sees("there meteor") < (5, 3)
        archive.add([story(2, "A meteor was seen.", status="canceled")])
        seconds, articles = sees("gone meteor")
        assert seconds < 5
        assert articles == 1
        reader.stdin.close()
        assert reader.wait(timeout=30) == 0


ASKER = """
import json, sys
from qa import ask
for line in sys.stdin:
    print(json.dumps(ask(line.strip(), archive=sys.argv[1]).to_dict()), flush=True)
"""


@pytest.mark.timeout(900)
def test_two_processes_answer_the_same_and_know_what_a_third_took_in(server: str, tmp_path: Path) -> None:
    address = f"{server}/newsroom"
    mill = tmp_path / "mill.txt"
    mill.write_text(
        "Mill fined\n\nMILLBROOK, May 2, 2024 (Valley) - The paper mill in Millbrook was fined 400 crowns.\n"
    )
    assert ingest(mill, address).added == 1
    environment = {**os.environ, "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}"}
    askers = [
        subprocess.Popen([sys.executable, "-c", ASKER, address], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                         text=True, env=environment)
        for _ in range(2)
    ]  # fmt: skip

    def both(question: str) -> list[dict[str, object]]:
        for asker in askers:
            assert asker.stdin
            asker.stdin.write(question + "\n")
            asker.stdin.flush()
        return [json.loads(asker.stdout.readline()) for asker in askers if asker.stdout]

    first, second = both("How much was the mill in Millbrook fined?")
    assert first == second
    assert first["answered"] is True
    goat = tmp_path / "goat.txt"
    goat.write_text("Goat elected\n\nPELL HOLLOW, March 5, 2024 (Valley) - A goat named Duchess was elected mayor.\n")
    assert ingest(goat, address).added == 1
    time.sleep(1.5)
    first, second = both("Which goat was elected mayor?")
    assert first == second
    assert first["answered"] is True
    assert "Duchess" in str(first["text"])
    for asker in askers:
        assert asker.stdin
        asker.stdin.close()
        assert asker.wait(timeout=60) == 0


def test_derived_indexes_are_kept_for_the_next_process_on_the_machine(settings: Settings, tmp_path: Path) -> None:
    with Archive.open(settings, create=True) as archive:
        archive.write([story(i) for i in range(5)])
    states = {path: path.stat().st_mtime_ns for path in (tmp_path / "cache").rglob("state.json")}
    assert len(states) == 2  # of words and of vectors
    with Archive.open(settings) as archive:
        assert len(words(archive, "ferry")) == 5
    for state, written in states.items():
        assert json.loads(state.read_text())["revision"] == 1
        assert state.stat().st_mtime_ns >= written


def test_an_ended_embargo_is_another_fingerprint(settings: Settings) -> None:
    ends = int(time.time()) + 20  # a machine may be busy
    soon = Published.parse(time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(ends)))
    with Archive.open(settings, create=True) as archive:
        archive.write([story(1, embargo=soon)])
        before = archive.fingerprint
        assert words(archive, "ferry") == set()
        time.sleep(max(0.0, ends - time.time()) + 1.2)
        assert words(archive, "ferry") == {story(1).article_id}
        assert archive.fingerprint != before


def test_asking_by_address_keeps_the_archive_open(server: str) -> None:
    from qa import close

    with pytest.raises(ArchiveMissing):
        ask("Who?", archive=f"{server}/nothing-there")
    close()
