"""Those of the `dateline` commands that give out, or look after, what the page keeps on the server."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from ingest.base.errors import ArchiveMissing
from ui.cli.archive import print_json, settings
from ui.cli.arguments import Command

if TYPE_CHECKING:
    from ui.state.database import PageDatabase
    from ui.state.shared import SharedAnswers

_DONE, _ERROR = 0, 1


def feedback(arguments: argparse.Namespace) -> int:
    """`dateline feedback`."""
    from ui.state.feedback import Feedback

    with _kept(arguments) as database:
        for question in Feedback(database).questions():
            print(json.dumps(question, ensure_ascii=False))
    return _DONE


def links(arguments: argparse.Namespace) -> int:
    """`dateline links`."""
    from ui.state.conversations import ConversationCodec
    from ui.state.shared import SharedAnswers

    with _kept(arguments) as database:
        shared = SharedAnswers(database, ConversationCodec(database.secret("seal")))
        if arguments.remove:
            return _take_back(shared, arguments)
        found = shared.links()
    if arguments.json:
        print_json([asdict(link) for link in found])
        return _DONE
    for link in found:
        question = "".join(each if each.isprintable() else " " for each in link.question)  # anybody may have typed it
        print(f"{link.id}  {link.made}  {(link.owner or '-')[:24]:24}  {question}")
    return _DONE


def _take_back(shared: SharedAnswers, arguments: argparse.Namespace) -> int:
    gone = {link: shared.take_back(link) for link in arguments.remove}
    if arguments.json:
        print_json(gone)
    else:
        for link, was in gone.items():
            print(f"{'taken back' if was else 'there is no link'}: {link}")
    return _DONE if all(gone.values()) else _ERROR


@contextmanager
def _kept(arguments: argparse.Namespace) -> Iterator[PageDatabase]:
    """What the page keeps beside an archive; the page may be open meanwhile."""
    from ui.state.database import PageDatabase, file_beside

    place = file_beside(settings(arguments))
    if not place.exists():
        raise ArchiveMissing(f"{place} is not there: no page was served over this archive yet, see `dateline serve`")
    database = PageDatabase(place)
    try:
        yield database
    finally:
        database.close()


#: What runs each command.
COMMANDS: dict[str, Command] = {"feedback": feedback, "links": links}
