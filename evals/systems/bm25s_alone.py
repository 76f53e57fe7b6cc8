"""Keyword search alone: bm25s over passages of 1,000 characters, stemmed, without stop words.

https://github.com/xhluca/bm25s: `tokenize` with a stemmer, `index`, `retrieve`; a mask of weights excludes later
articles. It has no splitter, so passages are split as in `langchain_tutorial.py`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


class System:
    """An index in a folder, with texts and days beside it."""

    def __init__(self, folder: str) -> None:
        import Stemmer

        self.folder = Path(folder)
        self.stemmer = Stemmer.Stemmer("english")

    def index(self, articles: list[dict[str, Any]]) -> int:
        import bm25s
        from langchain_text_splitters import RecursiveCharacterTextSplitter

        splitter = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200)
        passages = [
            {"text": text, "published": article["day"]}
            for article in articles
            for text in splitter.split_text(f"{article['title']}\n\n{article['text']}")
        ]
        retriever = bm25s.BM25()
        retriever.index(bm25s.tokenize([p["text"] for p in passages], stopwords="en", stemmer=self.stemmer))
        retriever.save(str(self.folder / "bm25s"))
        (self.folder / "passages.json").write_text(json.dumps(passages), encoding="utf-8")
        return len(passages)

    def open(self) -> None:
        import bm25s
        import numpy as np

        self.retriever = bm25s.BM25.load(str(self.folder / "bm25s"))
        self.passages = json.loads((self.folder / "passages.json").read_text(encoding="utf-8"))
        self.published = np.array([passage["published"] for passage in self.passages])

    def search(self, question: str, until: int, limit: int) -> list[str]:
        import bm25s

        words = bm25s.tokenize(question, stopwords="en", stemmer=self.stemmer, show_progress=False)
        mask = (self.published <= until).astype("float32")
        k = min(limit, len(self.passages))
        numbers, scores = self.retriever.retrieve(words, k=k, weight_mask=mask, show_progress=False)
        return [self.passages[i]["text"] for i, score in zip(numbers[0], scores[0], strict=True) if score > 0]
