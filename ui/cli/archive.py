"""Those of the `dateline` commands that look at an archive, or look after it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from ui.cli.arguments import Command

if TYPE_CHECKING:
    from ingest.archive.archive import Archive
    from ingest.base.article import Article
    from ingest.base.settings import Settings

_DONE, _ERROR = 0, 1


def articles(arguments: argparse.Namespace) -> int:
    """`dateline articles`."""
    with opened(arguments) as archive:
        listed = archive.listing(with_unavailable=arguments.all)
    if arguments.json:
        print_json([_without_text(article) for article in listed])
        return _DONE
    for article in listed:
        date = article.published.date if article.published else "-" * 10
        hidden = f"  [{_hidden(article)}]" if arguments.all and _hidden(article) else ""
        print(f"{article.article_id}  {date:10}  {(article.publisher or '-')[:24]:24}  {article.headline}{hidden}")
    return _DONE


def _hidden(article: Article) -> str:
    import time

    if article.status != "usable":
        return article.status
    return f"embargo {article.embargo}" if article.embargo and article.embargo.epoch > time.time() else ""


def show(arguments: argparse.Namespace) -> int:
    """`dateline show`."""
    with opened(arguments) as archive:
        if arguments.versions:
            return _show_versions(archive, arguments)
        article = archive.article(arguments.id)
        if arguments.version:
            article = archive.article_at(article.article_id, arguments.version)
    if arguments.json:
        print_json(article.to_dict())
        return _DONE
    facts = {
        "publisher": article.publisher,
        "published": article.published,
        "place": article.place,
        "authors": ", ".join(article.authors),
        "url": article.url,
        "source": f"{article.source}, {article.position}".rstrip(", "),
        "status": None if article.status == "usable" else article.status,
        "embargo": article.embargo,
        "correction": article.correction,
        "edition": article.edition,
        "id": article.article_id,
        "version": article.version,
    }
    print(article.headline)
    print("\n".join(f"{name + ':':11} {value}" for name, value in facts.items() if value))
    print(f"\n{article.text}")
    return _DONE


def _show_versions(archive: Archive, arguments: argparse.Namespace) -> int:
    versions = archive.history(arguments.id)
    if arguments.json:
        print_json([version.to_dict() for version in versions])
        return _DONE
    for each in versions:
        span = f"{each.taken or 'not recorded':20}  {each.until or '':20}"
        print(f"{each.version}  {span}  {each.why:8}  {each.article.headline}")
    return _DONE


def remove(arguments: argparse.Namespace) -> int:
    """`dateline remove`."""
    with opened(arguments) as archive:
        done = archive.restore_all(arguments.id) if arguments.undo else archive.remove_all(arguments.id)
    if arguments.json:
        told = [{"article_id": a.article_id, "headline": a.headline, "removed": not arguments.undo} for a in done]
        print_json(told[0] if len(arguments.id) == 1 else told)
        return _DONE
    for article in done:
        print(f"{'put back' if arguments.undo else 'removed'}: {article.headline}")
    if not arguments.undo:
        print(f"put back with: dateline remove --undo {' '.join(article.article_id for article in done)}")
    return _DONE


def reindex(arguments: argparse.Namespace) -> int:
    """`dateline reindex`."""
    from tqdm import tqdm

    from ingest.archive.reindex import reindex as build_again

    with tqdm(unit="article", desc="reindex", disable=arguments.json or None, file=sys.stderr) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        count = build_again(settings(arguments), progress)
    if arguments.json:
        print_json({"articles": count})
    else:
        print(f"{count} articles indexed again")
    return _DONE


def stats(arguments: argparse.Namespace) -> int:
    """`dateline stats`."""
    with opened(arguments) as archive:
        found = archive.stats()
    if arguments.json:
        print_json(found.to_dict())
    else:
        print("\n".join(found.lines()))
    return _DONE


def check(arguments: argparse.Namespace) -> int:
    """`dateline check`."""
    from tqdm import tqdm

    with opened(arguments) as archive:
        with tqdm(unit="article", desc="check", disable=arguments.json or None, file=sys.stderr) as bar:

            def progress(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            problems = archive.check(progress)
        repaired, count = archive.repaired, archive.n_articles
    if arguments.json:
        told = [problem.to_dict() for problem in problems]
        print_json({"articles": count, "repaired": list(repaired), "problems": told})
    else:
        for problem in problems:
            print(problem)
        print(f"{count:,} articles looked at, {len(problems):,} problems found")
    return _ERROR if problems else _DONE


def settings(arguments: argparse.Namespace) -> Settings:
    """The settings that a command is to use."""
    from ingest.base.settings import Settings

    return Settings.load(arguments.archive)


def opened(arguments: argparse.Namespace, create: bool = False) -> Archive:
    """The archive that a command is about."""
    from ingest.archive.archive import Archive

    return Archive.open(settings(arguments), create=create)


def print_json(value: Any) -> None:
    """For `--json`."""
    print(json.dumps(value, ensure_ascii=False, indent=2))


def _without_text(article: Article) -> dict[str, Any]:
    facts = dict(article.to_dict())
    del facts["text"]
    return facts


#: What runs each command.
COMMANDS: dict[str, Command] = {
    "articles": articles,
    "show": show,
    "remove": remove,
    "reindex": reindex,
    "stats": stats,
    "check": check,
}
