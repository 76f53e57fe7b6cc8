"""Containers: what is in them, and what they may not do."""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import random
import tarfile
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.base.errors import DatelineError, SourceError
from ingest.reading import Source
from ingest.sources.containers import Budget, Limits, Member, unpack
from tests.examples import examples
from tests.packs import chunked, http, record, tarred, zipped

FILES = {"wire/a.txt": b"First story.", "wire/deep/b.txt": b"Second story." * 40, "c.html": b"<html>Third</html>"}
PACKERS: dict[str, Callable[[bytes], bytes]] = {".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress}
SMALL = {"slack": 20_000, "ratio": 50}


def read(data: bytes | Path, name: str = "bundle", **limits: int) -> tuple[dict[str, bytes], list[SourceError]]:
    """The members by what follows the first `!/` of their names, and the errors."""
    members: dict[str, bytes] = {}
    errors: list[SourceError] = []
    file = data.open("rb") if isinstance(data, Path) else io.BytesIO(data)
    with file:
        try:
            for found in unpack(Member(file, Source(name, f"/in/{name}")), Budget(Limits(**limits))):
                if isinstance(found, SourceError):
                    errors.append(found)
                    continue
                assert found.source.key.startswith("/in/")
                body = found.file.read()
                found.file.seek(0)
                assert found.file.read() == body
                members[found.source.name.removeprefix(f"{name}!/")] = body
        except SourceError as error:
            errors.append(error)
    return members, errors


def refused(data: bytes | Path, name: str = "bundle", **limits: int) -> SourceError:
    """The only thing that comes of a container, an error with all its parts."""
    members, errors = read(data, name, **limits)
    assert members == {}
    (error,) = errors
    assert error.file.startswith(name)
    assert error.reason
    assert error.remedy
    return error


# what is in them


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2])
def test_a_zip_file(method: int) -> None:
    assert read(zipped(FILES, method)) == (FILES, [])


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_file(mode: str, form: int) -> None:
    files = FILES | {f"{'long/' * 25}name.txt": b"x" * 512, "empty.txt": b""}
    assert read(tarred(files, mode, form)) == (files, [])


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_packed_file_keeps_its_name(suffix: str) -> None:
    packed = PACKERS[suffix](b"One story.")
    assert read(packed, f"wire/a.txt{suffix}") == ({"a.txt": b"One story."}, [])
    assert read(packed + packed, f"a.txt{suffix}") == ({"a.txt": b"One story.One story."}, [])


def test_a_file_that_is_no_container_is_given_itself() -> None:
    assert read(b"HARBOUR (Tidewater) - One story.", "a.txt") == ({"a.txt": b"HARBOUR (Tidewater) - One story."}, [])
    assert read(b"", "a.txt") == ({"a.txt": b""}, [])
    assert read(b"\x00" * 2048, "zeros") == ({"zeros": b"\x00" * 2048}, [])


def test_containers_in_a_container_and_no_deeper() -> None:
    inner = {
        "in.zip": zipped({"z.txt": b"z"}),
        "in.tar.xz": tarred({"t.txt": b"t"}, "w:xz"),
        "g.txt.gz": gzip.compress(b"g"),
    }
    expected = {"in.zip!/z.txt": b"z", "in.tar.xz!/t.txt": b"t", "g.txt.gz!/g.txt": b"g"}
    assert read(zipped(inner)) == (expected, [])
    assert read(tarred(inner, "w:gz")) == (expected, [])
    members, errors = read(zipped({"more.tar": tarred(inner), "also.txt": b"also"}))
    assert members == {"also.txt": b"also"}
    assert [error.file for error in errors] == [f"bundle!/more.tar!/{name}" for name in inner]
    assert all("container inside 2 others" in error.reason for error in errors)


def test_what_hidden_files_links_and_folders_hold_is_no_member() -> None:
    hidden = {".DS_Store": b"x", "__MACOSX/._a.txt": b"x", "wire/.draft.txt": b"x", "./a.txt": b"kept"}
    assert read(zipped(hidden)) == ({"./a.txt": b"kept"}, [])
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE):
            entry = tarfile.TarInfo(f"other{kind!r}")
            entry.type, entry.linkname = kind, "/etc/passwd"
            archive.addfile(entry)
        entry = tarfile.TarInfo("a.txt")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"kept"))
    assert read(data.getvalue()) == ({"a.txt": b"kept"}, [])


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_names_are_names_only(pack: Callable[[dict[str, bytes]], bytes], tmp_path: Path) -> None:
    names = ["../../up.txt", "/etc/absolute.txt", "C:\\drive.txt", "line\nbreak.txt", "deutsch-ä-日本.txt"]
    before = sorted(tmp_path.rglob("*"))
    members, errors = read(pack(dict.fromkeys(names, b"story")))
    assert not errors
    assert list(members) == [name.replace("\n", "�") for name in names]
    assert sorted(tmp_path.rglob("*")) == before == []


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_members_of_one_name() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        archive.writestr("a.txt", "first")
        archive.writestr("a.txt", "second")
    assert read(data.getvalue()) == ({"a.txt": b"first", "a.txt#2": b"second"}, [])


def test_a_member_without_a_name() -> None:
    data = bytearray(zipped({"a.txt": b"story"}))
    for magic, length, name in ((b"PK\x03\x04", 26, 30), (b"PK\x01\x02", 28, 46)):
        place = data.index(magic)
        data[place + length] = 0
        del data[place + name : place + name + 5]
    end = data.index(b"PK\x05\x06")
    data[end + 12] -= 5  # length of the directory, and its place
    data[end + 16] -= 5
    assert read(bytes(data)) == ({"": b"story"}, [])


def test_an_office_document_is_no_zip_of_articles() -> None:
    assert "office" in refused(zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})).reason
    assert "office" in refused(zipped({"mimetype": b"application/epub+zip", "a.xhtml": b"<x/>"})).reason


# bombs


def test_a_bomb_in_a_zip_file_is_refused_and_the_rest_goes_in() -> None:
    members, errors = read(zipped({"a.txt": b"a", "bomb.txt": b"0" * 1_000_000, "b.txt": b"b"}), **SMALL)
    assert members == {"a.txt": b"a", "b.txt": b"b"}
    assert [error.file for error in errors] == ["bundle!/bomb.txt"]
    assert "bomb" in errors[0].reason


@pytest.mark.parametrize("suffix", PACKERS)
def test_a_bomb_that_is_packed(suffix: str) -> None:
    assert "bomb" in refused(PACKERS[suffix](b"0" * 3_000_000), **SMALL).reason
    members, errors = read(
        PACKERS[suffix](tarred({"a.txt": b"a", "bomb.txt": b"0" * 3_000_000, "b.txt": b"b"})), **SMALL
    )
    assert list(members) in ([], ["a.txt"])
    assert "bomb" in errors[0].reason


def sparse(size: int) -> bytes:
    """A member in the old form of GNU tar: a hole of so many bytes."""
    entry = tarfile.TarInfo("hole.txt")
    entry.type = tarfile.GNUTYPE_SPARSE
    block = bytearray(entry.tobuf(tarfile.GNU_FORMAT))
    block[386:410] = b"%011o\x00%011o\x00" % (size, 0)  # where data stands, and how much of it
    block[483:495] = b"%011o\x00" % size
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\x00 " % sum(block)
    return bytes(block)


def test_a_hole_in_a_tar_file_is_no_member() -> None:
    members, errors = read(sparse(300_000_000) + tarred({"a.txt": b"a"}))
    assert members == {"a.txt": b"a"}
    assert [(error.file, error.reason.split(":")[0]) for error in errors] == [("bundle!/hole.txt", "it is sparse")]


def test_a_bomb_that_is_a_web_archive() -> None:
    bomb = gzip.compress(record("warcinfo", b"0" * 80_000_000))
    assert "bomb" in refused(bomb, "crawl.warc.gz").reason
    members, errors = read(
        gzip.compress(record("warcinfo", b"0" * 30_000_000)) + crawl(record("response", http(PAGE)), packed=True),
        "crawl.warc.gz",
    )
    assert (list(members.values()), errors) == ([PAGE], [])


def test_a_bomb_with_the_usual_limits_takes_neither_memory_nor_long() -> None:
    bomb = gzip.compress(b"0" * 300_000_000, 9)
    tracemalloc.start()
    try:
        assert "bomb" in refused(bomb).reason
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def test_a_zip_file_that_understates_its_sizes_gives_no_more_than_these() -> None:
    data = bytearray(zipped({"a.txt": b"0" * 100_000}))
    local, central = 22, data.index(b"PK\x01\x02") + 24
    for place in (local, central):
        data[place : place + 4] = (1_000).to_bytes(4, "little")
    members, errors = read(bytes(data))
    assert not members
    assert "damaged" in errors[0].reason


def test_limits_of_number_size_and_sum() -> None:
    many = {f"{i}.txt": b"x" * 100 for i in range(10)}
    for data in (zipped(many), tarred(many)):
        members, errors = read(data, members=4)
        assert (len(members), len(errors)) == (4, 1)
        assert "more than 4 members" in errors[0].reason
        members, errors = read(data, total_bytes=450)
        assert (len(members), len(errors)) == (4, 1)
        members, errors = read(data + b"", member_bytes=99)
        assert (len(members), len(errors)) == (0, 10)


def test_inner_containers_share_the_limits() -> None:
    inner = zipped({f"{i}.txt": b"x" * 100 for i in range(6)})
    members, errors = read(zipped({"1.zip": inner, "2.zip": inner}), members=9)
    assert len(members) == 6 + 1
    assert "more than 9 members" in errors[0].reason


def test_a_tar_header_that_claims_a_huge_name_fills_no_memory() -> None:
    entry = tarfile.TarInfo("././@LongLink")
    entry.type, entry.size = tarfile.GNUTYPE_LONGNAME, 7_000_000_000
    assert (
        "header claims" in refused(tarred({"a.txt": b"a"})[:0] + entry.tobuf(tarfile.GNU_FORMAT) + b"x" * 2048).reason
    )


def test_a_zip_directory_too_long_for_the_memory() -> None:
    data = bytearray(zipped({"a.txt": b"a"}))
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = (3_000_000_000).to_bytes(4, "little")
    assert "directory has 3,000 MB" in refused(bytes(data)).reason


def test_an_xz_file_that_wants_much_memory() -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "preset": 0, "dict_size": 1 << 30}]
    # the header is what asks for it: one with a small dictionary is given the size of a large one
    small = lzma.compress(b"x" * 100, filters=filters)
    assert "cannot be unpacked" in refused(small, "a.txt.xz").reason


# damage


def test_encrypted_members_are_named() -> None:
    data = bytearray(zipped({"secret.txt": b"secret", "open.txt": b"open"}))
    for magic, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(magic) + offset] |= 1
    members, errors = read(bytes(data))
    assert members == {"open.txt": b"open"}
    assert [(error.file, error.reason) for error in errors] == [("bundle!/secret.txt", "it is encrypted")]


def test_a_method_of_packing_that_is_not_read() -> None:
    members, errors = read(zipped({"a.txt": b"a"}, zipfile.ZIP_LZMA))
    assert not members
    assert "method 14" in errors[0].reason


def test_one_damaged_member_of_a_zip_file() -> None:
    data = bytearray(zipped(FILES, zipfile.ZIP_STORED))
    data[data.index(b"First story")] ^= 1
    members, errors = read(bytes(data))
    assert list(members) == ["wire/deep/b.txt", "c.html"]
    assert [error.file for error in errors] == ["bundle!/wire/a.txt"]
    assert "CRC" in errors[0].reason


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("mode", ["w", "w:gz", "w:bz2", "w:xz"])
def test_a_tar_file_that_breaks_off(mode: str, cut: float) -> None:
    noise = random.Random(3).randbytes(9000)
    whole = tarred({"a.txt": noise[:4500], "b.txt": noise[4500:]}, mode)
    members, errors = read(whole[: int(cut * 9500)])
    assert len(members) == (cut > 0.5 and mode != "w:bz2")  # bzip2 packs blocks of 900 kB
    assert len(errors) == 1
    assert "breaks off" in errors[0].reason or "damaged" in errors[0].reason or "unpacked" in errors[0].reason


def test_a_damaged_header_in_a_tar_file_is_no_end_of_it() -> None:
    data = bytearray(tarred(FILES))
    data[1024:1030] = b"broken"
    members, errors = read(bytes(data))
    assert list(members) == ["wire/a.txt"]
    assert "at byte 1,024" in errors[0].reason


def test_a_zip_file_that_breaks_off() -> None:
    assert "zip" in refused(zipped(FILES)[:-40]).reason


# web archives

PAGE = b"<!doctype html><html><body><p>The ferry ran aground.</p></body></html>"


def crawl(*records: bytes, packed: bool = False) -> bytes:
    whole = (record("warcinfo", b"software: crawler"), *records)
    return b"".join(map(gzip.compress, whole)) if packed else b"".join(whole)


@pytest.mark.parametrize("packed", [False, True])
def test_pages_and_feeds_of_a_web_archive(packed: bool) -> None:
    data = crawl(
        record("request", b"GET /ferry HTTP/1.1\r\n\r\n"),
        record("response", http(PAGE)),
        record("revisit", http(b""), "https://news.example/again"),
        record("response", http(b"gone", "404 Not Found"), "https://news.example/gone"),
        record("response", http(b"", "302 Found", Location="/x"), "https://news.example/moved"),
        record("response", http(b"\x89PNG", content_type="image/png"), "https://news.example/a.png"),
        record("response", http(b"body{}", content_type="text/css"), "https://news.example/a.css"),
        record("response", http(b"<rss/>", content_type="application/rss+xml"), "https://news.example/feed"),
        record("response", http(b"%PDF-1.4", content_type="application/pdf"), "https://news.example/a.pdf"),
        record("resource", PAGE, "https://news.example/saved", Content_Type="text/html"),
        record("metadata", b"a: b", "https://news.example/ferry"),
        record("response", http(PAGE), "dns:news.example"),
        packed=packed,
    )
    members, errors = read(data, "crawl.warc")
    assert not errors
    assert members == {
        "https://news.example/ferry": PAGE,
        "https://news.example/feed": b"<rss/>",
        "https://news.example/a.pdf": b"%PDF-1.4",
        "https://news.example/saved": PAGE,
    }


def test_address_and_time_of_a_record() -> None:
    source = Source("crawl.warc", "/in/crawl.warc")
    (found,) = unpack(Member(io.BytesIO(crawl(record("response", http(PAGE)))), source))
    assert isinstance(found, Member)
    assert found.url == "https://news.example/ferry"
    assert found.place == "record 2, captured 2024-03-05T10:00:00Z"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (chunked(PAGE, 9), {"Transfer_Encoding": "chunked"}),
        (PAGE, {"Transfer_Encoding": "chunked"}),  # an archive that took it off and left the header
        (gzip.compress(PAGE), {"Content_Encoding": "gzip"}),
        (chunked(gzip.compress(PAGE)), {"Content_Encoding": "gzip", "Transfer_Encoding": "chunked"}),
        (brotli.compress(PAGE), {"Content_Encoding": "br"}),
        (PAGE, {"Content_Encoding": "identity"}),
    ],
)
def test_codings_of_bodies(body: bytes, headers: dict[str, str]) -> None:
    members, errors = read(crawl(record("response", http(body, **headers))), "crawl.warc")
    assert not errors
    assert list(members.values()) == [PAGE]


def test_a_page_in_another_charset_comes_as_utf_8() -> None:
    page = "<html><body><p>函館港で新しい連絡船が就航した。</p></body></html>"
    body = http(page.encode("shift_jis"), content_type="text/html; charset=Shift_JIS")
    members, errors = read(crawl(record("response", body)), "crawl.warc")
    assert not errors
    assert [member.decode("utf-8-sig") for member in members.values()] == [page]


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (http(gzip.compress(PAGE)[:-12], Content_Encoding="gzip"), "breaks off"),
        (http(PAGE, Content_Encoding="gzip"), "not gzip"),
        (http(b"x", Content_Encoding="zstd"), "zstd"),
        (http(gzip.compress(b"0" * 3_000_000), Content_Encoding="gzip"), "more than 1 MB"),
        (http(chunked(PAGE)[:-20], Transfer_Encoding="chunked"), "chunk"),
        (http(b"x" * 1_500_000), "at most 1 MB"),
    ],
)
def test_a_record_that_cannot_be_read_is_named_and_the_rest_goes_in(bad: bytes, reason: str) -> None:
    bad_url = "https://news.example/bad"
    data = crawl(record("response", bad, bad_url), record("response", http(PAGE)))
    members, errors = read(data, "crawl.warc", record_bytes=1_000_000)
    assert members == {"https://news.example/ferry": PAGE}
    (error,) = errors
    assert (error.file, error.place) == (f"crawl.warc!/{bad_url}", "record 2, captured 2024-03-05T10:00:00Z")
    assert reason in error.reason


def test_what_the_crawler_cut_off_is_not_taken() -> None:
    data = crawl(record("response", http(PAGE), WARC_Truncated="length"))
    assert "crawler cut it off: length" in refused(data, "crawl.warc").reason


def test_a_record_of_a_gigabyte_is_passed_over_without_being_held(tmp_path: Path) -> None:
    path = tmp_path / "crawl.warc"
    size = 1_000_000_000
    head = http(b"")
    with path.open("wb") as file:  # a file with a hole, so the disk does not hold it either
        file.write(crawl() + record("response", head, "https://news.example/film", length=size))
        file.seek(size - len(head), 1)
        file.write(b"\r\n\r\n" + record("response", http(PAGE)))
    tracemalloc.start()
    try:
        members, errors = read(path, "crawl.warc")
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
    assert members == {"https://news.example/ferry": PAGE}
    assert [error.file for error in errors] == ["crawl.warc!/https://news.example/film"]
    assert "1,000 MB" in errors[0].reason


@pytest.mark.parametrize("packed", [False, True])
def test_a_web_archive_that_breaks_off(packed: bool) -> None:
    data = crawl(
        record("response", http(PAGE)), record("response", http(PAGE), "https://news.example/2"), packed=packed
    )
    members, errors = read(data[:-30], "crawl.warc")
    assert list(members) == ["https://news.example/ferry"]
    assert len(errors) == 1
    assert "breaks off" in errors[0].reason


def test_a_web_archive_that_is_damaged() -> None:
    good = record("response", http(PAGE))
    members, errors = read(crawl(good) + b"rubbish" * 20 + good, "crawl.warc")
    assert len(members) == 1
    assert "damaged after record 2" in errors[0].reason


# whatever comes

WHOLE = [
    zipped(FILES), zipped(FILES, zipfile.ZIP_STORED), tarred(FILES), tarred(FILES, "w:gz"), tarred(FILES, "w:xz"),
    tarred(FILES, "w:bz2"), tarred(FILES, form=tarfile.GNU_FORMAT), gzip.compress(b"One story."),
    zipped({"in.tar.gz": tarred(FILES, "w:gz"), "in.zip": zipped(FILES)}),
    crawl(record("response", http(chunked(gzip.compress(PAGE)), Content_Encoding="gzip", Transfer_Encoding="chunked"))),
    crawl(record("response", http(PAGE)), record("response", http(PAGE)), packed=True),
]  # fmt: skip


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """A container of which some bytes were changed, lost, doubled or added."""
    data = bytearray(draw(st.sampled_from(WHOLE)))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, max(0, len(data) - 1)))
        kind = draw(st.sampled_from("change lose double add cut".split()))
        if kind == "change" and data:
            data[place] = draw(st.integers(0, 255))
        elif kind == "lose":
            del data[place : place + draw(st.integers(1, 60))]
        elif kind == "double":
            data[place:place] = data[place : place + draw(st.integers(1, 600))]
        elif kind == "add":
            data[place:place] = draw(st.binary(max_size=40))
        elif kind == "cut":
            del data[place + 1 :]
    return bytes(data)


def drain(data: bytes) -> None:
    with contextlib.suppress(DatelineError):
        for found in unpack(Member(io.BytesIO(data), Source("x", "/x")), Budget(Limits(total_bytes=5_000_000))):
            if isinstance(found, Member):
                found.file.read()
                assert found.source.name.encode()  # it can be printed
            else:
                assert str(found).encode()


@examples(400)
@given(mutated())
def test_nothing_but_a_dateline_error_leaves_a_damaged_container(data: bytes) -> None:
    drain(data)


@examples(200)
@given(
    st.sampled_from([b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b\x08", b"BZh9", b"\xfd7zXZ\x00", b"WARC/1.0\r\n", b""]),
    st.binary(max_size=600),
)
def test_nothing_but_a_dateline_error_leaves_noise(magic: bytes, noise: bytes) -> None:
    drain(magic + noise)
