from __future__ import annotations

import copy
import json
import math
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals import compare, gate, report, results
from evals.compare import NotComparable, difference
from evals.losses import READ, STEPS, losses
from evals.results import KEYS, Row, SystemResult, commit, interval, machine, to_json, write
from evals.tables import cell, figures_table

pytestmark = pytest.mark.part("evals")

Json = dict[str, Any]


@pytest.fixture(autouse=True, scope="module")
def few_resamples() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (results, compare):
            patch.setattr(module, "RESAMPLES", 300)
        yield


def row(number: int, **metrics: float | None) -> Row:
    return Row(f"q-{number}", f"Who sank ferry {number}?", metrics)


# Figures of a system


def test_a_figure_is_the_mean_over_the_questions_that_have_it() -> None:
    rows = [row(1, f1=1.0, hit=None), row(2, f1=0.5, hit=1.0), row(3, f1=0.0), row(4, hit=0.0, never=None)]
    figures = SystemResult(rows, {"articles": 7.0, "index_s": None}).figures()
    assert {name: value for name, value in figures.items() if name not in KEYS or value is not None} == {
        "f1": 0.5,
        "hit": 0.5,
        "never": None,
        "questions": 4,
        "articles": 7.0,
        "index_s": None,
        "search_p50_s": None,
        "search_p95_s": None,
    }
    assert set(KEYS) <= set(figures)


def test_times_are_percentiles_over_the_questions() -> None:
    rows = [replace(row(n), seconds=n / 100) for n in range(101)]
    figures = SystemResult(rows, {}).figures()
    assert (figures["p50_s"], figures["p95_s"]) == (pytest.approx(0.5), pytest.approx(0.95))


def test_no_questions_have_no_figures() -> None:
    result = SystemResult([], {})
    assert {name for name, value in result.figures().items() if value is not None} == {"questions"}
    assert result.intervals() == {}
    assert result.curve() == []


def test_the_curve_leaves_out_answers_without_a_confidence() -> None:
    rows = [
        replace(row(1), confidence=0.9, right=1.0),
        replace(row(2), confidence=None, right=0.0),
        replace(row(3), confidence=0.1, right=None),
        replace(row(4), confidence=0.4, right=0.0),
    ]
    result = SystemResult(rows, {})
    assert result.curve() == [(0.5, 1.0), (1.0, 0.5)]
    assert result.figures()["aurc"] == pytest.approx(0.25)
    low, high = result.intervals()["aurc"]
    assert 0 <= low <= 0.25 <= high <= 1


def test_an_interval_leaves_out_what_a_question_does_not_have() -> None:
    rows = [row(1, f1=1.0, never=None), row(2, f1=None, never=None), row(3, f1=0.0, never=None)]
    intervals = SystemResult(rows, {}).intervals()
    assert intervals == {"f1": interval(np.array([1.0, 0.0]))}


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_an_interval_holds_the_mean_and_is_always_the_same(values: list[float]) -> None:
    array = np.array(values)
    low, high = interval(array)
    assert low - 1e-9 <= array.mean() <= high + 1e-9
    assert interval(array) == (low, high)


def test_an_interval_is_about_as_wide_as_theory_says() -> None:
    values = np.array([1.0, 0.0] * 200)
    low, high = interval(values)
    expected = 1.96 * 0.5 / math.sqrt(len(values))
    assert (0.5 - low, high - 0.5) == (pytest.approx(expected, rel=0.15), pytest.approx(expected, rel=0.15))


def test_certainty_has_no_width() -> None:
    assert interval(np.array([1.0] * 9)) == (1.0, 1.0)


def test_figures_by_confidence_are_told_where_confidence_and_rightness_are() -> None:
    sure, right, gone = [0.9, 0.8, 0.6, 0.2], [1.0, 0.0, 1.0, 0.0], [0.7, 0.6, 0.1, None]
    rows = [replace(row(n), confidence=sure[n], right=right[n], withdrawn=gone[n]) for n in range(4)]
    result = SystemResult(rows, {})
    figures = result.figures()
    assert figures["citation_hit_at_50"] == pytest.approx(0.5)  # 0.9 is right, 0.8 is not
    assert figures["ece"] == pytest.approx((0.1 + 0.8 + 0.4 + 0.2) / 4)
    # Of the three with both, 0.6 of them is two: the threshold is 0.8, and below it are all.
    assert figures["refused_when_withdrawn_at_60"] == pytest.approx(1.0)
    assert "f1_best" not in figures
    assert result.refusals() == []
    intervals = result.intervals()
    for name in ("aurc", "ece", "citation_hit_at_50", "refused_when_withdrawn_at_60"):
        low, high = intervals[name]
        assert 0 <= low <= high <= 1


def test_reading_alone_has_a_curve_of_refusals_and_its_best() -> None:
    rows = [
        replace(row(1, f1_forced=1.0, em_forced=1.0), confidence=0.9, right=1.0),
        replace(row(2, f1_forced=0.5, em_forced=0.0), confidence=0.4, right=0.0),
        replace(row(3), confidence=0.6, right=0.0),  # has no answer
        replace(row(4), confidence=None),  # neither, and gives none
    ]
    result = SystemResult(rows, {})
    figures = result.figures()
    assert figures["f1_best"] == pytest.approx(3 / 4)
    assert figures["em_best"] == pytest.approx(3 / 4)
    assert len(result.refusals()) == 102
    assert result.refusals()[0]["f1"] == pytest.approx(1.5 / 4)
    assert {"f1_best", "em_best"} <= set(result.intervals())
    whole = to_json("squad", ["python"], {}, {"a": result}, "abc")
    assert whole["refusals"]["a"] == result.refusals()


# A run as JSON


def test_every_system_has_every_key() -> None:
    full = SystemResult([row(1, f1=1.0, hit=1.0)], {"articles": 2.0, "index_s": 1.5})
    lean = SystemResult([row(1, hit=0.0)], {"articles": 2.0})
    whole = to_json(
        "realtimeqa", ["python", "-m", "evals.run", "--data", "my data"], {"asked": 1}, {"a": full, "b": lean}, "abc"
    )
    assert whole["command"] == "python -m evals.run --data 'my data'"
    assert list(whole["systems"]["a"]) == list(whole["systems"]["b"])
    assert whole["systems"]["b"]["f1"] is whole["systems"]["b"]["index_s"] is None
    assert whole["systems"]["a"]["f1"] == 1.0
    assert list(whole["intervals"]["b"]) == ["hit"]
    assert [each["id"] for each in whole["answers"]["a"]] == ["q-1"]
    assert whole["commit"] == "abc"
    for name in ("dataset", "date", "machine", "options", "curves", "refusals"):
        assert name in whole


def test_a_row_keeps_what_was_answered() -> None:
    told = replace(row(1, f1=1.0), detail={"short": "Roake", "gold": ["Roake"]}, confidence=0.5, right=1.0).to_dict()
    assert told == {
        "id": "q-1",
        "question": "Who sank ferry 1?",
        "confidence": 0.5,
        "right": 1.0,
        "seconds": None,
        "metrics": {"f1": 1.0},
        "short": "Roake",
        "gold": ["Roake"],
    }


def test_a_run_is_written_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "new" / "run.json"
    write(path, {"words": "“Oskell”"})
    assert json.loads(path.read_text(encoding="utf-8")) == {"words": "“Oskell”"}
    with pytest.raises(ValueError, match="JSON"):
        write(path, {"figure": float("nan")})
    assert json.loads(path.read_text(encoding="utf-8")) == {"words": "“Oskell”"}


def test_the_machine_and_the_commit_are_told_without_names() -> None:
    assert " cores (" in machine()
    assert commit() == "unknown" or len(commit().removesuffix("+")) >= 10


# Tables


@pytest.mark.parametrize(
    ("name", "value", "bounds", "text"),
    [
        ("f1", 0.4567, None, "45.7 %"),
        ("f1", 0.4567, (0.4, 0.5), "45.7 % (40.0–50.0)"),
        ("f1", 0.0, None, "0.0 %"),
        ("f1", None, None, ""),
        ("questions", 1500, None, "1,500"),
        ("articles", 20_000.0, None, "20,000"),
        ("p50_s", 0.12345, (0.1, 0.2), "0.123"),
        ("peak_rss_gb", 1.987, None, "1.99"),
    ],
)
def test_a_cell_is_for_people(name: str, value: float | None, bounds: tuple[float, float] | None, text: str) -> None:
    assert cell(name, value, bounds) == text


def test_a_long_time_is_written_without_an_exponent() -> None:
    assert "e" not in cell("index_s", 5432.1)


def test_a_table_has_a_column_a_system_and_leaves_out_empty_rows() -> None:
    run: Json = {
        "systems": {"dateline": {"f1": 0.5, "hit@1": 1.0, "none": None}, "bm25s": {"f1": None, "hit@1": 0.25}},
        "intervals": {"dateline": {"f1": (0.25, 0.75)}, "bm25s": {}},
    }
    assert figures_table(run).splitlines() == [
        "| | dateline | bm25s |",
        "|---|---|---|",
        "| f1 | 50.0 % (25.0–75.0) |  |",
        "| hit@1 | 100.0 % | 25.0 % |",
    ]
    assert figures_table(run, ("hit@1", "absent")).splitlines()[2:] == ["| hit@1 | 100.0 % | 25.0 % |"]


# Two runs side by side


def answer(number: int, **metrics: float | None) -> Json:
    return row(number, **metrics).to_dict()


def test_a_difference_is_that_of_the_pairs() -> None:
    change, (low, high) = difference([0, 1, 0, 1], [1, 1, 1, 0])
    assert change == pytest.approx(0.25)
    assert low <= 0 <= high
    assert difference([0.2] * 50, [0.7] * 50) == (pytest.approx(0.5), (pytest.approx(0.5), pytest.approx(0.5)))
    assert difference([0, 1, 0, 1], [1, 1, 1, 0]) == (change, (low, high))
    back, (least, most) = difference([1, 1, 1, 0], [0, 1, 0, 1])
    assert (back, least, most) == pytest.approx((-change, -high, -low))


def test_pairs_tell_more_than_two_samples_do() -> None:
    before = [n / 200 for n in range(200)]
    _, (low, high) = difference(before, [value + 0.01 for value in before])
    assert (low, high) == (pytest.approx(0.01), pytest.approx(0.01))  # the spread between questions is not in it


def test_questions_won_and_lost_are_named() -> None:
    before = [answer(n, f1=value, cited_words=10.0) for n, value in enumerate([0, 0.5, 1, 1])]
    after = [answer(n, f1=value, cited_words=12.0) for n, value in enumerate([0.4, 1, 0, 1])]
    text = compare.compare(before, after, "old", "new")
    lines = text.splitlines()
    assert lines[0] == "old -> new: 4 questions in both of 4 and 4"
    assert any(line.startswith("| f1 | 4 | 62.50 | 60.00 | -2.50 | ") for line in lines)
    assert "| cited_words | 4 | 10.00 | 12.00 | +2.00 | +2.00 to +2.00 | beyond chance |" in lines
    assert "by f1: 2 won, 1 lost, 1 unchanged" in lines
    assert lines[lines.index("won:") + 1 :] == [
        "  +0.50 q-1 Who sank ferry 1?",
        "  +0.40 q-0 Who sank ferry 0?",
        "",
        "lost:",
        "  -1.00 q-2 Who sank ferry 2?",
    ]


def test_only_questions_of_both_count() -> None:
    before = [answer(n, f1=1.0) for n in range(5)]
    after = [answer(n, f1=0.0) for n in range(7, 2, -1)]
    text = compare.compare(before, after, "old", "new")
    assert "old -> new: 2 questions in both of 5 and 5" in text
    assert "| f1 | 2 | 100.00 | 0.00 | -100.00 | -100.00 to -100.00 | beyond chance |" in text
    assert "by f1: 0 won, 2 lost, 0 unchanged" in text
    assert "won:" not in text.splitlines()


def test_a_figure_that_one_of_them_lacks_is_left_out() -> None:
    before = [answer(n, f1=None, **{"hit@10": 1.0}) for n in range(3)]
    after = [answer(n, f1=1.0, **{"hit@10": 0.0}) for n in range(3)]
    text = compare.compare(before, after, "bm25s", "dateline")
    assert "f1" not in text
    assert "by hit@10: 0 won, 3 lost, 0 unchanged" in text


def test_a_figure_that_the_first_question_lacks_is_compared_too() -> None:
    before = [answer(0, refused_unanswerable=1.0), answer(1, f1_answerable=0.5)]
    after = [answer(0, refused_unanswerable=0.0), answer(1, f1_answerable=1.0)]
    text = compare.compare(before, after, "old", "new")
    assert "| refused_unanswerable | 1 | 100.00 | 0.00 |" in text
    assert "| f1_answerable | 1 | 50.00 | 100.00 |" in text


def test_a_long_list_is_cut() -> None:
    text = compare.compare([answer(n, f1=0.0) for n in range(50)], [answer(n, f1=1.0) for n in range(50)], "old", "new")
    assert "by f1: 50 won, 0 lost, 0 unchanged" in text
    assert text.endswith("and 10 more")
    assert text.count("+1.00 q-") == 40


def test_without_a_shared_question_nothing_is_compared() -> None:
    with pytest.raises(NotComparable, match="old and new share no question"):
        compare.compare([answer(1, f1=1.0)], [answer(2, f1=1.0)], "old", "new")


@pytest.fixture
def saved(tmp_path: Path) -> Callable[[str, object], str]:
    def save(name: str, content: object) -> str:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content))
        return str(path)

    return save


def test_the_command_compares_systems_of_both_files(
    saved: Callable[[str, object], str], capsys: pytest.CaptureFixture[str]
) -> None:
    one = saved("a.json", {"answers": {"dateline": [answer(1, f1=0.0)], "bm25s": [answer(1, f1=1.0)]}})
    other = saved("b.json", {"answers": {"txtai": [answer(1, f1=1.0)], "dateline": [answer(1, f1=1.0)]}})
    assert compare.main([one, other]) == 0
    told = capsys.readouterr().out
    assert told.startswith("dateline -> dateline: 1 questions")
    assert "bm25s" not in told
    assert compare.main([one, one, "--systems", "bm25s", "dateline"]) == 0
    assert capsys.readouterr().out.startswith("bm25s -> dateline: 1 questions")


@pytest.mark.parametrize(
    ("first", "second", "systems", "message"),
    [
        ("{", {"answers": {}}, [], "a.json cannot be read: "),
        ([1], {"answers": {}}, [], "a.json is not a run of evals.run: it has no `answers`"),
        ({"answers": []}, {"answers": {}}, [], "a.json is not a run of evals.run"),
        ({"answers": {}}, {"figures": 1}, [], "b.json is not a run of evals.run"),
        ({"answers": {"a": []}}, {"answers": {"b": []}}, [], "no system in common; name one of each with --systems"),
        ({"answers": {"a": []}}, {"answers": {"b": []}}, ["a", "c"], "b.json has no system c; it has b"),
        ({"answers": {"a": []}}, {"answers": {"a": []}}, [], "a and a share no question"),
    ],
)
def test_what_cannot_be_compared_is_told_in_one_line(
    saved: Callable[[str, object], str],
    capsys: pytest.CaptureFixture[str],
    first: object,
    second: object,
    systems: list[str],
    message: str,
) -> None:
    files = [saved("a.json", first), saved("b.json", second)]
    assert compare.main([*files, *(["--systems", *systems] if systems else [])]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("evals: ")
    assert message in told.err
    assert told.err.count("\n") == 1


def test_a_file_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert compare.main([str(tmp_path / "no.json"), str(tmp_path / "no.json")]) == 1
    assert "no.json cannot be read" in capsys.readouterr().err


# Where answers are lost


def lost(em: float = 0, cited: float = 0, overlap: float = 0, stands: bool = True, rank: int | None = 1) -> Json:
    metrics = {"short_em_forced": float(em), "citation_hit_forced": float(cited), "short_f1_forced": float(overlap)}
    return {"metrics": metrics, "stands": stands, "hit_rank": rank}


@pytest.mark.parametrize(
    ("one", "step"),
    [
        (lost(stands=False, rank=None), 0),
        (lost(rank=None), 1),
        (lost(rank=READ + 1), 2),
        (lost(rank=READ), 3),
        (lost(rank=1, overlap=0.5), 3),
        (lost(cited=1), 4),
        (lost(cited=1, overlap=0.4), 5),
        (lost(em=1, cited=1, overlap=1), 6),
        (lost(em=1, overlap=1, stands=False, rank=None), 6),  # right without the words in a text, as a headline's
    ],
)
def test_each_step_is_where_an_answer_can_be_lost(one: Json, step: int) -> None:
    found = losses([one])
    assert [n for n in found.values() if n] == [1]
    assert found[STEPS[step]] == 1


def test_the_steps_hold_all_questions_in_their_order() -> None:
    found = losses([lost(), lost(em=1), lost(rank=None), lost()])
    assert tuple(found) == STEPS
    assert sum(found.values()) == 4


# The gate

MEASURED: gate.Figures = {part: dict.fromkeys(names, 0.8) | gate.EXACT for part, names in gate.GUARDED.items()}
EMPTY: Json = {"floors": {}, "history": []}


def measured(value: float, part: str = "both", name: str = "hit@1") -> gate.Figures:
    changed = copy.deepcopy(MEASURED)
    changed[part][name] = value
    return changed


@pytest.fixture
def ledger() -> Json:
    """Floors set two points below MEASURED, as they are read from the file."""
    return dict(json.loads(json.dumps(gate.moved(EMPTY, MEASURED))))


def test_floors_are_set_two_points_below_what_was_measured(ledger: Json) -> None:
    assert ledger["floors"] == {part: dict.fromkeys(names, 0.78) for part, names in gate.GUARDED.items()}
    assert [entry["change"] for entry in ledger["history"]] == ["raised"]
    assert gate.problems(MEASURED, ledger) == []


@pytest.mark.parametrize("value", [0.78, 0.79, 1.0])
def test_on_its_floor_or_above_a_figure_is_fine(ledger: Json, value: float) -> None:
    assert gate.problems(measured(value), ledger) == []


def test_below_its_floor_a_figure_shuts_the_gate(ledger: Json) -> None:
    assert gate.problems(measured(0.7799, "test", "correct"), ledger) == [
        "test: correct is 78.0 %, below its floor of 78.0 %"
    ]
    assert gate.problems(measured(0.5), ledger) == ["both: hit@1 is 50.0 %, below its floor of 78.0 %"]


@pytest.mark.parametrize(("name", "value"), [("citations_exact", 0.999), ("uncited_sentences", 0.001)])
def test_citations_are_exact_or_the_gate_is_shut(ledger: Json, name: str, value: float) -> None:
    (problem,) = gate.problems(measured(value, name=name), ledger)
    assert problem == f"both: {name} is {value:.4f}, and must be {gate.EXACT[name]:.0f}"


def test_raising_lifts_what_is_better_and_leaves_what_is_worse(ledger: Json) -> None:
    found = measured(0.9)
    found["both"]["hit@10"] = 0.7
    raised = gate.moved(ledger, found)
    assert raised["floors"]["both"]["hit@1"] == 0.88
    assert raised["floors"]["both"]["hit@10"] == 0.78
    assert raised["floors"]["test"] == ledger["floors"]["test"]
    assert raised["history"][0] == ledger["history"][0]
    assert len(ledger["history"]) == 1  # what was given is as it was
    assert gate.problems(found, raised) == ["both: hit@10 is 70.0 %, below its floor of 78.0 %"]
    assert gate.problems(measured(0.9), raised) == []


def test_a_reason_sets_floors_anew_and_is_kept(ledger: Json) -> None:
    found = measured(0.5)
    lowered = gate.moved(ledger, found, "the question was wrong")
    assert lowered["floors"]["both"]["hit@1"] == 0.48
    assert lowered["history"][-1]["because"] == "the question was wrong"
    assert gate.problems(found, lowered) == []


def test_a_floor_is_never_below_nothing(ledger: Json) -> None:
    assert gate.moved(EMPTY, measured(0.01))["floors"]["both"]["hit@1"] == 0


@pytest.mark.parametrize("because", ["", "  ", None])
def test_a_floor_that_fell_without_a_reason_shuts_the_gate(ledger: Json, because: str | None) -> None:
    found = measured(0.5)
    lowered = gate.moved(ledger, found, "a reason")
    lowered["history"][-1] |= {"because": because}
    if because is None:
        del lowered["history"][-1]["because"]
    assert gate.problems(found, lowered) == ["both: the floor of hit@1 fell to 48.0 % without a reason"]


def test_a_floor_that_fell_in_what_calls_itself_raised_shuts_the_gate(ledger: Json) -> None:
    found = measured(0.5)
    lowered = gate.moved(ledger, found, "a reason")
    lowered["history"][-1]["change"] = "raised"
    assert any("fell to 48.0 %" in problem for problem in gate.problems(found, lowered))


def test_a_floor_that_was_taken_away_shuts_the_gate(ledger: Json) -> None:
    for floors in (ledger["floors"], ledger["history"][-1]["floors"]):
        del floors["both"]["hit@1"]
    assert gate.problems(measured(0.1), ledger)


def test_a_ledger_that_was_edited_by_hand_shuts_the_gate(ledger: Json) -> None:
    edited = copy.deepcopy(ledger)
    edited["floors"]["both"]["hit@1"] = 0.1
    assert gate.problems(MEASURED, edited) == [
        "gate_floors.json was edited by hand: its floors are not those of its last entry"
    ]
    edited = copy.deepcopy(ledger) | {"history": []}
    assert "edited by hand" in gate.problems(MEASURED, edited)[0]


def test_a_floor_too_far_below_what_was_measured_shuts_the_gate(ledger: Json) -> None:
    slack = copy.deepcopy(ledger)
    for floors in (slack["floors"], slack["history"][-1]["floors"]):
        floors["both"]["hit@1"] = 0.77
    assert gate.problems(MEASURED, slack) == [
        "both: the floor of hit@1 lies more than 2 points below what was measured"
    ]


@given(st.lists(st.tuples(st.sampled_from(gate.GUARDED["both"]), st.floats(0, 1)), max_size=6))
def test_raising_again_and_again_lowers_nothing(steps: list[tuple[str, float]]) -> None:
    held = gate.moved(EMPTY, MEASURED)
    for name, value in steps:
        raised = gate.moved(held, measured(value, name=name))
        assert all(raised["floors"][p][n] >= held["floors"][p][n] for p in gate.GUARDED for n in gate.GUARDED[p])
        held = raised
    assert gate._quiet_changes(held) == []


def test_a_history_that_was_rewritten_is_told_by_git(tmp_path: Path) -> None:
    path = tmp_path / "evals" / "gate_floors.json"
    path.parent.mkdir()

    def git(*arguments: str) -> str:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        done = subprocess.run(["git", *who, *arguments], cwd=path.parent, check=True, capture_output=True, text=True)
        return done.stdout

    def commit(history: list[int]) -> None:
        path.write_text(json.dumps({"history": history}))
        git("add", "-A")
        git("commit", "-qm", "floors")

    git("init", "-q")
    commit([1])
    commit([1, 2])
    assert gate.rewritten(path) == []
    path.write_text(json.dumps({"history": [1, 3]}))
    (problem,) = gate.rewritten(path)
    assert "lost or changed an entry" in problem
    commit([3])
    assert len(gate.rewritten(path)) == 1
    commit([3, 4])
    assert len(gate.rewritten(path)) == 1  # for good


# The report


def quiz_run(systems: tuple[str, ...] = ("dateline",)) -> Json:
    results = {}
    for shift, name in enumerate(systems):
        rows = []
        for n in range(12):
            hit = float(n % (3 + shift) > 0)
            metrics: dict[str, float | None] = {**dict.fromkeys(KEYS[:6], hit), "search_s": 0.01}
            if name == "dateline":
                metrics |= {"short_em_forced": hit * (n % 2), "short_f1_forced": hit / 2, "answered": float(n < 9)}
                metrics |= {"citation_hit": hit if n < 9 else None, "citation_hit_forced": hit}
            detail = {"stands": n > 0, "hit_rank": n or None}
            asked = Row(f"q-{n}", f"Secret question {n}?", metrics, 0.1 + n / 100, detail)
            rows.append(replace(asked, confidence=1 - n / 12, right=hit) if name == "dateline" else asked)
        results[name] = SystemResult(rows, {"articles": 5.0, "passages": 40.0, "peak_rss_gb": 1.25, "index_s": 9.5})
    options = {
        "years": [2022],
        "asked": 12,
        "articles": 5,
        "quiz_pages_left_out": 1,
        "findable": 11,
        "listed": 12,
        "withdrawable": 8,
        "withdrawable_and_held": 6,
        "published": {"asked": 12, "with_prediction": 12, "predicted": 12},
    }
    return to_json("realtimeqa", ["python", "-m", "evals.run", "realtimeqa"], options, results, "abc1234567")


def reading_run() -> Json:
    result = SystemResult([row(n, em=float(n % 2), f1=0.5) for n in range(4)], {})
    return to_json(
        "squad",
        ["python", "-m", "evals.run", "squad"],
        {"asked": 4, "answerable": 3},
        {"dateline": result},
        "abc1234567",
    )


def test_a_report_has_the_tables_of_each_run_and_ends_with_the_notes(tmp_path: Path) -> None:
    notes = "## What stands out\n\nFerries sink.\n\n"
    runs = [quiz_run(), quiz_run(("dateline", "bm25s")), reading_run()]
    text = report.report(runs, notes, tmp_path / "plots")
    assert text.endswith("\n\n## What stands out\n\nFerries sink.\n")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == [
        "## News quizzes over a whole archive (RealTime QA)",
        "## News quizzes over a whole archive (RealTime QA): side by side",
        "## Reading a given paragraph (SQuAD 2.0, development set)",
        "## What stands out",
    ]
    whole, beside, reading = text.split("\n## ")[1:4]
    assert "`python -m evals.run realtimeqa` at commit " in whole
    assert "12 questions of 2022, 5 articles (1 quiz pages left out)" in whole
    assert "| hit@10 | 66.7 % (" in whole
    assert "| citation_hit_forced | 66.7 % (" in whole
    assert "| peak_rss_gb | 1.25 |" in whole
    assert "| GPT-3 175B with web search, 2022, 805 questions | 40.7 % | 49.7 % |" in whole
    assert "| Dateline, refusing switched off, 12 questions | 33.3 % | 33.3 % |" in whole
    assert f"| {STEPS[0]} | 1 | 8.3 % |" in whole
    assert "(plots/coverage-1.svg)" in whole
    assert "| | dateline | bm25s |" in beside
    assert "(plots/hits-2.svg)" in beside
    assert "asked: 4, answerable: 3." in reading
    assert "| f1 | 50.0 % (50.0–50.0) |" in reading


def test_a_report_copies_no_question(tmp_path: Path) -> None:
    assert "Secret question" not in report.report([quiz_run()], "", tmp_path / "plots")


def test_years_without_published_results_have_no_table_of_them(tmp_path: Path) -> None:
    run = quiz_run()
    run["options"]["years"] = [2031]
    text = report.report([run], "", tmp_path / "plots")
    assert "GPT-3" not in text
    run["options"]["years"] = []
    assert "12 questions of all years" in report.report([run], "", tmp_path / "plots")


def test_plots_are_well_formed_and_the_same_when_drawn_again(tmp_path: Path) -> None:
    drawn = []
    for folder in (tmp_path / "one", tmp_path / "two"):
        report.report([quiz_run(), quiz_run(("dateline", "bm25s"))], "", folder)
        drawn.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert sorted(drawn[0]) == ["coverage-1.svg", "hits-2.svg"]
    assert drawn[0] == drawn[1]
    for name, content in drawn[0].items():
        root = ElementTree.fromstring(content)  # noqa: S314 - our own plot
        assert root.tag.endswith("}svg"), name
        words = " ".join(root.itertext())
        assert "dateline" in words
    assert "bm25s" in drawn[0]["hits-2.svg"].decode()


def test_the_command_writes_report_and_plots_beside_it(tmp_path: Path, saved: Callable[[str, object], str]) -> None:
    run, notes, out = saved("run.json", quiz_run()), saved("NOTES.md", "By hand."), tmp_path / "RESULTS.md"
    assert report.main([run, "--notes", notes, "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").endswith("\n\nBy hand.\n")
    assert (tmp_path / "plots" / "coverage-1.svg").is_file()


def test_without_notes_a_report_ends_with_its_last_run(tmp_path: Path, saved: Callable[[str, object], str]) -> None:
    out = tmp_path / "RESULTS.md"
    assert report.main([saved("run.json", reading_run()), "--notes", str(tmp_path / "no.md"), "--out", str(out)]) == 0
    assert out.read_text(encoding="utf-8").splitlines()[-1].startswith("| ")


@pytest.mark.parametrize("content", ["{", "{}", '{"dataset": "squad"}', "[1]"])
def test_what_is_no_run_gives_a_message_and_no_report(
    tmp_path: Path, saved: Callable[[str, object], str], capsys: pytest.CaptureFixture[str], content: str
) -> None:
    out = tmp_path / "RESULTS.md"
    assert report.main([saved("run.json", content), "--out", str(out)]) == 1
    assert "a report needs files that evals.run --json wrote" in capsys.readouterr().err
    assert not out.exists()


def test_a_report_on_runs_without_a_findable_question_is_written(tmp_path: Path) -> None:
    run = quiz_run(("dateline", "bm25s"))
    for name in run["systems"]:
        run["systems"][name] |= dict.fromkeys(KEYS[:6])
        for key in KEYS[:6]:
            del run["intervals"][name][key]
    assert "side by side" in report.report([run], "", tmp_path / "plots")
