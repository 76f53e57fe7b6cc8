"""The first minute: what an empty chat shows, and how an empty archive is filled."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Any

import gradio as gr
from langchain_core.runnables import Runnable

from ingest.archive import Archive
from ingest.errors import DatelineError
from ingest.pipeline import ingest
from ingest.samples import sample_sources
from qa.answer import Answer
from qa.chain import describe_coverage
from qa.suggestions import suggest
from ui import words

_EXAMPLES = 4
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class Welcome:
    """Examples from the archive at hand, or the way to fill it."""

    def __init__(self, archive: Archive, quoting: Runnable[Any, Answer], *, read_only: bool) -> None:
        """Make it.

        Args:
            archive: an open one.
            quoting: a chain over it without a chat model.
            read_only: whether nobody may fill it here.
        """
        self.archive = archive
        self.quoting = quoting
        self.read_only = read_only
        self._examples: tuple[str, list[str]] | None = None

    def examples(self) -> list[str]:
        """Questions that the archive answers; found again when it has changed."""
        if self._examples is None or self._examples[0] != self.archive.fingerprint:
            self._examples = self.archive.fingerprint, suggest(self.archive, self.quoting, _EXAMPLES)
        return self._examples[1]

    def build(self) -> None:
        """Lay out what an empty archive shows above the chat."""
        empty = not self.archive.n_articles
        with gr.Column(visible=empty, elem_id="empty") as self.panel:
            self.told = gr.Markdown(self._how())
            if not self.read_only:
                self.load_samples = gr.Button(words.LOAD_SAMPLES, variant="primary", elem_id="load-samples")

    def wire(self, app: gr.Blocks, chat: gr.Chatbot) -> None:
        """Connect it: at each visit, and when the samples are asked for."""
        app.load(self.greet, None, [self.panel, chat], **_QUIET)
        if not self.read_only:
            loaded = self.load_samples.click(self.fill, None, [self.told, self.load_samples], **_QUIET)
            loaded.then(self.greet, None, [self.panel, chat], **_QUIET)

    def greet(self) -> tuple[Any, Any]:
        """The panel for an empty archive, or examples and what the archive covers."""
        if not self.archive.n_articles:
            return gr.Column(visible=True), gr.Chatbot(placeholder=words.EMPTY, examples=None)
        coverage = describe_coverage(self.archive.coverage(), subject="The archive")
        examples: Any = [{"text": question} for question in self.examples()]
        return gr.Column(visible=False), gr.Chatbot(placeholder=f"{words.GREETING} {coverage}", examples=examples)

    def fill(self) -> Iterator[tuple[Any, Any]]:
        """Take the sample articles in, and say how far it is."""
        counts: queue.SimpleQueue[int | DatelineError | None] = queue.SimpleQueue()

        def work() -> None:
            try:
                ingest(sample_sources(), self.archive, progress=lambda _, __, report: counts.put(report.total))
            except DatelineError as error:
                counts.put(error)
            finally:
                counts.put(None)

        yield words.LOADING_SAMPLES.format(count=0), gr.Button(interactive=False)
        threading.Thread(target=work, name="samples", daemon=True).start()
        while (count := counts.get()) is not None:
            said = str(count) if isinstance(count, DatelineError) else words.LOADING_SAMPLES.format(count=count)
            yield said, gr.skip()
        yield self._how(), gr.Button(interactive=True)

    def _how(self) -> str:
        return f"### {words.EMPTY}\n{words.EMPTY_READ_ONLY if self.read_only else words.EMPTY_HOW}"
