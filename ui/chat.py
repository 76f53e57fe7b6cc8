"""The chat page."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read by Gradio when it is imported

import gradio as gr

from ingest.archive import Archive
from ingest.errors import ArticleNotFound, DatelineError
from qa.answer import Answer
from qa.chain import build_chain, describe_coverage
from qa.chat_models import ChatModel
from qa.suggestions import suggest
from ui.assets import head, styles
from ui.render import (
    ALL,
    CARRIER,
    CITE,
    NEAR,
    answer_markdown,
    article_html,
    cards_html,
    problem_markdown,
    struck_markdown,
)
from ui.views.archive import MAX_UPLOAD, ArchiveTab
from ui.views.links import href_of, listener
from ui.words import ARCHIVE

_EXAMPLES = 4
_AT_ONCE = 4  # questions answered at the same time

_SCROLL = """
() => { setTimeout(() => {
  const box = document.getElementById('article');
  const mark = box.querySelector('mark.active') || box.querySelector('article');
  if (!mark) return;
  box.scrollTop += mark.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 3;
  mark.focus({ preventScroll: true });
  if (box.getBoundingClientRect().bottom > innerHeight + 40) box.scrollIntoView({ block: 'end' });
}, 150); }
"""

_log = logging.getLogger(__name__)

Messages = list[dict[str, Any]]


class Page:
    """The page over one archive. Turns of a conversation live in the visitor's session."""

    def __init__(self, archive: Archive, chat: ChatModel | None = None) -> None:
        """Args: archive: an open one; chat: writes the answers; None quotes them."""
        self.archive = archive
        self.chain = build_chain(archive, chat=chat)
        self._examples: tuple[str, list[str]] | None = None

    def examples(self) -> list[str]:
        """Questions that the archive answers; found again when it has changed."""
        if self._examples is None or self._examples[0] != self.archive.fingerprint:
            quoting = build_chain(self.archive)
            self._examples = self.archive.fingerprint, suggest(self.archive, quoting, _EXAMPLES)
        return self._examples[1]

    def build(self) -> gr.Blocks:
        """The Gradio app."""
        app: gr.Blocks
        with gr.Blocks(title="Dateline", analytics_enabled=False, fill_width=True) as app, gr.Tabs():
            with gr.Tab("Ask"):
                self._build_chat(app)
            with gr.Tab(ARCHIVE, id="archive") as tab:
                read_only = bool(os.environ.get("READ_ONLY_PAGE"))  # until the command has --read-only
                ArchiveTab(self.archive, read_only).build(tab)
        return app

    def _build_chat(self, app: gr.Blocks) -> None:
        if True:
            turns = gr.State([])
            gr.HTML("<h1>Dateline</h1><p>Answers from the archive, in its own words.</p>", elem_id="masthead")
            with gr.Row():
                with gr.Column(scale=3, min_width=340):
                    chat = gr.Chatbot(
                        elem_id="chat",
                        show_label=False,
                        height="68vh",
                        layout="bubble",
                        buttons=["copy"],
                        feedback_options=None,
                        allow_tags=False,
                        sanitize_html=True,
                        latex_delimiters=[],
                        placeholder="Ask about the articles. Click a number to see the words that an answer rests on.",
                    )
                    box = gr.Textbox(
                        elem_id="question",
                        placeholder="Ask the archive…",
                        show_label=False,
                        container=False,
                        autofocus=True,
                        submit_btn=True,
                    )
                with gr.Column(scale=2, min_width=320):
                    cards = gr.HTML(_EMPTY, elem_id="sources")
                    article = gr.HTML(elem_id="article")
            opening = listener("listener", "cite", "near", "carrier")
            again = listener("again", "all")
            hidden: dict[str, Any] = {"api_visibility": "private"}
            asking: dict[str, Any] = {
                "fn": self.ask,
                "inputs": [box, chat, turns],
                "outputs": [box, chat, turns, cards, article],
                "concurrency_limit": _AT_ONCE,
            }
            box.submit(**asking, **hidden).then(None, None, None, js=_SCROLL, **hidden)
            chat.example_select(_example, None, box, **hidden).then(**asking, **hidden)
            chat.clear(lambda: ([], _EMPTY, ""), None, [turns, cards, article], **hidden)
            opening.click(self.open, turns, [cards, article], **hidden).then(None, None, None, js=_SCROLL, **hidden)
            asking_again = asking | {"fn": self.ask_again, "inputs": [chat, turns]}
            again.click(**asking_again, **hidden).then(None, None, None, js=_SCROLL, **hidden)
            app.load(self.welcome, None, chat, show_progress="hidden", **hidden)

    def welcome(self) -> Any:
        """What an empty chat shows: example questions from the archive at hand, and what it covers."""
        coverage = describe_coverage(self.archive.coverage(), subject="The archive")
        return gr.Chatbot(
            placeholder=f"Ask about the articles. {coverage}",
            examples=[{"text": question} for question in self.examples()],
        )

    def ask(self, question: str, chat: Messages, turns: list[Answer]) -> Iterator[tuple[Any, ...]]:
        """Answer a question, a sentence at a time, in the light of those before it."""
        yield from self._answer({"question": question, "history": turns}, question, chat, turns)

    def ask_again(self, chat: Messages, turns: list[Answer], event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """Ask a question again without the limits that were read from its words."""
        match = ALL.fullmatch(href_of(event))
        if match is None or int(match[1]) >= len(turns):
            yield (gr.skip(),) * 5
            return
        question = turns[int(match[1])].question.text
        asked = {"question": question, "published": (None, None), "publisher": ()}
        yield from self._answer(asked, question, chat, turns)

    def _answer(
        self, asked: dict[str, Any], question: str, chat: Messages, turns: list[Answer]
    ) -> Iterator[tuple[Any, ...]]:
        turn, keep = len(turns), gr.skip()
        chat = [*chat, {"role": "user", "content": question}]
        yield "", [*chat, _reply("Searching the archive…")], keep, keep, keep
        answer: Answer | None = None
        try:
            for part in self.chain.stream(asked):
                answer = part if answer is None else answer + part
                yield "", [*chat, *_replies(answer, turn)], keep, keep, keep
        except DatelineError as error:
            yield "", [*chat, _reply(problem_markdown(str(error)))], keep, keep, keep
            return
        except Exception:  # whatever it was, the visitor is not left with "Searching"
            _log.exception("a question failed")
            yield "", [*chat, _reply(problem_markdown(_FAILED))], keep, keep, keep
            return
        if answer is None:
            return
        opened = self._opened(answer, 1) if answer.citations else ""
        messages = [*chat, *_replies(answer, turn)]
        sources = cards_html(answer, turn, 1) if answer.citations else _EMPTY
        yield "", messages, [*turns, answer], sources, opened

    def open(self, turns: list[Answer], event: gr.EventData) -> tuple[Any, Any]:
        """Open what a link points at: a cited article, another carrier of its story, or one that a refusal names."""
        href = href_of(event)
        for pattern, show in ((CITE, self._cited), (NEAR, self._near)):
            match = pattern.fullmatch(href)
            if match is not None and int(match[1]) < len(turns):
                return show(turns[int(match[1])], int(match[1]), int(match[2]))
        match = CARRIER.fullmatch(href)
        if match is not None and int(match[1]) < len(turns):
            return self._carrier(turns[int(match[1])], int(match[2]), int(match[3]))
        return gr.skip(), gr.skip()

    def _cited(self, answer: Answer, turn: int, number: int) -> tuple[Any, Any]:
        if not 1 <= number <= len(answer.citations):
            return gr.skip(), gr.skip()
        return cards_html(answer, turn, number), self._opened(answer, number)

    def _near(self, answer: Answer, turn: int, number: int) -> tuple[Any, Any]:
        if not 1 <= number <= len(answer.nearby):
            return gr.skip(), gr.skip()
        return "", self._whole(answer.nearby[number - 1].article_id)

    def _carrier(self, answer: Answer, number: int, place: int) -> tuple[Any, Any]:
        carriers = answer.citations[number - 1].also_carried_by if 1 <= number <= len(answer.citations) else ()
        if not 1 <= place <= len(carriers):
            return gr.skip(), gr.skip()
        return gr.skip(), self._whole(carriers[place - 1].article_id)

    def _whole(self, article_id: str) -> str:
        try:
            return article_html(self.archive.article(article_id))
        except ArticleNotFound:
            return _GONE

    def _opened(self, answer: Answer, number: int) -> str:
        """The article of a citation, with its words marked; says so where the article is gone or was changed since."""
        citation = answer.citations[number - 1]
        try:
            article = self.archive.article(citation.article_id)
        except ArticleNotFound:
            return _GONE
        if article.version != citation.version:
            return f'<p class="correction">The article was changed after this answer.</p>{article_html(article)}'
        own = [(c.start, c.end) for c in answer.citations if c.article_id == citation.article_id]
        return article_html(article, own, (citation.start, citation.end))


_EMPTY = '<h2 class="label">Sources</h2><p class="hint">The articles that an answer cites open here.</p>'
_FAILED = "Something went wrong while answering. Ask again; the server's log says what it was."
_GONE = '<p class="correction">This article is no longer in the archive.</p>'


def _reply(markdown: str) -> dict[str, Any]:
    return {"role": "assistant", "content": markdown}


def _replies(answer: Answer, turn: int) -> Messages:
    """An answer as messages: itself, and folded behind it what was struck out."""
    shown = [_reply(answer_markdown(answer, turn))]
    struck = struck_markdown(answer)
    if struck:
        shown.append(_reply(struck[1]) | {"metadata": {"title": struck[0], "status": "done"}})
    return shown


def _example(event: gr.SelectData) -> str:
    value = event.value
    return str(value.get("text", "") if isinstance(value, dict) else value)


def theme() -> gr.themes.Base:
    """Fonts of the visitor's own machine only, so that the page asks no other host for anything."""
    sans = tuple(gr.themes.Font(name) for name in ("system-ui", "-apple-system", "Segoe UI", "sans-serif"))
    mono = tuple(gr.themes.Font(name) for name in ("ui-monospace", "Consolas", "monospace"))
    return gr.themes.Base(primary_hue="amber", neutral_hue="stone", font=sans, font_mono=mono)


def serve(
    archive: Archive,
    host: str = "127.0.0.1",
    port: int = 7860,
    auth: list[tuple[str, str]] | None = None,
    ready: Callable[[str], None] = lambda _: None,
    chat: ChatModel | None = None,
) -> None:
    """Serve the page until the process is interrupted.

    Args:
        archive: an open one.
        host: address to listen on; the caller sees to it that any but loopback has `auth`.
        port: to listen on.
        auth: names and passwords, one of which a visitor must give; None for no sign-in.
        ready: told the page's address once it can be opened.
        chat: writes the answers; None quotes them.

    Raises:
        OSError: the port is taken.
    """
    page = Page(archive, chat)
    page.examples()  # loads the model as well, so that the first visitor need not wait for it
    app = page.build()
    app.launch(
        server_name=host,
        server_port=port,
        auth=auth,
        theme=theme(),
        css=styles(),
        head=head(),
        footer_links=[],
        share=False,
        ssr_mode=False,
        quiet=True,
        show_error=False,
        max_file_size=MAX_UPLOAD,
        enable_monitoring=False,
        prevent_thread_lock=True,
    )
    ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    app.block_thread()
