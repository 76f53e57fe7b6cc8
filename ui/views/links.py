"""Clicks on links as events: Gradio has none for links in messages and HTML."""

from __future__ import annotations

import json

import gradio as gr


def listener(elem_id: str, *verbs: str) -> gr.HTML:
    """An empty component whose `click` event is a click on any link of the page whose address begins so.

    Args:
        elem_id: of the component.
        verbs: as in "cite" for links to `#cite-...`.
    """
    selector = ", ".join(f'a[href^="#{verb}-"]' for verb in verbs)
    script = f"Dateline.onLink({json.dumps(selector)}, (href) => trigger('click', {{ href }}));"
    return gr.HTML(elem_id=elem_id, js_on_load=script, elem_classes="bridge")


def href_of(event: gr.EventData) -> str:
    """The address of the link that was clicked; empty where there is none."""
    return str((event._data or {}).get("href", ""))
