from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from evals.copies import are_one, exact_pairs, kinds_missed, main, score, table, timed
from evals.datasets.base import DataMissing, read_lines
from evals.datasets.copies import (
    Pair,
    basil_articles,
    bbc_articles,
    labelled_pairs,
    neighbours_that_are_copies,
    reuters_articles,
)
from evals.edits import EDITS, edited_copies, neighbours
from tests.stories import OTHER, PARAGRAPHS, STORY, article, auction

pytestmark = pytest.mark.part("evals")

DATASETS = Path(__file__).parents[2] / "evals" / "datasets"


# the data


@pytest.mark.parametrize(("sample", "number"), [("tune", 60), ("test", 100), ("fresh", 100)])
def test_labels_are_ids_and_reasons_alone_and_spread_over_the_bands(sample: str, number: int) -> None:
    records = list(read_lines(DATASETS / f"copies_reuters_{sample}.jsonl"))
    assert len(records) == number
    assert set(Counter(record["band"] for record in records).values()) == {number // 10}
    for record in records:
        assert set(record) == {"a", "b", "band", "label", "reason"}
        assert record["label"] in ("copy", "other")
        assert len(record["reason"]) < 80


def test_no_article_is_in_two_pairs() -> None:
    names = ("tune", "test", "fresh")
    records = [record for name in names for record in read_lines(DATASETS / f"copies_reuters_{name}.jsonl")]
    ids = [record[side] for record in records for side in "ab"]
    doubled = {i for i, count in Counter(ids).items() if count > 1}
    assert doubled == set()


def test_what_a_folder_lacks_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for read in (reuters_articles, bbc_articles, basil_articles):
        with pytest.raises(DataMissing, match="--data names the folder"):
            read(tmp_path)
    assert main(["--data", str(tmp_path)]) == 1
    assert capsys.readouterr().err.count("skipped:") == 3


def test_the_formats_are_read(tmp_path: Path) -> None:
    full = tmp_path / "reuters21578" / "data" / "full"
    full.mkdir(parents=True)
    body = "The ferry was late,\nagain.\n    It sailed at noon.\n Reuter\n\x03"
    records = [
        {"id": "7", "title": "FERRY LATE", "date": " 3-MAR-1987 16:03:11.70", "body": body},
        {"id": "8", "title": "NOTHING", "date": "odd"},
        {"id": "9", "date": "99-MAR-1987 16:03", "body": "No title."},
    ]
    (full / "reuters-000.json").write_text(json.dumps(records))
    found = reuters_articles(tmp_path / "reuters21578")
    assert set(found) == {"7", "9"}
    assert found["7"].text == "The ferry was late, again.\n\nIt sailed at noon."
    assert str(found["7"].published) == "1987-03-03T16:03"
    assert (found["9"].published, found["9"].headline) == (None, "Untitled")
    with pytest.raises(DataMissing, match="is missing"):
        labelled_pairs(found, "tune")
    topic = tmp_path / "bbc_news" / "tech"
    topic.mkdir(parents=True)
    (topic / "001.txt").write_text("Ferry late\n\nIt was.\n\nAgain.")
    assert bbc_articles(tmp_path / "bbc_news")["tech/001"].text == "It was.\n\nAgain."


# the edits

LONG = article("long", STORY.replace("“", '"').replace("”", '"'), publisher="Reuters")


@pytest.mark.parametrize("kind", sorted(EDITS))
def test_each_edit_changes_an_article_the_same_way_each_time(kind: str) -> None:
    first, second = (EDITS[kind](random.Random(4), LONG) for _ in range(2))
    assert first is not None
    assert first == second
    assert first != LONG


def test_an_edit_that_finds_nothing_to_work_on_says_so() -> None:
    plain = article("p", "The ferry was late and nobody knew why.")
    for kind in ("cut", "reordered", "figure", "quote dropped"):
        assert EDITS[kind](random.Random(4), plain) is None


def test_edited_copies_are_of_all_kinds_and_no_article_is_used_twice() -> None:
    pool = [article(f"n{n}", f"{LONG.text} It was the {n}th vote.") for n in range(30)]
    pairs = edited_copies(pool, 1, 16)
    assert set(Counter(pair.kind for pair in pairs).values()) == {2}
    assert len({pair.first.identity for pair in pairs}) == 16
    assert all(pair.copy and pair.first.article_id != pair.second.article_id for pair in pairs)


def test_neighbours_leave_out_what_was_found_to_be_a_copy() -> None:
    pool = [article("a", f"{STORY} Rain."), article("b", f"{STORY} Snow."), article("c", OTHER + " " + PARAGRAPHS[0])]
    pairs = neighbours(pool, 1, 3)
    assert {frozenset((pair.first.identity, pair.second.identity)) for pair in pairs} >= {frozenset("ab")}
    left = neighbours(pool, 1, 3, [("a", "b")])
    assert all({pair.first.identity, pair.second.identity} != {"a", "b"} for pair in left)
    assert all(a < b for a, b in neighbours_that_are_copies())


# the figures


def test_scores_count_what_was_decided() -> None:
    copy, other = article("copy", "\n\n".join(PARAGRAPHS[:4])), article("other", OTHER)
    assert are_one(LONG, copy)
    assert not are_one(LONG, other)
    pairs = [Pair(LONG, copy, True, "cut"), Pair(LONG, other, False, "x"), Pair(LONG, other, True, "lost", "why")]
    found = score("some", pairs)
    assert (found.pairs, found.copies, found.detected, found.wrong) == (3, 2, 1, 0)
    assert (found.precision, found.recall) == (1.0, 0.5)
    assert kinds_missed([found]) == {"some": {"why": 1}}
    assert "100.0 %  50.0 %" in " ".join(table([found]).split("\n")[1].split()).replace("100.0 % 50.0", "100.0 %  50.0")
    nothing = score("none", [])
    assert (nothing.precision, nothing.recall) == (None, None)


def test_exact_duplicates_are_paired_with_the_first() -> None:
    same = [article("a"), article("b"), article("c", OTHER), article("d")]
    assert [(p.first.identity, p.second.identity) for p in exact_pairs(same)] == [("a", "b"), ("a", "d")]


def test_time_is_taken_on_a_real_index() -> None:
    articles = [article(f"n{n}", auction("Skarn", f"{n}0", f"{n}1", f"{n}2", f"{n}3")) for n in range(1, 9)]
    found = timed([*articles, article("again", articles[0].text)])
    assert (found["articles"], found["origins"], found["largest_group"]) == (9, 8, 2)
    assert found["seconds"] > 0
