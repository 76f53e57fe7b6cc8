"""Lay out the parts of the page, and connect them."""

from __future__ import annotations

import os

os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")  # read by Gradio when it is imported

import gradio as gr

from ingest.archive.archive import Archive
from qa.chain import build_chain
from qa.chat.models import ChatModel
from ui import words
from ui.render.sign_in import signed_in_html
from ui.state.conversations import ConversationCodec
from ui.state.database import PageDatabase
from ui.state.examples import ExampleQuestions
from ui.state.intake import Intake
from ui.views.archive import ArchiveTab
from ui.views.changing import ChangingPanel
from ui.views.chat import ChatView
from ui.views.conversations import Conversations
from ui.views.feedback import FeedbackView
from ui.views.reading import ReadingPane
from ui.views.settings import SettingsPanel
from ui.views.welcome import Welcome

_CLEANUP, _EXPIRY = 3_600, 86_400  # seconds between two cleanups of unused uploads; seconds that they stay


class Page:
    """The page for one archive. It keeps no session: conversations are in the browser or in the database."""

    def __init__(
        self, archive: Archive, database: PageDatabase, chat: ChatModel | None = None, *, read_only: bool = False
    ) -> None:
        """Create the parts of the page.

        Args:
            archive: an open archive.
            database: the database of the page.
            chat: the chat model that writes the answers; None to quote them.
            read_only: whether visitors cannot change the archive.
        """
        self.archive = archive
        self.database = database
        self.read_only = read_only
        self.codec = ConversationCodec(database.secret("seal"))
        quoting = build_chain(archive)
        self.reading = ReadingPane(archive, self.codec)
        self.chat = ChatView(build_chain(archive, chat=chat) if chat else quoting, self.codec, self.reading)
        self.changing = ChangingPanel(archive, self.codec, self.chat)
        self.settings = SettingsPanel(chat)
        self.conversations = Conversations(archive, self.codec, database)
        self.feedback = FeedbackView(self.codec, database)
        intake = None if read_only else Intake(archive)
        self.examples = ExampleQuestions(archive, quoting, database)
        self.archive_tab = ArchiveTab(archive, read_only, intake)
        self.welcome = Welcome(archive, self.examples, intake)

    def build(self) -> gr.Blocks:
        """Build the Gradio app."""
        app: gr.Blocks
        with gr.Blocks(
            title=words.TITLE, analytics_enabled=False, fill_width=True, delete_cache=(_CLEANUP, _EXPIRY)
        ) as app:
            conversation = gr.Textbox(visible="hidden", elem_id="talk", label="talk")
            gr.HTML(f"<h1>{words.TITLE}</h1><p>{words.SUBTITLE}</p>", elem_id="masthead")
            visitor = gr.HTML(elem_id="who")
            self.conversations.build_message()
            with gr.Sidebar(open=False, elem_id="sidebar"):
                self.conversations.build(conversation)
                self.settings.build()
            with gr.Tabs(elem_id="tabs"):
                with gr.Tab(words.ASK_TAB, id="ask") as asking, gr.Row():
                    with gr.Column(scale=3, min_width=340):
                        self.welcome.build()
                        self.chat.build()
                        self.feedback.build(conversation)
                        self.changing.build()
                        self.chat.build_box()
                    with gr.Column(scale=2, min_width=320):
                        self.reading.build(conversation)
                with gr.Tab(words.ARCHIVE, id="archive") as tab:
                    self.archive_tab.build(tab)
            self.chat.save_after = self.conversations.save_after
            self.chat.wire(conversation, self.settings.inputs)
            self.changing.wire(conversation)
            self.chat.wire_stop()
            self.settings.save_in_browser(app)
            self.welcome.wire(app, asking, self.chat.chat)
            self.conversations.wire(app, self.chat.redraw, self.chat.answering)
            app.load(_signed_in, None, visitor, queue=False, show_progress="hidden", api_visibility="private")
        app.queue(api_open=False)  # queued events cannot be called without the queue and its limits
        return app


def _signed_in(request: gr.Request) -> str:
    return signed_in_html(request.username) if request.username else ""


def theme() -> gr.themes.Base:
    """Build a theme with system fonts only, so that the page loads nothing from another host."""
    sans = tuple(gr.themes.Font(name) for name in ("system-ui", "-apple-system", "Segoe UI", "sans-serif"))
    mono = tuple(gr.themes.Font(name) for name in ("ui-monospace", "Consolas", "monospace"))
    base = gr.themes.Base(primary_hue="amber", neutral_hue="stone", font=sans, font_mono=mono)
    # Plain amber has too little contrast on white.
    return base.set(
        color_accent="*primary_700",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_800",
        button_primary_text_color="white",
    )
