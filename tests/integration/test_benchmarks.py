"""The benchmarks run, on little, and give the figures that documents quote."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from benchmarks import answer, archives, encoders, ingest, odd, plots, retrieval, vectors
from benchmarks.measure import quantile
from evals.datasets.base import DataMissing
from ingest import Archive
from tests.stories import PARAGRAPHS

pytestmark = pytest.mark.part("benchmarks")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Data of RealTime QA's form, made up: 40 articles and four questions."""
    folder = tmp_path_factory.mktemp("data") / "realtimeqa"
    folder.mkdir()
    with gzip.open(folder / "articles.jsonl.gz", "wt") as file:
        for at in range(40):
            text = " ".join([f"The {at}th ferry sailed.", PARAGRAPHS[at % len(PARAGRAPHS)]])
            record = {"url": f"https://example.com/{at}", "title": f"Ferry {at}", "text": text}
            file.write(json.dumps(record | {"published": f"2024-05-{at % 28 + 1:02}"}) + "\n")
    with gzip.open(folder / "questions.jsonl.gz", "wt") as file:
        for at in range(4):
            facts = {"id": str(at), "asked": "2024-05-20", "answers": ["a"], "urls": []}
            file.write(json.dumps(facts | {"question": f"Who sailed on ferry number {at}?"}) + "\n")
    return folder.parent


@pytest.fixture(scope="module")
def cache(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache")
    archives.make(data, folder)
    return folder


def test_each_archive_is_the_beginning_of_the_next(data: Path, cache: Path) -> None:
    held = {}
    for share, path in archives.existing_archives(cache).items():
        with Archive.open(path) as archive:
            held[share] = {head.article_id for head in archive.listing()}
    assert {share: len(ids) for share, ids in held.items()} == {5: 2, 30: 12, 100: 40}
    assert held[5] < held[30] < held[100]


def test_making_goes_on_where_it_was_cut_off_and_refuses_what_is_of_another_collection(data: Path, cache: Path) -> None:
    made = archives.make(data, cache)
    archives._place(cache, 100).rename(cache / "aside")
    assert archives.make(data, cache) == made
    with Archive.open(made[100]) as archive:
        assert archive.n_articles == 40
    with pytest.raises(DataMissing, match="of another collection"):
        archives.make(data, cache, limit=9)


def test_retrieval(data: Path, cache: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "retrieval.json"
    assert retrieval.main([*f"--data {data} --cache {cache} --questions 4 --json {out}".split()]) == 0
    found = json.loads(out.read_text())
    assert found["growth"].keys() == {"none", "a week", "a month", "five years"}
    assert all(set(each["recall_at_20"].values()) == {1.0} for each in found["archives"].values())
    assert "p95, largest / smallest" in capsys.readouterr().out


def test_answers_and_ingestion_of_the_samples(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "answer.json"
    assert answer.main(["--cache", str(tmp_path), "--json", str(out)]) == 0
    found = json.loads(out.read_text())["archives"]["samples"]
    assert found["whole"]["p95_ms"] >= found["steps"]["read"]["p50_ms"] > 0
    assert found["at_once"].keys() == {"1", "4", "16"}
    out = tmp_path / "ingest.json"
    assert ingest.main(["--no-langchain", "--limit", "20", "--json", str(out)]) == 0
    found = json.loads(out.read_text())
    assert found["articles"] == 20
    assert found["characters_per_s"] == pytest.approx(found["characters"] / found["seconds"])
    assert found["rerun_speedup"] > 5
    assert sum(found["steps"].values()) == pytest.approx(1)
    assert 0.05 < found["steps"]["encoding"] < 1  # the samples are few: fixed costs count
    assert "passages/s" in capsys.readouterr().out


@pytest.mark.smoke
def test_odd_archives_and_the_encoder(tmp_path: Path) -> None:
    out = tmp_path / "odd.json"
    assert odd.main(f"--articles 60 --words 3000 --json {out}".split()) == 0
    found = json.loads(out.read_text())
    assert (found["articles"], found["withheld"]) == (60, 30)
    assert found["before"]["nothing"]["found"] == found["after"]["nothing"]["found"] == 0
    assert found["before"]["none"]["found"] > 0 < found["after"]["none"]["found"]
    assert encoders.main(f"--passages 8 --json {out}".split()) == 0
    shipped = json.loads(out.read_text())["encoders"]["as it ships here"]
    assert 0.97 < shipped["cosine_least"] < shipped["cosine_mean"] < 1


def test_plots(tmp_path: Path) -> None:
    spread = {"p50_ms": 20.0, "p95_ms": 30.0}
    each = {"passages": 100, "warm": {"none": spread}, "steps": {"read": spread}}
    whole = {"archives": {"5": each, "100": each | {"passages": 2_000}}, "growth": {"none": 1.0}}
    whole |= {"steps": {"encoding": 0.8, "the rest": 0.2}}
    (tmp_path / "all.json").write_text(json.dumps(whole))
    given = [f"--{name}={tmp_path / 'all.json'}" for name in ("retrieval", "answer", "ingest")]
    assert plots.main([*given, f"--to={tmp_path}"]) == 0
    assert {path.name for path in tmp_path.glob("*.svg")} == {
        f"scale-{name}.svg" for name in ("retrieval", "answer", "ingest")
    }


def test_a_quantile_is_one_of_the_values() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert quantile([1.0], 0.95) == 1.0


def test_data_that_is_not_there_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert retrieval.main(["--data", str(tmp_path), "--cache", str(tmp_path / "cache")]) == 1
    assert "holds no articles.jsonl" in capsys.readouterr().err


def test_the_nearest_in_scopes_are_measured(capsys: pytest.CaptureFixture[str]) -> None:
    assert vectors.main(["--vectors", "1200"]) == 0
    _, row = capsys.readouterr().out.splitlines()
    assert row.split()[0] == "1,000"
    assert row.endswith("1.000")  # the recall of what ships, in a scope that is compared whole
