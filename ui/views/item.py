"""An article of the archive that is open: to be read, its versions compared, taken out and put back."""

from __future__ import annotations

import time
from typing import Any

import gradio as gr

from ingest.archive.archive import Archive
from ingest.base.errors import ArticleNotFound, DatelineError
from ingest.base.filters import available_from
from ingest.store.history import Version
from ui import words
from ui.render import phrases
from ui.render.article import article_html
from ui.render.changes import changes_html
from ui.render.shelf import nothing_open_html, notice_html, opened_html
from ui.views.links import href_of, listener

_QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


class ItemView:
    """The article, beside the list.

    Attributes:
        opened: holds its id.
        remove: takes it out; None where that may not be done.
        outputs: all that shows it.
    """

    def __init__(self, archive: Archive, read_only: bool) -> None:
        """Args: archive: an open one; read_only: leaves out all that would change it."""
        self._archive = archive
        self._read_only = read_only
        self.remove: gr.Button | None = None
        self.outputs: list[Any] = []

    def build(self) -> None:
        """Lay it out."""
        self.opened = gr.Textbox(visible="hidden", elem_id="shelf-opened")
        article = gr.HTML(nothing_open_html(), elem_id="shelf-item")
        with gr.Column(visible=False, elem_id="shelf-versions") as versions:
            before = gr.Dropdown([], label=words.VERSION_BEFORE, elem_id="version-before")
            after = gr.Dropdown([], label=words.VERSION_AFTER, elem_id="version-after")
            changes = gr.HTML(elem_id="shelf-changes")
        self.outputs = [self.opened, article, versions, before, after, changes]
        if not self._read_only:
            self.remove = gr.Button(words.REMOVE, size="sm", visible=False, elem_id="shelf-remove")
            self.outputs.append(self.remove)
        opening = listener("shelf-opening", "item")
        marked = {"js": "(id) => Dateline.openedItem(id)", **_QUICK}
        opening.click(self.open, None, self.outputs, **_QUICK).then(None, self.opened, None, **marked)
        for side in (before, after):
            # preprocess=False: the choices of a server before a restart are not known to this one.
            side.input(self.compare, [self.opened, before, after], changes, preprocess=False, **_QUICK)

    def open(self, event: gr.EventData) -> tuple[Any, ...]:
        """Open what a link points at."""
        return self.shown(href_of(event).removeprefix("#item-"))

    def shown(self, article_id: str, problem: str = "") -> tuple[Any, ...]:
        """What shows an article, or that none is open."""
        if not article_id:
            return self._outputs("", problem or nothing_open_html(), [])
        try:
            versions = self._versions(article_id)
        except DatelineError as error:
            return self._outputs("", notice_html(str(error)), [])
        article = versions[-1].article
        return self._outputs(article.article_id, problem + opened_html(article) + article_html(article), versions)

    def _outputs(self, article_id: str, article: str, versions: list[Version]) -> tuple[Any, ...]:
        several = len(versions) > 1
        choices = [(phrases.version_line(each.number, each.taken, each.why), each.number) for each in versions]
        shown: list[Any] = [article_id, article, gr.Column(visible=several)]
        for place in (-2, -1):
            value = choices[place][1] if several else None
            shown.append(gr.Dropdown(choices=choices if several else [], value=value))
        shown.append(_compared(versions[-2], versions[-1]) if several else "")
        if not self._read_only:
            shown.append(gr.Button(visible=bool(article_id)))
        return tuple(shown)

    def compare(self, article_id: str, before: object, after: object) -> str:
        """Two of its versions compared, the earlier one first, whichever way they were chosen."""
        try:
            versions = {str(each.number): each for each in self._versions(article_id)}
        except DatelineError as error:
            return notice_html(str(error))
        chosen = sorted((versions[str(n)] for n in (before, after) if str(n) in versions), key=lambda v: v.number)
        return _compared(*chosen) if len(chosen) == 2 else ""

    def _versions(self, article_id: str) -> list[Version]:
        """Raises ArticleNotFound where it is not there, or may not be found by who may only read."""
        versions = self._archive.history(article_id)
        if self._read_only and available_from(versions[-1].article) > time.time():
            raise ArticleNotFound(words.NOT_FOUND_NOW)
        return versions

    def take_out(self, article_id: str) -> tuple[Any, ...]:
        """Take the article out; says so, with a link that puts it back."""
        try:
            article = self._archive.remove(article_id)
        except DatelineError as error:
            return notice_html(str(error)), *self.shown("")
        return notice_html(words.REMOVED, article.headline, article.article_id), *self.shown("")

    def put_back(self, event: gr.EventData) -> tuple[Any, ...]:
        """Put an article back that was taken out, and open it."""
        try:
            article = self._archive.restore(href_of(event).removeprefix("#putback-"))
        except DatelineError as error:
            return notice_html(str(error)), *[gr.skip()] * len(self.outputs)
        return notice_html(words.RESTORED, article.headline), *self.shown(article.article_id)


def _compared(before: Version, after: Version) -> str:
    title = words.COMPARISON.format(before=before.number, after=after.number)
    return changes_html(before.article, after.article, title)
