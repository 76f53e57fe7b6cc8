"""Kills a process that changes an archive, at chosen points, and tells what the next one finds.

Run as a program, since it forks: `python -m tests.crash FOLDER MODE SEED POINTS`. Everything is loaded once, and each
attempt is a fork of that. The embedder is a real, tiny model, named in the settings as any other, on one thread:
threads do not outlive a fork.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import torch

from ingest import Archive, Settings, ingest
from ingest.base.filters import Scope
from ingest.embedding.embeddings import load_embedder
from ingest.index.keywords import KeywordIndex
from ingest.store.chroma import Connection
from tests.tiny import save_transformers

WATCHED = {Connection.ask.__code__, KeywordIndex.replace.__code__, KeywordIndex.agree.__code__}
STAMPS = ("changed", "taken", "until")
WORDS = "ferry toll harbour bakery comet choir mill bridge".split()


def sources(folder: Path) -> list[Path]:
    """Files of 40 articles, some of which are replaced, canceled, late, or under embargo further down."""
    draw = random.Random(7)

    def record(number: int, version: int, **facts: object) -> str:
        words = " ".join(f"The {draw.choice(WORDS)} cost {draw.randrange(90)} florins." for _ in range(4 + 9 * version))
        text = f"Version {version} of story {number}. {words}"
        return json.dumps({"guid": f"s:{number}", "headline": f"Story {number}", "text": text} | facts) + "\n"

    files = [folder / name for name in ("first.jsonl", "second.jsonl", "third.jsonl")]
    files[0].write_text(
        "".join(record(i, 0) + (record(i - 3, 1) if i % 7 == 4 else "") for i in range(40)), encoding="utf-8"
    )
    files[1].write_text(
        "".join(record(i, 2, publisher="Tidewater") for i in range(0, 40, 3))
        + record(5, 2, status="canceled")
        + record(6, 3, embargo="2099-01-01"),
        encoding="utf-8",
    )
    files[2].write_text("".join(record(i, 3) for i in range(0, 40, 6)) + record(1, 40), encoding="utf-8")
    (folder / "numbered.jsonl").write_text(record(41, 1, nr="2") + record(41, 0, nr="1"), encoding="utf-8")
    return files


def state(archive: Archive) -> dict[str, Any]:
    """All that is in an archive, without moments and revisions, which are another one each time."""
    reader, keywords = archive._store.reader, archive._derived.keywords

    def bare(metadata: dict[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in metadata.items() if name not in STAMPS}

    history = {i: bare(dict(metadata)) for i, metadata in reader.all_history()}
    texts = {
        i: reader.history_article(metadata).to_dict() for i, metadata in reader.all_history() if metadata["piece"] == 0
    }
    articles = {r["article_id"]: [bare(r), archive.article(r["article_id"]).to_dict()] for r in reader.all_records()}
    passages = archive._store.collections.passages.get(include=["documents", "metadatas", "embeddings"])
    rows = zip(passages["ids"], passages["documents"], passages["metadatas"], passages["embeddings"], strict=True)
    found = {word: sorted(keywords.search(word, 10_000, Scope(now=0))) for word in [*WORDS, "version", "story"]}
    return {
        "articles": articles,
        "passages": {i: [text, bare(dict(its)), [round(float(x), 4) for x in v]] for i, text, its, v in rows},
        "history": history,
        "texts": texts,
        "indexed": sorted(keywords.ids()),
        "count": keywords.count,
        "vectors": sorted(archive._derived.vectors.ids()),
        "found": found,
        "stories": archive._derived.origins.groups(now=0),
        "carriers": sorted(archive._derived.origins.article_ids()),
    }


def in_a_fork(work: Callable[[], Any]) -> tuple[int, Any]:
    """Do something in a fork; its exit status, and what it returned."""
    reader, writer = os.pipe()
    pid = os.fork()
    if not pid:
        status = 1
        try:
            os.close(reader)
            result = work()
            with os.fdopen(writer, "w", encoding="utf-8") as pipe:
                json.dump(result, pipe, sort_keys=True)
            status = 0
        except BaseException:
            import traceback

            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as pipe:
        said = pipe.read()
    return os.waitpid(pid, 0)[1], json.loads(said) if said else None


def count_steps(steps: list[int], stop_at: int = -1) -> None:
    """Count entries into, and returns from, what writes; at a given one, die."""

    def watch(frame: FrameType, event: str, _: object) -> None:
        if frame.f_code in WATCHED and event in ("call", "return"):
            steps[0] += 1
            if steps[0] == stop_at:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(watch)


def die_after(seconds: float) -> None:
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if not os.fork():  # SIGALRM could be caught; SIGKILL has to come from elsewhere
        parent = os.getppid()
        time.sleep(seconds)
        if os.getppid() == parent:
            os.kill(parent, signal.SIGKILL)
        os._exit(0)


class Trial:
    """One kind of change, done without disturbance and then, again and again, cut off."""

    def __init__(self, folder: Path, mode: str) -> None:
        self.folder = folder
        self.files = sources(folder)
        model = save_transformers(folder / "model", "BertModel")
        self.settings = Settings(archive=folder / "archive", embedder=str(model), passage_words=25)
        load_embedder(str(model))
        self.mode = mode
        self.before = folder / "before"
        if mode != "ingest":  # what is removed has to be there first
            assert in_a_fork(self.prepare)[0] == 0

    def prepare(self) -> None:
        with Archive.open(self.settings, create=True) as archive:
            self.take_in(archive)
            if self.mode == "restore":
                archive.remove_all(self.some(archive))
        shutil.move(self.folder / "archive", self.before)

    def take_in(self, archive: Archive) -> None:
        assert not ingest(self.files, archive).failed
        assert not ingest(self.folder / "numbered.jsonl", archive, {"edition": "nr"}).failed

    def some(self, archive: Archive) -> list[str]:
        return sorted(head.article_id for head in archive.listing())[3:9]

    def reset(self) -> None:
        shutil.rmtree(self.folder / "archive", ignore_errors=True)
        if self.before.exists():
            shutil.copytree(self.before, self.folder / "archive")

    def work(self) -> None:
        with Archive.open(self.settings, create=True) as archive:
            if self.mode == "ingest":
                self.take_in(archive)
                return
            removed = sorted(str(each["article_id"]) for each in archive._store.reader.removed())
            if self.mode == "restore":
                if removed:
                    archive.restore_all(removed)
            elif wanted := [i for i in self.settings_ids() if archive.versions([i])]:
                archive.remove_all(wanted)

    def settings_ids(self) -> list[str]:
        return json.loads((self.folder / "ids.json").read_text())

    def measured(self) -> list[Any]:
        steps = [0]
        count_steps(steps)
        started = time.monotonic()
        self.work()
        sys.setprofile(None)
        return [steps[0], time.monotonic() - started]

    def look(self) -> dict[str, Any]:
        with Archive.open(self.settings, create=True) as archive:
            return state(archive)

    def again(self) -> dict[str, Any]:
        """What the next process finds, and what is there once it has done the work again."""
        with Archive.open(self.settings, create=True) as archive:
            repaired, problems = list(archive.repaired), [str(problem) for problem in archive.check()]
        self.work()
        return {"repaired": repaired, "problems": problems, "state": self.look()}

    def run(self, seed: int, points: int) -> dict[str, Any]:
        self.reset()
        if self.mode == "remove":
            ids = in_a_fork(lambda: self.ids())[1]
            (self.folder / "ids.json").write_text(json.dumps(ids))
            self.reset()
        status, measured = in_a_fork(self.measured)
        assert status == 0
        steps, seconds = measured
        expected = in_a_fork(self.look)[1]
        draw = random.Random(seed)
        by_step = [("step", at) for at in draw.sample(range(1, steps + 1), min(steps, (points + 1) // 2))]
        by_time = [("time", seconds * draw.random()) for _ in range(points - len(by_step))]
        results = [self.attempt(kind, at, expected) for kind, at in by_step + by_time]
        return {"steps": steps, "seconds": seconds, "articles": len(expected["articles"]), "results": results,
                "history": len(expected["texts"]), "passages": len(expected["passages"])}  # fmt: skip

    def ids(self) -> list[str]:
        with Archive.open(self.settings) as archive:
            return self.some(archive)

    def attempt(self, kind: str, at: float, expected: dict[str, Any]) -> dict[str, Any]:
        self.reset()

        def cut_off() -> None:
            if kind == "step":
                count_steps([0], int(at))
            else:
                die_after(at)
            self.work()

        killed = in_a_fork(cut_off)[0] == signal.SIGKILL
        status, after = in_a_fork(self.again)
        said = after or {"repaired": [], "problems": ["the next process failed"], "state": {}}
        different = [part for part in expected if said["state"].get(part) != expected[part]]
        return {"kind": kind, "at": at, "killed": killed, "status": status, "different": different} | {
            name: said[name] for name in ("repaired", "problems")
        }


if __name__ == "__main__":
    torch.set_num_threads(1)
    folder, mode, seed, points = sys.argv[1:]
    print(json.dumps(Trial(Path(folder), mode).run(int(seed), int(points))))
