"""Commands on an archive: ingest, ask, list, show, remove, verify and rebuild."""

from __future__ import annotations

import sys
import time
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ingest.base.article import Published
from ui.cli.app import (
    ERROR,
    REFUSED,
    ArchiveOption,
    IdArgument,
    IdsArgument,
    JsonOption,
    LogOption,
    VerboseOption,
    command,
    load_settings,
    open_archive,
    print_json,
)

if TYPE_CHECKING:
    from ingest.base.article import Article
    from ingest.pipeline import IngestReport
    from qa.base.answer import Answer


def _columns(text: str) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in text.split(",") if pair.strip()]
    if not all(fact.strip() and name.strip() for fact, _, name in pairs):
        raise typer.BadParameter(f"write FACT=NAME, as in text=body, not {text!r}")
    return {fact.strip(): name.strip() for fact, _, name in pairs}


def _dates(text: str) -> str | tuple[str | None, str | None]:
    first, dots, last = (part.strip() for part in text.partition(".."))
    try:
        for published in filter(None, (first, last)):
            Published.parse(published)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    return (first or None, last or None) if dots else first


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise typer.BadParameter(f"write a day such as 2020-07-21, not {text!r}") from None


@command(
    "dateline ingest wire/ desk.jsonl --columns text=body,headline=title",
    "dateline ingest delivery.zip crawl.warc.gz report.pdf",
    "dateline ingest https://news.example/feed.xml --limit 50",
)
def _ingest(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE",
            help="Files, folders and web addresses of wire text, HTML, NITF, NewsML-G2, ninjs, RSS, Atom, sitemaps, "
            "JSON Lines, CSV or PDF, and of zip, tar, gzip or WARC archives of these.",
        ),
    ],
    follow: Annotated[
        bool | None,
        typer.Option(
            "--follow/--no-follow",
            help="Fetch the pages that feeds and sitemaps link to. Default: only of feeds and sitemaps named by their "
            "web address.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, metavar="N", help="Follow links to at most N pages.")] = 500,
    columns: Annotated[
        Any,
        typer.Option(
            parser=_columns,
            metavar="FACT=NAME,...",
            help="Which column or key holds which fact, in CSV and JSON Lines.",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", help="Show no progress bar.")] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
    log: LogOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Ingest articles from files, folders and the web."""
    from ingest.pipeline import ingest

    started = time.monotonic()
    with _progress_bar("ingest", json or quiet, unit="B", unit_scale=True) as bar:

        def progress(done: int, total: int, report: IngestReport) -> None:
            _advance(bar, done, total)
            rate = report.total / max(0.001, time.monotonic() - started)
            bar.set_postfix_str(f"{report.total} articles, {rate:.1f}/s")

        report = ingest(sources, load_settings(archive), columns, progress, follow=follow, limit=limit)
    if json:
        print_json(report.to_dict())
    else:
        for error in report.failed:
            print(f"not ingested: {error}", file=sys.stderr)
        for warning in report.future:
            print(f"warning: {warning}", file=sys.stderr)
        print(report)
    if report.failed:
        raise typer.Exit(ERROR)


@command("dateline ask 'Why did the ferry run aground?' --published 2025-02 --publisher Tidewater")
def _ask(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="The question; - reads it from standard input.")],
    published: Annotated[
        Any,
        typer.Option(
            parser=_dates,
            metavar="DATE[..DATE]",
            help="Only articles of this day, month or year, or of this range; .. for all, whatever the question says.",
        ),
    ] = None,
    publisher: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="Only articles of this publisher; may be repeated.")
    ] = None,
    caution: Annotated[
        Literal["low", "normal", "high"],
        typer.Option(help="Confidence that an answer needs: low answers more often, high is stricter."),
    ] = "normal",
    as_of: Annotated[
        Any,
        typer.Option(
            parser=_day, metavar="DAY", help="Answer from the archive of that day; 'last week' is relative to it too."
        ),
    ] = None,
    style: Annotated[
        Literal["quote", "written"] | None,
        typer.Option(
            help="Quote the articles, or let the model of DATELINE_CHAT_MODEL write. "
            "Default: written where a model is set."
        ),
    ] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="Print Markdown with sources and quotes.")] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
    log: LogOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Ask the archive a question."""
    from qa import ask

    question = sys.stdin.read() if question == "-" else question
    settings = load_settings(archive)
    answer = ask(question, settings, published, publisher, caution=caution, as_of=as_of, style=style)
    if json:
        print_json(answer.to_dict())
    elif markdown:
        print(answer.to_markdown())
    else:
        _print_answer(answer)
    if not answer.answered:
        raise typer.Exit(REFUSED)


def _print_answer(answer: Answer) -> None:
    print(answer.text)
    for sentence in answer.sentences:
        if sentence.struck:
            print(f"\nstruck out ({sentence.struck}): {sentence.text}")
    if answer.cost:
        print(f"\n{answer.cost.line()}")
    if answer.answered and answer.question.limits:
        print(f"\nLimited to articles {answer.question.limits}.")
    for near in answer.nearby if answer.answered else ():
        print(f"- {near.headline}\n    {near.source()}  (dateline show {near.article_id})")
    for number, citation in enumerate(answer.citations, 1):
        print(f"\n[{number}] {citation.headline}\n    {citation.source()}  (dateline show {citation.article_id})")


@command("dateline articles --all")
def _articles(
    all: Annotated[  # noqa: A002 - the name of the option
        bool, typer.Option("--all", help="Include articles that are withheld, withdrawn or under embargo.")
    ] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
    log: LogOption = None,
    verbose: VerboseOption = False,
) -> None:
    """List the articles, newest first."""
    with open_archive(archive) as opened:
        articles = opened.listing(with_unavailable=all)
    if json:
        print_json([{key: value for key, value in a.to_dict().items() if key != "text"} for a in articles])
        return
    for article in articles:
        day = article.published.date if article.published else "-" * 10
        hidden = f"  [{_why_hidden(article)}]" if all and _why_hidden(article) else ""
        print(f"{article.article_id}  {day:10}  {(article.publisher or '-')[:24]:24}  {article.headline}{hidden}")


def _why_hidden(article: Article) -> str:
    if article.status != "usable":
        return article.status
    return f"embargo {article.embargo}" if article.embargo and article.embargo.epoch > time.time() else ""


@command("dateline show 1d545a70")
def _show(
    article_id: IdArgument,
    versions: Annotated[bool, typer.Option("--versions", help="List the versions of the article.")] = False,
    version: Annotated[str | None, typer.Option(metavar="VERSION", help="Show this version of the article.")] = None,
    archive: ArchiveOption = None,
    json: JsonOption = False,
    log: LogOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Show an article."""
    if versions and version:
        raise typer.BadParameter("not allowed with --versions", param_hint="--version")
    with open_archive(archive) as opened:
        history = opened.history(article_id) if versions else None
        article = opened.article_at(article_id, version) if version else opened.article(article_id)
    if json:
        print_json([entry.to_dict() for entry in history] if history else article.to_dict())
    elif history:
        for entry in history:
            span = f"{entry.taken or 'not recorded':20}  {entry.until or '':20}"
            print(f"{entry.version}  {span}  {entry.why:8}  {entry.article.headline}")
    else:
        _print_article(article)


def _print_article(article: Article) -> None:
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


@command("dateline remove 1d545a70483aeb95")
def _remove(
    article_ids: IdsArgument,
    undo: Annotated[bool, typer.Option("--undo", help="Restore removed articles.")] = False,
    archive: ArchiveOption = None,
    json: JsonOption = False,
    log: LogOption = None,
    verbose: VerboseOption = False,
) -> None:
    """Remove articles, or restore them."""
    with open_archive(archive) as opened:
        articles = opened.restore_all(article_ids) if undo else opened.remove_all(article_ids)
    if json:
        results = [{"article_id": a.article_id, "headline": a.headline, "removed": not undo} for a in articles]
        print_json(results[0] if len(article_ids) == 1 else results)
        return
    for article in articles:
        print(f"{'restored' if undo else 'removed'}: {article.headline}")
    if not undo:
        print(f"restore with: dateline remove --undo {' '.join(article.article_id for article in articles)}")


@command("dateline stats --json")
def _stats(
    archive: ArchiveOption = None, json: JsonOption = False, log: LogOption = None, verbose: VerboseOption = False
) -> None:
    """Print how many articles and passages the archive holds."""
    with open_archive(archive) as opened:
        stats = opened.stats()
    if json:
        print_json(stats.to_dict())
    else:
        print("\n".join(stats.lines()))


@command("dateline check")
def _check(
    archive: ArchiveOption = None, json: JsonOption = False, log: LogOption = None, verbose: VerboseOption = False
) -> None:
    """Verify the archive."""
    with open_archive(archive) as opened:
        with _progress_bar("check", json, unit="article") as bar:
            problems = opened.check(partial(_advance, bar))
        repaired, count = opened.repaired, opened.n_articles
    if json:
        entries = [problem.to_dict() for problem in problems]
        print_json({"articles": count, "repaired": list(repaired), "problems": entries})
    else:
        for problem in problems:
            print(problem)
        print(f"{count:,} articles checked, {len(problems):,} problems found")
    if problems:
        raise typer.Exit(ERROR)


@command("dateline reindex")
def _reindex(
    archive: ArchiveOption = None, json: JsonOption = False, log: LogOption = None, verbose: VerboseOption = False
) -> None:
    """Rebuild the archive from itself with the current settings."""
    from ingest.archive.reindex import reindex

    with _progress_bar("reindex", json, unit="article") as bar:
        count = reindex(load_settings(archive), partial(_advance, bar))
    if json:
        print_json({"articles": count})
    else:
        print(f"{count} articles reindexed")


def _progress_bar(name: str, hidden: bool, **options: Any) -> Any:
    from tqdm import tqdm

    return tqdm(desc=name, disable=hidden or None, file=sys.stderr, **options)  # None: only on a terminal


def _advance(bar: Any, done: int, total: int) -> None:
    bar.total = total
    bar.update(done - bar.n)
