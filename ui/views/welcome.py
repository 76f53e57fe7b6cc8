"""The first minute: what an empty chat shows, and how an empty archive is filled."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr
from langchain_core.runnables import Runnable

from ingest.archive.archive import Archive
from ingest.samples import sample_sources
from qa.base.answer import Answer, escape_markdown
from qa.chain import describe_coverage
from qa.retrieval.suggestions import suggest
from ui import words
from ui.state.intake import Batch, Intake

_EXAMPLES = 4
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class Welcome:
    """Examples from the archive at hand, or the way to fill it."""

    def __init__(self, archive: Archive, quoting: Runnable[Any, Answer], intake: Intake | None) -> None:
        """Make it.

        Args:
            archive: an open one.
            quoting: a chain over it without a chat model.
            intake: fills it; None where nobody may fill it here.
        """
        self.archive = archive
        self.quoting = quoting
        self.intake = intake
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
            if self.intake is not None:
                self.load_samples = gr.Button(words.LOAD_SAMPLES, variant="primary", elem_id="load-samples")

    def wire(self, app: gr.Blocks, tab: gr.Tab, chat: gr.Chatbot) -> None:
        """Connect it: at each visit, when the chat's tab is chosen again, and when the samples are asked for."""
        for event in (app.load, tab.select):
            event(self.greet, None, [self.panel, chat], **_QUIET)
        if self.intake is not None:
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
        if self.intake is None:
            return
        yield words.LOADING_SAMPLES.format(count=0), gr.Button(interactive=False)
        for look in self.intake.run(Batch(sample_sources())):
            if look.state == "failed":
                yield f"⚠️ {escape_markdown(look.problem or words.FAILED_INTAKE)}", gr.Button(interactive=True)
            elif not look.is_over:
                yield words.LOADING_SAMPLES.format(count=look.report.total), gr.skip()
            else:
                yield self._how(), gr.Button(interactive=True)

    def _how(self) -> str:
        return f"### {words.EMPTY}\n{words.EMPTY_HOW if self.intake else words.EMPTY_READ_ONLY}"
