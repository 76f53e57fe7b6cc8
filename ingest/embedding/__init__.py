"""Embed passages and questions with a sentence-transformers model."""
