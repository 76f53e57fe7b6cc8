"""Taking in beside everything else: one at a time, with progress, to be stopped."""

from __future__ import annotations

import json
import threading
from pathlib import Path

from ingest import Archive, Upload
from ingest.sources.fetching.fetcher import Fetcher
from tests.web import HERE, serving
from ui.state.intake import Batch, Intake, Progress


def records(path: Path, count: int) -> Path:
    lines = [
        {"guid": f"{path.name} {n}", "title": f"Ferry {n}", "text": f"Ferry number {n} sailed."} for n in range(count)
    ]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return path


def test_a_batch_ends_with_its_report_and_lets_go_of_its_files(archive: Archive, tmp_path: Path) -> None:
    ended: list[str] = []
    path = records(tmp_path / "a.jsonl", 200)
    batch = Batch([Upload(path, "a.jsonl")], ended=lambda: ended.append("once"))
    looks = list(Intake(archive).run(batch))
    assert looks[0].state == "reading"
    assert looks[-1].state == "done"
    assert looks[-1].report.added == 200
    assert looks[-1].done == looks[-1].total == path.stat().st_size
    assert ended == ["once"]
    assert archive.n_articles == 200


def test_a_second_batch_waits_for_the_first_and_is_told_so(archive: Archive, tmp_path: Path) -> None:
    intake = Intake(archive)
    first = intake.run(Batch([records(tmp_path / "a.jsonl", 100)]))
    assert next(first).state == "reading"
    states: list[str] = []
    other = threading.Thread(
        target=lambda: states.extend(
            progress.state for progress in intake.run(Batch([records(tmp_path / "b.jsonl", 3)]))
        )
    )
    other.start()
    list(first)
    other.join(60)
    assert states[-1] == "done"
    assert archive.n_articles == 103


def test_who_waits_can_be_stopped_and_the_files_are_let_go(archive: Archive, tmp_path: Path) -> None:
    intake = Intake(archive)
    first = intake.run(Batch([records(tmp_path / "a.jsonl", 300)]))
    next(first)
    ended: list[int] = []
    waiting = Batch([records(tmp_path / "b.jsonl", 3)], ended=lambda: ended.append(1))
    second = intake.run(waiting)
    assert next(second).state == "waiting"
    intake.stop(waiting.id)
    assert [progress.state for progress in second] == ["stopped"]
    assert ended == [1]
    assert list(first)[-1].state == "done"


def test_what_went_in_before_a_stop_stays(archive: Archive, tmp_path: Path) -> None:
    intake = Intake(archive)
    batch = Batch([records(tmp_path / "a.jsonl", 1_000)])
    last = Progress("waiting")
    for last in intake.run(batch):
        if last.report.added:
            intake.stop(batch.id)
    assert last.state == "stopped"
    assert 0 < archive.n_articles == last.report.added < 1_000
    assert archive.check() == []
    assert list(intake.run(Batch([records(tmp_path / "b.jsonl", 3)])))[-1].state == "done"


def test_it_goes_on_where_nobody_looks_any_more(archive: Archive, tmp_path: Path) -> None:
    over = threading.Event()
    run = Intake(archive).run(Batch([records(tmp_path / "a.jsonl", 100)], ended=over.set))
    next(run)
    run.close()
    assert over.wait(60)
    assert archive.n_articles == 100


def test_addresses_are_fetched_and_private_ones_refused(archive: Archive) -> None:
    with serving() as site:
        site.answers["/a.html"] = (
            "<html><h1>Ferry sinks</h1><p>The ferry Grey Petrel sank on Monday off Kittern.</p></html>"
        )
        refused = list(Intake(archive).run(Batch([site.url("/a.html")])))[-1]
        assert refused.state == "done"
        assert len(refused.report.failed) == 1
        with Fetcher(allow=HERE) as fetcher:
            taken = list(Intake(archive, fetcher).run(Batch([site.url("/a.html")], True, 5)))[-1]
        assert taken.report.added == 1


def test_an_error_that_nobody_foresaw_ends_it_and_the_next_one_begins(archive: Archive, tmp_path: Path) -> None:
    intake = Intake(archive)
    progress = list(intake.run(Batch([None])))[-1]  # type: ignore[list-item]
    assert (progress.state, progress.problem) == ("failed", "")
    assert list(intake.run(Batch([records(tmp_path / "a.jsonl", 1)])))[-1].state == "done"
