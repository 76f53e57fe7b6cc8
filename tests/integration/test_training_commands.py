"""The commands of training/ from a file of questions to weights that the product reads with, in little."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import torch

from ingest.embedding.encoders import default_model_folder
from qa.reader.onnx import ReaderError
from qa.reader.span_inputs import Page
from qa.reader.span_models import OnnxSpanModel
from qa.verification.support import OnnxSupportModel
from training import calibrate, export, export_verifier, verifier
from training.groups import Mix
from training.loop import Plan
from training.questions import is_held_out
from training.reader import main
from training.recipe import RECIPE, Stage

pytestmark = pytest.mark.part("training")

WEATHER = "It rained on the harbour that day and the boats lay side by side until the wind had turned again at night."


def article(title: str, number: int) -> dict[str, Any]:
    """Five paragraphs of a title, two questions each."""
    paragraphs = []
    for year in range(1800 + number, 1805 + number):
        keeper, vessel = f"Odo Crail{year % 7}", f"ferry Number {year}"
        text = f"{WEATHER} In {year} the {vessel} was raised by {keeper} at {title}. {WEATHER}"
        asked = ((f"Who raised the {vessel}?", keeper), (f"When was the {vessel} raised?", str(year)))
        questions = [
            {"id": f"{title}-{year}-{at}", "question": question, "answers": [place(text, answer)]}
            for at, (question, answer) in enumerate(asked)
        ]
        paragraphs.append({"context": text, "qas": questions})
    return {"title": title, "paragraphs": paragraphs}


def place(text: str, answer: str) -> dict[str, Any]:
    return {"text": answer, "answer_start": text.index(answer)}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a file as SQuAD's: six titles to learn from and three that are held out."""
    titles = [f"Oskell{number}" for number in range(400)]
    held = [title for title in titles if is_held_out(title)][:3]
    learned = [title for title in titles if not is_held_out(title)][:6]
    folder = tmp_path_factory.mktemp("squad")
    whole = {"version": "1.1", "data": [article(title, 7 * at) for at, title in enumerate([*held, *learned])]}
    (folder / "train-v1.1.json").write_text(json.dumps(whole), encoding="utf-8")
    return folder


STAGES = (Stage(8, Mix(), Plan(inputs=4)), Stage(6, Mix(beside=2), Plan(inputs=4, rate=0.0, seed=2)))


@pytest.fixture(scope="module")
def small_run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the command leaves behind after two small stages."""
    out = tmp_path_factory.mktemp("run")
    assert main(["--data", str(data), "--out", str(out), "--device", "cpu"], STAGES) == 0
    return out


def weights(path: Path) -> dict[str, torch.Tensor]:
    found: dict[str, torch.Tensor] = torch.load(path, weights_only=True)
    return found


def told(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def test_a_stage_begins_with_the_weights_of_the_one_before(small_run: Path) -> None:
    first, second, last = (
        weights(small_run / name) for name in ("stage-1/reader.pt", "stage-2/reader.pt", "reader.pt")
    )
    for name, value in first.items():
        torch.testing.assert_close(second[name], value)  # its rate was 0
        assert torch.equal(last[name], second[name])
    assert told(small_run / "stage-1" / "run.json")["made_of"]["questions"] == 8
    assert told(small_run / "stage-2" / "run.json")["made_of"]["plan"]["seed"] == 2
    assert (small_run / "stage-1" / "history.json").exists()


def test_stages_that_are_done_are_not_done_again(data: Path, small_run: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in small_run.glob("stage-*/*")}
    assert main(["--data", str(data), "--out", str(small_run), "--look", "50", "--device", "cpu"], STAGES) == 0
    assert {path: path.stat().st_mtime_ns for path in small_run.glob("stage-*/*")} == before


def test_a_stage_after_another_one_is_done_again_where_that_one_changed(data: Path, tmp_path: Path) -> None:
    arguments = ["--data", str(data), "--out", str(tmp_path), "--device", "cpu"]
    assert main(arguments, STAGES) == 0
    before = weights(tmp_path / "reader.pt")
    assert main(arguments, (Stage(8, Mix(), Plan(inputs=4, rate=1e-3)), STAGES[1])) == 0
    first, last = weights(tmp_path / "stage-1" / "reader.pt"), weights(tmp_path / "reader.pt")
    assert all(torch.equal(first[name], last[name]) for name in last)  # of rate 0
    assert not all(torch.equal(before[name], last[name]) for name in last)


def test_options_of_a_try_stand_in_place_of_the_recipe(data: Path, tmp_path: Path) -> None:
    flags = "--questions 4 --near-misses 0 --alone 0 --both 0 --negatives 1 --beside 2 --without-headings --batch 4"
    assert main(["--data", str(data), "--out", str(tmp_path), *flags.split(), "--device", "cpu"], STAGES) == 0
    facts = told(tmp_path / "try" / "run.json")
    assert facts["made_of"]["mix"] == vars(Mix(1.0, 0.0, 0.0, 0.0, headings=False, beside=2))
    assert (facts["examples"], facts["inputs"]) == (4, 12)
    assert facts["made_of"]["plan"]["inputs"] == 4
    assert not list(tmp_path.glob("stage-*"))


def test_no_questions_are_not_all_of_them(data: Path, tmp_path: Path) -> None:
    assert main(["--data", str(data), "--out", str(tmp_path), "--questions", "0"], STAGES) == 2


def test_the_recipe_draws_other_questions_in_each_stage() -> None:
    assert len({stage.plan.seed for stage in RECIPE}) == len(RECIPE)


PAGES = [
    Page("Oskell (3 May 2020)", f"{WEATHER} In 1874 the ferry was raised by Odo Crail."),
    Page("A long day", " ".join([WEATHER] * 40)),
    Page("", "да 空 🙂"),
]


@pytest.fixture(scope="module")
def exported(data: Path, small_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights as they ship, of the small run."""
    to = tmp_path_factory.mktemp("weights")
    assert export.main(["--data", str(data), "--run", str(small_run), "--to", str(to), "--questions", "6"]) == 0
    return to


def test_what_is_exported_is_read_by_the_product(exported: Path) -> None:
    names = ("reader.onnx", "tokenizer.json")
    hashes = {name: hashlib.sha256((exported / name).read_bytes()).hexdigest() for name in names}
    found = OnnxSpanModel(exported, hashes).mark("Who raised the ferry?", PAGES)
    assert len(found) == 3
    assert found[0]
    for page, marks in zip(PAGES, found, strict=True):
        assert all(0 <= each.span[0] < each.span[1] <= len(page.text) for each in marks)
    assert (exported / "reader.onnx").stat().st_size < 25e6


def test_the_loss_from_quantising_is_kept_with_the_run(exported: Path, small_run: Path) -> None:
    figures = told(small_run / "export.json")
    assert set(figures) == {"fp32", "int8"}
    assert all(0 <= figures[kind][name] <= 1 for kind in figures for name in ("f1", "em", "right_passage"))


def test_calibrating_tells_the_numbers_of_a_curve_and_where_there_are_none(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate.main(["--data", str(data), "--questions", "24"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^WORDS = Curve\(-?\d+\.\d{3}, -?\d+\.\d{3}\)  # \d+ trials$", out, re.MULTILINE)
    assert "expected calibration error" in out
    assert "SENTENCES: no curve" in out  # no question of these wants sentences
    assert re.search(r"normal \(from 0\.\d\d\): answers \d+%", out)


COMMANDS: Sequence[tuple[str, str | None]] = (("reader", "--out"), ("export", "--run"), ("calibrate", None))


@pytest.mark.parametrize(("command", "place"), COMMANDS)
def test_missing_data_is_told_in_one_line(
    run: Callable[..., CompletedProcess[str]], tmp_path: Path, command: str, place: str | None
) -> None:
    more = [] if place is None else [place, tmp_path / "out"]
    done = run("-m", f"training.{command}", "--data", tmp_path, *more)
    assert done.returncode == 1
    assert done.stderr.startswith("training: ")
    assert "holds no train-v1.1.json" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_the_verifier_goes_from_questions_to_what_the_product_checks_with(
    data: Path, small_run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, to = tmp_path / "run", tmp_path / "weights"
    arguments = ["--data", str(data), "--reader", str(small_run), "--out", str(run), "--questions", "20"]
    assert verifier.main([*arguments, "--device", "cpu"]) == 0
    assert told(run / "run.json")["examples"] > 20
    assert told(run / "history.json")[-1]["inputs"] > 20  # type: ignore[index]
    assert export_verifier.main(["--data", str(data), "--run", str(run), "--to", str(to), "--questions", "20"]) == 0
    assert "int8: balanced" in capsys.readouterr().out
    shutil.copy(default_model_folder() / "tokenizer.json", to)
    sha256 = {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in to.iterdir()}
    pages = [Page("", f"{WEATHER} In 1807 the ferry was raised by Odo Crail."), Page("", WEATHER)]
    supported = OnnxSupportModel(to, sha256).support("Odo Crail raised the ferry.", pages)
    assert len(supported) == 2
    assert all(0 < each < 1 for each in supported)
    with pytest.raises(ReaderError, match="altered"):
        OnnxSupportModel(to, sha256 | {"verifier.onnx": "0" * 64})


def test_the_verifier_says_what_it_needs(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--data", str(data), "--reader", str(tmp_path), "--out", str(tmp_path)]
    assert verifier.main(arguments) == 1
    assert "run training.reader first" in capsys.readouterr().err
    assert export_verifier.main(["--data", str(data), "--run", str(tmp_path)]) == 1
    assert "run training.verifier first" in capsys.readouterr().err
    assert verifier.main(["--data", str(tmp_path), *arguments[2:]]) == 1
