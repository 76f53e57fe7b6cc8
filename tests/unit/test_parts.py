"""Which tests of evals/, training/, benchmarks/ and the page run; and that what they test can be imported."""

from __future__ import annotations

import importlib
import pkgutil
import subprocess
from pathlib import Path

import pytest

from tests.parts import COMMITS, PARTS, changed


@pytest.mark.parametrize("part", [part for part in PARTS if part != "ui"])
def test_every_module_can_be_imported(part: str) -> None:
    package = importlib.import_module(part)
    modules = [module.name for module in pkgutil.walk_packages(package.__path__, f"{part}.")]
    assert len(modules) > 5
    for name in modules:
        importlib.import_module(name)


class Repository:
    """A git repository with a main branch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        for _ in range(COMMITS + 1):
            self.commit("README.md")

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
        subprocess.run(["git", *who, *arguments], cwd=self.folder, check=True, capture_output=True)

    def write(self, *names: str) -> None:
        for name in names:
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(f"{path.read_text() if path.exists() else ''}a line\n")

    def commit(self, *names: str) -> None:
        self.write(*names)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=a change")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repository")


def test_files_that_are_not_committed_count(repository: Repository) -> None:
    assert changed(repository.folder) == []
    repository.write("qa/ask.py", "evals/run.py", "tests/unit/test_run.py")
    assert changed(repository.folder) == ["evals", "tests/unit/test_run.py"]


def test_on_the_main_branch_the_last_commits_count(repository: Repository) -> None:
    repository.commit("training/loop.py")
    for _ in range(COMMITS - 1):
        repository.commit("qa/ask.py")
    assert changed(repository.folder) == ["training"]
    repository.commit("qa/ask.py")
    assert changed(repository.folder) == []


def test_on_another_branch_every_commit_counts_and_none_of_the_main_branch(repository: Repository) -> None:
    repository.commit("training/loop.py")
    repository.git("switch", "--quiet", "--create", "work")
    repository.commit("benchmarks/start.py")
    for _ in range(COMMITS + 1):
        repository.commit("qa/ask.py")
    assert changed(repository.folder) == ["benchmarks"]


def test_without_a_history_everything_counts(tmp_path: Path, repository: Repository) -> None:
    (tmp_path / "unpacked").mkdir()
    assert changed(tmp_path / "unpacked") == ["all"]
    (repository.folder / "unpacked").mkdir()
    assert changed(repository.folder / "unpacked") == ["all"]
