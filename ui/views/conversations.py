"""The saved conversations: a list to open them from, their names, and exports.

The server saves the conversations of signed-in people, and the browser those of everybody else. The browser part is
`ui/assets/conversations.js`, which runs before each of these events reaches Python.
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
from ui.render.conversations import conversations_html, message_html
from ui.render.exports import export
from ui.state.conversations import Conversation, ConversationCodec, ConversationError
from ui.state.database import PageDatabase
from ui.state.saved_conversations import SavedConversations, Window
from ui.state.shared import SharedAnswers
from ui.state.summaries import dump_summaries, find, load_summaries
from ui.views.links import listener
from ui.views.sharing import Sharing

_QUICK: dict[str, Any] = {"api_visibility": "private", "queue": False, "show_progress": "hidden"}
_LONGEST_NAME = 120

Outputs = dict[Any, Any]


class Conversations:
    """The sidebar."""

    def __init__(self, archive: Archive, codec: ConversationCodec, database: PageDatabase) -> None:
        """Prepare the sidebar.

        Args:
            archive: the archive that answers cite.
            codec: reads and writes conversations.
            database: saves the conversations of signed-in people.
        """
        self._codec, self._saved = codec, SavedConversations(database, codec)
        self._sharing = Sharing(archive, codec, SharedAnswers(database, codec))
        self._mark = database.secret("mark").hex()[:16]

    def build_message(self) -> None:
        """Lay out the message line, which is also visible while the sidebar is closed."""
        self._message = gr.HTML(elem_id="talks-said")

    def build(self, conversation: gr.Textbox) -> None:
        """Lay the sidebar out. Call it inside a sidebar and after `build_message`.

        Args:
            conversation: has the open conversation as JSON.
        """
        self._conversation = conversation
        self._new_conversation = gr.Button(words.NEW_CONVERSATION, elem_id="new-talk", size="sm")
        self._search = gr.Textbox(
            label=words.FIND_CONVERSATION, placeholder=words.FIND_CONVERSATION_HINT, elem_id="find-talk"
        )
        self._undo = gr.Button(words.UNDO_DELETE, elem_id="undo-talk", size="sm", visible=False)
        self._listed = gr.HTML(conversations_html([], "", date.today()), elem_id="talks")
        self._summaries, self._seen, self._deleted, self._exported, self._from_browser = (
            gr.Textbox(visible="hidden") for _ in range(5)
        )
        self._sharing.build(conversation, self._message)
        with gr.Accordion(words.THIS_CONVERSATION, open=False, elem_id="this-talk"):
            self._name = gr.Textbox(label=words.CONVERSATION_NAME, elem_id="talk-name", max_length=_LONGEST_NAME)
            with gr.Row():
                self._rename_button = gr.Button(words.RENAME, elem_id="rename-talk", size="sm", min_width=90)
                self._delete_button = gr.Button(
                    words.DELETE, elem_id="delete-talk", size="sm", min_width=90, variant="stop"
                )
            gr.HTML(f'<p class="label">{words.EXPORT}</p>')
            with gr.Row():
                for form, label in words.EXPORTS.items():
                    button = gr.Button(label, elem_id=f"export-{form}", size="sm", min_width=50)
                    exported = button.click(
                        partial(self._export, form), conversation, [self._exported, self._message], **_QUICK
                    )
                    exported.then(None, self._exported, self._exported, js="Dateline.exported", **_QUICK)
        self._opening = listener("talk-links", "talk")
        self._shown = [conversation, self._seen, self._summaries, self._listed, self._name, self._message, self._undo]

    def save_after(self, event: Dependency) -> Dependency:
        """Save the conversation after an event that changed it.

        Args:
            event: the event. A new pending question counts as a change, so that a restart loses no question.
        """
        inputs = [self._conversation, self._seen, self._summaries, self._from_browser]
        saved: Dependency = event.then(self._save, inputs, self._shown, js=self._script("changed"), **_QUICK)
        return saved

    def wire(self, app: gr.Blocks, redraw: Callable[[Dependency], Any], answering: Sequence[Dependency] = ()) -> None:
        """Connect the events. A new page shows the list, and the answer of a link or the last conversation.

        Args:
            app: the page.
            redraw: chains the drawing of the chat to an event that changed the conversation.
            answering: events to cancel when another conversation is opened, so that no answer goes into that one.
        """
        listing = [self._summaries, self._search, self._from_browser]
        from_browser = [self._from_browser] * 3  # filled in by the script, whatever they contain

        def ending(click: Callable[..., Dependency]) -> Callable[..., Dependency]:
            if not answering:
                return click
            ended: Callable[..., Dependency] = click(
                None, None, None, js="() => Dateline.ended()", cancels=list(answering), **_QUICK
            ).then
            return ended

        begun = redraw(
            app.load(self._begin, [*from_browser, *listing], self._shown, js=self._script("begun"), **_QUICK)
        )
        begun.then(None, None, None, js="() => Dateline.hasOpened()", **_QUICK)
        opening, opens = ending(self._opening.click), self._script("openedConversation")
        redraw(opening(self._open, [self._from_browser, *listing], self._shown, js=opens, **_QUICK))
        beginning, leaves = ending(self._new_conversation.click), self._script("startedNew")
        redraw(beginning(self._new, listing, self._shown, js=leaves, **_QUICK))
        deleting, shown = ending(self._delete_button.click), [*self._shown, self._deleted]
        redraw(deleting(self._delete, [self._conversation, *listing], shown, js=self._script("deleted"), **_QUICK))
        undoing, restores = ending(self._undo.click), self._script("restored")
        redraw(
            undoing(self._restore, [self._deleted, self._from_browser, *listing], self._shown, js=restores, **_QUICK)
        )
        renaming = [self._rename_button.click, self._name.submit]
        self.save_after(gr.on(renaming, self._rename, [self._conversation, self._name], self._shown, **_QUICK))
        # One event for both causes: with two, the one with the older list could be drawn last.
        changes, inputs = [self._search.change, self._summaries.change], [self._summaries, self._search, self._seen]
        gr.on(changes, self._find, inputs, self._listed, trigger_mode="always_last", **_QUICK)

    def _script(self, name: str) -> str:
        """Call a function of conversations.js for this archive, and append who was signed in when the page opened."""
        return f"async (...inputs) => [...(await Dateline.{name}({json.dumps(self._mark)}, ...inputs)), Dateline.who()]"

    def _save(self, text: str, seen: str, listing: str, who: str, request: gr.Request) -> Outputs:
        if _is_another(who, request):
            return self._refused()
        if not request.username:
            copied = {self._conversation: text, self._message: message_html(words.CONVERSATION_COPIED)} if text else {}
            open_id = seen.partition(" ")[0]
            name = next((summary.name for summary in load_summaries(listing) if summary.id == open_id), None)
            return self._listing(listing) | self._named(name, seen) | copied
        if not text:
            return {}
        try:
            conversation = self._codec.load(text)
            saved = self._saved.save(request.username, conversation, Window.parse(seen))
        except DatelineError as error:
            return {self._message: message_html(str(error))}
        copied = {
            self._conversation: self._codec.dump(saved),
            self._message: message_html(words.CONVERSATION_COPIED),
        }
        drawn = {self._summaries: self._saved_listing(request)} | self._named(saved.name, self._seen_of(saved))
        return drawn | (copied if saved.id != conversation.id else {})

    def _begin(
        self, link: str, conversation_id: str, text: str, listing: str, search: str, who: str, request: gr.Request
    ) -> Outputs:
        if _is_another(who, request):
            return self._refused()
        if request.username:
            listing, text = self._saved_listing(request), self._saved.text(request.username, conversation_id)
        if not link:
            return self._opened(text, listing, search)
        try:
            conversation, message = self._sharing.open(link)
        except DatelineError as error:
            problem = {self._conversation: "", self._message: message_html(str(error))}
            return self._list(listing, search, "") | problem
        return self._drawn(conversation, listing, search) | {self._seen: "", self._message: message_html(message)}

    def _open(self, text: str, listing: str, search: str, who: str, request: gr.Request) -> Outputs:
        if _is_another(who, request):
            return self._refused()
        if request.username:  # then the browser sends only the id
            listing, text = self._saved_listing(request), self._saved.text(request.username, text)
        if not text:
            return self._list(listing, search, "") | {self._message: message_html(words.NOT_THERE)}
        return {self._message: ""} | self._opened(text, listing, search)

    def _opened(self, text: str, listing: str, search: str) -> Outputs:
        """Open a conversation. One that cannot be read is opened too, so that it can be deleted."""
        try:
            return self._drawn(self._codec.load(text) if text else None, listing, search)
        except ConversationError as error:
            conversation_id, name = _id_and_name(text)
            problem = {
                self._conversation: text,
                self._message: message_html(str(error)),
                self._undo: gr.Button(visible=False),
            }
            named = self._named(name, f"{conversation_id} ")
            return self._list(listing, search, conversation_id) | named | problem

    def _new(self, listing: str, search: str, who: str, request: gr.Request) -> Outputs:
        if _is_another(who, request):
            return self._refused()
        listing = self._saved_listing(request) if request.username else listing
        return self._drawn(None, listing, search) | {self._message: ""}

    def _delete(self, text: str, listing: str, search: str, who: str, request: gr.Request) -> Outputs:
        if _is_another(who, request):
            return self._refused()
        conversation_id, name = _id_and_name(text)
        restorable = self._loaded(text) is not None
        if not restorable and not self._is_unreadable(text):
            return {self._message: message_html(words.NOTHING_OPEN)}
        if request.username:
            self._saved.delete(request.username, conversation_id)
            listing = self._saved_listing(request)
        message = message_html(words.DELETED.format(name=name or words.UNNAMED))
        undo = {self._undo: gr.Button(visible=restorable), self._deleted: text if restorable else ""}
        return self._drawn(None, listing, search) | {self._message: message} | undo

    def _restore(self, text: str, window: str, listing: str, search: str, who: str, request: gr.Request) -> Outputs:
        if _is_another(who, request):
            return self._refused()
        conversation = self._loaded(text)
        if conversation is None:
            return {self._undo: gr.Button(visible=False)}
        try:
            if request.username:
                conversation = self._saved.save(request.username, conversation, Window.parse(window))
                listing = self._saved_listing(request)
        except DatelineError as error:
            return {self._message: message_html(str(error))}
        message = message_html(words.UNDELETED.format(name=conversation.name or words.UNNAMED))
        return self._drawn(conversation, listing, search) | {self._message: message}

    def _rename(self, text: str, name: str) -> Outputs:
        conversation, name = self._loaded(text), " ".join(name.split())[:_LONGEST_NAME]
        if conversation is None or not name:
            return {self._message: message_html(words.NO_NAME if conversation else words.NOTHING_OPEN)}
        renamed = self._codec.dump(replace(conversation, name=name))
        return {self._conversation: renamed, self._message: message_html(words.RENAMED)}

    def _find(self, listing: str, search: str, seen: str) -> str:
        return self._list(listing, search, seen.partition(" ")[0])[self._listed]  # type: ignore[no-any-return]

    def _export(self, form: str, text: str) -> tuple[str, str]:
        conversation = self._loaded(text)
        if conversation is None:
            return "", message_html(words.NOTHING_OPEN)
        return json.dumps(asdict(export(conversation, form)), ensure_ascii=False), ""

    def _loaded(self, text: str) -> Conversation | None:
        """Load the open conversation; None if it is empty or cannot be read."""
        try:
            conversation = self._codec.load(text)
        except ConversationError:
            return None
        return conversation if conversation.turns or conversation.pending else None

    def _is_unreadable(self, text: str) -> bool:
        try:
            self._codec.load(text)
        except ConversationError:
            return True
        return False

    def _saved_listing(self, request: gr.Request) -> str:
        return dump_summaries(self._saved.summaries(str(request.username)))

    def _drawn(self, conversation: Conversation | None, listing: str, search: str) -> Outputs:
        """Everything that changes when another conversation is opened; None for an empty one."""
        drawn = self._list(listing, search, conversation.id if conversation else "")
        if conversation:
            drawn |= self._named(conversation.name, self._seen_of(conversation))
            drawn[self._conversation] = self._codec.dump(conversation)
        else:
            drawn |= self._named("", "") | {self._conversation: ""}
        return drawn | {self._undo: gr.Button(visible=False)}

    def _named(self, name: str | None, seen: str) -> Outputs:
        return {self._seen: seen} | ({} if name is None else {self._name: name})

    def _list(self, listing: str, search: str, current: str) -> Outputs:
        """The rendered list, and the summaries in it."""
        matching = find(load_summaries(listing), search)
        listed = conversations_html(matching, current, date.today(), searched=bool(search.strip()))
        return self._listing(listing) | {self._listed: listed}

    def _listing(self, listing: str) -> Outputs:
        """The summaries in the list. If the browser cannot save anything, it sends "!" and a message says so."""
        if listing == "!":
            return {self._summaries: "[]", self._message: message_html(words.NOT_SAVED)}
        return {self._summaries: listing}

    def _seen_of(self, conversation: Conversation) -> str:
        return f"{conversation.id} {self._saved.mark(conversation)}"

    def _refused(self) -> Outputs:
        return {self._message: message_html(words.SIGN_IN_AGAIN)}


def _is_another(who: str, request: gr.Request) -> bool:
    """Whether another person has signed in since the page was opened, in another window of this browser."""
    return who != (request.username or "")


def _id_and_name(text: str) -> tuple[str, str]:
    """Id and name of a conversation, even if it cannot be read; empty if they are missing."""
    try:
        facts = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return "", ""
    facts = facts if isinstance(facts, dict) else {}
    conversation_id, name = (str(facts.get(fact) or "").encode("utf-8", "replace").decode() for fact in ("id", "name"))
    return conversation_id, name
