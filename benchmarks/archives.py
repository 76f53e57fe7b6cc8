"""Archives of 5, 30 and 100 % of a collection, each the beginning of the next; made once, kept, and gone on with.

python -m benchmarks.archives --data DIR
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from benchmarks.corpus import Record, records, write
from evals.datasets.base import DataMissing
from ingest import Archive, IngestReport, ingest

#: Percent of the collection that the archives hold.
SHARES = (5, 30, 100)

#: Where archives are kept; git leaves it out.
CACHE = Path(__file__).parent.parent / ".cache" / "benchmarks"

_STATE = "state.json"


def made(cache: Path = CACHE) -> dict[int, Path]:
    """The archives that are there and whole, by their share in percent."""
    return {share: path for share in SHARES if (path := _place(cache, share)).is_dir()}


def make(data: Path, cache: Path = CACHE, limit: int | None = None) -> dict[int, Path]:
    """Make the archives that are not there; a run that was killed goes on where it was.

    Args:
        data: folder that holds realtimeqa and reuters21578.
        cache: where archives are kept.
        limit: articles in all; None for all that there are. Archives of another limit are in the way.

    Raises:
        DataMissing: neither collection is there, or the archives at hand are of another one.
    """
    cache.mkdir(parents=True, exist_ok=True)
    every = records(data, limit)
    state = cache / _STATE
    if state.exists() and json.loads(state.read_text())["articles"] != len(every):
        raise DataMissing(f"{cache} holds archives of another collection; remove it, or name another with --cache")
    state.write_text(json.dumps({"articles": len(every)}))
    growing = cache / "growing"
    begun = 0
    for share in SHARES:
        end = len(every) * share // 100
        if not _place(cache, share).is_dir():
            _ingest(every[begun:end], growing, f"{share} %")
            _keep(growing, _place(cache, share))
        begun = end
    return made(cache)


def _place(cache: Path, share: int) -> Path:
    return cache / f"archive-{share}"


def _ingest(some: Sequence[Record], archive: Path, name: str) -> None:
    source = archive.with_name(f"{archive.name}.jsonl")
    write(some, source)
    with tqdm(desc=name, unit="B", unit_scale=True, unit_divisor=1000, file=sys.stderr, mininterval=10) as bar:

        def show(read: int, total: int, report: IngestReport) -> None:
            bar.total = total
            bar.set_postfix_str(f"{report.total} articles", refresh=False)
            bar.update(read - bar.n)

        with Archive.open(archive, create=True) as opened:
            report = ingest(source, opened, progress=show)
    for error in report.failed:
        print(error, file=sys.stderr)
    source.unlink()


def _keep(growing: Path, place: Path) -> None:
    """A copy that is whole or not there."""
    unfinished = place.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(growing, unfinished)
    unfinished.rename(place)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; 0 where it went well."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.archives", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that holds realtimeqa and reuters21578")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where archives are kept")
    parser.add_argument("--limit", type=int, help="articles in all (default: all)")
    options = parser.parse_args(arguments)
    try:
        for share, path in make(options.data, options.cache, options.limit).items():
            with Archive.open(path) as archive:
                print(f"{share:3} %: {archive.n_articles:,} articles, {archive.n_passages:,} passages in {path}")
    except DataMissing as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
