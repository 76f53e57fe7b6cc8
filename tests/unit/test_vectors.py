from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from ingest.base.filters import NEVER, UNDATED, Scope
from ingest.index.binary_codes import Signs, signs_of
from ingest.index.vectors import _EXACT, VectorIndex, _widened
from ingest.store.records import Entry
from tests.examples import examples

SIZE = 8
ARTICLES = [f"{number:016x}" for number in (1, 2, 3, 2**63 + 5)]
VERSION = "0123456789ab"


def entry(article: int, ordinal: int, **facts: object) -> Entry:
    draw = np.random.default_rng(100 * article + ordinal)
    vector = draw.normal(size=SIZE)
    known = {"article_id": ARTICLES[article], "published": 100 * article, "available": 0, "publisher": "mercury"}
    passage_id = f"{ARTICLES[article]}:{VERSION}:{ordinal}"
    return Entry(passage_id, "", "", known | facts, (vector / np.linalg.norm(vector)).astype(np.float32))


def brute(entries: list[Entry], vector: np.ndarray, scope: Scope) -> list[str]:
    inside = [each for each in entries if scope.admits(each.metadata)]
    return [
        e.passage_id for e in sorted(inside, key=lambda e: -float(np.float16(e.vector).astype(np.float32) @ vector))
    ]


def nearest(index: VectorIndex, vector: np.ndarray, scope: Scope, limit: int = 100) -> list[str]:
    return index.nearest(vector, index.rows_in(scope), limit)


QUESTION = np.eye(SIZE, dtype=np.float32)[0]
SCOPES = [
    Scope(),
    Scope(after=100, before=200),
    Scope(before=150),
    Scope(publishers=frozenset({"star"})),
    Scope(only=frozenset(ARTICLES[1:3])),
    Scope(without=frozenset(ARTICLES[:1])),
    Scope(now=50),
]


@pytest.fixture
def entries() -> list[Entry]:
    return [
        *(entry(0, i) for i in range(3)),
        *(entry(1, i, publisher="star") for i in range(4)),
        *(entry(2, i, published=UNDATED) for i in range(2)),
        *(entry(3, i, available=60 if i else NEVER) for i in range(3)),
    ]


@pytest.mark.parametrize("scope", SCOPES)
def test_the_nearest_in_a_scope_are_those_of_comparing_all(tmp_path: Path, entries: list[Entry], scope: Scope) -> None:
    index = VectorIndex(tmp_path)
    index.replace([], entries)
    expected = brute(entries, QUESTION, scope)
    assert nearest(index, QUESTION, scope) == expected
    assert nearest(index, QUESTION, scope, 2) == expected[:2]
    ids = [each.passage_id for each in entries]
    assert index.admitted([*ids, "00000000000000ff:0123456789ab:0"], scope) == [i for i in ids if i in expected]


def test_it_is_there_again_when_it_is_opened_again(tmp_path: Path, entries: list[Entry]) -> None:
    index = VectorIndex(tmp_path)
    index.replace([], entries)
    index.agree(7, "here")
    again = VectorIndex(tmp_path)
    assert (again.revision("here"), again.revision("there")) == (7, None)
    assert again.ids() == index.ids() == {each.passage_id for each in entries}
    assert nearest(again, QUESTION, Scope()) == brute(entries, QUESTION, Scope())


@pytest.mark.parametrize("name", ["rows", "vectors"])
def test_what_was_cut_off_while_it_was_written_is_dropped(tmp_path: Path, entries: list[Entry], name: str) -> None:
    index = VectorIndex(tmp_path)
    index.replace([], entries)
    index.agree(7)
    with (tmp_path / name).open("r+b") as file:
        file.truncate((tmp_path / name).stat().st_size - 3)
    again = VectorIndex(tmp_path)
    assert again.count == len(entries) - 1
    assert nearest(again, QUESTION, Scope()) == brute(entries[:-1], QUESTION, Scope())


@pytest.mark.parametrize("state", ["", "[]", '{"version": 99, "revision": 7, "of": "", "dimension": 8}'])
def test_with_a_state_that_says_nothing_it_begins_anew(tmp_path: Path, entries: list[Entry], state: str) -> None:
    index = VectorIndex(tmp_path)
    index.replace([], entries)
    (tmp_path / "state.json").write_text(state)
    again = VectorIndex(tmp_path)
    assert (again.count, again.revision()) == (0, None)
    assert nearest(again, QUESTION, Scope()) == []


@pytest.mark.parametrize("name", ["rows", "vectors"])
def test_what_a_failed_write_left_is_dropped_before_the_next(tmp_path: Path, entries: list[Entry], name: str) -> None:
    index = VectorIndex(tmp_path)
    index.replace([], entries[:5])
    index.agree(7)
    with (tmp_path / name).open("ab") as file:
        file.write(b"as far as the disk had room")
    index.abandon()
    index.replace([], entries[5:])
    for each in (index, VectorIndex(tmp_path)):
        assert nearest(each, QUESTION, Scope()) == brute(entries, QUESTION, Scope())


def test_where_most_rows_are_free_the_files_shrink(tmp_path: Path, entries: list[Entry]) -> None:
    index = VectorIndex(tmp_path)
    for _ in range(3):
        index.replace(ARTICLES, entries)
    size = (tmp_path / "vectors").stat().st_size
    index.compact()
    index.agree(1)
    assert (tmp_path / "vectors").stat().st_size == size // 3
    for each in (index, VectorIndex(tmp_path)):
        assert nearest(each, QUESTION, Scope()) == brute(entries, QUESTION, Scope())


def test_the_state_tells_what_is_there(tmp_path: Path) -> None:
    VectorIndex(tmp_path).agree(3)
    assert json.loads((tmp_path / "state.json").read_text())["revision"] == 3
    assert VectorIndex(tmp_path).count == 0


@examples(40, HealthCheck.function_scoped_fixture)
@given(
    changes=st.lists(st.tuples(st.sets(st.integers(0, 3)), st.sets(st.tuples(st.integers(0, 3), st.integers(0, 4)))))
)
def test_whatever_is_put_in_and_taken_out_it_holds_what_is_left(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[set[int], set[tuple[int, int]]]]
) -> None:
    index = VectorIndex(tmp_path_factory.mktemp("vectors"))
    held: dict[str, Entry] = {}
    for gone, put in changes:
        gone = gone | {article for article, _ in put}
        new = [entry(*each) for each in sorted(put)]
        index.replace([ARTICLES[article] for article in gone], new)
        index.compact()
        index.agree(1)
        held = {i: each for i, each in held.items() if each.metadata["article_id"] not in {ARTICLES[a] for a in gone}}
        held |= {each.passage_id: each for each in new}
        assert index.ids() == held.keys()
        assert index.count == len(held)
        assert sorted(nearest(index, QUESTION, Scope())) == sorted(held)


def many(number: int) -> list[Entry]:
    draw = np.random.default_rng(5).normal(size=(number, 128))
    vectors = (draw / np.linalg.norm(draw, axis=1, keepdims=True)).astype(np.float32)
    facts = {"published": 0, "available": 0, "publisher": ""}
    ids = [f"{i + 1:016x}" for i in range(number)]
    return [Entry(f"{i}:{VERSION}:0", "", "", facts | {"article_id": i}, v) for i, v in zip(ids, vectors, strict=True)]


def test_in_a_small_scope_none_is_missed_and_in_a_large_one_few(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path)
    entries = many(_EXACT + 2_000)
    index.replace([], entries)
    every = index.rows_in(Scope())
    assert brute(entries, entries[0].vector, Scope())[:20] == index.nearest(entries[0].vector, every, 20, exactly=True)
    shared = dict.fromkeys((_EXACT // 2, _EXACT, len(every)), 0)
    for entry in entries[:20]:
        near = entry.vector + 0.1 * entries[-1].vector
        for size in shared:
            exact = index.nearest(near, every[:size], 20, exactly=True)
            nearest = index.nearest(near, every[:size], 20)
            assert nearest[0] == exact[0] == entry.passage_id
            shared[size] += len({*nearest} & {*exact})
    assert shared[_EXACT // 2] == shared[_EXACT] == 400
    assert 0.8 * 400 < shared[len(every)] < 400  # random vectors are the worst case: all are nearly as far


def test_of_many_that_are_alike_no_more_are_compared(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path)
    first, *others = many(5_000)
    index.replace([], [first, *(replace(each, vector=others[0].vector) for each in others)])
    rows = index.rows_in(Scope())
    assert first.vector is not None
    likely = index._signs.likely(first.vector, rows, 800)
    assert len({*likely.tolist()}) == 800
    assert rows[0] in likely


def test_a_narrow_range_of_dates_is_looked_up_as_scopes_admit_it(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path)
    days = np.random.default_rng(3).permutation(400).tolist()
    facts = [
        {
            "published": day if day % 7 else UNDATED,
            "available": NEVER if day % 11 == 0 else 0,
            "publisher": f"paper {day % 40}",
        }
        for day in days
    ]
    entries = [replace(e, metadata={**e.metadata, **f}) for e, f in zip(many(400), facts, strict=True)]
    for there in (entries[:300], entries):
        index.replace([], there[index.count :])
        for scope in (
            *(Scope(after=50, before=80), Scope(before=20), Scope(after=380, before=390), Scope(after=500)),
            Scope(after=100, before=110, publishers=frozenset(["paper 5", "paper 1"])),
        ):
            rows = index._dated(scope)
            assert rows is not None
            found = {each.split(":")[0] for each in map(index._id, index.rows_in(scope).tolist())}
            assert found == {each.metadata["article_id"] for each in there if scope.admits(each.metadata)}


@pytest.mark.parametrize("damage", [lambda path: path.unlink(), lambda path: path.write_bytes(b"cut off")])
def test_signs_that_do_not_fit_are_made_again(tmp_path: Path, entries: list[Entry], damage: object) -> None:
    index = VectorIndex(tmp_path)
    index.replace([], entries)
    index.agree(7)
    signs = (tmp_path / "signs").read_bytes()
    assert len(signs) == 8 * len(entries)
    damage(tmp_path / "signs")  # type: ignore[operator]
    again = VectorIndex(tmp_path)
    assert (tmp_path / "signs").read_bytes() == signs
    again.replace([ARTICLES[0]], entries[:1])
    assert (tmp_path / "signs").stat().st_size == 8 * (len(entries) + 1)


def test_all_finite_numbers_are_widened_as_numpy_widens_them() -> None:
    every = np.arange(2**16, dtype=np.uint16).view(np.float16)
    finite = every[np.isfinite(every)].reshape(-1, 8)
    assert np.array_equal(_widened(finite), finite.astype(np.float32))


@pytest.mark.parametrize("dimension", [5, 64, 200, 384, 1_000])
def test_signs_are_counted_and_weighed_as_said(dimension: int) -> None:
    draw = np.random.default_rng(dimension)
    vectors, asked = draw.normal(size=(3_000, dimension)).astype(np.float32), draw.normal(size=dimension)
    signs, rows = Signs(signs_of(vectors)), np.arange(3_000)[::2]
    unlike = (np.signbit(vectors) != np.signbit(asked)).sum(axis=1)
    for some in (rows, rows[::7], np.arange(3_000)):
        assert np.array_equal(signs._unlike(signs_of(asked[np.newaxis])[0], some), unlike[some])
        near = signs._sharing(signs_of(asked[np.newaxis])[0], some, 50)
        assert len({*near.tolist()}) == 50
        assert max(unlike[near]) <= np.sort(unlike[some])[49]
        assert np.array_equal(near, np.sort(near))
    against = np.where(np.signbit(vectors), asked, 0).sum(axis=1)
    likely = signs.likely(asked.astype(np.float32), rows[:200], 40)  # all of so few are weighed
    assert {*likely.tolist()} == {*rows[:200][np.argsort(against[rows[:200]])[:40]].tolist()}


def test_rows_that_are_kept_are_those_of_the_moment(tmp_path: Path) -> None:
    index = VectorIndex(tmp_path)
    entries = many(2 * _EXACT + 2_000)
    papers = [replace(each, metadata=each.metadata | {"publisher": f"paper {i % 2}"}) for i, each in enumerate(entries)]
    papers[2] = replace(papers[2], metadata=papers[2].metadata | {"available": 5_000})
    index.replace([], papers)
    scopes = [
        Scope(now=now, publishers=frozenset(of)) for of in ([], ["paper 0"], ["paper 1"]) for now in (4_999, 5_000)
    ]
    for scope in scopes * 2:
        rows = index.rows_in(scope)
        assert rows is index.rows_in(replace(scope, now=scope.now + 100 * (scope.now == 5_000)))
        assert rows.tolist() == [i for i, each in enumerate(papers) if scope.admits(each.metadata)]
        near = papers[rows[7]].vector
        assert near is not None
        exact = index.nearest(near, rows, 20, exactly=True)
        found = index.nearest(near, rows, 20)
        assert found[0] == exact[0]
        assert found == index.nearest(near, rows.copy(), 20)
    assert len(index._kept) == 4
    assert 0 < len(index._signs._expected) <= 4
    index.replace([papers[0].metadata["article_id"]], [])
    assert 0 not in index.rows_in(scopes[2])
