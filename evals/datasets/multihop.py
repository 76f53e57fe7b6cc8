"""Questions that need several articles: the 500 questions of MultiHop-RAG (Tang and Yang, 2024) with their facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from evals.datasets.base import DataMissing, find, read_json


@dataclass(frozen=True)
class Fact:
    """A sentence or two of an article; the data does not contain the rest of the article.

    Attributes:
        id: assigned by us, from its position in the data.
        title: headline of its article.
        source: publisher of the article.
        published: date of the article, ISO 8601.
        url: of the article.
        author: of the article.
        text: the fact.
    """

    id: str
    title: str
    source: str
    published: str
    url: str
    author: str
    text: str

    def to_record(self) -> dict[str, str]:
        """Convert to a JSON Lines record with the field names of `dateline ingest`."""
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
        id: as in the data.
        kind: inference, comparison, temporal or null.
        question: its text.
        answer: the right answer, a word or two.
        evidence: ids of the facts; empty for a null question, which the facts do not answer.
    """

    id: str
    kind: str
    question: str
    answer: str
    evidence: tuple[str, ...]


def load(folder: Path) -> tuple[list[Item], list[Fact]]:
    """Read the questions and all facts.

    Raises:
        DataMissing: the data is missing or has another format.
    """
    queries = read_json(find(folder, "multihop_rag/queries.json", "queries.json"))
    truth = read_json(find(folder, "multihop_rag/ground_truth.json", "ground_truth.json"))
    facts: dict[tuple[str, str], Fact] = {}
    items = []
    try:
        for query in queries["queries"]:
            solution = truth[query["id"]]
            needed = []
            for fact in solution["evidence_list"]:
                key = (fact["url"], fact["fact"])
                if key not in facts:
                    facts[key] = Fact(
                        f"fact-{len(facts)}",
                        fact["title"],
                        fact["source"],
                        fact["published_at"],
                        fact["url"],
                        fact.get("author") or "",
                        fact["fact"],
                    )
                needed.append(facts[key].id)
            kind = query["question_type"].removesuffix("_query")
            evidence = tuple(dict.fromkeys(needed))
            items.append(Item(query["id"], kind, query["question"], solution["answer"], evidence))
    except (KeyError, TypeError) as error:
        raise DataMissing(f"{folder} does not have the format of MultiHop-RAG: {error!r} is missing") from None
    return items, list(facts.values())
