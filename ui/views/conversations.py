"""The conversations that a person keeps: a list to open them from, their names, and what can be taken away of them.

Of people who are signed in the server keeps them, of all others the browser: `ui/assets/talks.js` does that, before
each of these events reaches Python.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import date
from functools import partial
from typing import Any

import gradio as gr
from gradio.events import Dependency

from ingest.archive.archive import Archive
from ingest.base.errors import DatelineError
from ui import words
from ui.render.exports import export
from ui.render.talks import said_html, talks_html
from ui.state.conversations import Talk, TalkError, Talks
from ui.state.database import PageDatabase
from ui.state.saved_conversations import KeptTalks, Window
from ui.state.shared import SharedAnswers
from ui.state.summaries import dump_heads, find, load_heads
from ui.views.links import listener
from ui.views.sharing import Sharing

_QUICK: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
_LONGEST_NAME = 120

Outputs = dict[Any, Any]


class Conversations:
    """The sidebar."""

    def __init__(self, archive: Archive, talks: Talks, database: PageDatabase) -> None:
        """Args: archive: that answers cite; talks: reads and writes conversations; database: keeps those of people."""
        self._talks, self._kept = talks, KeptTalks(database, talks)
        self._sharing = Sharing(archive, talks, SharedAnswers(database, talks))
        self._mark = database.secret("mark").hex()[:16]

    def build_said(self) -> None:
        """Where it says what happened: in sight also where the sidebar is closed."""
        self._said = gr.HTML(elem_id="talks-said")

    def build(self, talk: gr.Textbox) -> None:
        """Lay it out, inside a sidebar; after `build_said`.

        Args:
            talk: holds the conversation that is open.
        """
        self._talk = talk
        self._new_talk = gr.Button(words.NEW_TALK, elem_id="new-talk", size="sm")
        self._search = gr.Textbox(label=words.FIND_TALK, placeholder=words.FIND_TALK_HINT, elem_id="find-talk")
        self._undo = gr.Button(words.UNDO_DELETE, elem_id="undo-talk", size="sm", visible=False)
        self._listed = gr.HTML(talks_html([], "", date.today()), elem_id="talks")
        self._heads, self._seen, self._deleted, self._exported, self._given = (
            gr.Textbox(visible="hidden") for _ in range(5)
        )
        self._sharing.build(talk, self._said)
        with gr.Accordion(words.THIS_TALK, open=False, elem_id="this-talk"):
            self._name = gr.Textbox(label=words.TALK_NAME, elem_id="talk-name", max_length=_LONGEST_NAME)
            with gr.Row():
                self._rename_talk = gr.Button(words.RENAME, elem_id="rename-talk", size="sm", min_width=90)
                self._delete_talk = gr.Button(
                    words.DELETE, elem_id="delete-talk", size="sm", min_width=90, variant="stop"
                )
            gr.HTML(f'<p class="label">{words.EXPORT}</p>')
            with gr.Row():
                for form, label in words.EXPORTS.items():
                    button = gr.Button(label, elem_id=f"export-{form}", size="sm", min_width=50)
                    given = button.click(partial(self._export, form), talk, [self._exported, self._said], **_QUICK)
                    given.then(None, self._exported, self._exported, js="Dateline.saved", **_QUICK)
        self._opening = listener("talk-links", "talk")
        self._shown = [talk, self._seen, self._heads, self._listed, self._name, self._said, self._undo]

    def keep_after(self, event: Dependency) -> Dependency:
        """Keep the conversation, as an event has changed it.

        Args:
            event: it; also one that only set what is pending, so that a restart in mid-answer loses no question.
        """
        inputs = [self._talk, self._seen, self._heads, self._given]
        kept: Dependency = event.then(self._keep, inputs, self._shown, js=self._script("kept"), **_QUICK)
        return kept

    def wire(self, app: gr.Blocks, redraw: Callable[[Dependency], Any], answering: Sequence[Dependency] = ()) -> None:
        """Connect it; a page that opens shows the list, and the answer of a link or its last conversation.

        Args:
            app: the page.
            redraw: chains the drawing of the chat to an event that changed the conversation.
            answering: events that end where another conversation is opened: its answer would come into that one.
        """
        known = [self._heads, self._search, self._given]
        given = [self._given] * 3  # what the browser gives: their own values do not matter

        def ending(click: Callable[..., Dependency]) -> Callable[..., Dependency]:
            if not answering:
                return click
            ended: Callable[..., Dependency] = click(
                None, None, None, js="() => Dateline.ended()", cancels=list(answering), **_QUICK
            ).then
            return ended

        begun = redraw(app.load(self._begin, [*given, *known], self._shown, js=self._script("begun"), **_QUICK))
        begun.then(None, None, None, js="() => Dateline.hasOpened()", **_QUICK)
        opening, opens = ending(self._opening.click), self._script("openedTalk")
        redraw(opening(self._open, [self._given, *known], self._shown, js=opens, **_QUICK))
        beginning, leaves = ending(self._new_talk.click), self._script("leftTalk")
        redraw(beginning(self._new, known, self._shown, js=leaves, **_QUICK))
        deleting, shown = ending(self._delete_talk.click), [*self._shown, self._deleted]
        redraw(deleting(self._delete, [self._talk, *known], shown, js=self._script("forgotten"), **_QUICK))
        undoing, restores = ending(self._undo.click), self._script("restored")
        redraw(undoing(self._restore, [self._deleted, self._given, *known], self._shown, js=restores, **_QUICK))
        renaming = [self._rename_talk.click, self._name.submit]
        self.keep_after(gr.on(renaming, self._rename, [self._talk, self._name], self._shown, **_QUICK))
        # One event for all that changes the list: of two, the one with what was known before might draw it last.
        listing, found = [self._search.change, self._heads.change], [self._heads, self._search, self._seen]
        gr.on(listing, self._find, found, self._listed, trigger_mode="always_last", **_QUICK)

    def _script(self, name: str) -> str:
        """A function of talks.js, told which archive it is about; who opened the page comes after what it gives."""
        return f"async (...given) => [...(await Dateline.{name}({json.dumps(self._mark)}, ...given)), Dateline.who()]"

    def _keep(self, text: str, seen: str, known: str, who: str, request: gr.Request) -> Outputs:
        if _is_another(who, request):
            return self._not_kept()
        if not request.username:
            moved = {self._talk: text, self._said: said_html(words.COPIED_TALK)} if text else {}
            name = next((head.name for head in load_heads(known) if head.id == seen.partition(" ")[0]), None)
            return self._heads_or_said(known) | self._named(name, seen) | moved
        if not text:
            return {}
        try:
            talk = self._talks.load(text)
            kept = self._kept.keep(request.username, talk, Window.parse(seen))
        except DatelineError as error:
            return {self._said: said_html(str(error))}
        moved = {self._talk: self._talks.dump(kept), self._said: said_html(words.COPIED_TALK)}
        drawn = {self._heads: self._known(request)} | self._named(kept.name, self._seen_of(kept))
        return drawn | (moved if kept.id != talk.id else {})

    def _begin(
        self, link: str, talk_id: str, text: str, known: str, search: str, who: str, request: gr.Request
    ) -> Outputs:
        if _is_another(who, request):
            return self._not_kept()
        if request.username:
            known, text = self._known(request), self._kept.text(request.username, talk_id)
        if not link:
            return self._opened(text, known, search)
        try:
            talk, said = self._sharing.open(link)
        except DatelineError as error:
            return self._list(known, search, "") | {self._talk: "", self._said: said_html(str(error))}
        return self._drawn(talk, known, search) | {self._seen: "", self._said: said_html(said)}

    def _open(self, text: str, known: str, search: str, who: str, request: gr.Request) -> Outputs:
        if _is_another(who, request):
            return self._not_kept()
        if request.username:  # then the browser gives its id
            known, text = self._known(request), self._kept.text(request.username, text)
        if not text:
            return self._list(known, search, "") | {self._said: said_html(words.NOT_THERE)}
        return {self._said: ""} | self._opened(text, known, search)

    def _opened(self, text: str, known: str, search: str) -> Outputs:
        """A conversation in place of the one before; one that cannot be read too, so that it can be deleted."""
        try:
            return self._drawn(self._talks.load(text) if text else None, known, search)
        except TalkError as error:
            talk_id, name = _told_of(text)
            said = {self._talk: text, self._said: said_html(str(error)), self._undo: gr.Button(visible=False)}
            return self._list(known, search, talk_id) | self._named(name, f"{talk_id} ") | said

    def _new(self, known: str, search: str, who: str, request: gr.Request) -> Outputs:
        if _is_another(who, request):
            return self._not_kept()
        return self._drawn(None, self._known(request) if request.username else known, search) | {self._said: ""}

    def _delete(self, text: str, known: str, search: str, who: str, request: gr.Request) -> Outputs:
        if _is_another(who, request):
            return self._not_kept()
        talk_id, name = _told_of(text)
        kept = self._loaded(text) is not None
        if not kept and not self._is_unreadable(text):
            return {self._said: said_html(words.NOTHING_OPEN)}
        if request.username:
            self._kept.forget(request.username, talk_id)
            known = self._known(request)
        said = said_html(words.DELETED.format(name=name or words.UNNAMED))
        undo = {self._undo: gr.Button(visible=kept), self._deleted: text if kept else ""}
        return self._drawn(None, known, search) | {self._said: said} | undo

    def _restore(self, text: str, window: str, known: str, search: str, who: str, request: gr.Request) -> Outputs:
        if _is_another(who, request):
            return self._not_kept()
        talk = self._loaded(text)
        if talk is None:
            return {self._undo: gr.Button(visible=False)}
        try:
            if request.username:
                talk = self._kept.keep(request.username, talk, Window.parse(window))
                known = self._known(request)
        except DatelineError as error:
            return {self._said: said_html(str(error))}
        said = said_html(words.PUT_BACK.format(name=talk.name or words.UNNAMED))
        return self._drawn(talk, known, search) | {self._said: said}

    def _rename(self, text: str, name: str) -> Outputs:
        talk, name = self._loaded(text), " ".join(name.split())[:_LONGEST_NAME]
        if talk is None or not name:
            return {self._said: said_html(words.NO_NAME if talk else words.NOTHING_OPEN)}
        return {self._talk: self._talks.dump(replace(talk, name=name)), self._said: said_html(words.RENAMED)}

    def _find(self, known: str, search: str, seen: str) -> str:
        return self._list(known, search, seen.partition(" ")[0])[self._listed]  # type: ignore[no-any-return]

    def _export(self, form: str, text: str) -> tuple[str, str]:
        talk = self._loaded(text)
        if talk is None:
            return "", said_html(words.NOTHING_OPEN)
        return json.dumps(asdict(export(talk, form)), ensure_ascii=False), ""

    def _loaded(self, text: str) -> Talk | None:
        """The open conversation; None where it is empty, or none that this server answers for."""
        try:
            talk = self._talks.load(text)
        except TalkError:
            return None
        return talk if talk.turns or talk.pending else None

    def _is_unreadable(self, text: str) -> bool:
        try:
            self._talks.load(text)
        except TalkError:
            return True
        return False

    def _known(self, request: gr.Request) -> str:
        return dump_heads(self._kept.heads(str(request.username)))

    def _drawn(self, talk: Talk | None, known: str, search: str) -> Outputs:
        """All that changes where another conversation is opened."""
        listed = self._list(known, search, talk.id if talk else "")
        named = self._named(talk.name if talk else "", self._seen_of(talk) if talk else "")
        return (
            listed | named | {self._talk: self._talks.dump(talk) if talk else "", self._undo: gr.Button(visible=False)}
        )

    def _named(self, name: str | None, seen: str) -> Outputs:
        return {self._seen: seen} | ({} if name is None else {self._name: name})

    def _list(self, known: str, search: str, current: str) -> Outputs:
        """The list, and what it is made of."""
        listed = talks_html(find(load_heads(known), search), current, date.today(), searched=bool(search.strip()))
        return self._heads_or_said(known) | {self._listed: listed}

    def _heads_or_said(self, known: str) -> Outputs:
        """What the list is made of; where a browser can keep nothing, that is said."""
        return {self._heads: "[]", self._said: said_html(words.NOT_KEPT)} if known == "!" else {self._heads: known}

    def _seen_of(self, talk: Talk) -> str:
        return f"{talk.id} {self._kept.mark(talk)}"

    def _not_kept(self) -> Outputs:
        return {self._said: said_html(words.SIGN_IN_AGAIN)}


def _is_another(who: str, request: gr.Request) -> bool:
    """Whether somebody else has signed in, in another window, than had as the page was opened: its cookie is theirs."""
    return who != (request.username or "")


def _told_of(text: str) -> tuple[str, str]:
    """Id and name of a conversation, though it may be one that cannot be read; empty where it has none."""
    try:
        facts = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return "", ""
    told = facts if isinstance(facts, dict) else {}
    talk_id, name = (str(told.get(fact) or "").encode("utf-8", "replace").decode() for fact in ("id", "name"))
    return talk_id, name
