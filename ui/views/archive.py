"""The archive tab: search, read, compare, remove and restore articles, and add new ones."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

import gradio as gr

from ingest.archive.archive import Archive
from ingest.archive.browse import NO_DATE, Choice
from ingest.base.errors import DatelineError
from ui import words
from ui.render.listing import list_html, notice_html, plot_html, removed_html, when_in_words
from ui.state.intake import Intake
from ui.views.intake import IntakeView
from ui.views.item import ItemView
from ui.views.links import href_of, listener

_PAGE = 30  # articles on a page of the list
_CHOICES = 2_000  # publishers or places to choose from, those with the most articles
_QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
# After a restart Gradio does not know the choices of the previous server, so its check of values is skipped.
_UNCHECKED = {**_QUICK, "preprocess": False}


class ArchiveTab:
    """The tab to browse the archive and, unless it is read-only, to change it."""

    def __init__(self, archive: Archive, read_only: bool = False, intake: Intake | None = None) -> None:
        """Prepare the tab.

        Args:
            archive: an open archive.
            read_only: leave out everything that changes the archive.
            intake: adds articles; None for one that fetches public addresses only.
        """
        self._archive = archive
        self._intake = None if read_only else IntakeView(archive, intake or Intake(archive))
        self._item = ItemView(archive, read_only)
        self._read_only = read_only

    def _at(self) -> int | None:
        """The time for which articles must be available. A read-only page hides embargoed articles, others show all."""
        return int(time.time()) if self._read_only else None

    def build(self, tab: gr.Tab) -> None:
        """Lay the tab out and connect its events. Call it inside the tab.

        Args:
            tab: the tab. The list is reloaded when it is selected.
        """
        added = self._intake.build() if self._intake else []
        with gr.Row(elem_id="archive"):
            with gr.Column(scale=3, min_width=300):
                self._build_choice()
                self._plot = gr.HTML(elem_id="archive-plot")
                notice = gr.HTML(elem_id="archive-notice")
                self._list = gr.HTML(elem_id="archive-list")
            with gr.Column(scale=2, min_width=300):
                self._item.build()
        self._page = gr.Number(0, visible="hidden", precision=0, elem_id="archive-page")
        self._inputs = [self._search, *self._dropdowns, self._page, self._item.opened]
        self._wire(tab)
        if self._item.remove:
            self._wire_changes(self._item.remove, notice)
        for event in added:
            event.then(self.fresh, self._inputs, self._everything, **_UNCHECKED)

    def _build_choice(self) -> None:
        search = gr.Textbox(
            label=words.SEARCH, placeholder=words.SEARCH_HINT, max_length=500, submit_btn=True, elem_id="archive-search"
        )
        with gr.Row():
            empty: dict[str, Any] = {"value": "", "min_width": 120}
            when = gr.Dropdown([(words.ANY_TIME, "")], label=words.WHEN, elem_id="archive-when", **empty)
            publisher = gr.Dropdown(
                [(words.ANY_PUBLISHER, "")], label=words.PUBLISHER, elem_id="archive-publisher", **empty
            )
            place = gr.Dropdown([(words.ANY_PLACE, "")], label=words.PLACE, elem_id="archive-place", **empty)
        self._search, self._dropdowns = search, (when, publisher, place)

    def _wire(self, tab: gr.Tab) -> None:
        shown = [self._page, self._plot, self._list]
        self._everything = [*self._dropdowns, self._plot, self._list]
        tab.select(self.fresh, self._inputs, self._everything, **_UNCHECKED)
        for changed in (self._search.submit, *(dropdown.input for dropdown in self._dropdowns)):
            changed(self.choose, self._inputs, shown, **_UNCHECKED)
        month = listener("archive-months", "month")
        month.click(self.pick_month, self._inputs, [self._dropdowns[0], *shown], **_UNCHECKED)
        leaf = listener("archive-leaves", "leaf")
        turned = leaf.click(self.turn, self._inputs, shown, **_UNCHECKED)
        turned.then(None, None, None, js="() => Dateline.focusOn('#archive-list .entry')", **_QUICK)

    def _wire_changes(self, remove: gr.Button, notice: gr.HTML) -> None:
        changed = [notice, *self._item.outputs]
        restoring = listener("archive-restoring", "putback")
        with gr.Accordion(words.REMOVED_LIST, open=False, elem_id="archive-removed") as accordion:
            removed = gr.HTML()
        accordion.expand(self.removed, None, removed, **_QUICK)
        for event in (
            remove.click(self._item.remove_article, self._item.opened, changed, **_QUICK),
            restoring.click(self._item.restore_article, None, changed, **_QUICK),
        ):
            event.then(None, None, None, js="() => Dateline.focusOn('#archive-notice .notice')", **_QUICK)
            event.then(self.fresh, self._inputs, self._everything, **_UNCHECKED)
            event.then(self.removed, None, removed, **_QUICK)

    def fresh(self, *inputs: Any) -> tuple[Any, ...]:
        """Reload the choices, the plot and the list from the archive."""
        *choice, page, opened = inputs
        try:
            labels = self._archive.labels(self._at())
        except DatelineError as error:
            return (*[gr.skip()] * 4, notice_html(str(error)))
        months = sorted((name for name in labels.months if name != NO_DATE), reverse=True)
        years = sorted({name[:4] for name in months}, reverse=True)
        times = [*(years if len(years) > 1 else []), *(name for name in months if name not in years)]
        times += [name for name in months if name in years and name not in times]
        times += [NO_DATE] if NO_DATE in labels.months else []
        named = [
            (words.ANY_TIME, [(when_in_words(name), name) for name in times]),
            (words.ANY_PUBLISHER, _counted(labels.publishers)),
            (words.ANY_PLACE, _counted(labels.places)),
        ]
        dropdowns = [gr.Dropdown(choices=[(anything, ""), *choices]) for anything, choices in named]
        return (*dropdowns, *self._shown(choice, page, opened))

    def choose(self, *inputs: Any) -> tuple[Any, ...]:
        """Show the first page of the list with the current filters."""
        *choice, _, opened = inputs
        return (0, *self._shown(choice, 0, opened))

    def pick_month(
        self, search: str, when: str, publisher: str, place: str, page: int, opened: str, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Filter the list by the month that was clicked. A second click removes the filter.

        Args:
            search: the words to search for.
            when: the month or year that the list is filtered by.
            publisher: the publisher that the list is filtered by.
            place: the place that the list is filtered by.
            page: number of the page, from 0.
            opened: id of the article that is open.
            event: the click.
        """
        clicked = href_of(event).removeprefix("#month-")
        when = "" if clicked in (when, "all") else clicked
        return (when, 0, *self._shown([search, when, publisher, place], 0, opened))

    def turn(
        self, search: str, when: str, publisher: str, place: str, page: int, opened: str, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Show another page of the list.

        Args:
            search: the words to search for.
            when: the month or year that the list is filtered by.
            publisher: the publisher that the list is filtered by.
            place: the place that the list is filtered by.
            page: number of the page, from 0.
            opened: id of the article that is open.
            event: the click.
        """
        number = href_of(event).removeprefix("#leaf-")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 0
        return (page, *self._shown([search, when, publisher, place], page, opened))

    def removed(self) -> str:
        """List the removed articles."""
        try:
            return removed_html(self._archive.removed())
        except DatelineError as error:
            return notice_html(str(error))

    def _shown(self, choice: list[Any], page: Any, opened: Any) -> tuple[str, str]:
        text, when, publisher, place = (str(value or "") for value in choice)
        wanted = Choice(text, when, publisher, place, at=self._at())
        offset = max(0, int(page or 0)) * _PAGE
        try:
            listed = self._archive.shelf(wanted, offset, _PAGE)
        except DatelineError as error:
            return "", notice_html(str(error))
        plot = plot_html(listed.months, wanted.when)
        return plot, list_html(listed, offset, _PAGE, str(opened or ""), int(time.time()))


def _counted(names: Mapping[str, int]) -> list[tuple[str, str]]:
    """Names to choose from, with their number of articles."""
    return [(f"{name} ({count:,})", name) for name, count in list(names.items())[:_CHOICES]]
