"""LlamaIndex with its defaults over Chroma: SentenceSplitter of 1,024 tokens with 200 shared, VectorStoreIndex.

https://developers.llamaindex.ai/python/framework/integrations/vector_stores/chromaindexdemo/: `from_documents` with a
ChromaVectorStore, the embedding model named in its place, a retriever with a metadata filter. The model reads the first
256 tokens of a node, which is what LlamaIndex's defaults come to with it.
"""

from __future__ import annotations

from typing import Any

from evals.systems.model import folder_of_model


class System:
    """Chroma in a folder; nodes keep the url and the day of their article."""

    def __init__(self, folder: str) -> None:
        import chromadb
        from llama_index.core import Settings
        from llama_index.embeddings.huggingface import HuggingFaceEmbedding
        from llama_index.vector_stores.chroma import ChromaVectorStore

        Settings.embed_model = HuggingFaceEmbedding(model_name=folder_of_model(), device="cpu")
        collection = chromadb.PersistentClient(path=folder).get_or_create_collection("news")
        self.store = ChromaVectorStore(chroma_collection=collection)
        self.collection = collection

    def index(self, articles: list[dict[str, Any]]) -> int:
        from llama_index.core import Document, StorageContext, VectorStoreIndex

        documents = [
            Document(
                text=f"{article['title']}\n\n{article['text']}",
                metadata={"url": article["url"], "published": article["day"]},
                # What a filter needs is not what the words mean.
                excluded_embed_metadata_keys=["url", "published"],
            )
            for article in articles
        ]
        context = StorageContext.from_defaults(vector_store=self.store)
        VectorStoreIndex.from_documents(documents, storage_context=context, show_progress=True)
        return int(self.collection.count())

    def open(self) -> None:
        from llama_index.core import VectorStoreIndex

        self.over = VectorStoreIndex.from_vector_store(self.store)

    def search(self, question: str, until: int, limit: int) -> list[str]:
        from llama_index.core.vector_stores import FilterOperator, MetadataFilter, MetadataFilters

        day = MetadataFilters(filters=[MetadataFilter(key="published", value=until, operator=FilterOperator.LTE)])
        nodes = self.over.as_retriever(similarity_top_k=limit, filters=day).retrieve(question)
        return [node.get_content() for node in nodes]
