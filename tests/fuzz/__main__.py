"""`python -m tests.fuzz READER [options of libFuzzer]`: atheris makes up bytes, and a reader takes them."""

from __future__ import annotations

import re
import sys
import tempfile
from pathlib import Path


def main() -> None:
    import atheris

    with atheris.instrument_imports(include=["ingest", "feedparser"]):
        import feedparser  # noqa: F401 - the reader of feeds would import it too late to be instrumented

        from tests.fuzz.readers import READERS, read

    name, *options = sys.argv[1:] or [""]
    if name not in READERS:
        sys.exit(f"usage: python -m tests.fuzz {{{','.join(READERS)}}} [-max_total_time=300 ...]")
    reader, seeds = READERS[name]
    for seed in seeds:
        read(reader, seed)  # loads what is loaded once, and slowly
    with tempfile.TemporaryDirectory() as folder:
        corpus, words = Path(folder, "corpus"), Path(folder, "words")
        corpus.mkdir()
        for number, seed in enumerate(seeds):
            (corpus / f"seed-{number}").write_bytes(seed)
        found = {word.decode() for seed in seeds for word in re.findall(rb"[A-Za-z][\w:.-]{2,40}", seed)}
        words.write_text("".join(f'"{word}"\n' for word in sorted(found)))
        atheris.Setup([sys.argv[0], str(corpus), f"-dict={words}", *options], lambda data: read(reader, data))
        atheris.Fuzz()


if __name__ == "__main__":
    main()
