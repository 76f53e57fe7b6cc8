"""Build archives of 5, 30 and 100 % of a collection; each contains the previous one. An interrupted run continues.

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


def existing_archives(cache: Path = CACHE) -> dict[int, Path]:
    """The finished archives, by their share in percent."""
    return {share: path for share in SHARES if (path := _place(cache, share)).is_dir()}


def make(data: Path, cache: Path = CACHE, limit: int | None = None) -> dict[int, Path]:
    """Build the archives that do not exist yet; an interrupted run continues.

    Args:
        data: folder that contains realtimeqa and reuters21578.
        cache: folder of the archives.
        limit: total number of articles; None for all. Archives of another limit in the same folder are an error.

    Raises:
        DataMissing: neither collection exists, or the existing archives are of another collection.
    """
    cache.mkdir(parents=True, exist_ok=True)
    articles = records(data, limit)
    state = cache / _STATE
    if state.exists() and json.loads(state.read_text())["articles"] != len(articles):
        raise DataMissing(f"{cache} contains archives of another collection; remove it, or choose another --cache")
    state.write_text(json.dumps({"articles": len(articles)}))
    growing = cache / "growing"
    start = 0
    for share in SHARES:
        end = len(articles) * share // 100
        if not _place(cache, share).is_dir():
            _ingest(articles[start:end], growing, f"{share} %")
            _keep(growing, _place(cache, share))
        start = end
    return existing_archives(cache)


def _place(cache: Path, share: int) -> Path:
    return cache / f"archive-{share}"


def _ingest(articles: Sequence[Record], archive: Path, name: str) -> None:
    source = archive.with_name(f"{archive.name}.jsonl")
    write(articles, source)
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
    """Copy the archive; an interrupted copy leaves nothing behind under the final name."""
    unfinished = place.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    shutil.copytree(growing, unfinished)
    unfinished.rename(place)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 on success."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.archives", description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="folder that contains realtimeqa and reuters21578")
    parser.add_argument("--cache", type=Path, default=CACHE, help="folder of the archives")
    parser.add_argument("--limit", type=int, help="total number of articles (default: all)")
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
