"""Dateline as it ships: `qa.build_chain` over an archive, with what it read on the way written down."""

from __future__ import annotations

import sys
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from evals.answers import told, whole
from evals.cache import cached_archive, ingested, is_stale
from evals.datasets.base import is_web
from ingest import Archive
from ingest.cleaning.normalize import canonical_url
from qa import Answer, build_chain
from qa.generation.quoting import QuotingAnswerer
from qa.question.limits import QuestionError
from qa.question.question import Question
from qa.reader.evidence import Evidence
from qa.reader.reader import EvidenceReader, load_reader
from qa.retrieval.retrieval import Candidate
from qa.verification.verify import CitationCheck


class Recorder:
    """A reader that keeps what it was given and what it found."""

    def __init__(self, reader: EvidenceReader) -> None:
        self.reader = reader
        self.forget()

    def forget(self) -> None:
        """Begin anew: a question that is refused before it is read leaves nothing here."""
        self.candidates: Sequence[Candidate] = ()
        self.evidence: list[Evidence] = []
        self.question: Question | None = None
        self.began = 0.0

    def read(self, question: Question, candidates: Sequence[Candidate]) -> list[Evidence]:
        """As the reader it stands for."""
        self.began = time.perf_counter()
        self.question, self.candidates = question, candidates
        self.evidence = self.reader.read(question, candidates)
        return self.evidence


class System:
    """The shipped chain over a cached archive."""

    def __init__(self, folder: str) -> None:
        self.folder = Path(folder)
        self.archive: Archive | None = None

    def index(self, articles: Sequence[dict[str, Any]]) -> int:
        """Ingest the articles; a run that was killed goes on where it was."""
        with cached_archive(self.folder, articles) as archive:
            failed = ingested(archive)["failed"]
            if failed:
                print(
                    f"{len(failed)} of {len(articles)} articles were not taken; the first: {failed[0]}", file=sys.stderr
                )
            self.taken = archive.n_articles
            return archive.n_passages

    def open(self) -> None:
        archive = cached_archive(self.folder, ())
        self.stale = is_stale(archive)
        self.use(archive)

    def use(self, archive: Archive) -> None:
        """Ask this archive, which stays the caller's to close."""
        self.archive = archive
        self.recorder = Recorder(load_reader(archive.settings.reader, archive.embedder))
        self.chain = build_chain(archive, self.recorder)
        self.ids = {article.identity: article.article_id for article in archive.listing()}

    def search(self, question: str, until: int, limit: int) -> list[str]:
        """What the chain hands to its reader."""
        self.answer(question, until)
        return [candidate.passage.text for candidate in self.recorder.candidates[:limit]]

    def answer(
        self,
        question: str,
        until: int | None = None,
        without: Collection[str] = (),
        given: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """One question, as JSON: as answered, and with refusing switched off.

        Args:
            question: its words.
            until: last day of publication, as YYYYMMDD; None for no limit.
            without: addresses of articles to leave out.
            given: more that the chain takes beside the question.
        """
        asked = {
            "question": question,
            **(given or {}),
            **self._day(until),
            "without": [self.ids[identity] for identity in map(_identity, without) if identity in self.ids],
        }
        self.recorder.forget()
        start = time.perf_counter()
        try:
            answer = self.chain.invoke(asked)
        except QuestionError:  # empty, or far too long: nobody gets an answer
            answer = Answer(Question(question, "what"), answered=False)
        seconds = time.perf_counter() - start
        return {
            **self._told(answer),
            "seconds": seconds,
            "search_seconds": self.recorder.began - start if self.recorder.question else seconds,
            "forced": self._told(self._forced()),
            "passages": [candidate.passage.text for candidate in self.recorder.candidates],
            "documents": [candidate.hit.article.identity for candidate in self.recorder.candidates],
        }

    def _day(self, until: int | None) -> dict[str, Any]:
        """How the chain is told the day of a question."""
        return {"as_of": day_of(until)} if until else {}

    def _forced(self) -> Answer:
        """The answer to the last question, however unsure."""
        question, archive = self.recorder.question, self.archive
        if question is None or archive is None:
            return Answer(Question("", "what"), answered=False)
        parts = QuotingAnswerer(threshold=0.0).answer(question, self.recorder.evidence)
        return CitationCheck(archive).check(whole(question, parts))

    def _told(self, answer: Answer) -> dict[str, Any]:
        return told(answer, lambda citation: self.archive.article(citation.article_id).text if self.archive else "")


def day_of(until: int) -> str:
    """YYYYMMDD as ISO 8601."""
    return f"{until // 10000}-{until // 100 % 100:02}-{until % 100:02}"


def _identity(url: str) -> str:
    """How the archive names an article of an address."""
    return f"url {canonical_url(url)}" if is_web(url) else f"guid {url}"
