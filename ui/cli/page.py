"""Commands on what the page keeps beside an archive: feedback and links to answers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from ingest.base.errors import ArchiveMissing
from ui.cli.app import ERROR, ArchiveOption, JsonOption, LogOption, VerboseOption, command, load_settings, print_json

if TYPE_CHECKING:
    from ui.state.database import PageDatabase


@command("dateline feedback > feedback.jsonl && python -m evals.run feedback --data feedback.jsonl --archive DIR")
def _feedback(archive: ArchiveOption = None, log: LogOption = None, verbose: VerboseOption = False) -> None:
    """Print the ratings of answers, as JSON Lines for evals/."""
    from ui.state.feedback import Feedback

    with _page_database(archive) as database:
        for question in Feedback(database).questions():
            print(json.dumps(question, ensure_ascii=False))


@command("dateline links --remove 5f0c9e...")
def _links(
    link_ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="Ids of links to remove.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove these links: they then lead nowhere.")] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
    log: LogOption = None,
    verbose: VerboseOption = False,
) -> None:
    """List the links to answers, or remove some."""
    from ui.state.conversations import ConversationCodec
    from ui.state.shared import SharedAnswers

    if remove != bool(link_ids):
        raise typer.BadParameter("write --remove ID..., or neither", param_hint="--remove")
    with _page_database(archive) as database:
        shared = SharedAnswers(database, ConversationCodec(database.secret("seal")))
        removed = {link: shared.take_back(link) for link in link_ids or ()}
        links = [] if remove else shared.links()
    if json:
        print_json(removed if remove else [asdict(link) for link in links])
    else:
        for link_id, was_there in removed.items():
            print(f"{'removed' if was_there else 'no such link'}: {link_id}")
        for link in links:
            question = "".join(
                char if char.isprintable() else " " for char in link.question
            )  # anybody may have typed it
            print(f"{link.id}  {link.made}  {(link.owner or '-')[:24]:24}  {question}")
    if not all(removed.values()):
        raise typer.Exit(ERROR)


@contextmanager
def _page_database(archive: str | None) -> Iterator[PageDatabase]:
    """Open what the page keeps beside an archive; a page may be open at the same time."""
    from ui.state.database import PageDatabase, file_beside

    path = file_beside(load_settings(archive))
    if not path.exists():
        raise ArchiveMissing(f"{path} does not exist: no page was served over this archive yet, see `dateline serve`")
    database = PageDatabase(path)
    try:
        yield database
    finally:
        database.close()
