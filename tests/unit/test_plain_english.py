"""What ships is written in plain English: no wording or identifier that the style guide replaces is left."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("ingest", "qa", "ui", "evals", "benchmarks", "training")
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs", "ui/assets", *PACKAGES)
TEXT = {".md", ".py", ".js", ".css"}

# A wording to avoid, and what to write in its place.
WORDINGS = {
    r"\btold by (?:what|its|the|their)\b": "detected from",
    r"\bsays all itself\b": "self-contained",
    r"\bas if nothing had been\b": "as if it had never been interrupted",
    r"\bseen to speak\b": "look like prompt injection",
    r"\bthe whole as one\b": "the question-answering pipeline",
    r"\bsettings of now\b": "current settings",
    r"\bas it has to be\b": "verify",
    r"\bnone that there is\b": "unknown",
    r"(?-i:^#*\s*\W{0,3}(?:Articles in|Questions out)\b(?=[:.\s]*$|:))": "Ingest articles, Ask questions",
    r"\b(?:take|takes|took|taken|taking)(?: \w+){0,2} articles? in\b": "add, ingest",
    r"\barticles? (?:\w+ ){0,2}(?:taken|took|take) in\b": "add, ingest",
    r"\b(?:was|were|is|are|been|be) taken in\b": "add, ingest",
    r"\bhow sure (?:it|an answer) (?:is|has to be)\b": "confidence",
    r"\brefuses? more\b": "stricter",
}

# These say nothing about what a value is.
IDENTIFIERS = {"found", "each", "known", "given", "said", "told"}


def _texts(place: str) -> list[Path]:
    path = ROOT / place
    files = [path] if path.is_file() else sorted(path.rglob("*"))
    return [
        file for file in files if file.suffix in TEXT and "samples" not in file.parts and "weights" not in file.parts
    ]


@pytest.mark.parametrize("place", PAGES)
def test_no_wording_that_the_style_guide_replaces(place: str) -> None:
    hits = [
        f"{file.relative_to(ROOT)}:{number}: {match[0]!r}; write: {better}"
        for file in _texts(place)
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
        for pattern, better in WORDINGS.items()
        if (match := re.search(pattern, line, re.IGNORECASE))
    ]
    assert not hits, "\n".join(hits)


@pytest.mark.parametrize("package", PACKAGES)
def test_no_identifier_that_says_nothing(package: str) -> None:
    hits = [
        f"{file.relative_to(ROOT)}:{line}: {name}"
        for file in _texts(package)
        if file.suffix == ".py"
        for name, line in _identifiers(ast.parse(file.read_text(encoding="utf-8")))
        if name.strip("_") in IDENTIFIERS
    ]
    assert not hits, "\n".join(hits)


@pytest.mark.parametrize("package", ["ingest", "qa", "ui"])
def test_public_functions_describe_each_parameter_on_a_line(package: str) -> None:
    hits = [
        f"{file.relative_to(ROOT)}:{function.lineno}: {function.name} lacks {', '.join(missing)}"
        for file in _texts(package)
        if file.suffix == ".py"
        for function in _public_functions(ast.parse(file.read_text(encoding="utf-8")))
        if (missing := _undescribed(function))
    ]
    assert not hits, "\n".join(hits)


def _identifiers(tree: ast.AST) -> list[tuple[str, int]]:
    names: list[tuple[str, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            names.append((node.id, node.lineno))
        elif isinstance(node, ast.Attribute):
            names.append((node.attr, node.lineno))
        elif isinstance(node, ast.arg) or (isinstance(node, ast.keyword) and node.arg):
            names.append((node.arg, node.lineno))
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            names.append((node.name, node.lineno))
        elif isinstance(node, ast.alias) and node.asname:
            names.append((node.asname, node.lineno))
    return names


def _public_functions(tree: ast.AST) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    functions: list[ast.FunctionDef | ast.AsyncFunctionDef] = []
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            functions += _public_functions(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and (
            node.name == "__init__" or not node.name.startswith("_")
        ):
            functions.append(node)
    return functions


def _undescribed(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    arguments = function.args
    names = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
    names += [a.arg for a in (arguments.vararg, arguments.kwarg) if a]
    names = [name for name in names if name not in ("self", "cls") and not name.startswith("_")]
    if len(names) < 2 or any(ast.unparse(d).endswith(("override", "overload")) for d in function.decorator_list):
        return []
    described = re.findall(r"^\s*\**(\w+):", ast.get_docstring(function) or "", re.MULTILINE)
    return [name for name in names if name not in described]
