"""What the README and the other pages print works: its snippets run, and what it names exists."""

from __future__ import annotations

import importlib.util
import io
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from ingest.base.settings import VARIABLES
from qa import close
from tests.conftest import ROOT
from ui.cli import main

PAGES = [
    *("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "evals/README.md", "evals/NOTES.md", "training/README.md"),
    *(f"docs/{page.name}" for page in sorted((ROOT / "docs").glob("*.md"))),
    *("ingest/embedding/weights/README.md", "qa/reader/weights/README.md", "qa/reader/weights/VERIFIER.md"),
]

#: Programs of the project that are no part of the `dateline` command, and are not installed.
TOOLS = ("evals", "benchmarks", "training", "tests")

_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"(?:^ {4}\S.*\n)+", re.MULTILINE)
_COMMAND = re.compile(r"`((?:dateline|make|pip|python -m)\s[^`]*)`")
_LINK = re.compile(r"\]\(([^)#\s]*)(#[\w-]+)?\)")
_HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
_OPTION = re.compile(r"(?<![\w-])--[a-z][\w-]*")


@dataclass(frozen=True)
class Snippet:
    """A block of code of a page.

    Attributes:
        language: `python`, `text` for what the block before it prints, `shell` for commands.
        code: its lines.
    """

    language: str
    code: str


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def snippets(page: str) -> list[Snippet]:
    """The blocks of a page, in order."""
    text = read(page)
    fenced = [(match.start(), Snippet(match[1], match[2])) for match in _FENCED.finditer(text)]
    rest = _FENCED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
    indented = [(match.start(), Snippet("shell", match[0])) for match in _INDENTED.finditer(rest)]
    return [snippet for _, snippet in sorted(fenced + indented, key=lambda pair: pair[0])]


def commands(page: str) -> list[list[str]]:
    """Every command of a page as words, those of its blocks and those in its sentences."""
    lines = [line for block in snippets(page) if block.language == "shell" for line in block.code.splitlines()]
    lines += _COMMAND.findall(_FENCED.sub("", read(page)))
    return [words for line in lines for words in _split(line)]


def _split(line: str) -> Iterator[list[str]]:
    line = re.sub(r"<[^>]*>", "PLACE", line)  # `<address of the CPU index>`
    line = re.sub(r"> *\S+", "", line)  # what is printed goes to a file
    words: list[str] = []
    for word in [*shlex.split(line, comments=True), "&&"]:
        if word != "&&":
            words.append(word)
            continue
        start = next((at for at, word in enumerate(words) if not re.fullmatch(r"[A-Z_]+=.*", word)), len(words))
        if words[start:]:
            yield words[start:]
        words = []


def test_the_readme_works_as_printed(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    run: Callable[..., CompletedProcess[str]],
) -> None:
    """Its Python runs, in a process of its own, and prints what is printed below it; then its questions are asked."""
    monkeypatch.chdir(tmp_path)
    printed, ran = "", 0
    for snippet in snippets("README.md"):
        if snippet.language == "python":
            done = run("-c", snippet.code)
            assert done.returncode == 0, done.stderr
            printed = done.stdout
        elif snippet.language == "text":
            assert printed.split() == snippet.code.split()
        for line in snippet.code.splitlines() if snippet.language == "shell" else ():
            words = shlex.split(line.strip(), comments=True)
            if words[0] == "dateline" and "news" in words:  # the archive that the Python above has made
                assert main(words[1:]) == 0, line
                assert capsys.readouterr().out
                close()  # a process of its own would, too
                ran += 1
    assert printed
    assert ran >= 5


def test_the_python_of_the_other_pages_runs(run: Callable[..., CompletedProcess[str]]) -> None:
    first, *_ = (snippet.code for snippet in snippets("README.md") if snippet.language == "python")
    pages = [page for page in PAGES if page.startswith("docs/")]
    code = [snippet.code for page in pages for snippet in snippets(page) if snippet.language == "python"]
    assert code
    done = run("-c", "\n".join([first, *code]))
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def options() -> dict[str, set[str]]:
    """The options of each `dateline` command, as its help names them; those of `dateline` itself under no name."""

    def help_of(*command: str) -> str:
        with redirect_stdout(io.StringIO()) as printed:
            assert main([*command, "--help"]) == 0
        return printed.getvalue()

    listed = help_of().partition("Commands:")[2].partition("example:")[0]
    names = re.findall(r"^  (\w+) +\w", listed, re.MULTILINE)
    assert "ingest" in names
    helps = {"": help_of(), **{name: help_of(name) for name in names}}
    return {name: set(re.findall(r"--[a-z][\w-]*", text)) for name, text in helps.items()}


@pytest.fixture(scope="module")
def tool_options() -> dict[str, set[str]]:
    """The options that the programs of each folder add to their parsers."""
    return {
        tool: set(
            re.findall(r'"(--[a-z][\w-]*)"', "".join(file.read_text("utf-8") for file in (ROOT / tool).rglob("*.py")))
        )
        for tool in TOOLS
    }


@pytest.mark.parametrize("page", PAGES)
def test_commands_exist(page: str, options: dict[str, set[str]], tool_options: dict[str, set[str]]) -> None:
    targets = set(re.findall(r"^([\w-]+):", read("Makefile"), re.MULTILINE))
    for words in commands(page):
        program, *rest = words
        named = {word.partition("=")[0] for word in rest if _OPTION.match(word)}
        if Path(program).name == "dateline":
            command = "" if rest[0].startswith("-") else rest[0]
            assert command in options, words
            assert named <= options[command], words
        elif Path(program).name == "pip":
            _check_installed(rest)
        elif program == "make":
            assert rest[0] in targets, words
        elif rest[:1] == ["-m"] and rest[1].startswith(TOOLS):
            assert importlib.util.find_spec(rest[1]), words
            assert named <= {*tool_options[rest[1].partition(".")[0]], "--help"}, words
        elif rest[:1] == ["-c"]:
            subprocess.run([sys.executable, *rest], cwd=ROOT, check=True)
        else:
            assert rest[:1] == ["-m"] or program in ("git", "cd"), words


def _check_installed(words: list[str]) -> None:
    """What pip is asked for is there: the file of versions, and the extras."""
    for word, after in pairwise(words):
        assert word != "-c" or (ROOT / after).is_file(), words
    extras = tomllib.loads(read("pyproject.toml"))["project"]["optional-dependencies"]
    for word in words:
        if match := re.fullmatch(r"\.\[([\w,]+)\]", word):
            assert set(match[1].split(",")) <= set(extras), words


@pytest.mark.parametrize("page", [page for page in PAGES if page == "README.md" or page.startswith("docs/")])
def test_options_exist(page: str, options: dict[str, set[str]], tool_options: dict[str, set[str]]) -> None:
    """An option in a sentence is one of some command."""
    pip = {"--index-url", "--extra-index-url"}
    assert set(_OPTION.findall(read(page))) <= {"--help", *pip}.union(*options.values(), *tool_options.values())


@pytest.mark.parametrize("page", PAGES)
def test_variables_exist(page: str) -> None:
    assert set(re.findall(r"\bDATELINE_[A-Z][A-Z_]*[A-Z]\b", read(page))) <= set(VARIABLES)


def test_every_variable_is_documented() -> None:
    assert set(VARIABLES) <= set(re.findall(r"DATELINE_[A-Z_]+", read("docs/settings.md")))


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    here = ROOT / page
    for target, anchor in _LINK.findall(read(page)):
        if target.startswith(("http://", "https://")):
            continue
        path = (here.parent / target).resolve() if target else here
        assert path.exists(), f"{page} links to {target}"
        if anchor:
            assert anchor[1:] in _anchors(path), f"{page} links to {target}{anchor}"


def _anchors(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES)
def test_files_that_are_named_exist(page: str) -> None:
    """`qa/chat/prompts.py` in a sentence is a file, or a folder, of the project."""
    folders = "|".join(("ingest", "qa", "ui", "docs", *TOOLS))
    for name in re.findall(rf"`((?:{folders})/[\w./-]*)`", read(page)):
        assert (ROOT / name).exists(), f"{page} names {name}"
