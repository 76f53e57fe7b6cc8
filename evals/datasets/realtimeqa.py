"""Weekly news quizzes over a whole archive: RealTime QA (Kasai et al., 2022, arXiv 2207.13332), or data of its form.

A folder holds `questions.jsonl[.gz]` (id, asked, source, question, choices, answers, urls) and `articles.jsonl[.gz]`
(url, title, published, authors, text).
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

#: An article that appeared so many days after the quiz may still be found: quizzes look back on their week.
GRACE_DAYS = 2

#: An answer that stands in more articles than this cannot be withdrawn without emptying the archive.
MOST_HOLDERS = 50

#: Instead of a day, where none is known: later than all.
NO_DAY = 99991231

_SHORTEST = 4  # characters of an answer that can be withdrawn


@dataclass(frozen=True)
class Article:
    """An article as the data has it.

    Attributes:
        url: its address, which names it.
        title: its headline.
        published: day, as YYYY-MM-DD; empty where the data does not tell it.
        authors: who wrote it.
        text: its words.
    """

    url: str
    title: str
    published: str
    authors: tuple[str, ...]
    text: str

    @property
    def whole(self) -> str:
        """Headline and text: all that a system is given to search."""
        return f"{self.title}\n\n{self.text}"

    def to_record(self) -> dict[str, Any]:
        """For JSON Lines, with the names that `dateline ingest` knows; `day`, as YYYYMMDD, is for the others."""
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
        id: as the data names it.
        asked: day of the quiz, as YYYY-MM-DD.
        source: who set it.
        question: its words; the choices are not shown to anybody.
        answers: the right choices, any order.
        urls: articles that a web search returned for it.
        until: last day whose articles may be found.
        listed: an answer stands in one of its articles, of whatever day, quiz pages left out.
        findable: in one of those that the archive holds on that day.
        stands: an answer stands in any article that the archive holds on that day, headlines left out.
        withdrawable: its answer is told by its words, and stands in at most MOST_HOLDERS articles.
        holders: addresses of all articles that hold an answer, where it is withdrawable.
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
    """Questions and the articles that they are asked of.

    Attributes:
        items: the questions, in the data's order.
        articles: those of the questions, quiz pages left out.
        quiz_pages: how many were left out.
        unusable: questions without words, day or answer, which were left out too.
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
        folder: with the two files.
        years: of the questions; all where there is none.
        articles: take questions, in an order drawn by their ids' hashes, until they bring so many articles; None for
            all. The same questions come for the same data, whatever else is asked.
        limit: keep only the first so many questions; the articles stay those of all.

    Raises:
        DataMissing: a file or one of its facts is not there, or no question is of these years.
    """
    every, unusable = _questions(folder)
    rows = [row for row in every if not years or int(row["asked"][:4]) in years]
    if not rows:
        raise DataMissing(f"{folder} has no question of {', '.join(map(str, years)) or 'any year'}")
    wanted = {url for row in rows for url in row["urls"]}
    found = {article.url: article for article in articles_of(folder) if article.url in wanted}
    pages = _quiz_pages(found.values(), [row["question"] for row in rows])
    kept = {url: article for url, article in found.items() if url not in pages}
    if not kept:
        raise DataMissing(f"{folder}: none of the addresses in its questions is in its articles")
    if articles is not None:
        rows, kept = _subset(rows, kept, articles)
    used = {url for row in rows for url in row["urls"]}
    archive = tuple(article for url, article in kept.items() if url in used)
    items = [_item(row, kept) for row in rows[:limit]]
    return Quiz(tuple(_with_holders(items, archive)), archive, len(pages), unusable)


def _questions(folder: Path) -> tuple[list[dict[str, Any]], int]:
    """The questions that can be asked, each once, and how many cannot."""
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
        while name in kept:  # an id that comes again for another question is told apart
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
    """The articles of a folder, one after another.

    Raises:
        DataMissing: the file or one of its facts is not there.
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
    """Addresses of the pages that print a question: they would give its answer away."""
    every = list(articles)
    texts = [flatten(article.text) for article in every]
    pages = {each.url for each in every if "quiz" in each.url.lower() or "quiz" in each.title.lower()}
    index = WordIndex(texts)
    for wording in filter(None, map(flatten, questions)):
        pages |= {every[i].url for i in index.with_wording(wording) if wording in texts[i]}
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
    """Each question with what the articles say of its answer: whether it stands in them, and in which."""
    texts = [flatten(article.whole) for article in articles]
    index = WordIndex(texts)
    result = []
    for item in items:
        found = {i for each in item.answers for i in index.with_words(flatten(each)) if holds(texts[i], each)}
        holders = [articles[i] for i in sorted(found)]
        stands = any(
            "" < article.published <= item.until and any(holds(article.text, answer) for answer in item.answers)
            for article in holders
        )
        withdrawable = len(holders) <= MOST_HOLDERS and all(is_wordy(answer) for answer in item.answers)
        urls = tuple(article.url for article in holders) if withdrawable else ()
        result.append(replace(item, stands=stands, withdrawable=withdrawable, holders=urls))
    return result


def is_wordy(answer: str) -> bool:
    """Whether an answer is told by its words: no number alone, and not under four characters."""
    words = flatten(answer).strip(EDGES)
    return len(words) >= _SHORTEST and not is_number(words)
