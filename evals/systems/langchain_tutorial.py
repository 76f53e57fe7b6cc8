"""LangChain's tutorial for questions over documents: recursive splitter, Chroma, nearest passages.

https://docs.langchain.com/oss/python/langchain/rag: RecursiveCharacterTextSplitter of 1,000 characters, 200 shared, a
vector store, `similarity_search`. The tutorial hands four passages to a model; here as many as are scored are fetched.
"""

from __future__ import annotations

from typing import Any

from evals.systems.model import folder_of_model


class System:
    """Chroma in a folder, with its default distance."""

    def __init__(self, folder: str) -> None:
        from langchain_chroma import Chroma
        from langchain_huggingface import HuggingFaceEmbeddings

        embeddings = HuggingFaceEmbeddings(model_name=folder_of_model(), model_kwargs={"device": "cpu"})
        self.store = Chroma(collection_name="news", embedding_function=embeddings, persist_directory=folder)

    def index(self, articles: list[dict[str, Any]]) -> int:
        from langchain_core.documents import Document
        from langchain_text_splitters import RecursiveCharacterTextSplitter
        from tqdm import tqdm

        documents = [
            Document(
                page_content=f"{article['title']}\n\n{article['text']}",
                metadata={"url": article["url"], "published": article["day"]},
            )
            for article in articles
        ]
        splits = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(documents)
        for at in tqdm(range(0, len(splits), 1000), desc="langchain"):  # Chroma limits the size of a batch
            self.store.add_documents(documents=splits[at : at + 1000])
        return len(splits)

    def open(self) -> None:
        pass

    def search(self, question: str, until: int, limit: int) -> list[str]:
        documents = self.store.similarity_search(question, k=limit, filter={"published": {"$lte": until}})
        return [document.page_content for document in documents]
