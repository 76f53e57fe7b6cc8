"""The settings of a visitor (style, strictness, as-of date), saved in the browser."""

from __future__ import annotations

from typing import Any

import gradio as gr

from qa.chat.models import ChatModel
from qa.question.question import CAUTIONS, STYLES
from ui import words

_DEFAULTS = {"style": "written", "caution": "normal", "as_of": ""}


class SettingsPanel:
    """The settings panel."""

    def __init__(self, chat: ChatModel | None) -> None:
        """Prepare the panel. Without a chat model, answers can only be quoted."""
        self.chat = chat
        self.inputs: list[Any] = []

    def build(self) -> None:
        """Lay the panel out, and set `inputs` to style, strictness and as-of date.

        They are disabled until the saved settings are loaded, which would overwrite earlier changes.
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

    def save_in_browser(self, app: gr.Blocks) -> None:
        """Save the settings for the next visit."""
        # The secret protects nothing. Without it Gradio makes a new one at each start, and the settings are lost.
        saved = gr.BrowserState(_DEFAULTS, storage_key="dateline-settings", secret="settings")  # noqa: S106
        hidden: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
        app.load(self._load, saved, self.inputs, **hidden)
        for component in self.inputs:
            component.change(_joined, self.inputs, saved, **hidden)

    def _load(self, saved: dict[str, str] | None) -> tuple[Any, ...]:
        settings = {**_DEFAULTS, **saved} if isinstance(saved, dict) else _DEFAULTS
        style = settings["style"] if settings["style"] in STYLES else "written"
        style = style if self.chat else "quote"
        caution = settings["caution"] if settings["caution"] in CAUTIONS else "normal"
        values = style, caution, str(settings["as_of"])[:10]
        return tuple(gr.update(value=value, interactive=True) for value in values)


def _joined(style: str, caution: str, as_of: str) -> dict[str, str]:
    return {"style": style, "caution": caution, "as_of": as_of}
