"""Pairs of articles that may be one story: from Reuters-21578 (labelled by hand), BBC News and BASIL.

How the pairs of Reuters-21578 were drawn: all pairs of articles of 30 words or more that share a shingle of five words
were sorted into ten bands, by the share of the shorter article's shingles that the longer one contains. From each band
the same number was drawn with a fixed seed, no article twice.

How they were labelled, by reading both texts, with a rule that was written first: a pair is a `copy` if both report the
same event and most of the shorter text is part of the other one, sent again, cut, extended, corrected or edited; a
correction is a copy although the figure differs. A pair is `other` if the same wording reports another company, day,
market or sum; if a later report describes a new state (a market at midday and at its close); if another source reports
the same (two authorities on one tender); and if one is a digest of many items. The files contain ids, labels and
reasons in our own words, and none of the texts.
"""

from __future__ import annotations

import json
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from evals.datasets.base import DataMissing, read_json, read_lines
from ingest.base.article import Article, Published

_HERE = Path(__file__).parent
_DATE = re.compile(r"\d{1,2}-[A-Z]{3}-\d{4} \d{1,2}:\d\d")
_ENDING = re.compile(r"\s*(?:Reuter|REUTER)?\s*\x03?\s*$")

#: A pair of article ids, the first one smaller.
Ids = tuple[str, str]


@dataclass(frozen=True)
class Pair:
    """Two articles, and whether they are one story.

    Attributes:
        first: an article.
        second: another.
        copy: whether they are one story.
        kind: the band of similarity, or the edit that made it.
        reason: why it was labelled so.
    """

    first: Article
    second: Article
    copy: bool
    kind: str
    reason: str = ""


def reuters_articles(folder: Path) -> dict[str, Article]:
    """The articles of Reuters-21578 that have a text, by id; `folder` contains `data/full/*.json[.gz]`.

    Raises:
        DataMissing: it does not.
    """
    files = sorted((folder / "data" / "full").glob("*.json*"))
    if not files:
        raise DataMissing(f"{folder} has no data/full/*.json[.gz]; --data names the folder that contains reuters21578")
    articles = {}
    for path in files:
        for record in read_json(path):
            if record.get("body"):
                articles[str(record["id"])] = _reuters(record)
    return articles


def _reuters(record: Mapping[str, Any]) -> Article:
    body = _ENDING.sub("", record["body"])
    paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s{2,}", body)]
    return Article(
        identity=f"reuters21578:{record['id']}",
        headline=" ".join((record.get("title") or "").split()) or "Untitled",
        text="\n\n".join(filter(None, paragraphs)),
        published=_moment(record.get("date") or ""),
        publisher="Reuters",
    )


def _moment(text: str) -> Published | None:
    match = _DATE.search(text)
    try:
        moment = datetime.strptime(match[0], "%d-%b-%Y %H:%M") if match else None
    except ValueError:
        return None
    return Published.parse(moment.strftime("%Y-%m-%dT%H:%M")) if moment else None


def bbc_articles(folder: Path) -> dict[str, Article]:
    """The articles of BBC News, by topic and number; `folder` contains `bbc_news.tar.gz` or its content.

    Raises:
        DataMissing: it does not.
    """
    articles = {}
    for name, content in _files(folder, "bbc_news", ".txt"):
        headline, _, text = content.decode("utf-8", "replace").replace("\r", "").partition("\n")
        paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
        key = "/".join(Path(name).with_suffix("").parts[-2:])
        articles[key] = Article(
            identity=f"bbc:{key}",
            headline=" ".join(headline.split()) or "Untitled",
            text="\n\n".join(filter(None, paragraphs)),
            publisher="BBC",
        )
    return articles


def basil_articles(folder: Path) -> dict[str, list[Article]]:
    """The articles of BASIL by event, one per outlet; `folder` contains `basil.tar.gz` or its content.

    Raises:
        DataMissing: it does not.
    """
    events = defaultdict(list)
    for name, content in _files(folder, "basil", ".json"):
        if "/articles/" not in f"/{name}":
            continue
        record = json.loads(content)
        text = "\n\n".join(" ".join(" ".join(lines).split()) for lines in record["body-paragraphs"])
        article = Article(
            identity=f"basil:{record['uuid']}",
            headline=record["title"],
            text=text,
            published=Published.parse(record["date"]) if record.get("date") else None,
            publisher=record["source"],
        )
        events[record["triplet-uuid"]].append(article)
    return dict(events)


def _files(folder: Path, name: str, suffix: str) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the files of a data set, from its archive or its folder."""
    packed = folder / f"{name}.tar.gz"
    if packed.is_file():
        with tarfile.open(packed) as archive:
            for member in sorted(archive.getmembers(), key=lambda member: member.name):
                content = archive.extractfile(member) if member.isfile() and member.name.endswith(suffix) else None
                if content is not None and "/._" not in member.name:
                    yield member.name, content.read()
        return
    paths = sorted(folder.rglob(f"*{suffix}"))
    if not paths:
        raise DataMissing(
            f"{folder} has neither {name}.tar.gz nor *{suffix}; --data names the folder that contains {name}"
        )
    for path in paths:
        yield str(path.relative_to(folder)), path.read_bytes()


def labelled_pairs(articles: Mapping[str, Article], sample: str) -> list[Pair]:
    """The pairs of Reuters-21578 that were labelled by hand.

    Args:
        articles: of Reuters-21578, by id.
        sample: `tune` to choose rules, `test` to report, `fresh` was drawn and labelled after that.

    Raises:
        DataMissing: an article is missing.
    """
    pairs = []
    for record in read_lines(_HERE / f"copies_reuters_{sample}.jsonl"):
        try:
            first, second = articles[record["a"]], articles[record["b"]]
        except KeyError as error:
            raise DataMissing(f"article {error} of Reuters-21578 is missing; download the data again") from None
        pairs.append(Pair(first, second, record["label"] == "copy", f"band {record['band']}", record["reason"]))
    return pairs


def neighbours_that_are_copies() -> list[Ids]:
    """Identities of nearest neighbours that a person recognised as copies."""
    return [(record["a"], record["b"]) for record in read_lines(_HERE / "copies_neighbours.jsonl")]
