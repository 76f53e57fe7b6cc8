"""The open article on the archive tab: read it, compare its versions, remove and restore it."""

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
from ui.render.listing import nothing_open_html, notice_html, opened_html
from ui.views.links import href_of, listener

_QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}


class ItemView:
    """The article beside the list.

    Attributes:
        opened: the component with its id.
        remove: the button that removes it; None on a read-only page.
        outputs: all components that show it.
    """

    def __init__(self, archive: Archive, read_only: bool) -> None:
        """Prepare the view.

        Args:
            archive: an open archive.
            read_only: leave out everything that changes the archive.
        """
        self._archive = archive
        self._read_only = read_only
        self.remove: gr.Button | None = None
        self.outputs: list[Any] = []

    def build(self) -> None:
        """Lay the view out."""
        self.opened = gr.Textbox(visible="hidden", elem_id="archive-opened")
        article = gr.HTML(nothing_open_html(), elem_id="archive-item")
        with gr.Column(visible=False, elem_id="archive-versions") as versions:
            before = gr.Dropdown([], label=words.VERSION_BEFORE, elem_id="version-before")
            after = gr.Dropdown([], label=words.VERSION_AFTER, elem_id="version-after")
            changes = gr.HTML(elem_id="archive-changes")
        self.outputs = [self.opened, article, versions, before, after, changes]
        if not self._read_only:
            self.remove = gr.Button(words.REMOVE, size="sm", visible=False, elem_id="archive-remove")
            self.outputs.append(self.remove)
        opening = listener("archive-opening", "item")
        marked = {"js": "(id) => Dateline.openedItem(id)", **_QUICK}
        opening.click(self.open, None, self.outputs, **_QUICK).then(None, self.opened, None, **marked)
        for side in (before, after):
            # preprocess=False: after a restart Gradio does not know the choices of the previous server.
            side.input(self.compare, [self.opened, before, after], changes, preprocess=False, **_QUICK)

    def open(self, event: gr.EventData) -> tuple[Any, ...]:
        """Open the article of a link."""
        return self.shown(href_of(event).removeprefix("#item-"))

    def shown(self, article_id: str, problem: str = "") -> tuple[Any, ...]:
        """The values of `outputs` for an article.

        Args:
            article_id: its id; empty for no article.
            problem: HTML of a problem to show above it.
        """
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
        choices = [
            (phrases.version_line(version.number, version.taken, version.why), version.number) for version in versions
        ]
        shown: list[Any] = [article_id, article, gr.Column(visible=several)]
        for place in (-2, -1):
            value = choices[place][1] if several else None
            shown.append(gr.Dropdown(choices=choices if several else [], value=value))
        shown.append(_compared(versions[-2], versions[-1]) if several else "")
        if not self._read_only:
            shown.append(gr.Button(visible=bool(article_id)))
        return tuple(shown)

    def compare(self, article_id: str, before: object, after: object) -> str:
        """Compare two versions of an article, the earlier one first.

        Args:
            article_id: id of the article.
            before: number of one version.
            after: number of the other version.
        """
        try:
            versions = {str(version.number): version for version in self._versions(article_id)}
        except DatelineError as error:
            return notice_html(str(error))
        chosen = sorted((versions[str(n)] for n in (before, after) if str(n) in versions), key=lambda v: v.number)
        return _compared(*chosen) if len(chosen) == 2 else ""

    def _versions(self, article_id: str) -> list[Version]:
        """The versions of an article. A read-only page raises ArticleNotFound for one that is not available."""
        versions = self._archive.history(article_id)
        if self._read_only and available_from(versions[-1].article) > time.time():
            raise ArticleNotFound(words.NOT_FOUND_NOW)
        return versions

    def remove_article(self, article_id: str) -> tuple[Any, ...]:
        """Remove an article, and show a notice with a link to undo it."""
        try:
            article = self._archive.remove(article_id)
        except DatelineError as error:
            return notice_html(str(error)), *self.shown("")
        return notice_html(words.REMOVED, article.headline, article.article_id), *self.shown("")

    def restore_article(self, event: gr.EventData) -> tuple[Any, ...]:
        """Restore a removed article, and open it."""
        try:
            article = self._archive.restore(href_of(event).removeprefix("#putback-"))
        except DatelineError as error:
            return notice_html(str(error)), *[gr.skip()] * len(self.outputs)
        return notice_html(words.RESTORED, article.headline), *self.shown(article.article_id)


def _compared(before: Version, after: Version) -> str:
    title = words.COMPARISON.format(before=before.number, after=after.number)
    return changes_html(before.article, after.article, title)
