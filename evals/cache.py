"""Archives that are made once and kept: embedding is slow, and goes on where it was killed."""

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

#: Where archives are kept unless `--cache` says otherwise; git leaves it out.
DEFAULT = Path(__file__).parent.parent / ".cache" / "evals"

_DONE = "ingested.json"
_BEGUN = "code.txt"

# Files of ingest/ that decide what the passages and their vectors are.
_SHAPING = (
    *(
        "article.py",
        "dateline.py",
        "dates.py",
        "decoding.py",
        "draft.py",
        "encoders.py",
        "embeddings.py",
        "furniture.py",
        "int8.py",
    ),
    *("language.py", "passages.py", "readers/*.py", "records.py", "sentences.py", "upkeep.py"),
)

_log = logging.getLogger(__name__)


def dateline_folder(cache: Path, name: str) -> Path:
    """Where the archive of some articles is kept: named by them, the embedder and the size of passages.

    Args:
        cache: folder for all of them.
        name: changes with the articles.
    """
    settings = Settings.load(cache)
    return cache / f"{name}-dateline-{Path(settings.embedder).name}-{settings.passage_words}"


def cached_archive(folder: Path, records: Iterable[Mapping[str, Any]]) -> Archive:
    """An open archive of these articles in a folder, made where it is not there; the caller closes it.

    Args:
        folder: for this archive alone; what is in it is taken for the same articles.
        records: articles with the names that `dateline ingest` knows.

    Raises:
        ArchiveOwned: another run is using or making it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    archive = Archive.open(Settings.load(folder / "archive"), create=True)
    if (folder / _DONE).exists():
        if is_stale(archive):
            _log.warning("%s was made by another state of ingest/; --fresh makes it anew", folder.name)
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
    """The report of the run that finished an archive, and `code`, which changes with what shaped its passages."""
    whole: dict[str, Any] = json.loads((archive.folder.parent / _DONE).read_text(encoding="utf-8"))
    return whole


def is_stale(archive: Archive) -> bool:
    """Whether an archive was made, or begun, by another state of what shapes passages."""
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
