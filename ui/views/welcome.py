"""The welcome panel: example questions in an empty chat, and how to fill an empty archive."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import gradio as gr

from ingest.archive.archive import Archive
from ingest.samples import sample_sources
from qa.base.answer import escape_markdown
from qa.chain import describe_coverage
from ui import words
from ui.state.examples import ExampleQuestions
from ui.state.intake import Batch, Intake

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


class Welcome:
    """Example questions from the archive, or instructions to fill it."""

    def __init__(self, archive: Archive, examples: ExampleQuestions, intake: Intake | None) -> None:
        """Prepare the panel.

        Args:
            archive: an open archive.
            examples: questions that it answers.
            intake: adds articles; None on a read-only page.
        """
        self.archive = archive
        self.examples = examples
        self.intake = intake

    def build(self) -> None:
        """Lay the panel for an empty archive out."""
        empty = not self.archive.n_articles
        with gr.Column(visible=empty, elem_id="empty") as self.panel:
            self.status = gr.Markdown(self._how())
            if self.intake is not None:
                self.load_samples = gr.Button(words.LOAD_SAMPLES, variant="primary", elem_id="load-samples")

    def wire(self, app: gr.Blocks, tab: gr.Tab, chat: gr.Chatbot) -> None:
        """Connect the events: each visit, each return to the tab, and the button that loads the samples.

        Args:
            app: the page.
            tab: the tab with the chat.
            chat: the chat.
        """
        for event in (app.load, tab.select):
            event(self.greet, None, [self.panel, chat], **_QUIET)
        if self.intake is not None:
            loaded = self.load_samples.click(self.fill, None, [self.status, self.load_samples], **_QUIET)
            loaded.then(self.greet, None, [self.panel, chat], **_QUIET)

    def greet(self) -> tuple[Any, Any]:
        """Show the panel for an empty archive, or example questions and what the archive covers."""
        if not self.archive.n_articles:
            return gr.Column(visible=True), gr.Chatbot(placeholder=words.EMPTY, examples=None)
        coverage = describe_coverage(self.archive.coverage(), subject="The archive")
        examples: Any = [{"text": question} for question in self.examples.questions()]
        return gr.Column(visible=False), gr.Chatbot(placeholder=f"{words.GREETING} {coverage}", examples=examples)

    def fill(self) -> Iterator[tuple[Any, Any]]:
        """Add the sample articles, and report the progress."""
        if self.intake is None:
            return
        yield words.LOADING_SAMPLES.format(count=0), gr.Button(interactive=False)
        for progress in self.intake.run(Batch(sample_sources())):
            if progress.state == "failed":
                yield f"⚠️ {escape_markdown(progress.problem or words.FAILED_INTAKE)}", gr.Button(interactive=True)
            elif not progress.is_over:
                yield words.LOADING_SAMPLES.format(count=progress.report.total), gr.skip()
            else:
                yield self._how(), gr.Button(interactive=True)

    def _how(self) -> str:
        return f"### {words.EMPTY}\n{words.EMPTY_HOW if self.intake else words.EMPTY_READ_ONLY}"
