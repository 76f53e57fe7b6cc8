"""A file of many items never lies in memory as a whole: measured on a process of its own, libxml2's share with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import resource, sys
from ingest.reading import Source, choose_reader

def count(path):
    with open(path, "rb") as file:
        reader = choose_reader(file.read(65_536), Source(path, path))
        file.seek(0)
        return sum(1 for _ in reader.read(file, Source(path, path)))

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

small, large = sys.argv[1:]
count(small)  # loads what is loaded once
before = peak()
print(count(large), peak() - before)
"""
PARAGRAPHS = "<p>The harbour board of Saltreath voted on Monday to close the old pier.</p>" * 100
NEWS = f"<newsItem guid='urn:x:1'><contentSet><inlineXML><div>{PARAGRAPHS}</div></inlineXML></contentSet></newsItem>"
NINJS = f'{{"uri": "urn:x:1", "pubstatus": "usable", "body_xhtml": "{PARAGRAPHS}"}}'


@pytest.mark.parametrize(
    ("opening", "item", "between", "closing", "many"),
    [
        ("<urlset>", f"<url><loc>https://courier.example/{'x' * 60}</loc></url>", "\n", "</urlset>", 150_000),
        ("<newsMessage><itemSet>", NEWS, "\n", "</itemSet></newsMessage>", 1_500),
        ("[", NINJS, ",\n", "]", 1_500),
    ],
    ids=["site map", "message", "list of ninjs"],
)
def test_memory_does_not_grow_with_a_file(
    tmp_path: Path, opening: str, item: str, between: str, closing: str, many: int
) -> None:
    small, large = tmp_path / "small", tmp_path / "large"
    small.write_text(opening + between.join([item] * 10) + closing)
    large.write_text(opening + between.join([item] * many) + closing)
    command = [sys.executable, "-c", PROGRAM, str(small), str(large)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found, grown = map(int, done.stdout.split())
    assert found == many
    assert large.stat().st_size > 10_000_000
    assert grown < 5_000_000  # bytes
