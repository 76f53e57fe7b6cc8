"""Taking articles in: files, folders and addresses go in, with progress, the report and the errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder

from ingest.archive.archive import Archive
from ingest.archive.browse import Choice
from ingest.sources.intake import DEFAULT_LIMIT, is_address
from ingest.sources.uploads import Upload
from ui import words
from ui.render.report import progress_html, refused_html, report_html
from ui.state.intake import Batch, Intake, Look

#: How many bytes a file may have that is sent: `max_file_size` of launch and mount.
MAX_UPLOAD = 200_000_000

_AT_ONCE = 8  # people whose batches wait or are taken in
_LINKS = 20  # new articles that a report names
_HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

# What js hands over when files are chosen of which some are too big: it sends the others, Gradio would refuse all.
_REFUSED = "Dateline.onRefused((files) => trigger('click', { files }));"


class IntakeView:
    """The part of the page that takes articles in; where nobody may write it is not built at all."""

    def __init__(self, archive: Archive, intake: Intake) -> None:
        """Args: archive: an open one; intake: takes batches into it."""
        self._archive = archive
        self._intake = intake

    def build(self) -> list[Any]:
        """Lay it out; returns the events after whose end the archive may hold other articles."""
        with gr.Accordion(words.TAKE_IN, open=not self._archive.n_articles, elem_id="take-in"):
            with gr.Row():
                with gr.Column(min_width=260):
                    files = gr.File(label=words.FILES, file_count="multiple", height=150, elem_id="intake-files")
                    folder = gr.UploadButton(words.FOLDER, file_count="directory", size="sm", elem_id="intake-folder")
                with gr.Column(min_width=260):
                    addresses = gr.Textbox(
                        label=words.ADDRESSES, placeholder=words.ADDRESSES_HINT, lines=3, elem_id="intake-addresses"
                    )
                    follow = gr.Checkbox(True, label=words.FOLLOW, elem_id="intake-follow")
                    limit = gr.Number(DEFAULT_LIMIT, label=words.LIMIT, minimum=1, maximum=5000, precision=0)
                    fetch = gr.Button(words.FETCH, size="sm", elem_id="intake-fetch")
            refused = gr.HTML(elem_id="intake-refused")
            progress = gr.HTML(elem_id="intake-progress")
            stop = gr.Button(words.STOP_INTAKE, size="sm", variant="stop", visible=False, elem_id="intake-stop")
            report = gr.HTML(elem_id="intake-report")
        running = gr.Textbox(visible="hidden", elem_id="intake-running")
        told = gr.HTML(elem_id="intake-told", elem_classes="bridge", js_on_load=_REFUSED)
        told.click(_refused, None, refused, queue=False, **_HIDDEN)
        outputs = [progress, stop, report, running]
        working: dict[str, Any] = {"concurrency_limit": _AT_ONCE, "concurrency_id": "intake", **_HIDDEN}
        # preprocess=False: Gradio's own gives the path alone, and the name of the file is wanted.
        sent = files.upload(self.send, files, [files, *outputs], preprocess=False, **working)
        sent_folder = folder.upload(self.send, folder, [folder, *outputs], preprocess=False, **working)
        fetched = fetch.click(self.fetch, [addresses, follow, limit], outputs, **working)
        stop.click(self._intake.stop, running, None, queue=False, **_HIDDEN)
        return [sent, sent_folder, fetched]

    def send(self, files: Sequence[dict[str, Any]] | None) -> Iterator[tuple[Any, ...]]:
        """Take files in that were sent; they are deleted after that."""
        # What is taken in here is deleted after that, so it has to be what was sent, whatever the browser says.
        uploads = [
            Upload(Path(each["path"]), str(each.get("orig_name") or Path(each["path"]).name))
            for each in files or ()
            if was_sent(each["path"])
        ]
        if not uploads:
            yield None, *_idle("")
            return
        batch = Batch(uploads, ended=lambda: _delete(upload.path for upload in uploads))
        for shown in self._run(batch):
            yield None, *shown

    def fetch(self, addresses: str, follow: bool, limit: float | None) -> Iterator[tuple[Any, ...]]:
        """Take in what stands at addresses."""
        given = addresses.split()
        if not given or not all(is_address(each) for each in given):
            yield _idle(f'<p class="notice" role="alert">{words.NO_ADDRESS}</p>')
            return
        yield from self._run(Batch(given, follow, int(limit or DEFAULT_LIMIT)))

    def _run(self, batch: Batch) -> Iterator[tuple[Any, ...]]:
        for look in self._intake.run(batch):
            if look.is_over:
                yield _idle(self._ended(look))
            else:
                doing = words.WAITING if look.state == "waiting" else words.READING
                shown = progress_html(look.done, look.total, look.report, doing)
                yield shown, gr.Button(visible=True), "", batch.id

    def _ended(self, look: Look) -> str:
        problem = ""
        if look.state == "failed":
            problem = f'<p class="notice" role="alert">{escape(look.problem or words.FAILED_INTAKE)}</p>'
        choice = Choice(ids=tuple(look.report.written[:_LINKS]))
        taken = self._archive.shelf(choice, limit=_LINKS).articles if choice.ids else ()
        title = words.DONE if look.state == "done" else words.INTAKE_STOPPED
        return problem + report_html(look.report, [each.article for each in taken], title)


def _idle(report: str) -> tuple[Any, ...]:
    return "", gr.Button(visible=False), report, ""


def _refused(event: gr.EventData) -> str:
    """What was not sent since it is too big, as the browser says."""
    found = (event._data or {}).get("files", [])
    return refused_html([(str(each["name"]), int(each["size"])) for each in found], MAX_UPLOAD)


def was_sent(path: object) -> bool:
    """Whether a path is one of Gradio's folder of what was sent."""
    return isinstance(path, str) and Path(path).resolve().is_relative_to(Path(get_upload_folder()).resolve())


def _delete(paths: Iterable[Path]) -> None:
    """Delete files that were sent, and the folder that Gradio made for each."""
    for path in paths:
        with suppress(OSError):
            path.unlink()
            path.parent.rmdir()
