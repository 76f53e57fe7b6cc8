"""txtai's hybrid index: BM25 and vectors with combined scores, content in SQLite, searched with SQL.

https://neuml.github.io/txtai/embeddings/: `Embeddings(hybrid=True, content=True)`, rows of text, `similar()` with a
further condition. Its examples index paragraphs, so articles are split at blank lines.
"""

from __future__ import annotations

import re
from typing import Any

from evals.systems.model import folder_of_model

_CANDIDATES = 10  # per requested passage; more if the condition drops too many of them


class System:
    """An index saved in a folder."""

    def __init__(self, folder: str) -> None:
        from txtai import Embeddings

        self.folder = f"{folder}/index"
        self.embeddings = Embeddings(path=folder_of_model(), hybrid=True, content=True, gpu=False)

    def index(self, articles: list[dict[str, Any]]) -> int:
        from tqdm import tqdm

        rows = [
            {
                "text": paragraph.strip(),
                "url": article["url"],
                "published": article["day"],
            }
            for article in articles
            for paragraph in re.split(r"\n\s*\n", f"{article['title']}\n\n{article['text']}")
            if paragraph.strip()
        ]
        self.embeddings.index(tqdm(rows, desc="txtai"))
        self.embeddings.save(self.folder)
        return len(rows)

    def open(self) -> None:
        self.embeddings.load(self.folder)

    def search(self, question: str, until: int, limit: int) -> list[str]:
        candidates = _CANDIDATES * limit
        while True:
            sql = f"select text from txtai where similar(:asked, {candidates}) and published <= :until limit {limit}"
            rows = self.embeddings.search(sql, parameters={"asked": question, "until": until})
            if len(rows) >= limit or candidates >= self.embeddings.count():
                return [row["text"] for row in rows]
            candidates *= 4
