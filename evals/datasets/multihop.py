"""Questions that need several articles: MultiHop-RAG (Tang and Yang, 2024), the 500 questions with their facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.base import DataMissing, find, read_json


@dataclass(frozen=True)
class Fact:
    """A sentence or two of an article; the rest of it is not in the data.

    Attributes:
        id: made by us, from its place in the data.
        title: headline of its article.
        source: who published it.
        published: when, ISO 8601.
        url: of the article.
        author: who wrote it.
        text: its words.
    """

    id: str
    title: str
    source: str
    published: str
    url: str
    author: str
    text: str

    def to_record(self) -> dict[str, str]:
        """For JSON Lines, with the names that `dateline ingest` knows."""
        return {
            "guid": self.id,
            "title": self.title,
            "publisher": self.source,
            "published": self.published,
            "url": self.url,
            "author": self.author,
            "text": self.text,
        }


@dataclass(frozen=True)
class Item:
    """A question with the facts that it needs.

    Attributes:
        id: as the data names it.
        kind: inference, comparison, temporal or null.
        question: its words.
        answer: the right one, a word or two.
        evidence: ids of the facts; none of a null question, which the facts do not answer.
    """

    id: str
    kind: str
    question: str
    answer: str
    evidence: tuple[str, ...]


def load(folder: Path) -> tuple[list[Item], list[Fact]]:
    """The questions and all facts.

    Raises:
        DataMissing: it is not there, or of another form.
    """
    queries = read_json(find(folder, "multihop_rag/queries.json", "queries.json"))
    truth = read_json(find(folder, "multihop_rag/ground_truth.json", "ground_truth.json"))
    facts: dict[tuple[str, str], Fact] = {}
    items = []
    try:
        for query in queries["queries"]:
            known = truth[query["id"]]
            needed = []
            for each in known["evidence_list"]:
                key = (each["url"], each["fact"])
                if key not in facts:
                    facts[key] = Fact(
                        f"fact-{len(facts)}",
                        each["title"],
                        each["source"],
                        each["published_at"],
                        each["url"],
                        each.get("author") or "",
                        each["fact"],
                    )
                needed.append(facts[key].id)
            kind = query["question_type"].removesuffix("_query")
            evidence = tuple(dict.fromkeys(needed))
            items.append(Item(query["id"], kind, query["question"], known["answer"], evidence))
    except (KeyError, TypeError) as error:
        raise DataMissing(f"{folder} is not of MultiHop-RAG's form: {error!r} is missing") from None
    return items, list(facts.values())
