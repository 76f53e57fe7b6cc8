"""Add articles from files, folders and web addresses, and show progress, report and errors."""

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
from ui.state.intake import Batch, Intake, Progress

#: Bytes that an uploaded file may have: `max_file_size` of the Gradio app.
MAX_UPLOAD = 200_000_000

_AT_ONCE = 8  # people whose batches wait or are being added
_LINKS = 20  # new articles that a report links to
_HIDDEN: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}

# The script reports files that are too large and uploads the others. Gradio alone would refuse all of them.
_REFUSED = "Dateline.onRefused((files) => trigger('click', { files }));"


class IntakeView:
    """The part of the page that adds articles. A read-only page does not build it."""

    def __init__(self, archive: Archive, intake: Intake) -> None:
        """Prepare the view.

        Args:
            archive: an open archive.
            intake: adds batches to it.
        """
        self._archive = archive
        self._intake = intake

    def build(self) -> list[Any]:
        """Lay the view out, and return the events that change the archive."""
        with gr.Accordion(words.ADD_ARTICLES, open=not self._archive.n_articles, elem_id="add-articles"):
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
        refusal = gr.HTML(elem_id="intake-refusal", elem_classes="bridge", js_on_load=_REFUSED)
        refusal.click(_refused, None, refused, queue=False, **_HIDDEN)
        outputs = [progress, stop, report, running]
        working: dict[str, Any] = {"concurrency_limit": _AT_ONCE, "concurrency_id": "intake", **_HIDDEN}
        # preprocess=False: otherwise Gradio passes only the path, without the name of the file.
        sent = files.upload(self.send, files, [files, *outputs], preprocess=False, **working)
        sent_folder = folder.upload(self.send, folder, [folder, *outputs], preprocess=False, **working)
        fetched = fetch.click(self.fetch, [addresses, follow, limit], outputs, **working)
        stop.click(self._intake.stop, running, None, queue=False, **_HIDDEN)
        return [sent, sent_folder, fetched]

    def send(self, files: Sequence[dict[str, Any]] | None) -> Iterator[tuple[Any, ...]]:
        """Add uploaded files, and delete them afterwards."""
        # Because the files are deleted, they must be uploaded ones, whatever paths the browser sends.
        uploads = [
            Upload(Path(file["path"]), str(file.get("orig_name") or Path(file["path"]).name))
            for file in files or ()
            if is_uploaded(file["path"])
        ]
        if not uploads:
            yield None, *_idle("")
            return
        batch = Batch(uploads, ended=lambda: _delete(upload.path for upload in uploads))
        for shown in self._run(batch):
            yield None, *shown

    def fetch(self, addresses: str, follow: bool, limit: float | None) -> Iterator[tuple[Any, ...]]:
        """Add the articles at web addresses.

        Args:
            addresses: the addresses, separated by white space.
            follow: whether to follow links in feeds and sitemaps.
            limit: maximum number of linked pages.
        """
        sources = addresses.split()
        if not sources or not all(is_address(source) for source in sources):
            yield _idle(f'<p class="notice" role="alert">{words.NO_ADDRESS}</p>')
            return
        yield from self._run(Batch(sources, follow, int(limit or DEFAULT_LIMIT)))

    def _run(self, batch: Batch) -> Iterator[tuple[Any, ...]]:
        for progress in self._intake.run(batch):
            if progress.is_over:
                yield _idle(self._ended(progress))
            else:
                doing = words.WAITING if progress.state == "waiting" else words.ADDING
                shown = progress_html(progress.done, progress.total, progress.report, doing)
                yield shown, gr.Button(visible=True), "", batch.id

    def _ended(self, progress: Progress) -> str:
        problem = ""
        if progress.state == "failed":
            problem = f'<p class="notice" role="alert">{escape(progress.problem or words.FAILED_INTAKE)}</p>'
        choice = Choice(ids=tuple(progress.report.written[:_LINKS]))
        added = self._archive.shelf(choice, limit=_LINKS).articles if choice.ids else ()
        title = words.DONE if progress.state == "done" else words.INTAKE_STOPPED
        return problem + report_html(progress.report, [entry.article for entry in added], title)


def _idle(report: str) -> tuple[Any, ...]:
    return "", gr.Button(visible=False), report, ""


def _refused(event: gr.EventData) -> str:
    """List the files that the browser did not upload because they are too large."""
    files = (event._data or {}).get("files", [])
    return refused_html([(str(file["name"]), int(file["size"])) for file in files], MAX_UPLOAD)


def is_uploaded(path: object) -> bool:
    """Whether a path is in the upload folder of Gradio."""
    return isinstance(path, str) and Path(path).resolve().is_relative_to(Path(get_upload_folder()).resolve())


def _delete(paths: Iterable[Path]) -> None:
    """Delete uploaded files, and the folder that Gradio made for each."""
    for path in paths:
        with suppress(OSError):
            path.unlink()
            path.parent.rmdir()
