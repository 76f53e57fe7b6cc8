from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

from ui import words


def test_no_words_are_defined_twice() -> None:
    names: Counter[str] = Counter()
    for node in ast.parse(Path(words.__file__).read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            names.update(name.id for target in node.targets for name in ast.walk(target) if isinstance(name, ast.Name))
        elif isinstance(node, ast.FunctionDef):
            names[node.name] += 1
    assert [name for name, count in names.items() if count > 1] == []
