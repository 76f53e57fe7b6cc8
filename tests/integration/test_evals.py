"""What evals/ measures, on invented data and on the samples: real workers, archives and processes."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from evals import encoders, gate, multihop, reading
from evals.cache import cached_archive, ingested
from evals.datasets.multihop import Fact
from evals.datasets.multihop import Item as Hop
from evals.datasets.squad import Item as Read
from evals.results import KEYS
from evals.run import main
from evals.systems import MODULES
from ingest import Archive, ingest
from ingest.archive.archive import Found
from qa.question.question import Question
from qa.reader.evidence import Evidence
from qa.retrieval.retrieval import Candidate
from tests.conftest import GUARD, ROOT

pytestmark = pytest.mark.part("evals")

Json = dict[str, Any]

EVALS = ROOT / "evals"
ASKED = "2031-03-07"
TIMES = {"p50_s", "p95_s", "search_p50_s", "search_p95_s", "peak_rss_gb", "index_s", "index_peak_rss_gb"}

# name, day, headline, text
ARTICLES = [
    (
        *("ferry", "2031-03-03", "Ferry sinks off Cape Morrow"),
        "The ferry Long Way sank off Cape Morrow on Monday. Delphine Roake, the captain of the Long Way, was the "
        "last to leave it.",
    ),
    (
        *("inquiry", "2031-03-04", "Inquiry into the sinking"),
        "An inquiry into the sinking of the Long Way opens in May. It will hear Delphine Roake first.",
    ),
    (
        *("tunnel", "2031-03-02", "Tunnel gets dearer"),
        "The harbour tunnel in Millbrook will cost 712 million crowns, the council said. It was to open in 2035.",
    ),
    (
        *("protest", "2031-03-05", "Anglers against the tunnel"),
        "Anglers marched against the harbour tunnel in Millbrook on Wednesday. They fear for the eels.",
    ),
    (
        *("nurses", "2031-03-05", "Hospital hires"),
        "The hospital in Saint-Orme will hire 340 nurses before the autumn, its director Ilse Brandt said.",
    ),
    (
        *("hospital", "2031-02-20", "Hospital roof repaired"),
        "The roof of the hospital in Saint-Orme has been repaired. The work took nine weeks.",
    ),
    (
        *("mill", "2031-03-09", "Paper mill closed"),  # two days after the quiz
        "The paper mill in Vanter was closed on Sunday because the river had turned green.",
    ),
    (
        *("river", "2031-02-11", "River in Vanter"),
        "Swimmers complained of a smell in the river in Vanter. The town took samples of the water.",
    ),
    (
        *("marathon", "2031-03-10", "Marathon in Brine Harbour"),  # three days after it
        "Tobin Askel won the marathon in Brine Harbour in two hours and nine minutes.",
    ),
    (
        *("runners", "2031-03-01", "Runners in Brine Harbour"),
        "Brine Harbour expects 4,000 runners at its marathon next week. Streets will be closed from six o'clock.",
    ),
    (
        *("museum", "2031-03-06", "A museum for two towns"),
        "The lighthouse museum will be shared by Port Kessel and Dunmarrow, the province decided on Thursday.",
    ),
    (
        *("quiz", "2031-03-07", "The week's quiz"),
        "Who was captain of the ferry Long Way? Delphine Roake. Who won the marathon in Brine Harbour? Tobin Askel.",
    ),
]

# question, answers, articles
QUESTIONS = [
    ("Who was the captain of the ferry Long Way?", ["Delphine Roake"], ["ferry", "quiz"]),
    ("How much will the harbour tunnel in Millbrook cost?", ["712 million crowns"], ["protest", "tunnel"]),
    ("How many nurses will the hospital in Saint-Orme hire?", ["340"], ["nurses", "hospital"]),
    ("Why was the paper mill in Vanter closed?", ["the river had turned green"], ["mill", "river"]),
    ("Who won the marathon in Brine Harbour?", ["Tobin Askel"], ["marathon", "runners"]),
    ("Which towns will share the lighthouse museum?", ["Dunmarrow", "Port Kessel"], ["museum", "inquiry"]),
]
LATE = 4  # the question whose only answer came too late


def address(name: str) -> str:
    return f"https://news.example/2031/{name}"


def write_quiz(folder: Path) -> None:
    folder.mkdir()
    with (folder / "articles.jsonl").open("w", encoding="utf-8") as file:
        for name, day, title, text in ARTICLES:
            record = {"url": address(name), "title": title, "published": day, "authors": ["Ines Vo"], "text": text}
            file.write(json.dumps(record) + "\n")
    with (folder / "questions.jsonl").open("w", encoding="utf-8") as file:
        for number, (words, answers, names) in enumerate(QUESTIONS):
            asked = {"id": f"20310307_{number}", "asked": ASKED, "source": "Example", "question": words}
            file.write(json.dumps(asked | {"answers": answers, "urls": list(map(address, names))}) + "\n")


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{GUARD}{os.pathsep}{ROOT}"}


@dataclass(frozen=True)
class Measured:
    """A quiz that was run twice.

    Attributes:
        first: what the first run wrote.
        again: what the second run wrote.
        told: what the first run printed.
        warned: what the second said on standard error.
        answers: of the worker, with passages.
        kept: bytes of what making the archive wrote, after each of the runs.
    """

    first: Json
    again: Json
    told: str
    warned: str
    answers: list[Json]
    kept: tuple[dict[str, tuple[int, bytes]], ...]


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> Measured:
    folder = tmp_path_factory.mktemp("evals")
    write_quiz(folder / "quiz")
    runs, done, kept = [], [], []
    for name in ("first", "again"):
        command = ["-m", "evals.run", "realtimeqa", "--data", "quiz", "--years", "2031", "--cache", "cache"]
        done.append(
            subprocess.run(
                [sys.executable, *command, "--json", f"{name}.json"],
                cwd=folder,
                env=environment(),
                capture_output=True,
                text=True,
            )
        )
        assert done[-1].returncode == 0, done[-1].stderr
        runs.append(json.loads((folder / f"{name}.json").read_text(encoding="utf-8")))
        (made,) = (folder / "cache").iterdir()
        files = [made / "index.facts.json", made / "articles.jsonl"]
        kept.append({file.name: (file.stat().st_mtime_ns, file.read_bytes()) for file in files})
        # As if the archive had been made by another state of ingest/: the second run has to say so.
        report = json.loads((made / "ingested.json").read_text(encoding="utf-8"))
        (made / "ingested.json").write_text(json.dumps(report | {"code": "another"}), encoding="utf-8")
    answers = [json.loads(line) for line in (made / "ask.jsonl").read_text(encoding="utf-8").splitlines()]
    return Measured(runs[0], runs[1], done[0].stdout, done[1].stderr, answers, tuple(kept))


# A quiz over an archive


def test_every_figure_is_there_and_shares_are_shares(measured: Measured) -> None:
    figures = measured.first["systems"]["dateline"]
    assert set(KEYS) <= set(figures)
    plain = {"cited_words", "questions", "articles", "passages", "stale"} | TIMES
    for name, value in figures.items():
        assert value is not None, name
        assert value >= 0, name
        assert name in plain or value <= 1, name
    assert (figures["citations_exact"], figures["uncited_sentences"]) == (1, 0)
    assert (figures["questions"], figures["articles"]) == (6, 11)
    assert figures["passages"] >= 11
    assert set(measured.first["intervals"]["dateline"]) >= {"hit@1", "short_f1_forced", "aurc", "answered"}


def test_the_run_tells_what_was_asked(measured: Measured) -> None:
    options = measured.first["options"]
    assert {name: options[name] for name in options if name != "published"} == {
        "years": [2031],
        "asked": 6,
        "articles": 11,
        "quiz_pages_left_out": 1,
        "unusable_left_out": 0,
        "listed": 6,
        "embedder": "all-MiniLM-L6-v2",
        "passage_words": 130,
        "failed": {},
        "findable": 5,
        "withdrawable": 5,
        "withdrawable_and_held": 5,
    }
    assert measured.first["command"].startswith("python -m evals.run realtimeqa --data DIR --years 2031")
    assert "| hit@10 | 100.0 % (100.0–100.0) |" in measured.told


def test_what_stands_in_the_articles_is_found_and_cited(measured: Measured) -> None:
    figures = measured.first["systems"]["dateline"]
    assert figures["hit@10"] == figures["hit_500w"] == 1
    rows = measured.first["answers"]["dateline"]
    assert [row["hit_rank"] is not None for row in rows] == [number != LATE for number in range(6)]
    for (_, answers, _), row in zip(QUESTIONS, rows, strict=True):
        cited = any(answer in quote for answer in answers for quote in row["forced"]["quotes"])
        assert row["metrics"]["citation_hit_forced"] == row["right"] == cited
    assert sum(row["right"] for row in rows) >= 3


def test_nothing_is_found_that_was_published_three_days_after_the_quiz(measured: Measured) -> None:
    days = {f"url {address(name).removeprefix('https://')}": day for name, day, _, _ in ARTICLES}
    for found in measured.answers:
        assert found["documents"]
        assert all(days[identity] <= "2031-03-09" for identity in found["documents"])
        assert not any("Askel" in text for text in [*found["passages"], *found["quotes"], *found["forced"]["quotes"]])
    row = measured.first["answers"]["dateline"][LATE]
    assert (row["findable"], row["stands"], row["hit_rank"], row["held_by"]) == (False, False, None, 1)
    assert all(value is None for name, value in row["metrics"].items() if name.startswith("hit"))


def test_what_was_published_two_days_after_the_quiz_is_found(measured: Measured) -> None:
    assert any("turned green" in text for text in measured.answers[3]["passages"])


def test_the_quiz_page_is_nowhere(measured: Measured) -> None:
    used = {identity for found in measured.answers for identity in found["documents"]}
    assert not any("quiz" in each for each in used)


def test_withdrawn_articles_are_not_cited(measured: Measured) -> None:
    for (_, answers, _), found in zip(QUESTIONS, measured.answers, strict=True):
        wordy = answers != ["340"]  # a number alone is not withdrawn
        assert ("withdrawn" in found) is wordy
        quotes = found["withdrawn"]["quotes"] if wordy else []
        assert not any(answer in quote for answer in answers for quote in quotes)


def test_a_second_run_makes_no_archive_and_finds_the_same(measured: Measured) -> None:
    first, again = measured.kept
    assert again == first
    one, other = (run["systems"]["dateline"] for run in (measured.first, measured.again))
    assert {name: one[name] for name in one if name not in {*TIMES, "stale"}} == {
        name: other[name] for name in other if name not in {*TIMES, "stale"}
    }
    assert (one["stale"], other["stale"]) == (0, 1)
    assert measured.again["curves"] == measured.first["curves"]
    for before, after in zip(*(run["answers"]["dateline"] for run in (measured.first, measured.again)), strict=True):
        assert [before[name] for name in ("id", "answered", "short", "quotes", "forced")] == [
            after[name] for name in ("id", "answered", "short", "quotes", "forced")
        ]


def test_an_archive_made_by_another_state_of_the_code_is_used_with_a_warning(measured: Measured) -> None:
    assert "--fresh rebuilds it" in measured.warned


# The command


@pytest.mark.parametrize("arguments", [["nothing"], [], ["realtimeqa"]])
def test_wrong_usage_ends_with_2(run: Callable[..., subprocess.CompletedProcess[str]], arguments: list[str]) -> None:
    done = run("-m", "evals.run", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: python -m evals.run" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["--years", "MMXXXI"],
        ["--years", ","],
        ["--systems", "dateline,solr"],
        ["--systems", ","],
        ["--limit", "0"],
        ["--articles", "-1"],
    ],
)
def test_wrong_values_end_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["realtimeqa", "--data", str(tmp_path), *arguments])
    assert stopped.value.code == 2
    assert arguments[0] in capsys.readouterr().err


@pytest.mark.parametrize("dataset", ["realtimeqa", "squad", "xquad", "onestopqa", "multihop_rag_500", "seed"])
def test_missing_data_ends_with_1_and_names_the_folder(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], dataset: str
) -> None:
    cache = ["--cache", str(tmp_path / "cache")] if dataset in ("realtimeqa", "multihop_rag_500") else []
    assert main([dataset, "--data", str(tmp_path / "none"), *cache]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("evals: ")
    assert str(tmp_path / "none") in told.err
    assert not (tmp_path / "cache").exists()


def test_missing_data_of_a_process_is_told_without_a_traceback(
    run: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    done = run("-m", "evals.run", "realtimeqa", "--data", tmp_path, "--json", "out.json")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"evals: {tmp_path} holds no questions.jsonl[.gz]")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out.json").exists()


# Archives that are kept

MAKE = """
import json, sys
from pathlib import Path
from evals.cache import cached_archive

records = [json.loads(line) for line in Path(sys.argv[2]).read_text(encoding="utf-8").splitlines()]
cached_archive(Path(sys.argv[1]), records).close()
"""


def test_an_archive_whose_making_was_killed_goes_on(tmp_path: Path) -> None:
    records = [
        {
            "url": address(f"boat-{n}"),
            "title": f"Boat {n} leaves",
            "published": "2031-03-04",
            "text": f"Boat {n} left Cape Morrow with {n + 7} crates of salt. Its captain has gone there {n} times.",
        }
        for n in range(250)
    ]
    given, folder = tmp_path / "given.jsonl", tmp_path / "kept"
    given.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    making = subprocess.Popen(
        [sys.executable, "-c", MAKE, str(folder), str(given)], env=environment(), stderr=subprocess.PIPE
    )
    assert making.stderr is not None
    told = b""
    while not re.search(rb"[1-9]\d* articles", told):
        more = os.read(making.stderr.fileno(), 4096)
        assert more, told.decode()
        told += more
    making.kill()
    assert making.wait() < 0
    making.stderr.close()
    assert (folder / "archive").exists()
    assert not (folder / "ingested.json").exists()

    with cached_archive(folder, records) as archive:
        assert archive.n_articles == 250
        report = ingested(archive)
    assert report["unchanged"] > 0
    assert report["unchanged"] + report["added"] == 250
    assert report["failed"] == []

    with cached_archive(folder, []) as archive:  # what is finished is not made again
        assert archive.n_articles == 250
        assert ingested(archive) == report


# Questions that need several articles


def test_facts_are_found_and_ranked(tmp_path: Path) -> None:
    facts = [
        Fact(f"fact-{n}", title, "Valley Wire", f"{day}T09:00:00+00:00", address(name), "Ines Vo", text)
        for n, (name, day, title, text) in enumerate(ARTICLES[:8])
    ]
    items = [
        Hop("m1", "inference", "Who was captain of the Long Way, whose sinking has an inquiry?", "Delphine Roake",
            ("fact-0", "fact-1")),
        Hop("m2", "comparison", "How many nurses will the hospital in Saint-Orme hire?", "340 nurses", ("fact-4",)),
        Hop("m3", "null", "Which orchestra played at the wedding of Quillon Farr?", "Insufficient information.", ()),
    ]  # fmt: skip
    result = multihop.run(items, facts, tmp_path)
    figures = result.figures()
    for name in ("hits@4", "hits@10", "mrr@10", "map@10", "recall@10", "refused_null", "answered", "short_em_forced"):
        value = figures[name]
        assert value is not None
        assert 0 <= value <= 1
    assert figures["hits@10"] == figures["recall@10"] == figures["citations_exact"] == 1
    assert figures["uncited_sentences"] == 0
    assert (figures["articles"], figures["questions"]) == (8, 3)
    first, second, null = result.rows
    assert {"fact-0", "fact-1"} <= set(first.detail["documents"])
    assert second.detail["documents"][0] == "fact-4"
    assert second.metrics["mrr@10"] == 1
    assert "mrr@10" not in null.metrics
    assert null.metrics["refused_null"] == 1
    assert null.right == 0


# Reading


PARAGRAPH = (
    "The lighthouse of Dunmarrow was built in 1874 by Hester Quay. It is 41 metres high and stands on a reef. The last "
    "keeper, Tobin Askel, left it in 1988, and the lamp has been lit by a clock since then."
)


def test_a_paragraph_is_read_by_the_shipped_reader() -> None:
    items = [
        Read("r1", "Dunmarrow", PARAGRAPH, "Who built the lighthouse of Dunmarrow?", ("Hester Quay", "Quay")),
        Read("r2", "Dunmarrow", PARAGRAPH, "Which orchestra played at the wedding of Quillon Farr?", ()),
    ]
    result = reading.run(items)
    figures = result.figures()
    assert (figures["questions"], figures["articles"], figures["passages"]) == (2, 1, 1)
    assert figures["citations_exact"] == 1
    assert figures["f1_forced"] == figures["citation_hit_forced"] == figures["refused_unanswerable"] == 1
    assert all(row.seconds is not None and row.seconds > 0 for row in result.rows)


class Told:
    """A reader that was told which sentence and which words to give, and how sure to be."""

    def __init__(self, *told: tuple[str, str | None, float]) -> None:
        self.told = [told[0], *told]  # the first question is asked once before it counts

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[Evidence]:
        words, short, confidence = self.told.pop(0)
        start = PARAGRAPH.index(words)
        sentence = PARAGRAPH[start : PARAGRAPH.index(".", start) + 1]
        return [Evidence(candidates[0].hit, (start, start + len(sentence)), sentence, confidence, short)]


def test_reading_is_scored_as_squad_scores_it() -> None:
    asked = [
        ("Who was the last keeper?", ("Tobin Askel",)),
        ("When was the lighthouse built?", ("1874", "in 1874")),
        ("How high is the lighthouse?", ("41 metres",)),
        ("Who owns it now?", ()),
        ("Who painted it?", ()),
    ]
    items = [Read(f"r{n}", "Dunmarrow", PARAGRAPH, words, answers) for n, (words, answers) in enumerate(asked)]
    result = reading.run(
        items,
        Told(
            ("The last", "keeper Tobin Askel", 0.99),  # one word too many
            ("The last", "1988", 0.98),  # wrong, and sure
            ("It is 41", "41 metres", 0.01),  # right, and refused
            ("The last", "Tobin Askel", 0.97),  # nobody is right
            ("The last", "Hester Quay", 0.02),  # refused, as it should be
        ),
    )
    rows = [row.metrics for row in result.rows]
    assert [row["answered"] for row in rows] == [1, 1, 0, 1, 0]
    assert [row["em"] for row in rows] == [0, 0, 0, 0, 1]
    assert [row["f1"] for row in rows] == pytest.approx([0.8, 0, 0, 0, 1])
    assert [row.get("em_forced") for row in rows] == [0, 0, 1, None, None]
    assert [row.get("f1_forced") for row in rows[:3]] == pytest.approx([0.8, 0, 1])
    assert [row.get("citation_hit") for row in rows] == [1, 0, None, None, None]
    assert [row.get("citation_hit_forced") for row in rows] == [1, 0, 1, None, None]
    assert [row.get("refused_unanswerable") for row in rows] == [None, None, None, 0, 1]
    assert [row["citations_exact"] for row in rows] == [1] * 5
    assert [row.right for row in result.rows] == [1, 0, 1, 0, 0]
    figures = result.figures()
    assert (figures["f1"], figures["f1_answerable"]) == (pytest.approx(0.36), pytest.approx(0.8 / 3))
    assert figures["aurc"] == pytest.approx(1 - (1 + 1 / 2 + 1 / 3 + 1 / 4 + 2 / 5) / 5)


def test_passages_of_a_paragraph_stand_in_it() -> None:
    long = " ".join(f"{PARAGRAPH} Chapter {n} ends here." for n in range(20))
    found: list[Found] = [candidate.hit for candidate in reading.candidates(Read("r", "", long, "Who?", ()))]
    assert len(found) > 1
    for each in found:
        assert long[each.passage.start : each.passage.end] == each.passage.text


# The gate


@pytest.mark.smoke
def test_the_gate_is_open(samples: Archive) -> None:
    ledger = json.loads(gate.FLOORS.read_text(encoding="utf-8"))
    assert gate.problems(gate.measure(samples), ledger) == []
    assert gate.rewritten() == []


# What the alternatives are


def test_another_encoder_is_compared_without_another_archive(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_quiz(tmp_path / "quiz")
    place, out, cache = tmp_path / "archive", tmp_path / "found.json", tmp_path / "cache"
    ingest(tmp_path / "quiz" / "articles.jsonl", place)
    arguments = f"--data {tmp_path / 'quiz'} --archive {place} --cache {cache} --json {out}".split()
    assert encoders.main(arguments) == 0
    found = json.loads(out.read_text())
    assert found["ranks"].keys() == {"default", "the other"}
    assert found["questions"] == len(found["ranks"]["default"]) > 0
    assert all(rank for ranks in found["ranks"].values() for rank in ranks)  # what is findable stands in few passages
    assert "hit@10 | 100.00% | 100.00% | +0.00%" in capsys.readouterr().out
    kept = {path: path.stat().st_mtime_ns for path in (cache / "encoders").glob("*.npz")}
    assert len(kept) == 2
    assert encoders.main(arguments) == 0
    assert {path: path.stat().st_mtime_ns for path in (cache / "encoders").glob("*.npz")} == kept
    assert json.loads(out.read_text()) == found


def test_without_an_archive_it_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_quiz(tmp_path / "quiz")
    assert encoders.main(["--data", str(tmp_path / "quiz"), "--archive", str(tmp_path / "none")]) == 1
    assert "there is no archive" in capsys.readouterr().err


def imported(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            names.add(node.module or "")
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


ALTERNATIVES = sorted(path for path in (EVALS / "systems").glob("*.py") if path.name != "dateline.py")


def test_every_system_has_its_file() -> None:
    assert {f"{module}.py" for module in MODULES.values()} <= {p.name for p in (EVALS / "systems").glob("*.py")}


@pytest.mark.parametrize("path", ALTERNATIVES, ids=lambda path: path.stem)
def test_an_alternative_is_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 80


@pytest.mark.parametrize(
    "path", [EVALS / "worker.py", EVALS / "__init__.py", *ALTERNATIVES], ids=lambda path: path.stem
)
def test_what_runs_the_alternatives_imports_nothing_of_dateline(path: Path) -> None:
    for name in imported(path):
        top, _, rest = name.partition(".")
        assert top not in {"qa", "ingest", "ui"}
        # Of evals too only what stands beside them, so that nothing comes in by a detour.
        assert top != "evals" or rest.startswith("systems")
