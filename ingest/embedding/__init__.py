"""The sentence-transformers model that turns text into vectors."""
