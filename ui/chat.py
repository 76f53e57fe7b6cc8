"""The chat page."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from typing import Any

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read by Gradio when it is imported

import gradio as gr

from ingest.archive import Archive
from ingest.errors import DatelineError
from qa.answer import Answer
from qa.chain import build_chain, describe_coverage
from qa.chat_models import ChatModel
from qa.suggestions import suggest
from ui.assets import head, styles
from ui.render import ALL, answer_markdown, problem_markdown, struck_markdown
from ui.state.database import PageDatabase
from ui.state.talks import Talk, Talks
from ui.views.links import href_of, listener
from ui.views.reading import ReadingRoom

_EXAMPLES = 4
_AT_ONCE = 4  # questions answered at the same time

_log = logging.getLogger(__name__)

Messages = list[dict[str, Any]]


class Page:
    """The page over one archive. Turns of a conversation live in the visitor's session."""

    def __init__(self, archive: Archive, chat: ChatModel | None = None) -> None:
        """Args: archive: an open one; chat: writes the answers; None quotes them."""
        self.archive = archive
        self.chain = build_chain(archive, chat=chat)
        self._examples: tuple[str, list[str]] | None = None
        self.talks = Talks(PageDatabase.beside(archive.settings).secret("seal"))
        self.reading = ReadingRoom(archive, self.talks)

    def examples(self) -> list[str]:
        """Questions that the archive answers; found again when it has changed."""
        if self._examples is None or self._examples[0] != self.archive.fingerprint:
            quoting = build_chain(self.archive)
            self._examples = self.archive.fingerprint, suggest(self.archive, quoting, _EXAMPLES)
        return self._examples[1]

    def build(self) -> gr.Blocks:
        """The Gradio app."""
        app: gr.Blocks
        with gr.Blocks(title="Dateline", analytics_enabled=False, fill_width=True) as app:
            talk = gr.Textbox(visible="hidden", elem_id="talk")
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
                    self.reading.build(talk)
            again = listener("again", "all")
            hidden: dict[str, Any] = {"api_visibility": "private"}
            asking: dict[str, Any] = {
                "fn": self.ask,
                "inputs": [box, chat, talk],
                "outputs": [box, chat, talk, *self.reading.outputs],
                "concurrency_limit": _AT_ONCE,
            }
            box.submit(**asking, **hidden)
            chat.example_select(_example, None, box, **hidden).then(**asking, **hidden)
            chat.clear(lambda: ("", *self.reading.empty()), None, [talk, *self.reading.outputs], **hidden)
            asking_again = asking | {"fn": self.ask_again, "inputs": [chat, talk]}
            again.click(**asking_again, **hidden)
            app.load(self.welcome, None, chat, show_progress="hidden", **hidden)
        return app

    def welcome(self) -> Any:
        """What an empty chat shows: example questions from the archive at hand, and what it covers."""
        coverage = describe_coverage(self.archive.coverage(), subject="The archive")
        return gr.Chatbot(
            placeholder=f"Ask about the articles. {coverage}",
            examples=[{"text": question} for question in self.examples()],
        )

    def ask(self, question: str, chat: Messages, kept: str) -> Iterator[tuple[Any, ...]]:
        """Answer a question, a sentence at a time, in the light of those before it."""
        talk = self.talks.load(kept)
        yield from self._answer({"question": question, "history": talk.answers}, question, chat, talk)

    def ask_again(self, chat: Messages, kept: str, event: gr.EventData) -> Iterator[tuple[Any, ...]]:
        """Ask a question again without the limits that were read from its words."""
        match, talk = ALL.fullmatch(href_of(event)), self.talks.load(kept)
        if match is None or int(match[1]) >= len(talk.turns):
            yield (gr.skip(),) * 5
            return
        question = talk.answers[int(match[1])].question.text
        asked = {"question": question, "published": (None, None), "publisher": ()}
        yield from self._answer(asked, question, chat, talk)

    def _answer(self, asked: dict[str, Any], question: str, chat: Messages, talk: Talk) -> Iterator[tuple[Any, ...]]:
        turn, keep = len(talk.turns), gr.skip()
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
        talk = talk.with_turn(self.talks.turn(answer))
        yield "", [*chat, *_replies(answer, turn)], self.talks.dump(talk), *self.reading.show(talk, turn)


_FAILED = "Something went wrong while answering. Ask again; the server's log says what it was."


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
        max_file_size="1mb",
        enable_monitoring=False,
        prevent_thread_lock=True,
    )
    ready(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
    app.block_thread()
