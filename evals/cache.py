"""Archives that are built once and cached: embedding is slow, and an interrupted run continues."""

from __future__ import annotations

import hashlib
import json
import logging
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tqdm import tqdm

import ingest as ingestion
from ingest import Archive, IngestReport, Settings, ingest

#: Default folder of the archives (`--cache`); ignored by git.
DEFAULT = Path(__file__).parent.parent / ".cache" / "evals"

_DONE = "ingested.json"
_BEGUN = "code.txt"

# Files of ingest/ that determine the passages and their vectors.
_SHAPING = (
    *("base/article.py", "cleaning/*.py", "reading/**/*.py", "chunking/*.py", "embedding/*.py", "store/records.py"),
    "archive/prepared.py",
)

_log = logging.getLogger(__name__)


def dateline_folder(cache: Path, name: str) -> Path:
    """Folder of the archive of some articles; its name has the articles, the embedder and the size of passages.

    Args:
        cache: folder of all archives.
        name: identifies the articles.
    """
    settings = Settings.load(cache)
    return cache / f"{name}-dateline-{Path(settings.embedder).name}-{settings.passage_words}"


def cached_archive(folder: Path, records: Iterable[Mapping[str, Any]]) -> Archive:
    """Open the archive of a folder; build it first if it does not exist. The caller closes it.

    Args:
        folder: for this archive alone; an archive in it is assumed to hold the same articles.
        records: articles with the field names of `dateline ingest`.

    Raises:
        ArchiveOwned: another run uses or builds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    archive = Archive.open(Settings.load(folder / "archive"), create=True)
    if (folder / _DONE).exists():
        if is_stale(archive):
            _log.warning("%s was built by another version of ingest/; --fresh rebuilds it", folder.name)
        return archive
    begun = folder / _BEGUN
    if not begun.exists():
        begun.write_text(_code(), encoding="utf-8")
    try:
        source = folder / "articles.jsonl"
        with source.open("w", encoding="utf-8") as file:
            for record in records:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        report = _ingest(source, archive).to_dict() | {"code": begun.read_text(encoding="utf-8")}
        (folder / _DONE).write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    except BaseException:
        archive.close()
        raise
    return archive


def ingested(archive: Archive) -> dict[str, Any]:
    """The report of the run that finished an archive, with `code`, a hash of the code that made its passages."""
    report: dict[str, Any] = json.loads((archive.folder.parent / _DONE).read_text(encoding="utf-8"))
    return report


def is_stale(archive: Archive) -> bool:
    """Whether an archive was started by another version of the code that makes passages."""
    return bool(ingested(archive)["code"] != _code())


def _code() -> str:
    folder = Path(str(ingestion.__file__)).parent
    files = sorted(path for pattern in _SHAPING for path in folder.glob(pattern))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _ingest(source: Path, archive: Archive) -> IngestReport:
    with tqdm(desc="dateline", unit="B", unit_scale=True, unit_divisor=1000, file=sys.stderr) as bar:

        def show(read: int, total: int, report: IngestReport) -> None:
            bar.total = total
            bar.set_postfix_str(f"{report.total} articles", refresh=False)
            bar.update(read - bar.n)

        return ingest(source, archive, progress=show)
