"""LlamaIndex with its defaults over Chroma: SentenceSplitter of 1,024 tokens with 200 shared, VectorStoreIndex.

https://developers.llamaindex.ai/python/framework/integrations/vector_stores/chromaindexdemo/: `from_documents` with a
ChromaVectorStore, the embedding model replaced, a retriever with a metadata filter. The model reads the first
256 tokens of a node; this is the effect of LlamaIndex's defaults with this model.
"""

from __future__ import annotations

from typing import Any

from evals.systems.model import folder_of_model


class System:
    """Chroma in a folder; nodes have the url and the day of their article."""

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
                # Filter fields are not part of the meaning of the text.
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
