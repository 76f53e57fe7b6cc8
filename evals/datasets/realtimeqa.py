"""Weekly news quizzes over a whole archive: RealTime QA (Kasai et al., 2022, arXiv 2207.13332), or similar data.

A folder contains `questions.jsonl[.gz]` (id, asked, source, question, choices, answers, urls) and
`articles.jsonl[.gz]` (url, title, published, authors, text).
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from evals.datasets.base import DataMissing, day_of, find, is_web, read_lines, texts_of
from evals.text import EDGES, WordIndex, flatten, holds, is_number, normalise

#: Articles may appear so many days after the quiz, because quizzes look back on their week.
GRACE_DAYS = 2

#: An answer in more articles than this cannot be withdrawn, because that would empty the archive.
MOST_HOLDERS = 50

#: Stands for an unknown day; later than any day.
NO_DAY = 99991231

_SHORTEST = 4  # characters of an answer that can be withdrawn


@dataclass(frozen=True)
class Article:
    """An article of the data.

    Attributes:
        url: its address, which identifies it.
        title: its headline.
        published: day, as YYYY-MM-DD; empty if the data has none.
        authors: names of the authors.
        text: its body.
    """

    url: str
    title: str
    published: str
    authors: tuple[str, ...]
    text: str

    @property
    def whole(self) -> str:
        """Headline and text: everything that a system can search."""
        return f"{self.title}\n\n{self.text}"

    def to_record(self) -> dict[str, Any]:
        """Convert to a JSON Lines record with the field names of `dateline ingest`; other systems use `day`."""
        return {
            **({} if is_web(self.url) else {"guid": self.url}),
            "url": self.url,
            "title": self.title,
            "published": self.published,
            "day": int(self.published.replace("-", "")) if self.published else NO_DAY,
            "authors": list(self.authors),
            "text": self.text,
        }


@dataclass(frozen=True)
class Item:
    """A question of a quiz.

    Attributes:
        id: as in the data.
        asked: day of the quiz, as YYYY-MM-DD.
        source: outlet of the quiz.
        question: its text; the choices are not shown to any system.
        answers: the right choices, in any order.
        urls: addresses of the articles that a web search returned for it.
        until: last day whose articles may be retrieved.
        listed: one of its articles, of any day, contains an answer; quiz pages are left out.
        findable: one of its articles that the archive has on that day contains an answer.
        stands: any article that the archive has on that day contains an answer, not counting headlines.
        withdrawable: its answer is more than a number or a short word, and is in at most MOST_HOLDERS articles.
        holders: addresses of all articles that contain an answer, if it is withdrawable.
    """

    id: str
    asked: str
    source: str
    question: str
    answers: tuple[str, ...]
    urls: tuple[str, ...]
    until: str
    listed: bool = False
    findable: bool = False
    stands: bool = False
    withdrawable: bool = False
    holders: tuple[str, ...] = ()


@dataclass(frozen=True)
class Quiz:
    """Questions, and the articles that they are asked on.

    Attributes:
        items: the questions, in the order of the data.
        articles: those of the questions, without quiz pages.
        quiz_pages: number of pages left out.
        unusable: number of questions without text, day or answer, which are left out too.
    """

    items: tuple[Item, ...]
    articles: tuple[Article, ...]
    quiz_pages: int
    unusable: int = 0

    @property
    def digest(self) -> str:
        """Twelve hex digits that change with the address, headline, day or text of any article."""
        whole = hashlib.sha256()
        for article in self.articles:
            whole.update(repr((article.url, article.title, article.published, article.text)).encode())
        return whole.hexdigest()[:12]


def load(folder: Path, years: Collection[int] = (), articles: int | None = None, limit: int | None = None) -> Quiz:
    """Read the data.

    Args:
        folder: contains the two files.
        years: of the questions; empty for all.
        articles: take questions, in the order of their ids' hashes, until they have so many articles; None for all. The
            same data gives the same questions, whatever else is asked.
        limit: keep only so many questions; the articles remain those of all.

    Raises:
        DataMissing: a file or a field is missing, or no question is of these years.
    """
    all_rows, unusable = _questions(folder)
    rows = [row for row in all_rows if not years or int(row["asked"][:4]) in years]
    if not rows:
        raise DataMissing(f"{folder} has no question of {', '.join(map(str, years)) or 'any year'}")
    wanted = {url for row in rows for url in row["urls"]}
    articles_by_url = {article.url: article for article in articles_of(folder) if article.url in wanted}
    pages = _quiz_pages(articles_by_url.values(), [row["question"] for row in rows])
    kept = {url: article for url, article in articles_by_url.items() if url not in pages}
    if not kept:
        raise DataMissing(f"{folder}: its articles have none of the addresses in its questions")
    if articles is not None:
        rows, kept = _subset(rows, kept, articles)
    used = {url for row in rows for url in row["urls"]}
    archive = tuple(article for url, article in kept.items() if url in used)
    items = [_item(row, kept) for row in rows[:limit]]
    return Quiz(tuple(_with_holders(items, archive)), archive, len(pages), unusable)


def _questions(folder: Path) -> tuple[list[dict[str, Any]], int]:
    """The usable questions, each once, and the number of the others."""
    path = find(folder, "questions.jsonl")
    kept: dict[str, dict[str, Any]] = {}
    unusable = 0
    for number, row in enumerate(read_lines(path), 1):
        missing = {"id", "asked", "question", "answers", "urls"} - row.keys()
        if missing:
            raise DataMissing(f"{path}, record {number}: no {', '.join(sorted(missing))}")
        asked, answers = day_of(row["asked"]), [a for a in texts_of(row["answers"]) if normalise(a)]
        question = str(row["question"] or "").strip()
        if not asked or not answers or not question:
            unusable += 1
            continue
        name = str(row["id"])
        if name in kept and kept[name]["question"] == question:
            continue
        while name in kept:  # give another question with the same id a new one
            name += "+"
        kept[name] = {
            "id": name,
            "asked": asked,
            "source": str(row.get("source") or ""),
            "question": question,
            "answers": answers,
            "urls": texts_of(row["urls"]),
        }
    return list(kept.values()), unusable


def articles_of(folder: Path) -> Iterator[Article]:
    """Read the articles of a folder, one after another.

    Raises:
        DataMissing: the file or a field is missing.
    """
    path = find(folder, "articles.jsonl")
    for number, row in enumerate(read_lines(path), 1):
        missing = {"url", "text"} - row.keys()
        if missing:
            raise DataMissing(f"{path}, record {number}: an article has no {', '.join(sorted(missing))}")
        yield Article(
            url=str(row["url"]),
            title=str(row.get("title") or ""),
            published=day_of(row.get("published")),
            authors=tuple(texts_of(row.get("authors"))),
            text=str(row["text"] or ""),
        )


def _quiz_pages(articles: Collection[Article], questions: Sequence[str]) -> set[str]:
    """Addresses of the pages that print a question, because they reveal its answer."""
    pool = list(articles)
    texts = [flatten(article.text) for article in pool]
    pages = {article.url for article in pool if "quiz" in article.url.lower() or "quiz" in article.title.lower()}
    index = WordIndex(texts)
    for wording in filter(None, map(flatten, questions)):
        pages |= {pool[i].url for i in index.with_wording(wording) if wording in texts[i]}
    return pages


def _subset(
    rows: list[dict[str, Any]], kept: dict[str, Article], size: int
) -> tuple[list[dict[str, Any]], dict[str, Article]]:
    """Some of the questions with all of their articles, about so many."""
    drawn: list[str] = []
    used: set[str] = set()
    for row in sorted(rows, key=lambda row: hashlib.sha256(row["id"].encode()).hexdigest()):
        if len(used) >= size:
            break
        drawn.append(row["id"])
        used |= {url for url in row["urls"] if url in kept}
    chosen = set(drawn)
    return [row for row in rows if row["id"] in chosen], {url: a for url, a in kept.items() if url in used}


def _item(row: dict[str, Any], kept: dict[str, Article]) -> Item:
    until = (date.fromisoformat(row["asked"]) + timedelta(days=GRACE_DAYS)).isoformat()
    answers = tuple(row["answers"])
    listed = [kept[url] for url in row["urls"] if url in kept]
    then = [article for article in listed if "" < article.published <= until]
    return Item(
        id=row["id"],
        asked=row["asked"],
        source=row["source"],
        question=row["question"],
        answers=answers,
        urls=tuple(row["urls"]),
        until=until,
        listed=any(holds(article.text, answer) for article in listed for answer in answers),
        findable=any(holds(article.text, answer) for article in then for answer in answers),
    )


def _with_holders(items: Sequence[Item], articles: Sequence[Article]) -> list[Item]:
    """Add to each question whether articles contain its answer, and which."""
    texts = [flatten(article.whole) for article in articles]
    index = WordIndex(texts)
    result = []
    for item in items:
        numbers = {i for answer in item.answers for i in index.with_words(flatten(answer)) if holds(texts[i], answer)}
        holders = [articles[i] for i in sorted(numbers)]
        stands = any(
            "" < article.published <= item.until and any(holds(article.text, answer) for answer in item.answers)
            for article in holders
        )
        withdrawable = len(holders) <= MOST_HOLDERS and all(is_wordy(answer) for answer in item.answers)
        urls = tuple(article.url for article in holders) if withdrawable else ()
        result.append(replace(item, stands=stands, withdrawable=withdrawable, holders=urls))
    return result


def is_wordy(answer: str) -> bool:
    """Whether an answer can be recognised by its words: not only a number, and at least four characters."""
    words = flatten(answer).strip(EDGES)
    return len(words) >= _SHORTEST and not is_number(words)
