"""Events for clicks on links, because Gradio has none for links in messages and HTML."""

from __future__ import annotations

import json

import gradio as gr


def listener(elem_id: str, *verbs: str) -> gr.HTML:
    """Create an empty component whose `click` event is triggered by clicks on links of the page.

    Args:
        elem_id: id of the component.
        verbs: which links, such as "cite" for links to `#cite-...`.
    """
    selector = ", ".join(f'a[href^="#{verb}-"]' for verb in verbs)
    script = f"Dateline.onLink({json.dumps(selector)}, (href) => trigger('click', {{ href }}));"
    return gr.HTML(elem_id=elem_id, js_on_load=script, elem_classes="bridge")


def href_of(event: gr.EventData) -> str:
    """The address of the link that was clicked; empty if there is none."""
    return str((event._data or {}).get("href", ""))
