"""The commands of training/ from files of data to weights that the product reads with, in little."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer

from qa.reader.model import ReaderError, ReaderModel
from qa.reader.span_decoding import mark
from qa.reader.span_inputs import Page, pack
from tests.tiny import MPNET, save_mpnet, tiny_tokenizer
from tests.training_data import HELD_OUT, LEARNED, WEATHER, write_lines, write_sets
from training import calibrate, export, figures, prepare, train
from training.features import encode_statements, load_examples, save_examples
from training.statements import SUPPORTED, Statement

pytestmark = [pytest.mark.part("training"), pytest.mark.usefixtures("one_thread")]

# One of the graphs is OpenVINO's.
openvino = pytest.mark.skipif(find_spec("openvino") is None, reason="OpenVINO comes on Linux with x86_64 only")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with all sets of data."""
    return write_sets(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def encoder(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An encoder that knows the words of SQuAD's file."""
    words = re.findall("[a-z]+", (data / "squad" / "train-v1.1.json").read_text().lower())
    return save_mpnet(tmp_path_factory.mktemp("encoder") / "tiny", words)


PREPARE = ["--questions", "16", "--statements", "12"]
TRAIN = ["--inputs", "16", "--rate", "1e-3", "--frozen", "1", "--device", "cpu"]


def prepared(encoder: Path, data: Path, out: Path, more: Sequence[str] = PREPARE) -> int:
    return prepare.main(["--encoder", str(encoder), "--data", str(data), "--out", str(out), *more])


def trained(start: Path, out: Path, more: Sequence[str] = TRAIN) -> int:
    return train.main(["--start", str(start), "--out", str(out), *more])


@pytest.fixture(scope="module")
def run_folder(encoder: Path, data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What preparing and training leave behind."""
    out = tmp_path_factory.mktemp("run") / "out"
    assert prepared(encoder, data, out) == 0
    assert trained(encoder, out) == 0
    return out


@pytest.fixture(scope="module")
def exported(run_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights as they ship."""
    to = tmp_path_factory.mktemp("weights") / "to"
    assert export.main(["--run", str(run_folder), "--to", str(to)]) == 0
    return to


def copied(run_folder: Path, to: Path) -> Path:
    return Path(shutil.copytree(run_folder, to / "out"))


# Preparing


def texts(encoder: Path, out: Path) -> list[str]:
    """All inputs of both kinds of examples, as words."""
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    reading, checking, _ = load_examples(out / "examples.npz")
    inputs = [*(ids for each in reading for ids in each.inputs), *(each.ids for each in checking)]
    return [" ".join(str(tokenizer.id_to_token(int(i))) for i in ids).replace(" ##", "") for ids in inputs]


def test_examples_are_of_all_sets_and_of_no_article_that_is_held_out(encoder: Path, run_folder: Path) -> None:
    whole = "\n".join(texts(encoder, run_folder))
    for words in (
        "was raised by odo crail",  # SQuAD
        "who didn ' t dig the tunnel",  # its near-misses
        "he lost it in the deep well",
        "who dug the tunnel of oskell",
        "odo crail left . he sailed home",
        "the ferry , which is old , sank",
        "wrote three novels",  # FEVER
        "odo crail was a cook ( evidence_sentence",
        "it did not sink",
        "as a result of a defective engine",
    ):
        assert words.replace("_", " _ ") in whole, words
    titles = {f"Port_of_Oskell_{number}" for number in re.findall(r"port of oskell (\d+)", whole)}
    assert titles <= set(LEARNED)
    assert len(titles) > 3
    assert not titles & set(HELD_OUT)


def test_what_was_made_is_told_and_made_once(
    encoder: Path, data: Path, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert prepared(encoder, data, out) == 0
    told = capsys.readouterr().out
    assert re.search(r"^reading: \d+ questions, \d+ inputs$", told, re.MULTILINE)
    assert re.search(r"^checking: \d+ statements$", told, re.MULTILINE)
    assert all(
        kind in told for kind in ("answer", "near-miss", "twin", "fairytales", "searches", "refuted", "supported")
    )
    assert (out / "examples.npz").read_bytes() == (run_folder / "examples.npz").read_bytes()
    before = (out / "examples.npz").stat().st_mtime_ns
    assert prepared(encoder, data, out) == 0
    assert capsys.readouterr().out == f"{out / 'examples.npz'} has them already\n"
    assert (out / "examples.npz").stat().st_mtime_ns == before


def test_other_examples_and_damaged_ones_are_made_again(
    encoder: Path, data: Path, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = copied(run_folder, tmp_path)
    whole = (out / "examples.npz").read_bytes()
    assert prepared(encoder, data, out, ["--questions", "3", "--statements", "2"]) == 0
    assert len(load_examples(out / "examples.npz")[0]) < len(load_examples(run_folder / "examples.npz")[0])
    (out / "examples.npz").write_bytes(whole[:500])
    assert prepared(encoder, data, out) == 0
    assert "has them already" not in capsys.readouterr().out
    assert (out / "examples.npz").read_bytes() == whole


# Training


def progress(out: Path) -> dict[str, Any]:
    found: dict[str, Any] = torch.load(out / "checkpoint.pt")["progress"]
    return found


def test_a_training_leaves_weights_with_what_is_needed_to_read_them(encoder: Path, run_folder: Path) -> None:
    to = run_folder / "trained"
    assert sorted(path.name for path in to.iterdir()) == ["config.json", "tokenizer.json", "weights.safetensors"]
    assert (to / "tokenizer.json").read_bytes() == (encoder / "tokenizer.json").read_bytes()
    reading, checking, _ = load_examples(run_folder / "examples.npz")
    assert progress(run_folder)["seen"] == sum(len(each.inputs) for each in reading) + len(checking)
    assert set(progress(run_folder)["losses"]) == {"reading", "checking"}


def test_a_second_run_does_not_train_again(
    encoder: Path, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = copied(run_folder, tmp_path)
    before = progress(out)
    assert trained(encoder, out) == 0
    assert progress(out) == before  # the seconds that it took, too
    assert f"{before['step']} steps and {before['seen']} inputs in " in capsys.readouterr().out
    weights = "trained/weights.safetensors"
    assert (out / weights).read_bytes() == (run_folder / weights).read_bytes()


def test_trained_weights_are_gone_on_from(run_folder: Path, tmp_path: Path) -> None:
    out = copied(run_folder, tmp_path)
    before = progress(out)
    assert trained(run_folder / "trained", out) == 0
    # The checkpoint that was there is of other first weights.
    assert progress(out)["seconds"] != before["seconds"]
    assert progress(out)["losses"]["reading"] < before["losses"]["reading"]
    weights = "trained/weights.safetensors"
    assert (out / weights).read_bytes() != (run_folder / weights).read_bytes()


def test_what_fails_in_training_is_told_in_one_line(
    encoder: Path, run_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = copied(run_folder, tmp_path)
    (out / "checkpoint.pt").write_bytes(b"half")
    (out / "checkpoint.before.pt").unlink(missing_ok=True)
    assert trained(encoder, out) == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if line.startswith("training: ")]
    assert line.startswith(f"training: {out / 'checkpoint.pt'} cannot be read; delete them")


# Exporting

PAGES = [
    Page("Oskell (3 May 2020)", f"{WEATHER} In 1874 the ferry was raised by Odo Crail."),
    Page("A long day", " ".join([WEATHER] * 40)),
    Page("", "да 空 🙂"),
]


@openvino
def test_what_is_exported_is_read_by_the_product(
    run_folder: Path, exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = "config.json dynamic.onnx static.bin static.json static.xml tokenizer.json".split()
    names += ["weights-1.safetensors", "weights-2.safetensors"]
    to = tmp_path / "to"
    # The weights that were exported before, in their parts, give the same again.
    assert export.main(["--run", str(run_folder), "--weights", str(exported), "--to", str(to)]) == 0
    for name in ("weights-1.safetensors", "dynamic.onnx"):
        assert (to / name).read_bytes() == (exported / name).read_bytes()
    assert sorted(path.name for path in to.iterdir()) == names
    sha256 = dict(re.findall(r'^    "(\S+)": "([0-9a-f]{64})",$', capsys.readouterr().out, re.MULTILINE))
    assert sorted(sha256) == names[1:]
    for name, told in sha256.items():
        assert hashlib.sha256((to / name).read_bytes()).hexdigest() == told, name
    for static in (False, True):
        model = ReaderModel(to, sha256, static=static)
        inputs = pack(model.tokenizer, "Who raised the ferry?", PAGES)
        for each, scores in zip(inputs, model.scores(inputs), strict=True):
            found = mark(scores.starts, scores.ends, each.offsets, each.page, 3)
            assert found
            assert all(0 <= one.span[0] < one.span[1] <= len(PAGES[each.page].text) for one in found)
            assert scores.labels.shape == (3,)
    with pytest.raises(ReaderError, match="altered"):
        ReaderModel(to, sha256 | {"weights-2.safetensors": "0" * 64})


# Figures

SQUAD = {"best_f1", "best_em", "forced_f1", "forced_em"}
HELD = {f"held_out_{name}" for name in ("f1", "em", "refused", "kept", "right_passage")}


@openvino
def test_each_form_of_the_weights_has_its_figures(
    exported: Path, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [
        {"sentence": "Odo Crail raised the ferry.", "passages": [f"Oskell\n{WEATHER}", "A\nOdo Crail."], "true": True},
        {"sentence": "Nobody raised the ferry.", "passages": [f"Oskell\n{WEATHER}"], "true": False},
    ]
    pairs = write_lines(tmp_path / "pairs.jsonl", rows)
    arguments = ["--weights", str(exported), "--data", str(data), "--cache", str(tmp_path), "--questions", "6"]
    more = ["--pairs", str(pairs), "--json", str(tmp_path / "figures.json")]
    assert figures.main(arguments + more) == 0
    found = json.loads((tmp_path / "figures.json").read_text())
    assert list(found) == ["float", "onnxruntime", "openvino"]
    for name, row in found.items():
        assert row.keys() == SQUAD | HELD | {"support_auroc"}
        assert all(0 <= row[key] <= 100 for key in SQUAD)
        assert all(0 <= row[key] <= 1 for key in row.keys() - SQUAD)
        assert row["held_out_f1"] == pytest.approx(found["float"]["held_out_f1"], abs=0.2), name
    assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == list(found)
    assert len(list(tmp_path.glob("negatives-*.npy"))) == 1
    assert not list(exported.glob("negatives-*"))


@openvino
def test_without_openvino_its_form_has_no_figures(
    exported: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)  # as if it were not installed
    assert figures.main([*of(exported, data), "--forms", "openvino"]) == 1
    assert "training: OpenVINO is not installed; leave openvino out of --forms\n" in capsys.readouterr().err


# What is missing or wrong

MISSING: dict[str, tuple[Callable[[Path, Path, Path], int], str]] = {
    "encoder": (lambda _, data, out: prepared(out, data, out / "new"), "tokenizer.json does not exist; name a folder"),
    "squad": (lambda enc, _, out: prepared(enc, out, out / "new"), r"squad holds no train-v1.1.json\[.gz\] or"),
    "near-misses": (
        lambda enc, data, out: prepared(enc, only_squad(data, out), out / "new"),
        "squad2_unanswerable_pairs",
    ),
    "examples": (lambda enc, _, out: trained(enc, out), "examples.npz cannot be read: .* make it with `python -m"),
    "first weights": (lambda _, __, out: trained(out, with_examples(out)), "tokenizer.json does not exist; name a"),
    "first network": (
        lambda enc, _, out: trained(with_tokenizer(enc, out), with_examples(out)),
        "holds no config.json; name a folder of an encoder or of trained weights",
    ),
    "tokenizer cut": (
        lambda _, data, out: prepared(with_half_a_tokenizer(out), data, out / "new"),
        "cannot be read: .*",
    ),
    "run": (
        lambda _, __, out: export.main(["--run", str(out), "--to", str(out / "new")]),
        "trained holds no config.json",
    ),
    "weights": (lambda _, data, out: figures.main(of(out, data)), "tokenizer.json does not exist; name a folder"),
    "dev set": (
        lambda enc, data, out: figures.main(of(enc, only_squad(data, out))),
        r"holds no dev-v2.0.json\[.gz\] or",
    ),
    "statements": (
        lambda enc, data, out: figures.main([*of(enc, data), "--pairs", str(out / "none.jsonl")]),
        "none.jsonl cannot be read: .* download it again",
    ),
    "graphs": (
        lambda enc, data, out: figures.main([*of(enc, data), "--forms", "onnxruntime"]),
        "dynamic.onnx does not exist; make it with `python -m training.export`",
    ),
}


def of(weights: Path, data: Path) -> list[str]:
    """The options of figures, whose search for passages is cached with the data."""
    return ["--weights", str(weights), "--data", str(data), "--cache", str(data), "--questions", "1"]


def only_squad(data: Path, out: Path) -> Path:
    folder = out / "squad"
    folder.mkdir()
    shutil.copy(data / "squad" / "train-v1.1.json", folder)
    return out


def with_examples(out: Path) -> Path:
    folder = out / "run"
    folder.mkdir()
    examples = encode_statements(tiny_tokenizer((), MPNET), [Statement("a", Page("h", "b"), SUPPORTED)])
    save_examples(folder / "examples.npz", [], list(examples), "-")
    return folder


def with_tokenizer(encoder: Path, out: Path) -> Path:
    shutil.copy(encoder / "tokenizer.json", out)
    return out


def with_half_a_tokenizer(out: Path) -> Path:
    (out / "tokenizer.json").write_text('{"version": "1.0",')
    return out


@pytest.mark.parametrize("what", MISSING)
def test_data_that_is_missing_is_told_in_one_line(
    encoder: Path, data: Path, tmp_path: Path, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    command, message = MISSING[what]
    assert command(encoder, data, tmp_path) == 1
    errors = [line for line in capsys.readouterr().err.splitlines() if "it/s]" not in line and "?it" not in line]
    (line,) = [line for line in errors if line.strip()]
    assert re.match(f"training: .*{message}", line)


ALL_COMMANDS = """
import runpy, sys
for command in sys.argv[1].split(";"):
    sys.argv = ["-", *command.split()[1:]]
    try:
        runpy.run_module(f"training.{command.split()[0]}", run_name="__main__")
    except SystemExit as ended:
        print(ended.code)
"""


def test_each_command_that_lacks_data_ends_with_one_line_and_a_status_of_one(
    run: Callable[..., CompletedProcess[str]], tmp_path: Path
) -> None:
    commands = [
        f"prepare --encoder {tmp_path} --data {tmp_path} --out {tmp_path}/out",
        f"train --start {tmp_path} --out {tmp_path}/out",
        f"export --run {tmp_path} --to {tmp_path}/out",
        f"figures --weights {tmp_path} --data {tmp_path}",
        f"calibrate --data {tmp_path}",
    ]
    done = run("-W", "ignore", "-c", ALL_COMMANDS, ";".join(commands))
    assert done.stdout.split() == ["1"] * len(commands)
    lines = done.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["training"] * len(commands), done.stderr
    assert "holds no train-v1.1.json" in lines[-1]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("command", "option"),
    [
        (prepared, "--questions 0"),
        (prepared, "--statements 0"),
        (trained, "--steps 0"),
        (trained, "--epochs 0"),
        (trained, "--inputs 0"),
        (trained, "--rate 0"),
        (trained, "--rate nan"),
        (trained, "--minutes 0"),
        (trained, "--minutes -1"),
        (trained, "--frozen -1"),
        (figures, "--questions 0"),
        (figures, "--forms float,torch"),
    ],
)
def test_an_option_out_of_its_range_is_told(
    tmp_path: Path, command: Any, option: str, capsys: pytest.CaptureFixture[str]
) -> None:
    if command is prepared:
        status = prepared(tmp_path, tmp_path, tmp_path, option.split())
    elif command is trained:
        status = trained(tmp_path, tmp_path, option.split())
    else:
        status = figures.main(["--weights", str(tmp_path), "--data", str(tmp_path), *option.split()])
    assert status == 2
    message = capsys.readouterr().err
    assert message.startswith("training: --")
    assert option.split()[0] in message
    assert message.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [prepare.main, train.main, figures.main, export.main])
def test_an_option_that_is_needed_is_asked_for(
    command: Callable[[list[str]], int], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as raised:
        command([])
    assert raised.value.code == 2
    assert "the following arguments are required" in capsys.readouterr().err


# Calibrating


def test_calibrating_tells_the_numbers_of_a_curve_and_where_there_are_none(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate.main(["--data", str(data / "squad"), "--questions", "24"]) == 0
    out = capsys.readouterr().out
    assert re.search(r"^WORDS = Curve\(-?\d+\.\d{3}, -?\d+\.\d{3}\)  # \d+ trials$", out, re.MULTILINE)
    assert "expected calibration error" in out
    assert "SENTENCES: no curve" in out  # no question of these wants sentences
    assert re.search(r"normal \(from 0\.\d\d\): answers \d+%", out)
