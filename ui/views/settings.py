"""The settings of a visitor: quoted or written, how sure, as of when; kept in the browser."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.chat.models import ChatModel
from qa.question.question import CAUTIONS, STYLES
from ui import words

_KEPT = {"style": "written", "caution": "normal", "as_of": ""}


class SettingsPanel:
    """One small panel."""

    def __init__(self, chat: ChatModel | None) -> None:
        """Args: chat: writes the answers; None leaves no choice but to quote."""
        self.chat = chat
        self.inputs: list[Any] = []

    def build(self) -> None:
        """Lay it out; `inputs` are then style, caution and day, in this order.

        They can be changed once it is known what was set before, which would come over an earlier change.
        """
        written = [(words.STYLE_WRITTEN.format(model=self.chat.name), "written")] if self.chat else []
        with gr.Accordion(words.SETTINGS, open=False, elem_id="settings"):
            style = gr.Radio(
                [(words.STYLE_QUOTED, "quote"), *written],
                value="written" if written else "quote",
                label=words.STYLE,
                elem_id="style",
                interactive=False,
            )
            caution = gr.Radio(
                [(words.CAUTIONS[name], name) for name in CAUTIONS],
                value="normal",
                label=words.CAUTION,
                elem_id="caution",
                interactive=False,
            )
            as_of = gr.Textbox(
                label=words.AS_OF, info=words.AS_OF_INFO, max_length=10, elem_id="as-of", interactive=False
            )
        self.inputs = [style, caution, as_of]

    def keep_in_browser(self, app: gr.Blocks) -> None:
        """Remember what was set, for the next visit."""
        # The secret keeps nothing secret here: without one Gradio makes another at each start, and all is forgotten.
        kept = gr.BrowserState(_KEPT, storage_key="dateline-settings", secret="settings")  # noqa: S106
        hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
        app.load(self._recall, kept, self.inputs, **hidden)
        for each in self.inputs:
            each.change(_together, self.inputs, kept, **hidden)

    def _recall(self, kept: dict[str, str] | None) -> tuple[Any, ...]:
        kept = {**_KEPT, **kept} if isinstance(kept, dict) else _KEPT
        style = kept["style"] if kept["style"] in STYLES else "written"
        style = style if self.chat else "quote"
        caution = kept["caution"] if kept["caution"] in CAUTIONS else "normal"
        values = style, caution, str(kept["as_of"])[:10]
        return tuple(gr.update(value=value, interactive=True) for value in values)


def _together(style: str, caution: str, as_of: str) -> dict[str, str]:
    return {"style": style, "caution": caution, "as_of": as_of}
