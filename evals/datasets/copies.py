"""Pairs of articles that may be one story: those of Reuters-21578, labelled by hand, BBC News and BASIL.

How the pairs of Reuters-21578 were drawn: all pairs of articles of 30 words or more that share a run of five words, by
the share of the shorter one's runs that stand in the longer one, in ten bands; of each band as many as wanted, by a
fixed seed, no article in two pairs.

How they were labelled, by this rule, which was written first, by reading both texts: it is a `copy` where both report
the same event and most of the shorter one is the text of the other, sent again, cut, carried on, put right or edited;
a correction is a copy though the figure differs. It is `other` where another company, day, market or sum is reported in
the same form of words, where a later report tells another state of things (a market at midday and at its close), where
another source tells the same (two authorities on one tender), and where one is a digest of many items. The files keep
ids, labels and reasons in our own words; none of the texts.
"""

from __future__ import annotations

import json
import random
import re
import tarfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any

from evals.datasets.base import DataMissing, read_json, read_lines
from ingest.base.article import Article, Published

_HERE = Path(__file__).parent
_BANDS = 10
_SHINGLE = 5  # words
_FEWEST = 30  # words of an article that is drawn
_COMMONEST = 400  # articles that share a run of words; a more common one is left out of the drawing
_WORD = re.compile(r"[^\W_]+(?:[.,'/-][^\W_]+)*")
_DATE = re.compile(r"\d{1,2}-[A-Z]{3}-\d{4} \d{1,2}:\d\d")
_ENDING = re.compile(r"\s*(?:Reuter|REUTER)?\s*\x03?\s*$")

#: A pair of article ids, the first one smaller.
Ids = tuple[str, str]


@dataclass(frozen=True)
class Pair:
    """Two articles and whether they are one story.

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
    """The articles of Reuters-21578 that have a text, by id; `folder` holds `data/full/*.json[.gz]`.

    Raises:
        DataMissing: it does not.
    """
    files = sorted((folder / "data" / "full").glob("*.json*"))
    if not files:
        raise DataMissing(f"{folder} holds no data/full/*.json[.gz]; --data names the folder that has reuters21578")
    found = {}
    for path in files:
        for record in read_json(path):
            if record.get("body"):
                found[str(record["id"])] = _reuters(record)
    return found


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
    """The articles of BBC News, by topic and number; `folder` holds `bbc_news.tar.gz` or what is in it.

    Raises:
        DataMissing: it does not.
    """
    found = {}
    for name, content in _files(folder, "bbc_news", ".txt"):
        headline, _, text = content.decode("utf-8", "replace").replace("\r", "").partition("\n")
        paragraphs = [" ".join(part.split()) for part in re.split(r"\n\s*\n", text)]
        key = "/".join(Path(name).with_suffix("").parts[-2:])
        found[key] = Article(
            identity=f"bbc:{key}",
            headline=" ".join(headline.split()) or "Untitled",
            text="\n\n".join(filter(None, paragraphs)),
            publisher="BBC",
        )
    return found


def basil_articles(folder: Path) -> dict[str, list[Article]]:
    """The articles of BASIL by the event that they report, one an outlet; `folder` holds `basil.tar.gz` or its content.

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
    """Files of a data set, packed or not, by name."""
    packed = folder / f"{name}.tar.gz"
    if packed.is_file():
        with tarfile.open(packed) as archive:
            for member in sorted(archive.getmembers(), key=lambda each: each.name):
                content = archive.extractfile(member) if member.isfile() and member.name.endswith(suffix) else None
                if content is not None and "/._" not in member.name:
                    yield member.name, content.read()
        return
    paths = sorted(folder.rglob(f"*{suffix}"))
    if not paths:
        raise DataMissing(
            f"{folder} holds neither {name}.tar.gz nor *{suffix}; --data names the folder that has {name}"
        )
    for path in paths:
        yield str(path.relative_to(folder)), path.read_bytes()


def labelled_pairs(articles: Mapping[str, Article], sample: str) -> list[Pair]:
    """The pairs of Reuters-21578 that were labelled by hand.

    Args:
        articles: of Reuters-21578, by id.
        sample: `tune` for choosing rules, `test` for what is reported, `fresh` drawn and labelled after that.

    Raises:
        DataMissing: an article is not there.
    """
    pairs = []
    for record in read_lines(_HERE / f"copies_reuters_{sample}.jsonl"):
        try:
            first, second = articles[record["a"]], articles[record["b"]]
        except KeyError as error:
            raise DataMissing(f"article {error} of Reuters-21578 is not there; fetch the data again") from None
        pairs.append(Pair(first, second, record["label"] == "copy", f"band {record['band']}", record["reason"]))
    return pairs


def draw_pairs(texts: Mapping[str, str], seed: int, a_band: int, used: Iterable[str] = ()) -> list[tuple[int, Ids]]:
    """Pairs for labelling, spread over the scale of similarity.

    Args:
        texts: of the articles, by id, a number each.
        seed: of the drawing.
        a_band: how many pairs a band.
        used: ids that are not to be drawn.

    Returns:
        (band, ids), the band from 0.
    """
    bands = defaultdict(list)
    for ids, share in _shares(texts).items():
        bands[min(int(share * _BANDS), _BANDS - 1)].append(ids)
    taken, drawn, chance = set(used), [], random.Random(seed)
    for band in range(_BANDS):
        pool = sorted(bands[band], key=lambda ids: tuple(map(int, ids)))
        chance.shuffle(pool)
        free = (ids for ids in pool if not taken.intersection(ids))
        for ids in free:
            taken.update(ids)
            drawn.append((band, ids))
            if sum(each == band for each, _ in drawn) == a_band:
                break
    return drawn


def _shares(texts: Mapping[str, str]) -> dict[Ids, float]:
    """Of each pair that shares a run of words, the share of the shorter one's runs that stand in the other."""
    words = {i: [word.lower() for word in _WORD.findall(text)] for i, text in texts.items()}
    runs = {i: _runs(some) for i, some in words.items() if len(some) >= _FEWEST}
    holders: dict[tuple[str, ...], list[str]] = defaultdict(list)
    for i in sorted(runs, key=int):
        for run in runs[i]:
            holders[run].append(i)
    shared: Counter[Ids] = Counter()
    for some in holders.values():
        if 1 < len(some) <= _COMMONEST:
            shared.update(combinations(some, 2))
    return {(a, b): count / min(len(runs[a]), len(runs[b])) for (a, b), count in shared.items()}


def _runs(words: Sequence[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + _SHINGLE]) for at in range(len(words) - _SHINGLE + 1)}


def neighbours_that_are_copies() -> list[Ids]:
    """Identities of the nearest neighbours among drawn articles that turned out to be copies when they were read."""
    return [(record["a"], record["b"]) for record in read_lines(_HERE / "copies_neighbours.jsonl")]
