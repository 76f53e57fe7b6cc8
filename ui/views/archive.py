"""The archive tab: what is there, to be found, read, compared, taken out and put back; and taking articles in."""

from __future__ import annotations

import time
from typing import Any

import gradio as gr

from ingest.archive.archive import Archive
from ingest.archive.browse import NO_DATE, Choice
from ingest.base.errors import DatelineError
from ui import words
from ui.render.shelf import list_html, notice_html, plot_html, removed_html, when_in_words
from ui.state.intake import Intake
from ui.views.intake import MAX_UPLOAD, IntakeView
from ui.views.item import ItemView
from ui.views.links import href_of, listener

__all__ = ["MAX_UPLOAD", "ArchiveTab"]

_PAGE = 30  # articles
_NAMED = 2_000  # publishers or places to choose from, those of the most articles
_QUICK: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden", "queue": False}
# The choices of a server before a restart are not known to this one, so Gradio's check of them is left out.
_CHOSEN = {**_QUICK, "preprocess": False}


class ArchiveTab:
    """The archive, to be browsed and, unless it may only be read, changed."""

    def __init__(self, archive: Archive, read_only: bool = False, intake: Intake | None = None) -> None:
        """Of a page.

        Args:
            archive: an open one.
            read_only: leaves out all that would change it.
            intake: takes articles in; None for one that reaches public addresses alone.
        """
        self._archive = archive
        self._intake = None if read_only else IntakeView(archive, intake or Intake(archive))
        self._item = ItemView(archive, read_only)
        self._read_only = read_only

    def _at(self) -> int | None:
        """Who may only read is shown what may be found now; who looks after the archive, everything."""
        return int(time.time()) if self._read_only else None

    def build(self, tab: gr.Tab) -> None:
        """Lay it out and wire its events, inside the tab. Args: tab: it; the list is read anew when it is chosen."""
        taking_in = self._intake.build() if self._intake else []
        with gr.Row(elem_id="archive"):
            with gr.Column(scale=3, min_width=300):
                self._build_choice()
                self._plot = gr.HTML(elem_id="shelf-plot")
                notice = gr.HTML(elem_id="shelf-notice")
                self._list = gr.HTML(elem_id="shelf-list")
            with gr.Column(scale=2, min_width=300):
                self._item.build()
        self._page = gr.Number(0, visible="hidden", precision=0, elem_id="shelf-page")
        self._inputs = [self._search, *self._dropdowns, self._page, self._item.opened]
        self._wire(tab)
        if self._item.remove:
            self._wire_changes(self._item.remove, notice)
        for event in taking_in:
            event.then(self.fresh, self._inputs, self._everything, **_CHOSEN)

    def _build_choice(self) -> None:
        search = gr.Textbox(
            label=words.SEARCH, placeholder=words.SEARCH_HINT, max_length=500, submit_btn=True, elem_id="shelf-search"
        )
        with gr.Row():
            narrow: dict[str, Any] = {"value": "", "min_width": 120}
            when = gr.Dropdown([(words.ANY_TIME, "")], label=words.WHEN, elem_id="shelf-when", **narrow)
            publisher = gr.Dropdown(
                [(words.ANY_PUBLISHER, "")], label=words.PUBLISHER, elem_id="shelf-publisher", **narrow
            )
            place = gr.Dropdown([(words.ANY_PLACE, "")], label=words.PLACE, elem_id="shelf-place", **narrow)
        self._search, self._dropdowns = search, (when, publisher, place)

    def _wire(self, tab: gr.Tab) -> None:
        shown = [self._page, self._plot, self._list]
        self._everything = [*self._dropdowns, self._plot, self._list]
        tab.select(self.fresh, self._inputs, self._everything, **_CHOSEN)
        for chosen in (self._search.submit, *(dropdown.input for dropdown in self._dropdowns)):
            chosen(self.choose, self._inputs, shown, **_CHOSEN)
        month = listener("shelf-months", "month")
        month.click(self.pick_month, self._inputs, [self._dropdowns[0], *shown], **_CHOSEN)
        leaf = listener("shelf-leaves", "leaf")
        turned = leaf.click(self.turn, self._inputs, shown, **_CHOSEN)
        turned.then(None, None, None, js="() => Dateline.focusOn('#shelf-list .entry')", **_QUICK)

    def _wire_changes(self, remove: gr.Button, notice: gr.HTML) -> None:
        changed = [notice, *self._item.outputs]
        putting_back = listener("shelf-puttings-back", "putback")
        with gr.Accordion(words.REMOVED_LIST, open=False, elem_id="shelf-removed") as accordion:
            removed = gr.HTML()
        accordion.expand(self.removed, None, removed, **_QUICK)
        for event in (
            remove.click(self._item.take_out, self._item.opened, changed, **_QUICK),
            putting_back.click(self._item.put_back, None, changed, **_QUICK),
        ):
            event.then(None, None, None, js="() => Dateline.focusOn('#shelf-notice .notice')", **_QUICK)
            event.then(self.fresh, self._inputs, self._everything, **_CHOSEN)
            event.then(self.removed, None, removed, **_QUICK)

    def fresh(self, *inputs: Any) -> tuple[Any, ...]:
        """What can be chosen, the plot and the list, as the archive is now."""
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
            (
                words.ANY_PUBLISHER,
                [(f"{each[0]} ({each[1]:,})", each[0]) for each in list(labels.publishers.items())[:_NAMED]],
            ),
            (words.ANY_PLACE, [(f"{each[0]} ({each[1]:,})", each[0]) for each in list(labels.places.items())[:_NAMED]]),
        ]
        dropdowns = [gr.Dropdown(choices=[(anything, ""), *choices]) for anything, choices in named]
        return (*dropdowns, *self._shown(choice, page, opened))

    def choose(self, *inputs: Any) -> tuple[Any, ...]:
        """The first page of what is wanted now."""
        *choice, _, opened = inputs
        return (0, *self._shown(choice, 0, opened))

    def pick_month(
        self, search: str, when: str, publisher: str, place: str, page: int, opened: str, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Limit the list to the month that was clicked; a second click takes that back."""
        clicked = href_of(event).removeprefix("#month-")
        when = "" if clicked in (when, "all") else clicked
        return (when, 0, *self._shown([search, when, publisher, place], 0, opened))

    def turn(
        self, search: str, when: str, publisher: str, place: str, page: int, opened: str, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Another page of the list."""
        number = href_of(event).removeprefix("#leaf-")
        page = int(number) if number.isascii() and number.isdigit() and len(number) < 8 else 0
        return (page, *self._shown([search, when, publisher, place], page, opened))

    def removed(self) -> str:
        """What can be put back."""
        try:
            return removed_html(self._archive.removed())
        except DatelineError as error:
            return notice_html(str(error))

    def _shown(self, choice: list[Any], page: Any, opened: Any) -> tuple[str, str]:
        text, when, publisher, place = (str(value or "") for value in choice)
        wanted = Choice(text, when, publisher, place, at=self._at())
        offset = max(0, int(page or 0)) * _PAGE
        try:
            shelf = self._archive.shelf(wanted, offset, _PAGE)
        except DatelineError as error:
            return "", notice_html(str(error))
        plot = plot_html(shelf.months, wanted.when)
        return plot, list_html(shelf, offset, _PAGE, str(opened or ""), int(time.time()))
